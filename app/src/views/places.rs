//! Where one can go: the entries of the navigation, the first page of each being where it leads, and the pages beside it.

use super::Icon;
use crate::i18n::Language;
use crate::query::{
    CALENDARS, COVERAGE, GAPS, HISTORY, HOME_PATH, JUSTIFIED_PATH, METRICS_PATH, MONITORING, NOTICES, PLANS_PATH,
    RECONCILIATIONS, RUNS, STOCK_PATH, STORES_PATH, USERS_PATH,
};

/// An entry of the navigation.
pub struct Place {
    /// What it is called.
    pub name: &'static str,
    /// What stands for it.
    pub icon: Icon,
    /// The key that leads there after `g`; the same in both languages.
    pub key: &'static str,
    /// Address and name of its pages.
    pub pages: Vec<(&'static str, &'static str)>,
}

impl Place {
    /// Where it leads.
    pub fn path(&self) -> &'static str {
        self.pages.first().map_or(HOME_PATH, |(path, _)| path)
    }

    /// Whether a page belongs to it.
    pub fn has(&self, section: &str) -> bool {
        self.pages.iter().any(|(path, _)| *path == section)
    }
}

/// Every entry, in the order in which they are shown.
pub fn places(language: Language) -> [Place; 6] {
    let texts = language.site();
    [
        Place {
            name: language.summary().title(),
            icon: Icon::Home,
            key: "r",
            pages: vec![(HOME_PATH, language.summary().title())],
        },
        Place {
            name: language.coverage().title(),
            icon: Icon::Coverage,
            key: "c",
            pages: vec![(COVERAGE.path, language.coverage().title())],
        },
        Place {
            name: texts.gaps(),
            icon: Icon::Gaps,
            key: "p",
            pages: vec![
                (GAPS.path, texts.tab_gaps()),
                (RECONCILIATIONS.path, texts.reconciliations()),
                (STOCK_PATH, texts.freshness()),
                (JUSTIFIED_PATH, language.justified().title()),
            ],
        },
        Place {
            name: texts.activity(),
            icon: Icon::Runs,
            key: "a",
            pages: vec![(RUNS.path, texts.runs()), (PLANS_PATH, texts.plans()), (HISTORY.path, texts.history())],
        },
        Place {
            name: texts.stores(),
            icon: Icon::Stock,
            key: "t",
            pages: vec![(STORES_PATH, texts.stores()), (CALENDARS.path, texts.calendars())],
        },
        Place {
            name: texts.system(),
            icon: Icon::Monitoring,
            key: "s",
            pages: vec![
                (MONITORING, texts.monitoring()),
                (METRICS_PATH, language.metrics().title()),
                (NOTICES.path, language.notices().title()),
                (USERS_PATH, language.access().users()),
            ],
        },
    ]
}
