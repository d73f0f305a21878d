//! The steps of the schema, numbered as those of the file; one that only one of the two needs leaves out its number at the other.

/// See [`crate::migrations`].
pub(crate) const STEPS: &[(i32, &str, &str)] = &[
    (0, "functions", include_str!("schema/0000_functions.sql")),
    (39, "tables", include_str!("schema/0039_tables.sql")),
    (40, "months", include_str!("schema/0040_months.sql")),
    (42, "shared_state", include_str!("schema/0042_shared_state.sql")),
];
