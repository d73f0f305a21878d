//! What stands over the page when the app is dead. Nothing of it is Rust by then, so it lies ready in the page.

use leptos::prelude::*;

use crate::i18n::Language;

/// Kept in the head; frontend/js/bridge.ts takes it out and fills in the reference code.
#[component]
pub fn CrashTemplate(
    /// Of the page.
    language: Language,
) -> impl IntoView {
    let texts = language.crash();
    view! {
        <template id="fallo-total-plantilla">
            <dialog
                class="dialog crash"
                id="fallo-total"
                role="alertdialog"
                aria-labelledby="fallo-total-titulo"
                aria-describedby="fallo-total-texto"
            >
                <div class="dialog-body">
                    <h2 id="fallo-total-titulo">{texts.title()}</h2>
                    <p id="fallo-total-texto">{texts.text()}</p>
                    <p class="failure-reference">{language.failure().reference()} " " <code></code></p>
                </div>
                <footer class="dialog-footer">
                    <button class="button button-primary" type="button">
                        {texts.reload()}
                    </button>
                </footer>
            </dialog>
        </template>
    }
}
