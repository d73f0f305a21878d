//! Events of the whole page.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::{WindowListenerHandle, window_event_listener_untyped};
use web_sys::{Element, Event};

/// Hears of an event anywhere in the page for as long as an element of the island is in it: a page that was left is taken
/// away without a word to its islands.
pub fn while_shown(element: &Element, name: &str, work: impl Fn(Event) + 'static) {
    let listening = Rc::new(Cell::new(None::<WindowListenerHandle>));
    let (own, element) = (Rc::clone(&listening), element.clone());
    listening.set(Some(window_event_listener_untyped(name, move |event| {
        if element.is_connected() {
            work(event);
        } else if let Some(listening) = own.take() {
            listening.remove();
        }
    })));
}
