//! The views of a page that somebody keeps, and the form that keeps the one in hand.

use engine::SavedView;
use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;
use crate::query::{DELETE_VIEW_PATH, Query, SAVE_VIEW_PATH};

/// Links to the kept views of a page, and the way to keep what its filters show; nothing where there is neither.
pub fn saved_views(query: &Query, views: &[SavedView]) -> Option<AnyView> {
    let texts = language().saved_views();
    let address = query.view_href();
    let is_of_page = |view: &&SavedView| view.address.split('?').next() == Some(query.path());
    let own: Vec<&SavedView> = views.iter().filter(is_of_page).collect();
    let is_kept = own.iter().any(|view| view.address == address);
    let has_filters = address != query.path();
    if own.is_empty() && !has_filters {
        return None;
    }
    // An empty list would keep its gap, and indent the form.
    let links = (!own.is_empty()).then(|| {
        let links = own.into_iter().map(|view| link(view, &address)).collect_view();
        view! { <ul class="plain-list">{links}</ul> }
    });
    let save = (has_filters && !is_kept).then(|| save_form(&address));
    Some(
        view! {
            <section class="saved-views" aria-label=texts.title()>
                {links}
                {save}
            </section>
        }
        .into_any(),
    )
}

fn link(view: &SavedView, address: &str) -> AnyView {
    let label = language().saved_views().delete(&view.name);
    let id = view.id.to_string();
    view! {
        <li class="saved-view">
            <a href=view.address.clone() aria-current=(view.address == address).then_some("true")>{view.name.clone()}</a>
            <form method="post" action=DELETE_VIEW_PATH>
                <input type="hidden" name="id" value=id.clone()/>
                <input type="hidden" name="volver" value=address.to_owned()/>
                <button class="button-icon" id=format!("borrar-vista-{id}") type="submit" aria-label=label.clone() title=label>
                    <Glyph icon=Icon::Close/>
                </button>
            </form>
        </li>
    }
    .into_any()
}

fn save_form(address: &str) -> AnyView {
    let texts = language().saved_views();
    view! {
        <details class="save-view" id="guardar-vista">
            <summary>{texts.save()}</summary>
            <form method="post" action=SAVE_VIEW_PATH>
                <input type="hidden" name="direccion" value=address.to_owned()/>
                <label class="field">
                    <span class="field-label">{texts.name()}</span>
                    <input class="input" id="vista-nombre" name="nombre" maxlength="60" autocomplete="off" required/>
                </label>
                <button class="button" type="submit">{texts.keep()}</button>
            </form>
        </details>
    }
    .into_any()
}
