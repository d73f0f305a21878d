//! As much of JSON Schema as Sentry's API documents its requests with. Of the list of time zones the fixture has three.

use serde_json::Value;

/// Properties that Sentry takes and does not document. A saved search without its version is one of before it had a
/// query.
const UNDOCUMENTED: [&str; 1] = ["version"];

/// What is wrong with a value, a sentence each. Unknown properties are wrong too: they would be ignored in silence.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check("", schema, value, &mut found);
    found
}

fn check(path: &str, schema: &Value, value: &Value, found: &mut Vec<String>) {
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(path, part, value, found);
    }
    if let Some(expected) = schema["type"].as_str()
        && !is_of_type(expected, value)
    {
        found.push(format!("{path}: {value} is no {expected}"));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{path}: {value} is not among the allowed"));
    }
    match value {
        Value::Object(_) => check_object(path, schema, value, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(&format!("{path}[{index}]"), &schema["items"], item, found);
            }
        }
        Value::String(text) => {
            if schema["maxLength"].as_u64().is_some_and(|most| text.chars().count() as u64 > most) {
                found.push(format!("{path}: '{text}' is too long"));
            }
            if schema["pattern"].is_string() && !is_slug(text) {
                found.push(format!("{path}: '{text}' is no slug"));
            }
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            let least = schema["minimum"].as_f64().unwrap_or(f64::MIN);
            let most = schema["maximum"].as_f64().unwrap_or(f64::MAX);
            if !(least..=most).contains(&number) {
                found.push(format!("{path}: {number} is not from {least} to {most}"));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn check_object(path: &str, schema: &Value, value: &Value, found: &mut Vec<String>) {
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{path}: {name} is missing"));
        }
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, item) in value.as_object().unwrap() {
        match properties.get(name) {
            Some(of_property) => check(&format!("{path}.{name}"), of_property, item, found),
            None if UNDOCUMENTED.contains(&name.as_str()) => {}
            None => found.push(format!("{path}: there is no {name}")),
        }
    }
}

fn is_of_type(expected: &str, value: &Value) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other} is a type that the fixture did not have"),
    }
}

/// The one pattern of the fixture: lower-case letters, digits, `_` and `-`, and not digits alone.
fn is_slug(text: &str) -> bool {
    let accepted = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    !text.is_empty() && text.bytes().all(accepted) && !text.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "kind": {"enum": ["a", null], "type": "string", "nullable": true},
            "parts": {"type": "array", "items": {"allOf": [{"type": "integer", "minimum": 1}]}},
        },
    });
    let wrong = |value: Value| violations(&schema, &value);
    assert_eq!(wrong(serde_json::json!({"name": "abc", "kind": null, "parts": [1, 2]})), Vec::<String>::new());
    for value in [
        serde_json::json!([]),
        serde_json::json!({"kind": "a"}),
        serde_json::json!({"name": "abcd"}),
        serde_json::json!({"name": "a", "kind": "b"}),
        serde_json::json!({"name": "a", "parts": [0]}),
        serde_json::json!({"name": "a", "parts": ["1"]}),
        serde_json::json!({"name": "a", "title": "b"}),
    ] {
        assert_eq!(wrong(value.clone()).len(), 1, "{value}");
    }
}
