//! Keeping a view, deleting it, and undoing that.

use leptos::prelude::*;

use super::{back_field, back_of, done, step_page};
use crate::api::{ApiError, ErrorMessage, delete_view, save_view};
use crate::page::{Notice, Outcome};
use crate::preferences::language;
use crate::query::{COVERAGE, GAPS, RUNS, SAVE_VIEW_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button};

const FORM: &str = "vista";

/// The page that an address is of, where its views can be kept.
fn path_of(address: &str) -> Option<&'static str> {
    let path = address.split('?').next();
    [RUNS.path, GAPS.path, COVERAGE.path].into_iter().find(|known| Some(*known) == path)
}

/// Keeps the view, and shows it; where that cannot be, asks again.
pub async fn save(values: Values) -> Outcome {
    let (name, address) = (values.get("nombre").unwrap_or_default(), values.get("direccion").unwrap_or_default());
    let Some(path) = path_of(&address) else { return done(GAPS.path, language().saved_views().no_page()) };
    match save_view(&name, &address).await {
        Ok(view) => done(view.address, language().saved_views().saved(view.name)),
        Err(error) => Outcome::Page(ask(path, name, address, &error)),
    }
}

fn ask(path: &'static str, name: String, address: String, error: &ApiError) -> crate::page::Page {
    let texts = language().saved_views();
    let body = view! {
        <form class="step-form" id=FORM method="post" action=SAVE_VIEW_PATH>
            <input type="hidden" name="direccion" value=address.clone()/>
            <label class="field">
                <span class="field-label">{texts.name()}</span>
                <input class="input" name="nombre" value=name maxlength="60" autocomplete="off" required/>
            </label>
            {back_field(&address)}
        </form>
        <Failure title=texts.failed().to_owned() message=ErrorMessage::from(error)/>
    };
    let confirm = Some(confirm_button(FORM, texts.keep()));
    let step = Step {
        title: texts.save(),
        back: address,
        leave: language().action().cancel(),
        body: body.into_any(),
        confirm,
    };
    step_page(path, step)
}

/// Deletes the view, and offers to undo that.
pub async fn delete(values: Values) -> Outcome {
    let path = back_of(&values, GAPS.path);
    match delete_view(&values.get("id").unwrap_or_default()).await {
        Ok(Some(view)) => {
            let text = language().saved_views().deleted(&view.name);
            let undo = vec![("nombre".to_owned(), view.name), ("direccion".to_owned(), view.address)];
            Outcome::Done { path, notice: Notice { text, undo, undo_path: SAVE_VIEW_PATH.to_owned(), batch: None } }
        }
        Ok(None) => done(path, ""),
        Err(error) => done(path, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_of_pages_with_filters_only() {
        assert_eq!(path_of("/actividad?estado=fallido"), Some("/actividad"));
        assert_eq!(path_of("/cobertura"), Some("/cobertura"));
        for address in
            ["/actividad/decisiones", "/", "//evil.example", "https://evil.example/actividad", "/usuarios?x=1"]
        {
            assert_eq!(path_of(address), None, "{address}");
        }
    }
}
