//! What Sentry's Relay accepts, in one place. What breaks these is nullified or refused there without a word.

use serde_json::{Map, Value};

const TAG_CHARACTERS_MAX: usize = 200;
const RELEASE_CHARACTERS_MAX: usize = 200;
const ENVIRONMENT_CHARACTERS_MAX: usize = 64;
const TRANSACTION_CHARACTERS_MAX: usize = 200;
const TAG_KEY_CHARACTERS_MAX: usize = 200;

/// Whether Relay keeps a tag of this name.
pub(crate) fn is_tag_key(key: &str) -> bool {
    let accepted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-');
    !key.is_empty() && key.len() <= TAG_KEY_CHARACTERS_MAX && key.bytes().all(accepted)
}

/// The text as the value of a tag: one line, at most 200 characters. None where nothing is left of it.
pub(crate) fn tag_value(text: &str) -> Option<String> {
    let line = single_line(text, TAG_CHARACTERS_MAX);
    (!line.is_empty()).then_some(line)
}

/// The text as the name of a transaction.
pub(crate) fn transaction_name(text: &str) -> String {
    single_line(text, TRANSACTION_CHARACTERS_MAX)
}

/// The text as a release: no slash, no line break.
pub(crate) fn release(text: &str) -> String {
    single_line(&text.replace(['/', '\\'], "-"), RELEASE_CHARACTERS_MAX)
}

/// The text as an environment: no slash, at most 64 characters; None where nothing is left of it.
pub(crate) fn environment(text: &str) -> Option<String> {
    let name = single_line(&text.replace('/', "-"), ENVIRONMENT_CHARACTERS_MAX);
    (!name.is_empty() && name != "none").then_some(name)
}

/// Makes an event or a transaction one that Relay accepts whole.
pub(crate) fn enforce(item: &mut Map<String, Value>) {
    if let Some(Value::Object(tags)) = item.get_mut("tags") {
        tags.retain(|key, value| {
            let Some(text) = value.as_str() else { return is_tag_key(key) };
            let Some(kept) = tag_value(text).filter(|_| is_tag_key(key)) else { return false };
            *value = Value::String(kept);
            true
        });
    }
    for (field, limit) in [("transaction", transaction_name as fn(&str) -> String), ("release", release)] {
        if let Some(value) = item.get_mut(field)
            && let Some(text) = value.as_str()
        {
            *value = Value::String(limit(text));
        }
    }
}

fn single_line(text: &str, characters_max: usize) -> String {
    let words = text.split(|character: char| character.is_control()).map(str::trim).filter(|part| !part.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(characters_max).collect();
    cut.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tag_key_with_an_accent_is_refused() {
        assert!(is_tag_key("ubicacion_id"));
        assert!(!is_tag_key("año"));
        assert!(!is_tag_key(""));
    }

    #[test]
    fn tag_values_are_one_line_of_200_characters() {
        assert_eq!(tag_value("tienda\n 01 ").as_deref(), Some("tienda 01"));
        assert_eq!(tag_value(" \n "), None);
        assert_eq!(tag_value(&"ñ".repeat(300)).map(|text| text.chars().count()), Some(200));
    }

    #[test]
    fn an_environment_has_no_slash_and_64_characters() {
        assert_eq!(environment("prod/eu").as_deref(), Some("prod-eu"));
        assert_eq!(environment(&"x".repeat(80)).map(|name| name.len()), Some(64));
        assert_eq!(environment("  "), None);
    }

    #[test]
    fn an_item_keeps_only_what_relay_accepts() {
        let mut item = json!({"tags": {"tienda": "a\nb", "año": "2025", "modo": ""}, "transaction": "x".repeat(300)});
        enforce(item.as_object_mut().unwrap());
        assert_eq!(item["tags"], json!({"tienda": "a b"}));
        assert_eq!(item["transaction"].as_str().unwrap().len(), 200);
    }
}
