//! Links from our pages into Sentry's.

use crate::settings::SentryWeb;
use crate::trace::percent_encoded;

/// Builds links into the configured organisation.
#[derive(Clone, Debug)]
pub struct SentryLinks {
    base: String,
    project: Option<String>,
}

impl SentryLinks {
    /// Links into this organisation.
    pub fn new(web: &SentryWeb) -> Self {
        let base = format!("{}/organizations/{}", web.url.trim_end_matches('/'), percent_encoded(&web.organisation));
        Self { base, project: web.project.clone() }
    }

    /// The issues of a store.
    pub fn issues_of_branch(&self, branch: &str) -> String {
        self.issues(&format!("tienda:{branch}"))
    }

    /// The issues of a class of error.
    pub fn issues_of_error(&self, error_class: &str) -> String {
        self.issues(&format!("error_tipo:{error_class}"))
    }

    /// The failure of a run.
    pub fn issues_of_run(&self, run: &str) -> String {
        self.issues(&format!("ejecucion_id:{run}"))
    }

    /// The event that a person holds the code of.
    pub fn issues_of_correlation(&self, correlation: &str) -> String {
        self.issues(&format!("correlacion:{correlation}"))
    }

    /// One event, by its identifier.
    pub fn event(&self, event_id: &str) -> String {
        self.issues(event_id)
    }

    /// A trace: of a run, or of what caused it.
    pub fn trace(&self, trace_id: &str) -> String {
        format!("{}/explore/traces/trace/{}/", self.base, percent_encoded(trace_id))
    }

    /// The cron monitors.
    pub fn cron_monitors(&self) -> String {
        format!("{}/insights/crons/", self.base)
    }

    fn issues(&self, query: &str) -> String {
        let project = self.project.as_deref().map(|number| format!("&project={}", percent_encoded(number)));
        format!("{}/issues/?query={}{}", self.base, percent_encoded(query), project.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_carry_the_search_and_the_project() {
        let web =
            SentryWeb { url: "https://s.example/".into(), organisation: "cadena".into(), project: Some("7".into()) };
        let links = SentryLinks::new(&web);
        let issues = "https://s.example/organizations/cadena/issues/?query=tienda%3Atienda_01&project=7";
        assert_eq!(links.issues_of_branch("tienda_01"), issues);
        assert_eq!(links.event("ab12"), "https://s.example/organizations/cadena/issues/?query=ab12&project=7");
        assert_eq!(links.trace("abc"), "https://s.example/organizations/cadena/explore/traces/trace/abc/");
    }
}
