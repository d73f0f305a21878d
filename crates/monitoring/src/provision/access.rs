//! Which Sentry, and as whom.

use std::time::Duration;

/// The server of those who do not run one themselves.
pub const DEFAULT_SENTRY_URL: &str = "https://sentry.io";

/// Which project is to have it all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionTarget {
    /// The organisation's slug or number.
    pub organisation: String,
    /// The project's slug or number.
    pub project: String,
}

impl ProvisionTarget {
    /// For showing requests where nobody has said which project; the names are those of Sentry's documentation.
    pub fn unnamed() -> Self {
        Self { organisation: "{organization_id_or_slug}".to_owned(), project: "{project_id_or_slug}".to_owned() }
    }
}

/// How to reach Sentry's API. It holds a secret, so it has no `Debug`.
#[derive(Clone)]
pub struct SentryApiAccess {
    /// The server, as [`DEFAULT_SENTRY_URL`]; the paths of the API follow it.
    pub url: String,
    /// With the scopes `org:read`, `project:read`, `alerts:read` and `alerts:write`.
    pub token: String,
    /// Which project.
    pub target: ProvisionTarget,
    /// How long one request may take.
    pub timeout: Duration,
}
