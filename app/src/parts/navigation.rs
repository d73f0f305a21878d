//! The five entries that everything belongs to, the system's beside them, and the tabs within each.

use leptos::prelude::*;

use super::frame::Frame;
use crate::i18n::Language;
use crate::preferences::language;
use crate::query::{
    CALENDARS, COVERAGE, GAPS, HISTORY, HOME_PATH, JUSTIFIED_PATH, METRICS_PATH, MONITORING, NOTICES, PLANS_PATH,
    RECONCILIATIONS, RUNS, STOCK_PATH, STORES_PATH, USERS_PATH,
};
use crate::views::{Glyph, Icon};

/// A page that others stand beside.
struct Tab {
    path: &'static str,
    name: &'static str,
    /// What waits there; None where nothing is counted.
    count: Option<u64>,
}

/// An entry of the navigation: the first of its tabs is where it leads.
struct Entry {
    name: &'static str,
    icon: Icon,
    tabs: Vec<Tab>,
    /// What its count means.
    meaning: fn(Language, u64) -> String,
}

impl Entry {
    fn new(name: &'static str, icon: Icon, tabs: Vec<(&'static str, &'static str, Option<u64>)>) -> Self {
        let tabs = tabs.into_iter().map(|(path, name, count)| Tab { path, name, count }).collect();
        Self { name, icon, tabs, meaning: |language, count| language.site().gaps_pending(count) }
    }

    fn has(&self, section: &str) -> bool {
        self.tabs.iter().any(|tab| tab.path == section)
    }

    fn count(&self) -> u64 {
        self.tabs.iter().filter_map(|tab| tab.count).sum()
    }
}

fn entries(frame: &Frame) -> [Entry; 6] {
    let language = language();
    let texts = language.site();
    [
        Entry::new(language.summary().title(), Icon::Home, vec![(HOME_PATH, language.summary().title(), None)]),
        Entry::new(
            language.coverage().title(),
            Icon::Coverage,
            vec![(COVERAGE.path, language.coverage().title(), None)],
        ),
        Entry::new(
            texts.gaps(),
            Icon::Gaps,
            vec![
                (GAPS.path, texts.tab_gaps(), frame.gaps()),
                (RECONCILIATIONS.path, texts.reconciliations(), frame.changed_days()),
                (STOCK_PATH, texts.freshness(), None),
                (JUSTIFIED_PATH, language.justified().title(), None),
            ],
        ),
        Entry::new(
            texts.activity(),
            Icon::Runs,
            vec![
                (RUNS.path, texts.runs(), None),
                (PLANS_PATH, texts.plans(), None),
                (HISTORY.path, texts.history(), None),
            ],
        ),
        Entry::new(
            texts.stores(),
            Icon::Stock,
            vec![(STORES_PATH, texts.stores(), None), (CALENDARS.path, texts.calendars(), None)],
        ),
        Entry::new(
            texts.system(),
            Icon::Monitoring,
            vec![
                (MONITORING, texts.monitoring(), None),
                (METRICS_PATH, language.metrics().title(), None),
                (NOTICES.path, language.notices().title(), None),
                (USERS_PATH, language.access().users(), None),
            ],
        ),
    ]
}

/// The entries, the one that a page belongs to marked.
pub fn navigation(frame: &Frame, section: &str) -> AnyView {
    let language = language();
    let links = entries(frame).into_iter().filter_map(|entry| {
        let href = entry.tabs.first()?.path;
        let current = entry.has(section).then_some("page");
        let badge = badge(entry.count(), |count| (entry.meaning)(language, count));
        Some(view! {
            <a class="nav-link" href=href aria-current=current>
                <Glyph icon=entry.icon/>
                <span>{entry.name}</span>
                {badge}
            </a>
        })
    });
    view! { <nav class="nav" aria-label=language.site().navigation()>{links.collect_view()}</nav> }.into_any()
}

/// The tabs of the entry that a page belongs to; nothing where it has but one.
pub fn tabs(frame: &Frame, section: &str) -> Option<AnyView> {
    let entry = entries(frame).into_iter().find(|entry| entry.has(section))?;
    let is_administrator = frame.is_administrator();
    let tabs: Vec<Tab> = entry.tabs.into_iter().filter(|tab| tab.path != USERS_PATH || is_administrator).collect();
    (tabs.len() > 1).then(|| {
        let links = tabs.into_iter().map(|tab| {
            let count = tab.count.filter(|count| *count > 0);
            let count = count.map(|count| view! { <span class="count">{count.to_string()}</span> });
            view! {
                <a href=tab.path aria-current=(tab.path == section).then_some("page")>{tab.name} {count}</a>
            }
        });
        view! { <nav class="tabs" aria-label=entry.name>{links.collect_view()}</nav> }.into_any()
    })
}

/// The count beside an entry: nothing while there is nothing to count.
fn badge(count: u64, title: impl FnOnce(u64) -> String) -> Option<AnyView> {
    (count > 0).then(|| view! { <span class="count" title=title(count)>{count.to_string()}</span> }.into_any())
}
