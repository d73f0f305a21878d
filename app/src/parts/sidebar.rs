//! Navigation and state at the side, work in progress above the page.

use domain::read_model::{BatchProgress, Progress};
use leptos::prelude::*;

use super::frame::Frame;
use super::navigation::navigation;
use crate::page::part;
use crate::preferences::language;
use crate::query::{HOME_PATH, SEARCH_PATH};
use crate::views::{Glyph, Icon, Mark, connectivity_badge, live_badge, preferences_switch, progress_list};

/// The side. `section` is the page of the navigation that is shown, or that what is shown belongs to.
pub fn sidebar(frame: &Frame, section: &str) -> AnyView {
    let texts = language().site();
    view! {
        <header class="sidebar" id="marco">
            <a class="brand" href=HOME_PATH>
                <Mark/>
                <span>{texts.name()}</span>
            </a>
            {navigation(frame, section)}
            {(!frame.is_wall()).then(search_link)}
            <div class="sidebar-foot">
                {connectivity_badge()}
                {live_badge()}
                {preferences_switch()}
            </div>
        </header>
    }
    .into_any()
}

fn search_link() -> AnyView {
    view! {
        <a class="search-link" href=SEARCH_PATH data-dialogo="" aria-keyshortcuts="Control+K">
            <Glyph icon=Icon::Search/>
            <span>{language().search().title()}</span>
            <kbd>"Ctrl K"</kbd>
        </a>
    }
    .into_any()
}

/// The batches in progress, above every page but the overview. What has ended pushes nothing away: it stands below.
pub fn work(frame: Frame) -> (AnyView, AnyView) {
    let name = language().progress().part();
    match frame.progress {
        Ok(progress) => {
            let (running, ended) = progress.lotes.iter().cloned().partition(|batch| batch.terminado_en.is_none());
            let texts = language().progress();
            let list = |lotes: Vec<BatchProgress>, named| {
                progress_list(&Progress { lotes, ..progress.clone() }, named).into_any()
            };
            (list(running, ("trabajo", texts.title())), list(ended, ("trabajo-terminado", texts.ended_title())))
        }
        failed => (part(name, failed, None, |_| ().into_any()), ().into_any()),
    }
}
