//! What a component could not draw.

use super::{bindings, reference};

/// Reports an error of a part of a page, by its name there; gives the code that finds the event.
pub fn report_component(part: &str, message: &str) -> Option<String> {
    reference(bindings::report_component(part, message))
}
