//! The project that is to have it all.

use serde::Deserialize;

use super::access::ProvisionTarget;
use super::api::Api;
use super::error::ProvisionError;
use crate::trace::percent_encoded;

/// The project, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Project {
    organisation: String,
    /// What cron monitors are created with.
    pub(super) slug: String,
    /// What dashboards and searches are narrowed to; None in a dry run that only has the slug.
    pub(super) id: Option<u64>,
}

#[derive(Deserialize)]
struct ProjectAnswer {
    id: String,
    slug: String,
}

/// Asks Sentry for the project. Its slug and its number are needed, and only one of them was configured.
pub(super) fn find(api: &Api, target: &ProvisionTarget) -> Result<Project, ProvisionError> {
    let ProvisionTarget { organisation, project } = target;
    let organisation_segment = percent_encoded(organisation);
    let path = format!("/api/0/projects/{organisation_segment}/{}/", percent_encoded(project));
    let answer = api.get(&path, "project:read").map_err(|error| match error {
        ProvisionError::NotOffered { .. } => {
            match api.get(&format!("/api/0/organizations/{organisation_segment}/"), "org:read") {
                Err(ProvisionError::NotOffered { .. }) => {
                    ProvisionError::NoSuchOrganisation { organisation: organisation.clone() }
                }
                _ => ProvisionError::NoSuchProject { organisation: organisation.clone(), project: project.clone() },
            }
        }
        other => other,
    })?;
    let unreadable = |reason: String| ProvisionError::Unreadable { request: format!("GET {path}"), reason };
    let ProjectAnswer { id, slug } = serde_json::from_value(answer).map_err(|error| unreadable(error.to_string()))?;
    let id = id.parse().map_err(|_| unreadable(format!("el número del proyecto es '{id}'")))?;
    Ok(Project { organisation: organisation.clone(), slug, id: Some(id) })
}

/// What can be known of the project without asking.
pub(super) fn assumed(target: &ProvisionTarget) -> Project {
    Project { organisation: target.organisation.clone(), slug: target.project.clone(), id: target.project.parse().ok() }
}

impl Project {
    pub(super) fn organisation_path(&self) -> String {
        format!("/api/0/organizations/{}/", path_segment(&self.organisation))
    }

    pub(super) fn path_segment(&self) -> String {
        path_segment(&self.slug)
    }

    /// The list of projects that some bodies have.
    pub(super) fn ids(&self) -> Vec<u64> {
        self.id.into_iter().collect()
    }
}

/// Braces are only in the placeholders of a dry run, and stay readable.
fn path_segment(text: &str) -> String {
    if text.starts_with('{') { text.to_owned() } else { percent_encoded(text) }
}
