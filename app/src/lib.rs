//! The Leptos app: pages, components and server functions, compiled into the server and into WebAssembly.
//!
//! [`shell`] is the document, [`App`] what is in it. The server renders both and provides `engine::Engine` and
//! `engine::Identity` as contexts; the browser hydrates [`App`]. A page (`pages/`) has the resources and decides what is asked
//! when; components (`components/`) are given data and fetch nothing; `api/` is the way to the use cases.

#[cfg(feature = "ssr")]
pub mod access;
pub mod api;
#[cfg(feature = "ssr")]
pub mod assets;
pub mod components;
pub mod format;
pub mod i18n;
mod json;
pub mod live;
pub mod loading;
pub mod pages;
pub mod preferences;
pub mod query;
pub mod references;
#[cfg(test)]
mod sample;
pub mod sentry;
#[cfg(feature = "ssr")]
mod shell;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
#[cfg(feature = "ssr")]
pub use pages::summary_document;
#[cfg(feature = "ssr")]
pub use shell::shell;

use components::Toasts;
use live::Live;
use pages::{
    CalendarsPage, DayPage, Frame, FreshnessPage, GapsPage, HistoryPage, MonitoringPage, NotFoundPage, PlansPage,
    ReconciliationsPage, RunPage, RunsPage,
};

/// Everything in `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(preferences::read());
    provide_context(references::read());
    Toasts::provide();
    Live::provide();
    // Style sheets and tests can tell a page that reacts from one that does not yet.
    Effect::new(|| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });

    view! {
        <Router>
            <Frame>
                // Async: the whole page waits for its data, so that it is complete without JavaScript.
                <Routes fallback=NotFoundPage>
                    <Route path=path!("ejecuciones") ssr=SsrMode::Async view=RunsPage/>
                    <Route path=path!("ejecuciones/:id") ssr=SsrMode::Async view=RunPage/>
                    <Route path=path!("tiendas/:id/:fecha") ssr=SsrMode::Async view=DayPage/>
                    <Route path=path!("gaps") ssr=SsrMode::Async view=GapsPage/>
                    <Route path=path!("planes") ssr=SsrMode::Async view=PlansPage/>
                    <Route path=path!("monitoreo") ssr=SsrMode::Async view=MonitoringPage/>
                    <Route path=path!("conciliaciones") ssr=SsrMode::Async view=ReconciliationsPage/>
                    <Route path=path!("inventario") ssr=SsrMode::Async view=FreshnessPage/>
                    <Route path=path!("calendarios") ssr=SsrMode::Async view=CalendarsPage/>
                    <Route path=path!("historial") ssr=SsrMode::Async view=HistoryPage/>
                </Routes>
            </Frame>
        </Router>
    }
}
