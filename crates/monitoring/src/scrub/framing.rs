//! An envelope's lines: a header, and for each item a header and a payload.

use serde_json::Value;

/// One item of an envelope.
pub(super) struct Item<'a> {
    pub(super) item_type: String,
    /// Of a container.
    pub(super) count: u64,
    pub(super) payload: &'a [u8],
    pub(super) header: serde_json::Map<String, Value>,
}

impl Item<'_> {
    /// The item with another header and payload.
    pub(super) fn framed(mut header: serde_json::Map<String, Value>, payload: &[u8]) -> Option<Vec<u8>> {
        if header.contains_key("length") {
            header.insert("length".to_owned(), payload.len().into());
        }
        let mut lines = serde_json::to_vec(&header).ok()?;
        lines.push(b'\n');
        lines.extend_from_slice(payload);
        lines.push(b'\n');
        Some(lines)
    }
}

/// The header and the items; None where the bytes are no envelope.
pub(super) fn read_envelope(bytes: &[u8]) -> Option<(serde_json::Map<String, Value>, Vec<Item<'_>>)> {
    let (envelope_header, mut rest) = line(bytes);
    let envelope_header = serde_json::from_slice(envelope_header).ok()?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (header, after) = line(rest);
        rest = after;
        if header.is_empty() {
            continue;
        }
        let header: serde_json::Map<String, Value> = serde_json::from_slice(header).ok()?;
        let payload = match header.get("length").and_then(Value::as_u64) {
            Some(length) => {
                let length = usize::try_from(length).ok()?;
                let payload = rest.get(..length)?;
                rest = rest.get(length..).unwrap_or_default();
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                payload
            }
            None => {
                let (payload, after) = line(rest);
                rest = after;
                payload
            }
        };
        let item_type = header.get("type")?.as_str()?.to_owned();
        // A count larger than the payload in bytes cannot be true.
        let count = header.get("item_count").and_then(Value::as_u64).unwrap_or(1).min(payload.len().max(1) as u64);
        items.push(Item { item_type, count, payload, header });
    }
    Some((envelope_header, items))
}

/// The first line, without its end, and what follows.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
