//! What must not leave, taken out of everything that leaves.
//!
//! It works on the bytes of an envelope, after the SDK is done with it: no item type, and nothing that a later version
//! of the SDK adds, can pass beside it. It also serves for envelopes that a browser made.

mod framing;
mod keys;
mod text;

use serde_json::{Map, Value};

use self::framing::{Item, read_envelope};
use self::keys::KeyRules;
use self::text::TextMasks;
use crate::delivery::envelope::ScrubbedEnvelope;
use crate::delivery::status::ItemKind;
use crate::limits;

/// Takes out of an envelope what must not leave.
pub struct Scrubber {
    keys: KeyRules,
    masks: TextMasks,
}

impl Scrubber {
    /// `known_secrets` are masked wherever they stand; `private_headers` are removed beside the well-known ones.
    pub fn new(known_secrets: Vec<String>, private_headers: &[String]) -> Self {
        Self { keys: KeyRules::new(private_headers), masks: TextMasks::new(known_secrets) }
    }

    /// The envelope without what must not leave; None where it cannot be read, and so must not leave at all.
    pub fn envelope(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.scrub_envelope(bytes).map(|scrubbed| scrubbed.bytes)
    }

    pub(crate) fn scrub_envelope(&self, bytes: &[u8]) -> Option<ScrubbedEnvelope> {
        self.scrub_allowed(bytes, |_| true)
    }

    /// Returns None also if an item has a type that is not allowed.
    pub(crate) fn scrub_allowed(&self, bytes: &[u8], is_allowed: impl Fn(&str) -> bool) -> Option<ScrubbedEnvelope> {
        let (header, items) = read_envelope(bytes)?;
        if !items.iter().all(|item| is_allowed(&item.item_type)) {
            return None;
        }
        let mut scrubbed = serde_json::to_vec(&self.header(header)).ok()?;
        scrubbed.push(b'\n');
        let mut main = (ItemKind::Other, 1);
        for item in items {
            // An attachment is a body; what is in it cannot be looked through.
            if item.item_type == "attachment" {
                continue;
            }
            let kind = ItemKind::of_item_type(&item.item_type);
            if kind <= main.0 {
                main = (kind, item.count);
            }
            let mut payload: Value = serde_json::from_slice(item.payload).ok()?;
            self.item(&item, &mut payload);
            // Whoever sends it may put anything there, too.
            let mut header = item.header.clone();
            self.fields(&mut header);
            scrubbed.extend(Item::framed(header, &serde_json::to_vec(&payload).ok()?)?);
        }
        Some(ScrubbedEnvelope { kind: main.0, count: main.1, bytes: scrubbed })
    }

    /// Looked through like all else (it names the transaction), but for the key, which says whose the envelope is.
    fn header(&self, mut header: Map<String, Value>) -> Map<String, Value> {
        let dsn = header.remove("dsn");
        let key = header.get_mut("trace").and_then(Value::as_object_mut).and_then(|trace| trace.remove("public_key"));
        self.fields(&mut header);
        if let (Some(key), Some(Value::Object(trace))) = (key, header.get_mut("trace")) {
            trace.insert("public_key".to_owned(), key);
        }
        header.extend(dsn.map(|dsn| ("dsn".to_owned(), dsn)));
        header
    }

    fn item(&self, item: &Item<'_>, payload: &mut Value) {
        if let Value::Object(fields) = payload {
            limits::enforce(fields);
            // In a log line this is the message; everywhere else it would be somebody's request.
            if item.item_type == "log"
                && let Some(Value::Array(lines)) = fields.get_mut("items")
            {
                for line in lines.iter_mut().filter_map(Value::as_object_mut) {
                    if let Some(body) = line.remove("body") {
                        line.insert("message".to_owned(), body);
                    }
                    self.fields(line);
                    if let Some(message) = line.remove("message") {
                        line.insert("body".to_owned(), message);
                    }
                }
                return;
            }
        }
        self.value(payload);
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(masked) = self.masks.masked(text) {
                    *text = masked;
                }
            }
            Value::Array(values) => {
                // Headers may come as pairs of name and value.
                values.retain(|value| !self.is_private_pair(value));
                values.iter_mut().for_each(|value| self.value(value));
            }
            Value::Object(fields) => self.fields(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn fields(&self, fields: &mut Map<String, Value>) {
        // Nearly always there is nothing to take out, and looking costs less than going through the map to take out.
        if fields.keys().any(|key| self.keys.is_private(key)) {
            fields.retain(|key, _| !self.keys.is_private(key));
        }
        for (key, value) in fields.iter_mut() {
            if keys::is_address(key)
                && let Some(address) = keys::address_in(value)
            {
                text::cut_address(address);
            }
            if let Value::Object(inner) = value {
                match key.as_str() {
                    "request" => keys::keep_request_basics(inner),
                    "response" => keys::keep_response_basics(inner),
                    "user" => keys::keep_user_id(inner),
                    _ => {}
                }
            }
            self.value(value);
        }
    }

    fn is_private_pair(&self, value: &Value) -> bool {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(name), _]) => self.keys.is_private(name),
            _ => false,
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
