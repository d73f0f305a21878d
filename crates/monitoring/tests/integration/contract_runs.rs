//! The names that dashboards, alerts and searches of runs are written against.

use std::time::Duration;

use domain::{ErrorClass, EtlKind, RunMode};
use monitoring::{
    Answer, CronMonitor, EtlRunInfo, Failure, Measurements, Started, TraceHeaders, etl_name, in_current_scope,
    tracing_layers, with_current_scope,
};
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{info, level, run_steps, sales, settings, start};

fn ops(transaction: &Value) -> Vec<String> {
    let spans = transaction["spans"].as_array().unwrap();
    let mut spans: Vec<_> = spans.iter().map(|span| (span["start_timestamp"].as_f64(), span)).collect();
    spans.sort_by(|one, other| one.0.partial_cmp(&other.0).unwrap());
    spans.into_iter().map(|(_, span)| span["op"].as_str().unwrap().to_owned()).collect()
}

fn span<'a>(transaction: &'a Value, op: &str) -> &'a Value {
    transaction["spans"].as_array().unwrap().iter().find(|span| span["op"] == op).unwrap()
}

#[test]
fn each_pipeline_has_its_name() {
    assert_eq!(etl_name(EtlKind::Sales, RunMode::Full), "ventas_klk_completo");
    assert_eq!(etl_name(EtlKind::Sales, RunMode::Incremental), "ventas_klk_incremental_30min");
    assert_eq!(etl_name(EtlKind::Sales, RunMode::Recovery), "ventas_klk_recuperacion");
    assert_eq!(etl_name(EtlKind::Inventory, RunMode::Full), "inventario_klk_completo");
}

#[tokio::test]
async fn a_run_is_one_transaction_with_its_steps_tags_context_and_measurements() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, warnings } = start(&server);
    assert_eq!(warnings, []);
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Incremental));
    let trace_id = monitor.trace_id().unwrap();
    assert_eq!(run_steps(&monitoring, &monitor).await, Ok(130));
    monitor.finish_succeeded(sales());
    assert!(guard.shutdown());

    let [transaction] = server.payloads("transaction").try_into().unwrap();
    assert_eq!(transaction["transaction"], "ETL: ventas_klk_incremental_30min");
    assert_eq!(transaction["release"], "klk-tracking@0.1.0");
    assert_eq!(transaction["environment"], "test");
    let trace = &transaction["contexts"]["trace"];
    assert_eq!((&trace["op"], &trace["status"]), (&json!("etl.run"), &json!("ok")));
    assert_eq!(trace["trace_id"], json!(trace_id));
    assert_eq!(ops(&transaction), ["etl.extract", "http.client", "etl.transform", "etl.load", "db.query"]);
    assert_eq!(span(&transaction, "http.client")["parent_span_id"], span(&transaction, "etl.extract")["span_id"]);
    assert_eq!(span(&transaction, "http.client")["description"], "POST /v1/ventas");
    assert_eq!(span(&transaction, "db.query")["parent_span_id"], span(&transaction, "etl.load")["span_id"]);
    assert_eq!(span(&transaction, "db.query")["description"], "reemplazar_ventana");
    let tags = json!({
        "etl_name": "ventas_klk_incremental_30min", "etl_tipo": "ventas", "tienda": "tienda_01",
        "ubicacion_id": "tienda_01", "modo": "incremental_30min", "version_etl": "2.0", "component": "etl",
    });
    assert_eq!(transaction["tags"], tags);
    let context = json!({
        "etl_name": "ventas_klk_incremental_30min", "tienda_id": "tienda_01", "fecha_inicio": "2025-11-17",
        "fecha_fin": "2025-11-17", "modo": "incremental_30min", "hora_desde": "09:30", "hora_hasta": "10:00",
        "ejecucion_id": "00000000-0000-0000-0000-000000000007", "intento": 2,
        // The SDK's word for a context that it has no type for.
        "type": "unknown",
    });
    assert_eq!(transaction["contexts"]["etl"], context);
    for (name, value) in [
        ("registros_extraidos", json!(132)),
        ("registros_cargados", json!(130)),
        ("facturas", json!(41)),
        ("venta_total_usd", json!(1234.56)),
    ] {
        assert_eq!(trace["data"][name], value, "{name}");
    }
    assert!(trace["data"]["duration_seconds"].is_f64());
    assert_eq!(server.payloads("event").len(), 0);
    assert!(server.content_types().iter().all(|content_type| content_type == "application/x-sentry-envelope"));
}

#[tokio::test]
async fn the_measurements_are_metrics_of_the_same_trace_with_the_runs_tags() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Recovery));
    let trace_id = monitor.trace_id().unwrap();
    monitor.finish_succeeded(sales());
    let inventory = EtlRunInfo { kind: EtlKind::Inventory, ..info("tienda_02", RunMode::Full) };
    let measurements = Measurements::Inventory { products_extracted: 900, products_loaded: 899 };
    monitoring.etl_run(inventory).finish_succeeded(measurements);
    drop(guard);

    let metrics = server.payloads("trace_metric");
    let kinds: Vec<_> = metrics
        .iter()
        .map(|metric| (metric["name"].as_str().unwrap(), metric["type"].as_str().unwrap(), metric["value"].as_f64()))
        .collect();
    for expected in [
        ("registros_extraidos", "counter", Some(132.0)),
        ("registros_cargados", "counter", Some(130.0)),
        ("facturas", "counter", Some(41.0)),
        ("venta_total_usd", "distribution", Some(1234.56)),
        ("productos_extraidos", "counter", Some(900.0)),
        ("productos_cargados", "counter", Some(899.0)),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} in {kinds:?}");
    }
    assert_eq!(
        kinds.iter().filter(|(name, kind, _)| (*name, *kind) == ("duration_seconds", "distribution")).count(),
        2
    );
    let first = &metrics[0];
    assert_eq!(first["trace_id"], json!(trace_id));
    for (key, value) in
        [("tienda", "tienda_01"), ("etl_tipo", "ventas"), ("modo", "recuperacion"), ("component", "etl")]
    {
        assert_eq!(first["attributes"][key]["value"], value);
    }
}

#[tokio::test]
async fn a_failure_is_one_error_of_the_same_trace_with_everything_known_of_the_run() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    for branch in ["tienda_01", "tienda_02"] {
        let monitor = monitoring.etl_run(info(branch, RunMode::Incremental));
        let result = monitor
            .extract(|step| async move {
                let request = step.request("POST", "/v1/ventas");
                step.retry(2, ErrorClass::Timeout, "sin respuesta en 30 s", Duration::from_secs(1));
                request.failed(ErrorClass::Timeout, "sin respuesta en 30 s");
                Err::<(), _>("timeout")
            })
            .await;
        assert_eq!(result, Err("timeout"));
        monitor.finish_failed(Failure::new(ErrorClass::Timeout, "El POS no respondió en 30 s"));
    }
    drop(guard);

    let events = server.payloads("event");
    assert_eq!(events.len(), 2);
    let (event, transaction) = (&events[0], &server.payloads("transaction")[0]);
    assert_eq!(level(event), "error");
    assert_eq!(event["fingerprint"], json!(["etl", "timeout", "etl.extract"]));
    assert_eq!(event["fingerprint"], events[1]["fingerprint"]);
    assert_eq!(event["exception"]["values"][0]["type"], "ETL: timeout en extracción");
    assert_eq!(event["exception"]["values"][0]["value"], "El POS no respondió en 30 s");
    assert_eq!(event["transaction"], "ETL: ventas_klk_incremental_30min");
    assert_eq!(event["contexts"]["trace"]["trace_id"], transaction["contexts"]["trace"]["trace_id"]);
    assert_eq!(event["contexts"]["etl"], transaction["contexts"]["etl"]);
    assert_eq!(transaction["contexts"]["trace"]["status"], "deadline_exceeded");
    for item in [event, transaction] {
        assert_eq!(item["tags"]["error_tipo"], "timeout");
        assert_eq!(item["tags"]["etl_name"], "ventas_klk_incremental_30min");
        assert_eq!(item["tags"]["tienda"], "tienda_01");
    }
    assert_eq!(events[1]["tags"]["tienda"], "tienda_02");
    let crumbs = event["breadcrumbs"].as_array().or(event["breadcrumbs"]["values"].as_array()).unwrap();
    let found: Vec<_> = crumbs.iter().map(|crumb| (&crumb["category"], crumb["message"].as_str().unwrap())).collect();
    assert_eq!(found[0], (&json!("etl"), "petición POST /v1/ventas"));
    assert_eq!(found[1], (&json!("etl"), "reintento 2: timeout"));
    assert_eq!(crumbs[1]["data"]["motivo"], "timeout");
    assert!(found[2].1.starts_with("sin respuesta: timeout"));
}

#[tokio::test]
async fn breadcrumbs_tell_every_step_of_a_run_that_fails_late() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Full));
    run_steps(&monitoring, &monitor).await.unwrap();
    monitor.finish_failed(Failure::partial("faltan 2 líneas", sales()));
    drop(guard);

    let event = &server.payloads("event")[0];
    assert_eq!(event["tags"]["error_tipo"], "datos_invalidos");
    assert_eq!(event["fingerprint"], json!(["etl", "datos_invalidos", "etl.load"]));
    let crumbs = event["breadcrumbs"].as_array().or(event["breadcrumbs"]["values"].as_array()).unwrap();
    let answer = &crumbs[1]["data"];
    assert_eq!((&answer["status"], &answer["lineas"], &answer["bytes"]), (&json!(200), &json!(132), &json!(45_000)));
    assert!(answer["ms"].is_u64());
    let messages: Vec<_> = crumbs.iter().map(|crumb| crumb["message"].as_str().unwrap()).collect();
    assert_eq!(messages[2..], ["transformadas 132 líneas en 130 filas", "filas reemplazadas: 3 por 130", "commit"]);
    assert_eq!(server.payloads("transaction")[0]["contexts"]["trace"]["data"]["registros_cargados"], 130);
}

#[tokio::test]
async fn a_run_that_is_dropped_unfinished_is_interrupted_at_its_step() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Incremental));
    let never = monitor.load(|_| std::future::pending::<Result<(), ()>>());
    assert!(tokio::time::timeout(Duration::from_millis(10), never).await.is_err());
    drop(monitor);
    drop(guard);

    let event = &server.payloads("event")[0];
    assert_eq!(event["tags"]["error_tipo"], "interrumpido");
    assert_eq!(event["fingerprint"], json!(["etl", "interrumpido", "etl.load"]));
    let transaction = &server.payloads("transaction")[0];
    assert_eq!(transaction["contexts"]["trace"]["status"], "aborted");
    assert_eq!(span(transaction, "etl.load")["status"], "aborted");
}

#[tokio::test]
async fn a_cancelled_run_is_no_error() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    monitoring.etl_run(info("tienda_01", RunMode::Recovery)).finish_cancelled();
    drop(guard);
    assert_eq!(server.payloads("event").len(), 0);
    assert_eq!(server.payloads("transaction")[0]["contexts"]["trace"]["status"], "cancelled");
}

#[tokio::test]
async fn runs_at_the_same_time_never_mix() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let work = (0..20).map(|number| {
        let monitor = monitoring.etl_run(info(&format!("tienda_{number:02}"), RunMode::Incremental));
        tokio::spawn(async move {
            let _ = monitor
                .extract(|step| async move {
                    let request = step.request("POST", &format!("/v1/{number:02}"));
                    tokio::task::yield_now().await;
                    request.answered(Answer { status: 503, lines: None, bytes: 0 });
                    Err::<(), _>(())
                })
                .await;
            monitor.finish_failed(Failure::new(ErrorClass::ApiError, format!("{number:02}")));
        })
    });
    for task in work.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    drop(guard);

    let events = server.payloads("event");
    assert_eq!(events.len(), 20);
    for event in events {
        let number = event["exception"]["values"][0]["value"].as_str().unwrap().to_owned();
        assert_eq!(event["tags"]["tienda"], format!("tienda_{number}"));
        let crumbs = event["breadcrumbs"].as_array().or(event["breadcrumbs"]["values"].as_array()).unwrap().clone();
        assert_eq!(crumbs.len(), 2);
        assert_eq!(crumbs[0]["data"]["ruta"], format!("/v1/{number}"));
    }
}

#[tokio::test]
async fn a_queued_run_goes_on_with_the_trace_of_the_click_even_where_the_click_was_not_kept() {
    let server = FakeSentry::start(Manner::Accept);
    let mut settings = settings(&server);
    settings.traces_sample_rate = Some(0.0);
    let Started { monitoring, guard, .. } = monitoring::init(settings);
    let click = TraceHeaders::from_stored(
        Some("09e04486820349518ac7b5d2adbf6ba5-9cf635fa5b870b3a-0"),
        Some("sentry-trace_id=09e04486820349518ac7b5d2adbf6ba5,sentry-sampled=false"),
    );
    let run = EtlRunInfo { caused_by: click, ..info("tienda_01", RunMode::Recovery) };
    let monitor = monitoring.etl_run(run);
    assert_eq!(monitor.trace_id().as_deref(), Some("09e04486820349518ac7b5d2adbf6ba5"));
    assert_eq!(monitor.trace_headers().unwrap().trace_id(), "09e04486820349518ac7b5d2adbf6ba5");
    monitor.finish_succeeded(sales());
    drop(guard);
    let trace = &server.payloads("transaction")[0]["contexts"]["trace"];
    assert_eq!(trace["trace_id"], "09e04486820349518ac7b5d2adbf6ba5");
    assert_eq!(trace["parent_span_id"], "9cf635fa5b870b3a");
}

#[tokio::test]
async fn a_warning_logged_in_a_run_is_a_log_of_its_trace_with_its_tags() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Full));
    let trace_id = monitor.trace_id();
    let _ = monitor
        .transform(|_| async {
            tracing::info!("not sent as a log");
            tracing::warn!(lineas = 3, "líneas repetidas");
            Ok::<_, ()>(())
        })
        .await;
    monitor.finish_succeeded(sales());
    drop(guard);
    let [log] = server.payloads("log").try_into().unwrap();
    assert_eq!(log["body"], "líneas repetidas");
    assert_eq!(log["trace_id"].as_str(), trace_id.as_deref());
    assert_eq!(log["attributes"]["tienda"]["value"], "tienda_01");
    assert_eq!(log["attributes"]["lineas"]["value"], 3);
}

#[tokio::test]
async fn a_span_that_says_its_operation_is_a_span_of_the_step_and_others_are_none() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(tracing_layers()));
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Full));
    let _ = monitor
        .load(|_| async {
            tracing::info_span!("ordinary").in_scope(|| ());
            tracing::info_span!("checkpoint", "sentry.op" = "db.query").in_scope(|| ());
            Ok::<_, ()>(())
        })
        .await;
    monitor.finish_succeeded(sales());
    drop(guard);
    let [transaction] = server.payloads("transaction").try_into().unwrap();
    assert_eq!(ops(&transaction), ["etl.load", "db.query"]);
    assert_eq!(span(&transaction, "db.query")["parent_span_id"], span(&transaction, "etl.load")["span_id"]);
}

#[tokio::test]
async fn the_scope_of_a_run_goes_along_to_other_tasks_and_threads() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let monitor = monitoring.etl_run(info("tienda_01", RunMode::Full));
    let expected = monitor.trace_id();
    let (task, thread) = monitor.in_scope(|| {
        let trace_id = || TraceHeaders::current().map(|trace| trace.trace_id().to_owned());
        let task = tokio::spawn(in_current_scope(async move { trace_id() }));
        (task, tokio::task::spawn_blocking(with_current_scope(trace_id)))
    });
    assert_eq!(task.await.unwrap(), expected);
    assert_eq!(thread.await.unwrap(), expected);
    monitor.finish_cancelled();
    drop(guard);
}

#[test]
fn a_part_of_a_schedule_that_nobody_did_makes_it_an_error() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let check_in = monitoring.check_in(CronMonitor::sales_incremental("5,35 * * * *"));
    let waiting = check_in.share();
    check_in.succeed();
    drop((check_in, waiting));
    drop(guard);
    assert_eq!(server.payloads("check_in")[1]["status"], "error");
}

#[tokio::test]
async fn a_check_in_lasts_until_its_last_run_has_ended_and_one_failure_makes_it_an_error() {
    let server = FakeSentry::start(Manner::Accept);
    let Started { monitoring, guard, .. } = start(&server);
    let check_in = monitoring.check_in(CronMonitor::sales_incremental("5,35 * * * *"));
    let with_check_in = |branch| EtlRunInfo { check_in: Some(check_in.share()), ..info(branch, RunMode::Incremental) };
    let (first, second) =
        (monitoring.etl_run(with_check_in("tienda_01")), monitoring.etl_run(with_check_in("tienda_02")));
    check_in.succeed();
    drop(check_in);
    first.finish_failed(Failure::new(ErrorClass::Connection, "sin red"));
    monitoring.flush(Duration::from_secs(5));
    assert_eq!(server.payloads("check_in").len(), 1);
    second.finish_succeeded(sales());
    monitoring.check_in(CronMonitor::inventory_full("0,30 * * * *")).succeed();
    monitoring.check_in(CronMonitor::reconciliation("0 3 * * *")).succeed();
    let status = monitoring.status();
    drop(guard);

    let check_ins = server.payloads("check_in");
    let found: Vec<_> = check_ins
        .iter()
        .map(|check_in| (check_in["monitor_slug"].as_str().unwrap(), check_in["status"].as_str().unwrap()))
        .collect();
    let expected = [
        ("ventas-klk-incremental", "in_progress"),
        ("ventas-klk-incremental", "error"),
        ("inventario-klk-completo", "in_progress"),
        ("inventario-klk-completo", "ok"),
        ("reconciliacion-klk", "in_progress"),
        ("reconciliacion-klk", "ok"),
    ];
    assert_eq!(found, expected);
    assert_eq!(check_ins[0]["check_in_id"], check_ins[1]["check_in_id"]);
    assert_eq!(check_ins[0]["environment"], "test");
    assert!(check_ins[1]["duration"].is_f64());
    let config = json!({
        "schedule": {"type": "crontab", "value": "5,35 * * * *"}, "timezone": "America/Caracas",
        "checkin_margin": 10, "max_runtime": 25, "failure_issue_threshold": 1, "recovery_threshold": 1,
    });
    assert_eq!(check_ins[0]["monitor_config"], config);
    assert_eq!(status.last_check_ins.len(), 3);
}
