//! One file a page: what it asks for, and what is drawn of the answers. The server alone draws pages.

mod calendars;
mod connectivity;
mod coverage;
mod day;
mod freshness;
mod gaps;
mod history;
mod justified;
mod metrics;
mod monitoring;
mod not_found;
mod notices;
mod plan;
mod plans;
mod reconciliations;
mod refusal;
mod run;
mod runs;
mod search;
mod shortcuts;
mod store;
mod stores;
mod summary;

use std::pin::Pin;

pub use calendars::{Submitted, calendars_page, seal};
pub use not_found::not_found_page;
pub use plans::plans_page;
pub use reconciliations::reconciliations_page;
pub use refusal::{Refusal, refusal_document};

use crate::page::Page;
use crate::query::{
    CALENDARS, CONNECTIVITY_PATH, COVERAGE, GAPS, HISTORY, HOME_PATH, JUSTIFIED_PATH, METRICS_PATH, MONITORING,
    NOTICES, PLANS_PATH, RECONCILIATIONS, RUNS, SEARCH_PATH, SHORTCUTS_PATH, STOCK_PATH, STORES_PATH,
};
use crate::values::Values;

/// A page that is being made.
pub type Making = Pin<Box<dyn Future<Output = Page> + Send>>;
/// Makes a page of what it is asked with.
pub type Maker = fn(Values) -> Making;

/// Every page by its route.
pub const PAGES: [(&str, Maker); 21] = [
    (HOME_PATH, |values| Box::pin(summary::summary_page(values))),
    (COVERAGE.path, |values| Box::pin(coverage::coverage_page(values))),
    (RUNS.path, |values| Box::pin(runs::runs_page(values))),
    ("/actividad/{id}", |values| Box::pin(run::run_page(values))),
    (STORES_PATH, |_| Box::pin(stores::stores_page())),
    ("/tiendas/{id}", |values| Box::pin(store::store_page(values))),
    ("/tiendas/{id}/{fecha}", |values| Box::pin(day::day_page(values))),
    (GAPS.path, |values| Box::pin(gaps::gaps_page(values))),
    (JUSTIFIED_PATH, |_| Box::pin(justified::justified_page())),
    (METRICS_PATH, |values| Box::pin(metrics::metrics_page(values))),
    (PLANS_PATH, |_| Box::pin(plans::plans_page())),
    ("/actividad/recuperaciones/{plan}", |values| Box::pin(plan::plan_page(values))),
    (MONITORING, |values| Box::pin(monitoring::monitoring_page(values))),
    (NOTICES.path, |values| Box::pin(notices::notices_page(values))),
    (RECONCILIATIONS.path, |values| Box::pin(reconciliations::reconciliations_page(values))),
    (STOCK_PATH, |_| Box::pin(freshness::freshness_page())),
    (CALENDARS.path, |values| Box::pin(calendars::calendars_page(values, None))),
    (HISTORY.path, |values| Box::pin(history::history_page(values))),
    (SEARCH_PATH, |values| Box::pin(search::search_page(values))),
    (SHORTCUTS_PATH, |_| Box::pin(async { shortcuts::shortcuts_page() })),
    (CONNECTIVITY_PATH, |_| Box::pin(connectivity::connectivity_page())),
];

/// The folder before an address of ours, as where a proxy publishes us below one.
pub fn folder_of_proxy(path: &str) -> Option<&str> {
    let end = path.get(1..)?.find('/')? + 1;
    let (folder, page) = path.split_at(end);
    PAGES.iter().any(|(known, _)| *known == page).then_some(folder)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::folder_of_proxy;

    #[rstest]
    #[case("/klk/", Some("/klk"))]
    #[case("/klk/cobertura", Some("/klk"))]
    #[case("/klk/sistema/monitoreo", Some("/klk"))]
    #[case("/klk", None)]
    #[case("/klk/nada", None)]
    #[case("", None)]
    fn a_page_of_ours_below_a_folder_is_known(#[case] path: &str, #[case] folder: Option<&str>) {
        assert_eq!(folder_of_proxy(path), folder);
    }
}
