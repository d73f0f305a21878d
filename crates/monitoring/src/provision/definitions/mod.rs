//! What is to be there, one file a kind of resource.

mod alerts;
mod cron_monitors;
mod dashboards;
pub(super) mod endpoints;
mod saved_searches;

use std::collections::HashMap;

use super::project::Project;
use super::resource::Resource;
use crate::cron_monitor::CronMonitor;
use alerts::Alert;

/// The numbers that Sentry gave the detectors, by name.
pub(super) type DetectorIds = HashMap<String, u64>;

/// A resource to come; an alert can only be written down when its detectors have their numbers.
pub(super) enum Definition {
    Ready(Resource),
    Alert(Alert),
}

impl Definition {
    pub(super) fn resource(&self, detectors: &DetectorIds) -> Resource {
        match self {
            Self::Ready(resource) => resource.clone(),
            Self::Alert(alert) => alert.resource(detectors),
        }
    }

    /// Whether it is an alert that would hear only a part of what it is for.
    pub(super) fn lacks_detectors(&self, detectors: &DetectorIds) -> bool {
        match self {
            Self::Ready(_) => false,
            Self::Alert(alert) => alert.detectors.iter().any(|detector| !detectors.contains_key(&detector.name)),
        }
    }
}

/// Everything, in the order in which it has to be made; those of a kind stand together.
pub(super) fn all(project: &Project, cron_monitors: &[CronMonitor]) -> Vec<Definition> {
    let alerts = alerts::all();
    let detectors: Vec<Resource> =
        alerts.iter().flat_map(|alert| &alert.detectors).map(alerts::Detector::resource).collect();
    cron_monitors::all(project, cron_monitors)
        .into_iter()
        .chain(saved_searches::all(project))
        .chain(detectors)
        .map(Definition::Ready)
        .chain(alerts.into_iter().map(Definition::Alert))
        .chain(dashboards::all(project).into_iter().map(Definition::Ready))
        .collect()
}
