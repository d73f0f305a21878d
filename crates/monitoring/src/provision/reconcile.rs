//! From what is there to what should be.

use serde_json::Value;

use super::api::Api;
use super::definitions::{self, DetectorIds};
use super::difference::first_difference;
use super::error::ProvisionError;
use super::project::Project;
use super::report::{Change, ProvisionReport, ProvisionStep};
use super::resource::{Kind, Resource};
use crate::cron_monitor::CronMonitor;

/// Those of a kind that are there, or why they cannot be seen.
type Found = Result<Vec<Value>, ProvisionError>;

pub(super) fn reconcile(
    api: &Api,
    project: &Project,
    cron_monitors: &[CronMonitor],
) -> Result<ProvisionReport, ProvisionError> {
    let mut report = ProvisionReport::default();
    let mut detectors = DetectorIds::new();
    let mut listed: Option<(Kind, Found)> = None;
    for step in definitions::all(project, cron_monitors) {
        let resource = step.resource(&detectors);
        let found = match listed.take() {
            Some((kind, found)) if kind == resource.kind => found,
            _ => api.list(&resource.kind.list_path(project), resource.kind.read_scope()),
        };
        let outcome = match &found {
            _ if step.lacks_detectors(&detectors) => Err(ProvisionError::NoDetectors),
            Ok(items) => settle(api, project, &resource, items),
            Err(error) => Err(error.clone()),
        };
        let change = match outcome {
            Ok((change, there)) => {
                if resource.kind == Kind::Detector
                    && let Some(id) = identifier(&there)
                {
                    detectors.insert(resource.name.clone(), id);
                }
                change
            }
            Err(error) if error.is_final() => return Err(error),
            Err(error) => Change::Failed(error),
        };
        report.steps.push(ProvisionStep { kind: resource.kind.title(), name: resource.name, change });
        listed = Some((resource.kind, found));
    }
    Ok(report)
}

/// Makes one resource what it should be; with it, as it was found or created.
fn settle(
    api: &Api,
    project: &Project,
    resource: &Resource,
    items: &[Value],
) -> Result<(Change, Value), ProvisionError> {
    let Resource { kind, name, body } = resource;
    let same_name = |item: &&Value| item.get(kind.name_field()).and_then(Value::as_str) == Some(name);
    let Some(listed) = items.iter().find(same_name) else {
        let created = api.post(&kind.creation_path(project), body, kind.write_scope())?;
        return Ok((Change::Created, created));
    };
    let path = kind.path_of(project, listed).ok_or_else(|| ProvisionError::Unreadable {
        request: format!("GET {}", kind.list_path(project)),
        reason: format!("'{name}' no tiene número"),
    })?;
    let found = if kind.is_listed_in_short() { api.get(&path, kind.read_scope())? } else { listed.clone() };
    match first_difference(body, &kind.as_body(found.clone())) {
        None => Ok((Change::Unchanged, found)),
        Some(field) => {
            api.put(&path, body, kind.write_scope())?;
            Ok((Change::Updated { field }, found))
        }
    }
}

/// Numbers are texts in most answers.
fn identifier(there: &Value) -> Option<u64> {
    let id = there.get("id")?;
    id.as_u64().or_else(|| id.as_str()?.parse().ok())
}
