//! Where the event is that a reference code stands for.
//!
//! The server knows Sentry's address. A page carries it too, so that what fails in the browser alone can be linked.

use leptos::prelude::*;

/// In the place of a code. Reference codes and the names of organisations do not look like this.
const PLACE: &str = "CODIGO";

/// The address of events, with a place for the code; empty where no organisation is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References(Option<String>);

impl References {
    /// The address with its place, for the attribute.
    pub fn template(&self) -> Option<String> {
        self.0.clone()
    }

    /// The address of the event of a code. What does not look like a code has none.
    pub fn event(&self, code: &str) -> Option<String> {
        let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.0.as_ref().filter(|_| is_code).map(|template| template.replacen(PLACE, code, 1))
    }
}

/// The address of the event of a code.
pub fn event_of(code: &str) -> Option<String> {
    read().event(code)
}

/// From the engine.
pub fn read() -> References {
    References(use_context::<engine::Engine>().and_then(|engine| engine.reference_link(PLACE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_takes_its_place_and_nothing_else_does() {
        let address = "https://s.example/organizations/cadena/issues/?query=correlacion%3ACODIGO&project=7";
        let references = References(Some(address.to_owned()));
        let event = "https://s.example/organizations/cadena/issues/?query=correlacion%3AK7QX2M9P&project=7";
        assert_eq!(references.event("K7QX2M9P").as_deref(), Some(event));
        assert_eq!(references.event("a&b"), None);
        assert_eq!(References::default().event("K7QX2M9P"), None);
    }
}
