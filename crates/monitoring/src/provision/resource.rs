//! The kinds of resource, and where the API has them.

use serde_json::{Value, json};

use super::project::Project;

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    CronMonitor,
    SavedSearch,
    Detector,
    Alert,
    Dashboard,
}

/// What is to be there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Resource {
    pub(super) kind: Kind,
    /// What it is recognised by: its title, name or slug.
    pub(super) name: String,
    /// The body of the request that creates it, and of the one that updates it.
    pub(super) body: Value,
}

impl Kind {
    /// For people.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::CronMonitor => "monitor de cron",
            Self::SavedSearch => "búsqueda",
            Self::Detector => "detector",
            Self::Alert => "alerta",
            Self::Dashboard => "panel",
        }
    }

    /// The field that a resource is recognised by.
    pub(super) const fn name_field(self) -> &'static str {
        match self {
            Self::CronMonitor => "slug",
            Self::Dashboard => "title",
            Self::SavedSearch | Self::Detector | Self::Alert => "name",
        }
    }

    /// The scope that a token needs to change it.
    pub(super) const fn write_scope(self) -> &'static str {
        match self {
            Self::CronMonitor | Self::Detector | Self::Alert => "alerts:write",
            Self::SavedSearch | Self::Dashboard => "org:read",
        }
    }

    /// The scope that a token needs to see it.
    pub(super) const fn read_scope(self) -> &'static str {
        match self {
            Self::Detector | Self::Alert => "alerts:read",
            Self::CronMonitor | Self::SavedSearch | Self::Dashboard => "org:read",
        }
    }

    /// Whether the list has only some of the fields, so that each has to be asked for.
    pub(super) const fn is_listed_in_short(self) -> bool {
        matches!(self, Self::Dashboard)
    }

    /// Where those that are there are listed.
    pub(super) fn list_path(self, project: &Project) -> String {
        let path = self.collection_path(project);
        match (self, project.id) {
            (Self::CronMonitor | Self::Detector, Some(id)) => format!("{path}?per_page=100&project={id}"),
            _ => format!("{path}?per_page=100"),
        }
    }

    /// Where a new one is sent.
    pub(super) fn creation_path(self, project: &Project) -> String {
        match self {
            Self::Detector => format!("{}projects/{}/detectors/", project.organisation_path(), project.path_segment()),
            _ => self.collection_path(project),
        }
    }

    /// Where one is that is there.
    pub(super) fn path_of(self, project: &Project, found: &Value) -> Option<String> {
        let key = match self {
            Self::CronMonitor => "slug",
            _ => "id",
        };
        let key = found.get(key)?;
        let segment = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Some(format!("{}{segment}/", self.collection_path(project)))
    }

    fn collection_path(self, project: &Project) -> String {
        let collection = match self {
            Self::CronMonitor => "monitors",
            Self::SavedSearch => "discover/saved",
            Self::Detector => "detectors",
            Self::Alert => "workflows",
            Self::Dashboard => "dashboards",
        };
        format!("{}{collection}/", project.organisation_path())
    }

    /// What the API answers, brought into the shape of what it is asked.
    pub(super) fn as_body(self, mut found: Value) -> Value {
        match self {
            Self::CronMonitor => {
                let slug = found.pointer("/project/slug").cloned();
                if let (Some(slug), Some(project)) = (slug, found.get_mut("project")) {
                    *project = slug;
                }
            }
            Self::Detector => {
                let sources = found.get("dataSources").and_then(Value::as_array).into_iter().flatten();
                let queries: Vec<Value> =
                    sources.filter_map(|source| source.pointer("/queryObj/snubaQuery").cloned()).collect();
                if let Some(sources) = found.get_mut("dataSources") {
                    *sources = json!(queries);
                }
            }
            Self::SavedSearch | Self::Alert | Self::Dashboard => {}
        }
        found
    }
}
