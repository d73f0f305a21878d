//! Navigation and state at the side, work in progress above the page.

use domain::read_model::Progress;
use futures::join;
use leptos::prelude::*;

use crate::api::{ApiError, DrawingFrame, count_gaps, list_reconciliations, read_progress};
use crate::page::part;
use crate::preferences::language;
use crate::query::{CALENDARS, GAPS, HISTORY, HOME_PATH, MONITORING, PLANS_PATH, RECONCILIATIONS, RUNS, STOCK_PATH};
use crate::views::{Glyph, Icon, Mark, connectivity_badge, live_badge, preferences_switch, progress_list};

/// What the frame shows of the state of things.
pub struct Frame {
    progress: Result<Progress, ApiError>,
    /// None where it cannot be had: the page itself says why.
    gaps: Option<u64>,
    changed_days: Option<u64>,
}

/// Asks for all of it at once.
pub async fn load_frame() -> Frame {
    provide_context(DrawingFrame);
    let (progress, gaps, days) = join!(read_progress(), count_gaps(None, None, None), list_reconciliations(None, None));
    Frame { progress, gaps: gaps.ok().map(|count| count.total), changed_days: days.ok().map(|list| list.cambiadas) }
}

/// The side. `section` is the entry that the page belongs to.
pub fn sidebar(frame: &Frame, section: &str) -> AnyView {
    let language = language();
    let texts = language.site();
    let gaps = badge(frame.gaps, |count| texts.gaps_pending(count));
    let days = badge(frame.changed_days, |count| language.reconciliations().pending(count));
    let links = [
        (HOME_PATH, language.summary().title(), Icon::Home, None),
        (RUNS.path, texts.runs(), Icon::Runs, None),
        (GAPS.path, texts.gaps(), Icon::Gaps, gaps),
        (PLANS_PATH, texts.plans(), Icon::Plans, None),
        (RECONCILIATIONS.path, texts.reconciliations(), Icon::Reconciliations, days),
        (STOCK_PATH, texts.freshness(), Icon::Stock, None),
        (CALENDARS.path, texts.calendars(), Icon::Calendars, None),
        (HISTORY.path, texts.history(), Icon::History, None),
        (MONITORING, texts.monitoring(), Icon::Monitoring, None),
    ];
    let links = links.map(|(href, label, icon, badge)| {
        let current = (href == section).then_some("page");
        view! {
            <a class="nav-link" href=href aria-current=current>
                <Glyph icon/>
                <span>{label}</span>
                {badge}
            </a>
        }
    });
    view! {
        <header class="sidebar" id="marco">
            <a class="brand" href=HOME_PATH>
                <Mark/>
                <span>{texts.name()}</span>
            </a>
            <nav class="nav" aria-label=texts.navigation()>{links.collect_view()}</nav>
            <div class="sidebar-foot">
                {connectivity_badge()}
                {live_badge()}
                {preferences_switch()}
            </div>
        </header>
    }
    .into_any()
}

/// The count beside an entry: nothing while there is nothing to count.
fn badge(count: Option<u64>, title: impl FnOnce(u64) -> String) -> Option<AnyView> {
    let count = count.filter(|count| *count > 0)?;
    Some(view! { <span class="count" title=title(count)>{count.to_string()}</span> }.into_any())
}

/// The batches in work, above every page.
pub fn work(frame: Frame) -> AnyView {
    part(language().progress().part(), frame.progress, None, |progress| progress_list(&progress).into_any())
}
