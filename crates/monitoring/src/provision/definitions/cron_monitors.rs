//! The cron monitors. A first check-in would create them too; so they are there before it, and a schedule that never
//! fired at all is missed.

use serde_json::json;

use crate::cron_monitor::CronMonitor;
use crate::provision::project::Project;
use crate::provision::resource::{Kind, Resource};

pub(super) fn all(project: &Project, monitors: &[CronMonitor]) -> Vec<Resource> {
    monitors.iter().map(|monitor| resource(project, monitor)).collect()
}

/// Says what the check-ins say, so that neither undoes the other.
fn resource(project: &Project, monitor: &CronMonitor) -> Resource {
    let body = json!({
        "name": monitor.slug,
        "slug": monitor.slug,
        "project": project.slug,
        "config": {
            "schedule_type": "crontab",
            "schedule": monitor.crontab,
            "timezone": monitor.zone,
            "checkin_margin": monitor.check_in_margin_minutes,
            "max_runtime": monitor.max_runtime_minutes,
            "failure_issue_threshold": monitor.failure_issue_threshold,
            "recovery_threshold": monitor.recovery_threshold,
        },
    });
    Resource { kind: Kind::CronMonitor, name: monitor.slug.to_owned(), body }
}
