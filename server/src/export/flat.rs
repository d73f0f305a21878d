//! Answers as tables: an object's fields are columns, those of an object within it too, under both names.

use serde_json::{Map, Value};
use warehouse::{ColumnKind, PlainTable};

/// Answers with the columns that any of them has, in the order in which they come.
pub(super) fn table(rows: &[Value]) -> PlainTable {
    let flat: Vec<Vec<(String, Value)>> = rows.iter().map(flattened).collect();
    let mut columns: Vec<(String, Option<ColumnKind>)> = Vec::new();
    for (name, value) in flat.iter().flatten() {
        let kind = kind_of(name, value);
        match columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = joined(*known, kind),
            None => columns.push((name.clone(), kind)),
        }
    }
    let rows = flat
        .into_iter()
        .map(|row| {
            let value = |name: &str| row.iter().find(|(given, _)| given == name).and_then(|(_, value)| text_of(value));
            columns.iter().map(|(name, _)| value(name)).collect()
        })
        .collect();
    let columns = columns.into_iter().map(|(name, kind)| (name, kind.unwrap_or(ColumnKind::Text))).collect();
    PlainTable { columns, rows }
}

fn flattened(row: &Value) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    if let Value::Object(fields) = row {
        flatten("", fields, &mut flat);
    }
    flat
}

fn flatten(prefix: &str, fields: &Map<String, Value>, flat: &mut Vec<(String, Value)>) {
    for (name, value) in fields {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}_{name}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, flat),
            value => flat.push((name, value.clone())),
        }
    }
}

/// None where nothing is known. Money is a text in an answer, so that no digit is lost, and a number in a table.
fn kind_of(name: &str, value: &Value) -> Option<ColumnKind> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(ColumnKind::Truth),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(ColumnKind::Whole),
        Value::Number(_) => Some(ColumnKind::Number),
        Value::String(text) if is_money(name) && text.parse::<f64>().is_ok() => Some(ColumnKind::Number),
        _ => Some(ColumnKind::Text),
    }
}

/// Whether a column of this name holds money.
pub(super) fn is_money(name: &str) -> bool {
    name.split('_').any(|word| word == "usd" || word == "bs")
}

fn joined(one: Option<ColumnKind>, other: Option<ColumnKind>) -> Option<ColumnKind> {
    match (one, other) {
        (None, kind) | (kind, None) => kind,
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(ColumnKind::Whole | ColumnKind::Number), Some(ColumnKind::Whole | ColumnKind::Number)) => {
            Some(ColumnKind::Number)
        }
        _ => Some(ColumnKind::Text),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) if list.is_empty() => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_within_an_object_is_a_column_of_its_own_and_money_is_a_number() {
        let rows = [
            json!({"tienda": "ARTIGAS", "valor": {"usd": "17440.50", "muestras": 3}, "recuperable": true, "facturas": []}),
            json!({"tienda": "PARAISO", "valor": null, "recuperable": false, "edad": 1.5}),
        ];
        let table = table(&rows);
        let names: Vec<_> = table.columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        assert!(names.contains(&("valor_usd", ColumnKind::Number)));
        assert!(names.contains(&("valor_muestras", ColumnKind::Whole)));
        assert!(names.contains(&("recuperable", ColumnKind::Truth)));
        assert!(names.contains(&("edad", ColumnKind::Number)));
        let place = |name: &str| names.iter().position(|(given, _)| *given == name).unwrap();
        assert_eq!(table.rows[0][place("valor_usd")].as_deref(), Some("17440.50"));
        assert_eq!(table.rows[1][place("valor_usd")], None);
        assert_eq!(table.rows[0][place("facturas")], None);
    }
}
