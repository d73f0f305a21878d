//! The document around the app; only the server writes it.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::access::AccountBar;
use crate::assets::assets;
use crate::components::CrashTemplate;
use crate::{App, preferences, references, sentry};

/// The whole HTML document of a page.
pub fn shell() -> impl IntoView {
    // Before the app provides them: they are attributes of <html>.
    let preferences = preferences::read();
    let references = references::read();
    let assets = assets();
    let (module, wasm) = (assets.path("klk.js"), assets.path("klk.wasm"));
    let start =
        format!("import({module:?}).then(app => app.default({{module_or_path: {wasm:?}}}).then(() => app.hydrate()))");
    view! {
        <!DOCTYPE html>
        <html lang=preferences.language.tag() data-theme=preferences.theme.code() data-eventos=references.template() data-compilacion=assets.build().to_owned()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content=preferences.language.site().description()/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href=assets.path("klk.css")/>
                <sentry::Head/>
                <link rel="modulepreload" href=assets.path("bridge.js")/>
                <link rel="modulepreload" href=module/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <CrashTemplate language=preferences.language/>
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
                <AccountBar/>
            </body>
        </html>
    }
}
