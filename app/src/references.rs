//! Where the event is that a reference code stands for.
//!
//! The server knows Sentry's address; the browser reads it from an attribute of `<html>`, so that an error can be linked
//! also where nothing else can be fetched.

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

/// The address of the event of a code, on this page.
pub fn event_of(code: &str) -> Option<String> {
    use_context::<References>().unwrap_or_default().event(code)
}

/// From the engine.
#[cfg(feature = "ssr")]
pub fn read() -> References {
    References(use_context::<engine::Engine>().and_then(|engine| engine.reference_link(PLACE)))
}

/// From what the server wrote into `<html>`.
#[cfg(not(feature = "ssr"))]
pub fn read() -> References {
    References(document().document_element().and_then(|root| root.get_attribute("data-eventos")))
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
