//! Values against the schemas that Sentry documents its requests with. They are those of OpenAPI 3.0, whose `nullable` JSON
//! Schema writes otherwise. Of the list of time zones the fixture has three.

use serde_json::{Value, json};

/// Properties that Sentry takes and does not document. A saved search without its version is one of before it had a
/// query.
const UNDOCUMENTED: [&str; 1] = ["version"];

/// What is wrong with a value, a sentence each. Unknown properties are wrong too: they would be ignored in silence.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&strict(schema.clone())).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The same schema as JSON Schema has it, and with no properties but those it names.
fn strict(schema: Value) -> Value {
    match schema {
        Value::Object(mut parts) => {
            let is_nullable = parts.remove("nullable") == Some(Value::Bool(true));
            if let Some(properties) = parts.get_mut("properties").and_then(Value::as_object_mut) {
                properties.extend(UNDOCUMENTED.map(|name| (name.to_owned(), json!({}))));
                parts.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            let same = Value::Object(parts.into_iter().map(|(name, part)| (name, strict(part))).collect());
            if is_nullable { json!({"anyOf": [same, {"type": "null"}]}) } else { same }
        }
        Value::Array(items) => items.into_iter().map(strict).collect(),
        other => other,
    }
}

#[test]
fn what_is_wrong_by_a_documented_schema_is_seen() {
    let schema = json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "kind": {"enum": ["a"], "type": "string", "nullable": true},
            "parts": {"type": "array", "items": {"allOf": [{"type": "integer", "minimum": 1}]}},
        },
    });
    let wrong = |value: Value| violations(&schema, &value);
    assert_eq!(wrong(json!({"name": "abc", "kind": null, "parts": [1, 2], "version": 2})), Vec::<String>::new());
    for value in [
        json!([]),
        json!({"kind": "a"}),
        json!({"name": "abcd"}),
        json!({"name": "a", "kind": "b"}),
        json!({"name": "a", "parts": [0]}),
        json!({"name": "a", "parts": ["1"]}),
        json!({"name": "a", "title": "b"}),
    ] {
        assert_eq!(wrong(value.clone()).len(), 1, "{value}");
    }
}
