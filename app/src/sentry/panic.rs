//! A panic in an island: reported once, with where it happened.

use std::panic::PanicHookInfo;

use wasm_bindgen::prelude::wasm_bindgen;

/// What a path of a dependency has before what is of use.
const REGISTRY: &str = "/registry/src/";

#[wasm_bindgen(raw_module = "/pkg/bridge.js")]
extern "C" {
    /// frontend/js/bridge.ts, which knows which island it is of.
    fn panicked(message: &str, place: &str);
}

/// Tells Sentry of a panic; to be called by the panic hook.
pub fn report_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("panic without a message");
    let place = info.location().map(|place| format!("{}:{}:{}", source(place.file()), place.line(), place.column()));
    panicked(message, &place.unwrap_or_default());
}

/// A source file without the folders of the machine that built it.
fn source(path: &str) -> &str {
    let below_registry = path.split_once(REGISTRY).and_then(|(_, rest)| rest.split_once('/'));
    below_registry.map_or(path, |(_, rest)| rest)
}
