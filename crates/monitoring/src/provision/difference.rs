//! What is different between what should be there and what is.

use serde_json::Value;

/// Lists whose order means nothing, and which the API gives back in any.
const UNORDERED: [&str; 6] = ["conditions", "actions", "actionFilters", "detectorIds", "eventTypes", "projects"];

/// The first field of `wanted` that is not the same in `found`; None where all are.
///
/// What only `found` has does not matter: identifiers, dates, and settings that are nobody's here. Keys of `wanted` are
/// found in snake case or camel case, for the API takes both and gives either. What is wanted as null may be missing.
pub(super) fn first_difference(wanted: &Value, found: &Value) -> Option<String> {
    difference_at("", wanted, found)
}

fn difference_at(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    match (wanted, found) {
        (Value::Object(fields), Value::Object(there)) => fields.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let other = there.get(key).or_else(|| there.get(&camel_case(key))).unwrap_or(&Value::Null);
            difference_at(&path, value, other)
        }),
        (Value::Array(items), Value::Array(there)) => difference_of_lists(path, items, there),
        (Value::Null, Value::String(text)) if text.is_empty() => None,
        _ if is_same_scalar(wanted, found) => None,
        _ => Some(path.to_owned()),
    }
}

fn difference_of_lists(path: &str, wanted: &[Value], found: &[Value]) -> Option<String> {
    if wanted.len() != found.len() {
        return Some(path.to_owned());
    }
    let key = path.rsplit('.').next().unwrap_or_default();
    if UNORDERED.contains(&camel_case(key).as_str()) {
        let is_there = |item: &Value| found.iter().any(|other| first_difference(item, other).is_none());
        return wanted.iter().position(|item| !is_there(item)).map(|index| format!("{path}[{index}]"));
    }
    let mut pairs = wanted.iter().zip(found).enumerate();
    pairs.find_map(|(index, (item, other))| difference_at(&format!("{path}[{index}]"), item, other))
}

/// Numbers of things are texts in answers and numbers in requests; limits are whole in one and not in the other.
fn is_same_scalar(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text
        }
        _ => wanted == found,
    }
}

fn camel_case(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let mut letters = word.chars();
        let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        text + &capital + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_api_adds_and_renames_is_no_difference() {
        let wanted = json!({"widgets": [{"display_type": "line", "limit": 5}], "owner": null, "detector_ids": [7, 8]});
        let found = json!({
            "id": "1", "widgets": [{"id": "3", "displayType": "line", "limit": 5.0}], "detectorIds": ["8", "7"],
        });
        assert_eq!(first_difference(&wanted, &found), None);
    }

    #[test]
    fn a_difference_is_named_by_its_path() {
        let wanted = json!({"widgets": [{"queries": [{"conditions": "a"}]}]});
        let found = json!({"widgets": [{"queries": [{"conditions": "b"}]}]});
        assert_eq!(first_difference(&wanted, &found).as_deref(), Some("widgets[0].queries[0].conditions"));
    }

    #[test]
    fn order_matters_where_it_is_seen() {
        let fields = |first: &str, second: &str| json!({"fields": [first, second]});
        assert_eq!(first_difference(&fields("a", "b"), &fields("b", "a")).as_deref(), Some("fields[0]"));
        let types = |first: &str, second: &str| json!({"eventTypes": [first, second]});
        assert_eq!(first_difference(&types("a", "b"), &types("b", "a")), None);
    }

    #[test]
    fn more_or_fewer_items_are_a_difference() {
        let of = |items: &[u64]| json!({"detector_ids": items});
        assert_eq!(first_difference(&of(&[1]), &of(&[1, 2])).as_deref(), Some("detector_ids"));
        assert_eq!(first_difference(&of(&[1, 3]), &of(&[1, 2])).as_deref(), Some("detector_ids[1]"));
        assert_eq!(first_difference(&json!({"slug": "a"}), &json!({})).as_deref(), Some("slug"));
    }
}
