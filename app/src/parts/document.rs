//! The document around a page.

use engine::Topic;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::finished::{ISLANDS_SCRIPT, ISLANDS_WASM};
use super::frame::Frame;
use super::navigation::tabs;
use super::sidebar::{sidebar, work};
use crate::access::AccountBar;
use crate::api::ErrorMessage;
use crate::assets::assets;
use crate::i18n::Language;
use crate::page::{Notice, Page};
use crate::preferences::Density;
use crate::query::{HOME_PATH, SAVE_JUSTIFICATION_PATH};
use crate::views::{Failure, Glyph, Icon, batch_element_id, head_basics};
use crate::{preferences, references, sentry};

/// How many changes of each topic there were when a page was asked for; a context of the server's.
#[derive(Clone, Debug, Default)]
pub struct ChangeCounts(pub String);

/// Every page is also about the work in progress, which stands above it.
const ALWAYS: Topic = Topic::Progress;

/// The whole document. One that a form led to has no address of its own.
pub fn document(page: Page, frame: Frame, is_of_form: bool) -> impl IntoView + use<> {
    let preferences = preferences::read();
    let language = preferences.language;
    let assets = assets();
    let template = references::read().template();
    let counts = use_context::<ChangeCounts>().unwrap_or_default().0;
    let mut topics: Vec<&str> = page.topics.iter().map(|topic| topic.as_str()).collect();
    if !page.topics.contains(&ALWAYS) {
        topics.push(ALWAYS.as_str());
    }
    let sidebar = sidebar(&frame, page.section);
    let tabs = tabs(&frame, page.section);
    let (running, ended) = work(frame);
    // The overview says first how things are: what begins to run does not push its sentence away.
    let (running, running_below) =
        if page.section == HOME_PATH { (None, Some(running)) } else { (Some(running), None) };
    let (bridge, script) = (assets.path("bridge.js"), assets.path("page.js"));
    view! {
        <!DOCTYPE html>
        <html
            lang=language.tag()
            data-theme=preferences.theme.code()
            data-densidad=(preferences.density != Density::default()).then(|| preferences.density.code())
            data-atajos=preferences.has_no_single_keys.then_some("no")
            data-muro=page.is_wall.then_some("")
            data-eventos=template
            data-servida=if is_of_form { "formulario" } else { "pagina" }
            data-compilacion=assets.build().to_owned()
            data-obrero=assets.path("worker.js")
            data-islas=assets.path(ISLANDS_SCRIPT)
            data-islas-wasm=assets.path(ISLANDS_WASM)
            data-cambio=counts
        >
            <head>
                {head_basics(language, &page.title)}
                <link rel="modulepreload" href=bridge/>
                <sentry::Head/>
                <script type="module" src=script nonce=use_nonce()></script>
            </head>
            <body>
                <a class="skip-link" href="#contenido">{language.site().skip()}</a>
                <AccountBar/>
                <div class="frame">
                    {sidebar}
                    <main
                        class="main"
                        id="contenido"
                        tabindex="-1"
                        data-temas=topics.join(" ")
                        data-cada=page.every_seconds.map(|seconds| seconds.to_string())
                    >
                        {use_context::<Notice>().map(|shown| notice(language, &shown))}
                        <p
                            class="no-data"
                            id="sin-datos"
                            data-propio=""
                            data-texto=language.live().no_data("{n}")
                            hidden=true
                        ></p>
                        {tabs}
                        {running}
                        {page.content}
                        {running_below}
                        {ended}
                    </main>
                </div>
                <div
                    class="toasts"
                    id="avisos"
                    role="status"
                    aria-live="polite"
                    aria-label=language.toast().region()
                ></div>
                {templates(language)}
            </body>
        </html>
    }
}

/// What was done. Where there are scripts, it becomes a notice that goes by itself, unless it can be undone.
fn notice(language: Language, notice: &Notice) -> AnyView {
    if notice.undo.is_empty() {
        let batch = notice.batch.map(batch_element_id);
        return view! {
            <div class="notice" id="aviso" data-de=batch role="status"><p>{notice.text.clone()}</p></div>
        }
        .into_any();
    }
    let action = (notice.undo_path == SAVE_JUSTIFICATION_PATH).then_some("restaurar_justificacion");
    let fields = notice.undo.iter().map(|(name, value)| {
        view! { <input type="hidden" name=name.clone() value=value.clone()/> }
    });
    view! {
        <div class="notice" id="aviso" data-queda="" role="status">
            <p>{notice.text.clone()}</p>
            <form method="post" action=notice.undo_path.clone() data-accion=action>
                {fields.collect_view()}
                <button class="button" id="deshacer" type="submit">{language.justified().undo()}</button>
            </form>
        </div>
    }
    .into_any()
}

/// What scripts fill in, in the page's language.
fn templates(language: Language) -> AnyView {
    let title = language.failure().title(language.failure().page());
    let message = ErrorMessage::default();
    view! {
        <template id="aviso-plantilla">
            <div class="toast">
                <Glyph icon=Icon::Check/>
                <p></p>
                <button class="button-icon" type="button" aria-label=language.action().close()>
                    <Glyph icon=Icon::Close/>
                </button>
            </div>
        </template>
        <template id="sin-respuesta-plantilla">
            <Failure title message retry=Some(String::new())/>
            <p class="failure-reference muted">{language.failure().reference()} " " <code></code></p>
        </template>
    }
    .into_any()
}
