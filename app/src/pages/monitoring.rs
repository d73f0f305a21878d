//! `/monitoreo`: trying out whether what fails in this browser is told.

use leptos::prelude::*;

use crate::components::{PageHeader, PageTitle, SentryTrial};
use crate::preferences::language;

/// The page of monitoring.
#[component]
pub fn MonitoringPage() -> impl IntoView {
    let texts = language().monitoring();
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <SentryTrial/>
    }
    .into_any()
}
