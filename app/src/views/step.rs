//! A step of an action: what is asked, the way out, and the button that does it. On a page of its own it stands in the page;
//! where there are scripts, frontend/js/dialog.ts shows it in a dialog over the page that it is about.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;

/// A step, before it is drawn.
pub struct Step {
    /// The title.
    pub title: &'static str,
    /// Where the way out leads.
    pub back: String,
    /// What the way out is called.
    pub leave: &'static str,
    /// What is asked.
    pub body: AnyView,
    /// The button; None where there is nothing to do.
    pub confirm: Option<AnyView>,
}

/// Draws it.
pub fn step(step: Step) -> AnyView {
    view! {
        <section class="panel step" data-paso="" aria-labelledby="paso-titulo">
            <header class="dialog-header">
                <h1 class="step-title" id="paso-titulo">{step.title}</h1>
                <a
                    class="button-icon"
                    role="button"
                    href=step.back.clone()
                    data-cerrar=""
                    aria-label=language().action().close()
                >
                    <Glyph icon=Icon::Close/>
                </a>
            </header>
            <div class="dialog-body">{step.body}</div>
            <footer class="dialog-footer">
                <a class="button" role="button" href=step.back data-cerrar="">{step.leave}</a>
                {step.confirm}
            </footer>
        </section>
    }
    .into_any()
}

/// The button that submits a form which stands elsewhere in the step.
pub fn confirm_button(form: &'static str, label: &'static str) -> AnyView {
    view! { <button class="button button-primary" id="paso-hacer" type="submit" form=form>{label}</button> }.into_any()
}
