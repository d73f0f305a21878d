//! The alerts. A detector (`metric_issue`) opens an issue when a number passes its limit, and a workflow tells people
//! of the issues of its detectors.

use serde_json::json;

use super::DetectorIds;
use super::endpoints::WATCHED_ROUTES;
use crate::provision::resource::{Kind, Resource};

/// At most one notification in so many minutes for the same issue.
const NOTIFICATION_PAUSE_MINUTES: u64 = 30;
const HOUR_SECONDS: u64 = 3600;
/// Sentry's number for an issue of high priority.
const PRIORITY_HIGH: u64 = 75;
/// Sentry's number for a detector that is content again.
const RESOLVED: u64 = 0;

/// Tells people of what its detectors find.
pub(in crate::provision) struct Alert {
    name: &'static str,
    pub(super) detectors: Vec<Detector>,
}

/// Watches one number.
pub(super) struct Detector {
    pub(super) name: String,
    source: Source,
    query: String,
    aggregate: &'static str,
    window_seconds: u64,
    /// An issue is opened over it, and closed at it.
    limit: f64,
}

enum Source {
    Errors,
    Spans,
}

pub(super) fn all() -> Vec<Alert> {
    vec![
        Alert {
            name: "KLK: más de 3 ejecuciones fallidas en una hora",
            detectors: vec![Detector {
                name: "KLK: ejecuciones fallidas en una hora".to_owned(),
                source: Source::Errors,
                query: "component:etl event.type:error".to_owned(),
                aggregate: "count()",
                window_seconds: HOUR_SECONDS,
                limit: 3.0,
            }],
        },
        Alert {
            name: "KLK: falló una recuperación",
            detectors: vec![Detector {
                name: "KLK: recuperaciones fallidas".to_owned(),
                source: Source::Errors,
                // What could not be queued, and what was queued and failed.
                query: "event.type:error (endpoint:recuperar_gap OR modo:recuperacion)".to_owned(),
                aggregate: "count()",
                // Short, so that the issue closes and the next failure is reported as well.
                window_seconds: 300,
                limit: 0.0,
            }],
        },
        Alert {
            name: "KLK: una tienda, o la mayoría, deja de responder",
            detectors: vec![Detector {
                name: "KLK: incidentes que empezaron".to_owned(),
                source: Source::Errors,
                // An incident is a message: `event.type:error` would leave it out.
                query: "incidente:[tienda_falla, tiendas_fallan]".to_owned(),
                aggregate: "count()",
                window_seconds: 300,
                limit: 0.0,
            }],
        },
        Alert {
            name: "KLK: un endpoint tarda más de 5 s (p95)",
            // Durations of spans are milliseconds.
            detectors: of_each_route("p95 de la duración", "p95(span.duration)", 5000.0),
        },
        Alert {
            name: "KLK: un endpoint falla más del 5 %",
            // A rate is a share of one.
            detectors: of_each_route("tasa de errores", "failure_rate()", 0.05),
        },
    ]
}

fn of_each_route(title: &str, aggregate: &'static str, limit: f64) -> Vec<Detector> {
    let detector = |route: &&str| Detector {
        name: format!("KLK: {title} de {route}"),
        source: Source::Spans,
        query: format!("is_transaction:true span.op:http.server transaction:{route}"),
        aggregate,
        window_seconds: HOUR_SECONDS,
        limit,
    };
    WATCHED_ROUTES.iter().map(detector).collect()
}

impl Detector {
    pub(super) fn resource(&self) -> Resource {
        let (dataset, event_types): (_, &[&str]) = match self.source {
            Source::Errors => ("events", &["default", "error"]),
            Source::Spans => ("events_analytics_platform", &["trace_item_span"]),
        };
        let body = json!({
            "name": self.name,
            "type": "metric_issue",
            "data_sources": [{
                "dataset": dataset,
                "query": self.query,
                "aggregate": self.aggregate,
                "timeWindow": self.window_seconds,
                "environment": null,
                "eventTypes": event_types,
            }],
            "config": { "detectionType": "static" },
            "condition_group": {
                "logic_type": "any",
                "conditions": [
                    { "type": "gt", "comparison": self.limit, "conditionResult": PRIORITY_HIGH },
                    { "type": "lte", "comparison": self.limit, "conditionResult": RESOLVED },
                ],
            },
        });
        Resource { kind: Kind::Detector, name: self.name.clone(), body }
    }
}

impl Alert {
    pub(super) fn resource(&self, detectors: &DetectorIds) -> Resource {
        let ids: Vec<u64> =
            self.detectors.iter().filter_map(|detector| detectors.get(&detector.name).copied()).collect();
        let trigger = |kind: &str| json!({ "type": kind, "comparison": true, "conditionResult": true });
        let body = json!({
            "name": self.name,
            "detector_ids": ids,
            "config": { "frequency": NOTIFICATION_PAUSE_MINUTES },
            "triggers": {
                "logic_type": "any-short",
                "conditions": [trigger("first_seen_event"), trigger("reappeared_event"), trigger("regression_event")],
            },
            "action_filters": [{
                "logicType": "all",
                "conditions": [],
                // To whom the issue belongs, or to everybody active: nobody's address is in here.
                "actions": [{
                    "type": "email",
                    "integrationId": null,
                    "data": { "fallthroughType": "ActiveMembers" },
                    "config": { "targetType": "issue_owners", "targetDisplay": null, "targetIdentifier": null },
                    "status": "active",
                }],
            }],
        });
        Resource { kind: Kind::Alert, name: self.name.to_owned(), body }
    }
}
