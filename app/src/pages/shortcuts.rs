//! `/atajos`: which keys do what, and the switch of those that are single keys. frontend/js/palette.ts shows it under `?`, and reads
//! from it where the keys after `g` lead.

use leptos::prelude::*;

use crate::page::{Page, came_from};
use crate::preferences::{KEYS_OFF, KEYS_ON, Preferences, language};
use crate::query::{HOME_PATH, SEARCH_PATH, SHORTCUTS_PATH};
use crate::views::{Step, places, step};

/// The page of shortcuts.
pub fn shortcuts_page() -> Page {
    let language = language();
    let texts = language.shortcuts();
    let back = came_from().filter(|path| !path.starts_with(SHORTCUTS_PATH)).unwrap_or_else(|| HOME_PATH.to_owned());
    let grid = [
        (vec!["←", "↑", "→", "↓"], texts.grid_move()),
        (vec!["Shift", "←", "↑", "→", "↓"], texts.grid_extend()),
        (vec![texts.space()], texts.grid_toggle()),
        (vec!["Shift", texts.space()], texts.grid_row()),
        (vec!["Ctrl", texts.space()], texts.grid_column()),
        (vec!["."], texts.grid_next()),
        (vec!["+", "-"], texts.grid_zoom()),
        (vec!["Enter"], texts.grid_open()),
        (vec!["Esc"], texts.leave()),
    ];
    let general = [(vec!["Ctrl", "K"], language.search().title()), (vec!["?"], texts.title())];
    let goes = places(language).map(|place| {
        let link = view! { <a class="link" href=place.path() data-tecla=place.key>{place.name}</a> };
        (vec!["g", place.key], link)
    });
    let body = view! {
        <h2 class="search-group">{texts.everywhere()}</h2>
        {list(general)}
        <h2 class="search-group">{texts.go()}</h2>
        {list(goes)}
        <h2 class="search-group">{texts.grid()}</h2>
        {list(grid)}
        {switch()}
    };
    let search = view! { <a class="link" href=SEARCH_PATH data-dialogo="">{language.search().title()}</a> };
    let content = step(Step {
        title: texts.title(),
        back,
        leave: language.action().close(),
        body: body.into_any(),
        confirm: Some(search.into_any()),
    });
    Page::new(SHORTCUTS_PATH, texts.title(), &[], content)
}

/// Keys, and what they do.
fn list<const COUNT: usize, V: IntoView + 'static>(entries: [(Vec<&'static str>, V); COUNT]) -> AnyView {
    let entries = entries.map(|(keys, meaning)| {
        let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> " " }).collect_view();
        view! {
            <div>
                <dt>{keys}</dt>
                <dd>{meaning}</dd>
            </div>
        }
    });
    view! { <dl class="shortcuts">{entries.collect_view()}</dl> }.into_any()
}

/// Turns the single keys off, and on again.
fn switch() -> AnyView {
    let texts = language().shortcuts();
    let are_off = use_context::<Preferences>().unwrap_or_default().has_no_single_keys;
    let (value, label) = if are_off { (KEYS_ON, texts.turn_on()) } else { (KEYS_OFF, texts.turn_off()) };
    view! {
        <form method="post" action="/api/preferencias">
            <p class="muted">{if are_off { texts.are_off() } else { texts.are_on() }}</p>
            <p>
                <button class="button" id="atajos-cambiar" type="submit" name="atajos" value=value>{label}</button>
            </p>
        </form>
    }
    .into_any()
}
