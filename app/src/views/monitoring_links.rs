//! The ways into Sentry.

use domain::read_model::MonitoringLinks;
use leptos::prelude::*;

use super::{CopyLine, SentryLink};
use crate::format::class_name;
use crate::preferences::language;

/// What makes this page link into Sentry.
const WEB_LINE: &str =
    "export SENTRY_WEB_URL=https://sentry.io SENTRY_ORGANIZATION=mi-organizacion SENTRY_PROJECT=NUMERO";

/// The issues of each store and of each class of error, and the monitors; without an organisation, how to name one.
pub fn monitoring_link_lists(links: Option<MonitoringLinks>) -> AnyView {
    match links {
        Some(links) => lists(links),
        None => {
            let texts = language().monitoring();
            view! {
                <div class="hint">
                    <p class="strong">{texts.links_none()}</p>
                    <p class="muted">{texts.links_none_text()}</p>
                    <p><CopyLine text=WEB_LINE/></p>
                </div>
            }
            .into_any()
        }
    }
}

fn lists(links: MonitoringLinks) -> AnyView {
    let language = language();
    let texts = language.monitoring();
    let item = |href: String, label: String| view! { <li><SentryLink href label/></li> };
    let stores = links.por_tienda.into_iter().map(|link| item(link.enlace, link.ubicacion_nombre)).collect_view();
    let classes = links.por_error.into_iter();
    let classes =
        classes.map(|link| item(link.enlace, class_name(language, link.error_tipo).to_owned())).collect_view();
    view! {
        <div class="link-lists">
            <div>
                <h3>{texts.by_store()}</h3>
                <ul class="link-list">{stores}</ul>
            </div>
            <div>
                <h3>{texts.by_error()}</h3>
                <ul class="link-list">{classes}</ul>
            </div>
            <p><SentryLink href=links.monitores label=texts.cron_link()/></p>
        </div>
    }
    .into_any()
}
