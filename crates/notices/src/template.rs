//! The body of a webhook: JSON with placeholders inside its texts.

use serde_json::Value;

use crate::Text;

/// What may stand in a template: `{{titulo}}`, `{{texto}}`, `{{enlace}}`, `{{destino}}`, `{{id}}`.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'text> {
    /// The notice as people read it.
    pub text: &'text Text,
    /// The page on which something can be done about it; empty where the address of the pages is not configured.
    pub link: &'text str,
    /// The chat or the number that the channel is for.
    pub target: &'text str,
    /// The identifier of the message.
    pub id: &'text str,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// It is no JSON.
    #[error("no es JSON: {0}")]
    NotJson(String),
    /// A placeholder is none of ours.
    #[error("no existe {{{{{0}}}}}; valen titulo, texto, enlace, destino e id")]
    UnknownPlaceholder(String),
}

/// Fills a template in. It is read as JSON first, so that no text of a notice can become anything but text.
pub fn fill(template: &str, filling: Filling<'_>) -> Result<String, InvalidTemplate> {
    let mut body: Value =
        serde_json::from_str(template).map_err(|error| InvalidTemplate::NotJson(error.to_string()))?;
    fill_value(&mut body, filling)?;
    Ok(body.to_string())
}

fn fill_value(value: &mut Value, filling: Filling<'_>) -> Result<(), InvalidTemplate> {
    match value {
        Value::String(text) => *text = fill_text(text, filling)?,
        Value::Array(values) => {
            for value in values {
                fill_value(value, filling)?;
            }
        }
        Value::Object(fields) => {
            for value in fields.values_mut() {
                fill_value(value, filling)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn fill_text(text: &str, filling: Filling<'_>) -> Result<String, InvalidTemplate> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        filled.push_str(match name.trim() {
            "titulo" => &filling.text.title,
            "texto" => &filling.text.body,
            "enlace" => filling.link,
            "destino" => filling.target,
            "id" => filling.id,
            unknown => return Err(InvalidTemplate::UnknownPlaceholder(unknown.to_owned())),
        });
        rest = after;
    }
    filled.push_str(rest);
    // A notice without a link ends with its last line.
    Ok(filled.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, title: &str) -> Result<String, InvalidTemplate> {
        let text = Text { title: title.to_owned(), body: "b".to_owned() };
        fill(template, Filling { text: &text, link: "", target: "7", id: "x" })
    }

    #[test]
    fn a_text_stays_a_text_whatever_it_says() {
        let nasty = r#"", "admin": true, "{{texto}}"#;
        let body = filled(r#"{"text": "{{titulo}} {{ enlace }}", "to": ["{{destino}}"], "n": 1}"#, nasty).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body, serde_json::json!({ "text": nasty, "to": ["7"], "n": 1 }));
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        assert!(matches!(filled("{titulo}", ""), Err(InvalidTemplate::NotJson(_))));
        let unknown = Err(InvalidTemplate::UnknownPlaceholder("clave".to_owned()));
        assert_eq!(filled(r#"{"a": "{{clave}}"}"#, ""), unknown);
        assert_eq!(filled(r#"{"a": "{{titulo"}"#, "t"), Ok(r#"{"a":"{{titulo"}"#.to_owned()));
    }
}
