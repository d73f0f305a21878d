//! The saved searches. Their queries are a contract: what is sent must be found by them.

use serde_json::json;

use crate::provision::project::Project;
use crate::provision::resource::{Kind, Resource};

struct SavedSearch {
    name: &'static str,
    query: &'static str,
    fields: &'static [&'static str],
}

const SEARCHES: [SavedSearch; 4] = [
    SavedSearch {
        name: "KLK: errores de las ejecuciones de ventas",
        query: "etl_name:ventas_klk_* event.type:error",
        fields: &["title", "etl_name", "tienda", "error_tipo", "timestamp"],
    },
    SavedSearch {
        name: "KLK: API de seguimiento, tienda_01",
        query: "tienda:tienda_01 transaction:/api/etl/tracking/*",
        fields: &["title", "transaction", "level", "etl_tipo", "timestamp"],
    },
    SavedSearch {
        name: "KLK: gaps recuperados",
        query: "endpoint:recuperar_gap level:info",
        fields: &["title", "tienda", "etl_tipo", "timestamp"],
    },
    SavedSearch {
        name: "KLK: lo que no respondió a tiempo",
        query: "error_tipo:timeout",
        fields: &["title", "etl_name", "tienda", "component", "timestamp"],
    },
];

pub(super) fn all(project: &Project) -> Vec<Resource> {
    SEARCHES.iter().map(|search| resource(project, search)).collect()
}

/// Events, which are never sampled. Sentry hides searches over transactions from their own list where it has replaced
/// them, and each run would then create them anew.
fn resource(project: &Project, search: &SavedSearch) -> Resource {
    let body = json!({
        "name": search.name,
        "projects": project.ids(),
        "queryDataset": "error-events",
        "query": search.query,
        "fields": search.fields,
        "orderby": "-timestamp",
        "range": "7d",
        // Not documented, but without it this is a search of Discover's first version, which had no query.
        "version": 2,
    });
    Resource { kind: Kind::SavedSearch, name: search.name.to_owned(), body }
}
