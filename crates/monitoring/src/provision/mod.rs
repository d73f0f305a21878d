//! Sentry's dashboards, alerts, saved searches and cron monitors, as code.
//!
//! What is to be there stands in `definitions`, as the bodies of requests to Sentry's public API. [`provision`] looks
//! at what is there, creates what is missing, updates what differs and leaves the rest alone, so that running it twice
//! changes nothing. It deletes nothing. [`planned_requests`] says what it would send to an empty project.

mod access;
mod api;
mod definitions;
mod difference;
mod error;
mod project;
mod reconcile;
mod report;
mod resource;

pub use access::{DEFAULT_SENTRY_URL, ProvisionTarget, SentryApiAccess};
pub use definitions::endpoints::WATCHED_ROUTES;
pub use error::ProvisionError;
pub use report::{Change, PlannedRequest, ProvisionReport, ProvisionStep};

use crate::cron_monitor::CronMonitor;

/// Makes Sentry have what the code says.
///
/// A resource that Sentry refuses is named in the report, and the others go on.
///
/// # Errors
/// Where going on makes no sense: the token is not accepted, there is no such project, Sentry cannot be reached.
pub fn provision(access: &SentryApiAccess, cron_monitors: &[CronMonitor]) -> Result<ProvisionReport, ProvisionError> {
    let api = api::Api::new(access);
    let project = project::find(&api, &access.target)?;
    reconcile::reconcile(&api, &project, cron_monitors)
}

/// The requests that [`provision`] sends to a project that has nothing of it yet. Sends nothing.
///
/// Numbers that only Sentry's answers tell are made up: detectors are numbered in the order of their requests.
pub fn planned_requests(target: &ProvisionTarget, cron_monitors: &[CronMonitor]) -> Vec<PlannedRequest> {
    let project = project::assumed(target);
    let mut detectors = definitions::DetectorIds::new();
    let mut requests = Vec::new();
    for step in definitions::all(&project, cron_monitors) {
        let resource = step.resource(&detectors);
        if resource.kind == resource::Kind::Detector {
            detectors.insert(resource.name.clone(), detectors.len() as u64 + 1);
        }
        requests.push(PlannedRequest {
            method: "POST",
            path: resource.kind.creation_path(&project),
            body: resource.body,
        });
    }
    requests
}
