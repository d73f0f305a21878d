//! The steps of the schema, numbered as those of the file.

/// See [`crate::migrations`].
pub(crate) const STEPS: &[(i32, &str, &str)] = &[
    (0, "functions", include_str!("schema/0000_functions.sql")),
    (39, "tables", include_str!("schema/0039_tables.sql")),
];
