//! Sentry has what the code says, after one run as after two.

use std::net::TcpListener;
use std::time::Duration;

use monitoring::{
    Change, CronMonitor, ProvisionError, ProvisionReport, ProvisionTarget, SentryApiAccess, WATCHED_ROUTES,
    planned_requests, provision,
};
use serde_json::{Value, json};

use crate::fake_sentry_api::FakeSentryApi;
use crate::json_schema::violations;

/// Two detectors watch each route, and two the runs.
const EVERYTHING: usize = 3 + 4 + 3 + 2 * WATCHED_ROUTES.len() + 5 + 3;

/// Every name that a query may hold: tags and measurements of the contract, and Sentry's own.
const NAMES: [&str; 24] = [
    "etl_name",
    "etl_tipo",
    "etl_paso",
    "tienda",
    "modo",
    "error_tipo",
    "component",
    "endpoint",
    "consulta",
    "registros_cargados",
    "facturas",
    "venta_total_usd",
    "event.type",
    "level",
    "transaction",
    "is_transaction",
    "span.op",
    "span.duration",
    "count",
    "failure_rate",
    "avg",
    "sum",
    "epm",
    "has",
];

fn target() -> ProvisionTarget {
    ProvisionTarget { organisation: "cadena".to_owned(), project: "42".to_owned() }
}

fn access(url: String) -> SentryApiAccess {
    SentryApiAccess { url, token: "sntrys_secreto".to_owned(), target: target(), timeout: Duration::from_secs(5) }
}

fn cron_monitors() -> Vec<CronMonitor> {
    vec![
        CronMonitor::sales_incremental("5,35 * * * *"),
        CronMonitor::inventory_full("0,30 * * * *"),
        CronMonitor::reconciliation("0 3 * * *"),
    ]
}

fn run(server: &FakeSentryApi) -> Result<ProvisionReport, ProvisionError> {
    provision(&access(server.url()), &cron_monitors())
}

fn schema_of(path: &str) -> Value {
    let schemas: Value = serde_json::from_str(include_str!("../fixtures/sentry-api-request-schemas.json")).unwrap();
    let kind = match path.trim_end_matches('/').rsplit('/').next().unwrap() {
        "monitors" => "monitor",
        "saved" => "saved_query",
        "detectors" => "detector",
        "workflows" => "workflow",
        "dashboards" => "dashboard",
        other => panic!("{other} has no schema"),
    };
    let template = schemas[kind]["path"].as_str().unwrap();
    let wanted = template.replace("{organization_id_or_slug}", "cadena").replace("{project_id_or_slug}", "klk");
    assert_eq!(path.replace("/projects/42/", "/projects/klk/"), wanted);
    schemas[kind]["schema"].clone()
}

fn bodies(collection: &str) -> Vec<Value> {
    let requests = planned_requests(&target(), &cron_monitors());
    let of_it = requests.into_iter().filter(|request| request.path.ends_with(&format!("/{collection}/")));
    of_it.map(|request| request.body).collect()
}

fn texts<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[field].as_str().unwrap()).collect()
}

#[test]
fn every_planned_request_is_one_that_the_api_documents() {
    let requests = planned_requests(&target(), &cron_monitors());
    assert_eq!(requests.len(), EVERYTHING);
    for request in requests {
        assert_eq!(request.method, "POST");
        assert_eq!(violations(&schema_of(&request.path), &request.body), Vec::<String>::new(), "{}", request.body);
    }
}

#[test]
fn without_a_project_the_paths_are_those_of_the_documentation() {
    let requests = planned_requests(&ProvisionTarget::unnamed(), &cron_monitors());
    assert_eq!(requests[0].path, "/api/0/organizations/{organization_id_or_slug}/monitors/");
    let detector = "/api/0/organizations/{organization_id_or_slug}/projects/{project_id_or_slug}/detectors/";
    assert!(requests.iter().any(|request| request.path == detector));
    assert!(requests.iter().all(|request| request.body["projects"].as_array().is_none_or(Vec::is_empty)));
}

#[test]
fn the_searches_are_those_of_the_contract() {
    let expected = [
        "etl_name:ventas_klk_* event.type:error",
        "tienda:tienda_01 transaction:/api/etl/tracking/*",
        "endpoint:recuperar_gap level:info",
        "error_tipo:timeout",
    ];
    assert_eq!(texts(&bodies("discover/saved"), "query"), expected);
}

#[test]
fn the_monitors_say_what_the_check_ins_say() {
    let monitors = bodies("monitors");
    assert_eq!(texts(&monitors, "slug"), ["ventas-klk-incremental", "inventario-klk-completo", "reconciliacion-klk"]);
    assert_eq!(monitors[2]["config"]["schedule"], "0 3 * * *");
    assert!(monitors.iter().all(|monitor| monitor["config"]["timezone"] == "America/Caracas"));
}

#[test]
fn a_monitor_is_in_the_zone_of_its_schedule() {
    let in_santiago: Vec<CronMonitor> =
        cron_monitors().into_iter().map(|monitor| monitor.in_zone(Some("America/Santiago"))).collect();
    let requests = planned_requests(&ProvisionTarget::unnamed(), &in_santiago);
    let zones: Vec<_> = requests.iter().map(|request| &request.body["config"]["timezone"]).collect();
    assert_eq!(zones.iter().filter(|zone| **zone == "America/Santiago").count(), 3);
    assert!(!zones.iter().any(|zone| **zone == "America/Caracas"));
}

#[test]
fn the_dashboards_have_room_for_their_widgets_and_ask_for_names_that_are_sent() {
    let dashboards = bodies("dashboards");
    assert_eq!(texts(&dashboards, "title"), ["ETL Health", "Gap Recovery", "API Performance"]);
    for dashboard in &dashboards {
        let mut taken = std::collections::HashSet::new();
        for widget in dashboard["widgets"].as_array().unwrap() {
            let side = |name: &str| widget["layout"][name].as_u64().unwrap();
            for x in side("x")..side("x") + side("w") {
                for y in side("y")..side("y") + side("h") {
                    assert!(x < 6 && taken.insert((x, y)), "{} is over another at {x},{y}", widget["title"]);
                }
            }
            let query = &widget["queries"][0];
            let aliases = query["field_aliases"].as_array().unwrap().len();
            assert!(aliases == 0 || aliases == query["fields"].as_array().unwrap().len(), "{}", widget["title"]);
            for name in names_of(query) {
                assert!(NAMES.contains(&name.as_str()), "{name} is not sent");
            }
        }
    }
}

/// The names in a query: keys of its conditions, and everything its fields are made of.
fn names_of(query: &Value) -> Vec<String> {
    let is_name = |text: &&str| text.starts_with(char::is_alphabetic);
    let percentile = |text: &&str| matches!(*text, "p50" | "p95" | "p99" | "tags" | "number" | "equation" | "OR");
    let conditions = query["conditions"].as_str().unwrap().split([' ', '(', ')', '!']);
    let keys = conditions.filter_map(|term| term.split(':').next());
    let fields = query["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap());
    let words = fields.flat_map(|field| field.split(['(', ')', '[', ']', ',', '|', ' ']));
    keys.chain(words).filter(is_name).filter(|text| !percentile(text)).map(str::to_owned).collect()
}

#[test]
fn the_alerts_have_the_limits_of_the_contract() {
    let detectors = bodies("detectors");
    let limits = |aggregate: &str| -> Vec<f64> {
        let of_it = detectors.iter().filter(|detector| detector["data_sources"][0]["aggregate"] == aggregate);
        of_it.map(|detector| detector["condition_group"]["conditions"][0]["comparison"].as_f64().unwrap()).collect()
    };
    assert_eq!(limits("count()"), [3.0, 0.0, 0.0]);
    assert_eq!(limits("p95(span.duration)"), vec![5000.0; WATCHED_ROUTES.len()]);
    assert_eq!(limits("failure_rate()"), vec![0.05; WATCHED_ROUTES.len()]);
    let alerts = bodies("workflows");
    let heard: usize = alerts.iter().map(|alert| alert["detector_ids"].as_array().unwrap().len()).sum();
    assert_eq!((alerts.len(), heard), (5, detectors.len()));
}

#[test]
fn the_first_run_creates_everything_and_the_second_changes_nothing() {
    let server = FakeSentryApi::start();
    let report = run(&server).unwrap();
    assert_eq!((report.created(), report.steps.len()), (EVERYTHING, EVERYTHING));
    let writes = server.take_writes();
    assert_eq!(writes.len(), EVERYTHING);
    for write in &writes {
        assert_eq!(violations(&schema_of(&write.path), &write.body), Vec::<String>::new(), "{}", write.body);
    }
    // The alerts hear the detectors that Sentry numbered.
    let alert = writes.iter().find(|write| write.path.ends_with("/workflows/")).unwrap();
    assert_eq!(alert.body["detector_ids"], json!([1008]));

    let report = run(&server).unwrap();
    assert_eq!((report.unchanged(), report.steps.len()), (EVERYTHING, EVERYTHING), "{report:?}");
    assert_eq!(server.take_writes(), []);
    assert!(server.tokens().iter().all(|token| token == "sntrys_secreto"));
}

#[test]
fn what_differs_is_updated_and_nothing_else() {
    let server = FakeSentryApi::start();
    run(&server).unwrap();
    server.take_writes();

    server.edit("dashboards", |dashboards| dashboards[1]["widgets"][0]["queries"][0]["conditions"] = json!("x"));
    let report = run(&server).unwrap();
    let [write] = server.take_writes().try_into().unwrap();
    assert_eq!((write.method.as_str(), &write.body["title"]), ("PUT", &json!("Gap Recovery")));
    assert_eq!((report.updated(), report.unchanged()), (1, EVERYTHING - 1));
    let updated = report.steps.iter().find(|step| step.name == "Gap Recovery").unwrap();
    assert_eq!(updated.change, Change::Updated { field: "widgets[0].queries[0].conditions".to_owned() });

    server.edit("detectors", |detectors| detectors[0]["conditionGroup"]["conditions"][0]["comparison"] = json!(9));
    run(&server).unwrap();
    let [write] = server.take_writes().try_into().unwrap();
    assert_eq!((write.method.as_str(), write.path.as_str()), ("PUT", "/api/0/organizations/cadena/detectors/1008/"));

    assert_eq!(run(&server).unwrap().unchanged(), EVERYTHING);
}

#[test]
fn a_schedule_that_changed_changes_its_monitor() {
    let server = FakeSentryApi::start();
    run(&server).unwrap();
    server.take_writes();
    let changed = vec![CronMonitor::reconciliation("0 4 * * *")];
    let report = provision(&access(server.url()), &changed).unwrap();
    let [write] = server.take_writes().try_into().unwrap();
    assert_eq!(write.path, "/api/0/organizations/cadena/monitors/reconciliacion-klk/");
    assert_eq!(report.steps[0].change, Change::Updated { field: "config.schedule".to_owned() });
}

#[test]
fn what_somebody_added_stays() {
    let server = FakeSentryApi::start();
    run(&server).unwrap();
    server.take_writes();
    server.edit("workflows", |alerts| alerts.push(json!({"id": "5", "name": "De otro equipo"})));
    server.edit("detectors", |detectors| detectors[0]["owner"] = json!({"type": "team", "id": "3"}));
    assert_eq!(run(&server).unwrap().unchanged(), EVERYTHING);
    assert_eq!(server.take_writes(), []);
}

#[test]
fn what_makes_no_sense_to_go_on_with_is_an_error_that_says_what_to_do() {
    let refused = |text, status| {
        let server = FakeSentryApi::start();
        server.refuse(text, status, "no");
        let error = run(&server).unwrap_err();
        assert_eq!(server.take_writes(), []);
        error
    };
    assert_eq!(refused("GET", 401), ProvisionError::Unauthorized);
    assert!(refused("GET", 401).to_string().contains("SENTRY_AUTH_TOKEN"));
    let missing_scope = refused("/projects/", 403).to_string();
    assert!(missing_scope.contains("le falta el permiso project:read"), "{missing_scope}");
    assert!(matches!(refused("/projects/cadena/42/", 404), ProvisionError::NoSuchProject { .. }));
    assert!(matches!(refused("/cadena/", 404), ProvisionError::NoSuchOrganisation { .. }));
    assert!(matches!(refused("/monitors/", 429), ProvisionError::RateLimited { seconds: 7, .. }));
}

#[test]
fn a_server_that_is_not_there_or_never_answers_is_an_error() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let access = SentryApiAccess { timeout: Duration::from_millis(100), ..access(url) };
    assert!(matches!(provision(&access, &[]), Err(ProvisionError::Unreachable { .. })));
    drop(silent);
    let error = provision(&access, &[]).unwrap_err();
    assert!(matches!(&error, ProvisionError::Unreachable { .. }) && !error.to_string().contains("sntrys"), "{error}");
}

#[test]
fn what_is_refused_does_not_stop_the_rest() {
    let server = FakeSentryApi::start();
    server.refuse("POST /api/0/organizations/cadena/projects/klk/detectors/", 403, "no");
    server.refuse("POST /api/0/organizations/cadena/discover/saved/", 400, "el nombre no sirve");
    server.refuse("GET /api/0/organizations/cadena/dashboards/", 404, "no");
    let report = run(&server).unwrap();
    assert_eq!((report.created(), report.failed()), (3, EVERYTHING - 3));
    let errors: Vec<String> = report
        .steps
        .iter()
        .filter_map(|step| match &step.change {
            Change::Failed(error) => Some(error.to_string()),
            _ => None,
        })
        .collect();
    for expected in [
        "Sentry rechazó POST /api/0/organizations/cadena/discover/saved/ con HTTP 400: el nombre no sirve",
        "al token (SENTRY_AUTH_TOKEN) le falta el permiso alerts:write para \
         POST /api/0/organizations/cadena/projects/klk/detectors/",
        // An alert without its detectors would hear nothing, or everything.
        "faltan sus detectores, que no se pudieron crear",
        "este Sentry no tiene GET /api/0/organizations/cadena/dashboards/: su versión es anterior, o el plan no lo incluye",
    ] {
        assert!(errors.iter().any(|error| error == expected), "{expected} is not in {errors:#?}");
    }
}
