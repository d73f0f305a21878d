//! The document around the app; only the server writes it.

use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::components::CrashTemplate;
use crate::{App, preferences, references, sentry};

/// The whole HTML document of a page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    // Before the app provides them: they are attributes of <html>.
    let preferences = preferences::read();
    let references = references::read();
    view! {
        <!DOCTYPE html>
        <html lang=preferences.language.tag() data-theme=preferences.theme.code() data-eventos=references.template()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content=preferences.language.site().description()/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href="/pkg/klk.css"/>
                <sentry::Head/>
                <link rel="modulepreload" href="/pkg/bridge.js"/>
                <CrashTemplate language=preferences.language/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
