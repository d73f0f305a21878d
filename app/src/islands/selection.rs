//! Rows that are chosen by their checkboxes, which the server drew: with Shift a whole stretch of them, and how many, said on
//! the button that acts on them.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, MouseEvent};

use super::listening::while_shown;

/// Stands for the number in a text that says how many are chosen.
pub const COUNT: &str = "{n}";

/// A row's checkbox.
const BOX: &str = "input[type=checkbox][data-elige]";
/// The page has become another one, or newer (frontend/js/visit.ts).
const SHOWN: &str = "klk:shown";

/// The button that recovers what is chosen. As the server draws it, it acts on whatever the form says.
#[island]
pub fn RecoverSelection(
    /// What it says where nobody counts.
    #[prop(into)]
    plain: String,
    /// What it says of a number, which [`COUNT`] stands for.
    #[prop(into)]
    counted: String,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let chosen = RwSignal::new(None);
    Effect::new(move || {
        let Some(button) = button.get() else { return };
        let count = move || chosen.set(Some(boxes().iter().filter(|one| one.checked()).count()));
        let last = Rc::new(RefCell::new(None));
        while_shown(&button, "click", move |event| {
            if let Some((clicked, shift)) = clicked_box(&event) {
                if shift && let Some(last) = &*last.borrow() {
                    check_stretch(last, &clicked);
                }
                last.replace(Some(clicked));
                count();
            }
        });
        while_shown(&button, SHOWN, move |_| count());
        count();
    });
    let label = move || match chosen.get() {
        None => plain.clone(),
        Some(count) => counted.replace(COUNT, &count.to_string()),
    };
    view! {
        <button
            class="button"
            id="recuperar-seleccion"
            type="submit"
            name="que"
            value="seleccion"
            translate="no"
            aria-haspopup="dialog"
            prop:disabled=move || chosen.get() == Some(0)
            node_ref=button
        >
            {label}
        </button>
    }
}

/// All rows' checkboxes, in their order.
fn boxes() -> Vec<HtmlInputElement> {
    let Ok(found) = document().query_selector_all(BOX) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// The checkbox that was clicked, and whether with Shift.
fn clicked_box(event: &Event) -> Option<(HtmlInputElement, bool)> {
    let clicked: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let shift = event.dyn_ref::<MouseEvent>().is_some_and(MouseEvent::shift_key);
    clicked.matches(BOX).is_ok_and(|is_box| is_box).then_some((clicked, shift))
}

/// Makes all between two checkboxes as the second is.
fn check_stretch(last: &HtmlInputElement, clicked: &HtmlInputElement) {
    let boxes = boxes();
    let place = |of: &HtmlInputElement| boxes.iter().position(|one| one == of);
    if let (Some(one), Some(other)) = (place(last), place(clicked)) {
        for between in &boxes[stretch(one, other)] {
            between.set_checked(clicked.checked());
        }
    }
}

/// From the earlier to the later of two places.
fn stretch(one: usize, other: usize) -> RangeInclusive<usize> {
    one.min(other)..=one.max(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_goes_from_the_earlier_to_the_later_whichever_was_clicked_first() {
        assert_eq!(stretch(1, 3), 1..=3);
        assert_eq!(stretch(3, 1), 1..=3);
        assert_eq!(stretch(2, 2), 2..=2);
    }
}
