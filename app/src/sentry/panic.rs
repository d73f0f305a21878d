//! A panic in the browser: the app is dead, and says so.

use std::panic::PanicHookInfo;

use super::bindings;

/// What a path of a dependency has before what is of use.
const REGISTRY: &str = "/registry/src/";

/// Reports a panic once and puts a message over the page; to be called by the panic hook.
pub fn report_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("panic without a message");
    let place = info.location().map(|place| format!("{}:{}:{}", source(place.file()), place.line(), place.column()));
    bindings::crash(message, &place.unwrap_or_default());
}

/// Whether the app is dead. A timer of the page goes on all the same, and has to ask.
pub fn has_crashed() -> bool {
    bindings::has_crashed()
}

/// A source file without the folders of the machine that built it.
fn source(path: &str) -> &str {
    let below_registry = path.split_once(REGISTRY).and_then(|(_, rest)| rest.split_once('/'));
    below_registry.map_or(path, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_named_without_the_machine() {
        assert_eq!(source("app/src/lib.rs"), "app/src/lib.rs");
        assert_eq!(
            source("/home/ana/.cargo/registry/src/index-1a2b/tachys-0.2.19/src/hydration.rs"),
            "tachys-0.2.19/src/hydration.rs"
        );
    }
}
