//! The particulars of a decision, as names and values. They are stored as JSON, of which every version wrote its own fields.

use domain::BranchId;
use domain::justification::Reason;
use domain::plan::{PlanHash, StopCause};
use jiff::civil::Date;
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::format::{day, whole};
use crate::i18n::{Language, reason_name, stop_cause};
use crate::preferences::language;
use crate::query::{plan_path, store_path};

/// What is known of a field.
enum Field {
    /// Its name and value.
    Said(&'static str, AnyView),
    /// It says nothing to people: an identifier, or what stands elsewhere in the row.
    Silent,
    /// Nobody knows it here.
    Unknown,
}

/// The particulars that people can read; what this program does not know is shown as it is stored, on demand.
pub fn decision_detail(stored: &str) -> AnyView {
    let language = language();
    let texts = language.history();
    let fields = serde_json::from_str::<Map<String, Value>>(stored).map(|fields| with_cause(language, fields));
    let fields =
        fields.as_ref().map(|fields| fields.iter().map(|(name, value)| field(language, fields, name, value)).collect());
    let fields: Vec<Field> = fields.unwrap_or_else(|_| vec![Field::Unknown]);
    let has_unknown = fields.iter().any(|field| matches!(field, Field::Unknown));
    let said: Vec<_> = fields
        .into_iter()
        .filter_map(|field| match field {
            Field::Said(name, value) => Some(view! { <div><dt>{name}</dt><dd>{value}</dd></div> }),
            Field::Silent | Field::Unknown => None,
        })
        .collect();
    let said = (!said.is_empty()).then(|| view! { <dl class="detail-list">{said}</dl> });
    let raw = has_unknown.then(|| {
        view! {
            <details class="error-detail">
                <summary>{texts.raw_detail()}</summary>
                <div class="error-full"><code>{stored.to_owned()}</code></div>
            </details>
        }
    });
    view! { {said} {raw} }.into_any()
}

/// What a code says stands in the place of the Spanish sentence that was stored with it.
fn with_cause(language: Language, mut fields: Map<String, Value>) -> Map<String, Value> {
    let cause = fields.remove("causa").and_then(|cause| serde_json::from_value::<StopCause>(cause).ok());
    if let Some(cause) = cause {
        fields.insert("motivo".to_owned(), Value::String(stop_cause(language, &cause)));
    }
    fields
}

fn field(language: Language, fields: &Map<String, Value>, name: &str, value: &Value) -> Field {
    let texts = language.history();
    match (name, value) {
        (_, Value::Null) => Field::Silent,
        ("plan_id" | "justificaciones" | "justificacion_id" | "lote_id" | "clase", _) => Field::Silent,
        ("ubicacion_id", Value::String(id)) => {
            let href = store_path(&BranchId::new(id.clone()));
            Field::Said(texts.store(), view! { <a class="link" href=href>{texts.open_store()}</a> }.into_any())
        }
        ("motivo", Value::String(reason)) => {
            let name = reason.parse::<Reason>().map(|reason| reason_name(language, reason).to_owned());
            Field::Said(texts.reason(), name.unwrap_or_else(|_| reason.clone()).into_any())
        }
        ("nota", Value::String(note)) if note.trim().is_empty() => Field::Silent,
        ("nota", Value::String(note)) => Field::Said(texts.note(), note.clone().into_any()),
        ("fecha", Value::String(date)) => dated(language, texts.date(), date),
        ("vigente_desde", Value::String(date)) => dated(language, texts.valid_from(), date),
        ("todas", Value::Bool(true)) => Field::Said(texts.scope(), texts.all_stores().into_any()),
        ("ventanas", Value::Number(_)) => counted(language, texts.half_hours(), value),
        ("facturas", Value::Number(_)) => counted(language, texts.invoices(), value),
        ("ejecuciones", Value::Number(_)) => counted(language, texts.runs(), value),
        ("dejan_de_esperarse", Value::Number(_)) => counted(language, texts.no_longer_expected(), value),
        ("empiezan_a_esperarse", Value::Number(_)) => counted(language, texts.newly_expected(), value),
        ("plan_hash", Value::String(hash)) => match hash.parse::<PlanHash>() {
            Ok(hash) => {
                let short = hash.short().to_owned();
                // The same windows may have been planned again since.
                let href = fields.get("plan_id").and_then(Value::as_str).map_or_else(|| plan_path(&hash), plan_path);
                let link = view! { <a class="link" href=href>{texts.open_plan(short)}</a> };
                Field::Said(texts.plan(), link.into_any())
            }
            Err(_) => Field::Unknown,
        },
        _ => Field::Unknown,
    }
}

fn dated(language: Language, name: &'static str, date: &str) -> Field {
    date.parse::<Date>().map_or(Field::Unknown, |date| Field::Said(name, day(language, date).into_any()))
}

fn counted(language: Language, name: &'static str, value: &Value) -> Field {
    value.as_u64().map_or(Field::Unknown, |count| Field::Said(name, whole(language, count).into_any()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(stored: &str) -> Vec<(String, bool)> {
        let fields: Map<String, Value> = serde_json::from_str(stored).unwrap();
        let is_unknown = |value: Field| matches!(value, Field::Unknown);
        fields
            .iter()
            .map(|(name, value)| (name.clone(), is_unknown(field(Language::Es, &fields, name, value))))
            .collect()
    }

    #[test]
    fn every_field_that_this_version_writes_is_known() {
        let written = [
            r#"{"ubicacion_id":"tienda_01","motivo":"falla_electrica","nota":"","ventanas":4,"justificaciones":["a"]}"#,
            r#"{"ubicacion_id":"tienda_01","clase":"secuencia","motivo":"otro","nota":"n","facturas":3,"justificaciones":[]}"#,
            r#"{"ubicacion_id":"tienda_01","justificacion_id":"a","motivo":"sin_ventas","ventanas":2}"#,
            r#"{"ubicacion_id":"tienda_01","fecha":"2025-11-17","lote_id":"a"}"#,
            r#"{"ubicacion_id":"tienda_01","vigente_desde":"2025-11-17","dejan_de_esperarse":1,"empiezan_a_esperarse":0}"#,
            r#"{"ubicacion_id":"tienda_01","fecha":"2025-12-25","todas":true}"#,
            r#"{"lote_id":"a","ejecuciones":12}"#,
            r#"{"plan_id":"a","plan_hash":null,"motivo":"cinco ventanas seguidas fallaron"}"#,
        ];
        for stored in written {
            let unknown: Vec<_> = kinds(stored).into_iter().filter(|(_, is_unknown)| *is_unknown).collect();
            assert_eq!(unknown, [], "{stored}");
        }
    }

    #[test]
    fn what_another_version_wrote_is_kept_as_it_is() {
        assert_eq!(kinds(r#"{"novedad":{"a":1}}"#), [("novedad".to_owned(), true)]);
        assert_eq!(kinds(r#"{"fecha":"ayer"}"#), [("fecha".to_owned(), true)]);
    }
}
