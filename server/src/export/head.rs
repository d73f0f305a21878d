//! The columns of a list that has no rows, by the schema of its rows that the REST interface documents.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;
use warehouse::ColumnKind;

use super::flat::is_money;

/// The columns that rows of this type have, but for those of objects without documented fields.
pub(super) fn columns<T: ToSchema>() -> Vec<(String, ColumnKind)> {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    let known = referred.into_iter().filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)));
    let known: BTreeMap<String, Value> = known.collect();
    let mut columns = BTreeMap::new();
    if let Ok(schema) = serde_json::to_value(T::schema()) {
        add("", &schema, &known, &mut columns);
    }
    columns.into_iter().collect()
}

fn add(name: &str, schema: &Value, known: &BTreeMap<String, Value>, columns: &mut BTreeMap<String, ColumnKind>) {
    let referred = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    if let Some(schema) = referred.and_then(|name| known.get(name)) {
        add(name, schema, known, columns);
        return;
    }
    // What may be null is one of null and the rest; what has the fields of another type is all of both.
    let parts = ["oneOf", "allOf"].into_iter().filter_map(|word| schema.get(word).and_then(Value::as_array));
    for part in parts.flatten() {
        add(name, part, known, columns);
    }
    if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
        for (field, schema) in fields {
            let name = if name.is_empty() { field.clone() } else { format!("{name}_{field}") };
            add(&name, schema, known, columns);
        }
    } else if let Some(kind) = kind_of(name, schema) {
        columns.insert(name.to_owned(), kind);
    }
}

/// None of what is no column of its own. The type is a word, or a list of which one is null.
fn kind_of(name: &str, schema: &Value) -> Option<ColumnKind> {
    let given = schema.get("type")?;
    let words = given.as_array().map_or_else(|| std::slice::from_ref(given), Vec::as_slice);
    match words.iter().filter_map(Value::as_str).find(|word| *word != "null")? {
        "boolean" => Some(ColumnKind::Truth),
        "integer" => Some(ColumnKind::Whole),
        "number" => Some(ColumnKind::Number),
        "string" if is_money(name) => Some(ColumnKind::Number),
        "object" => None,
        _ => Some(ColumnKind::Text),
    }
}
