//! What is known of one run, and of monitoring itself.

use std::sync::Arc;

use domain::problem::ProblemCode;
use domain::read_model::{CheckInState, MonitoringTrial, ReportKind};
use domain::{Role, RunId, RunState};
use engine::{Actor, RunStep, UseCaseError};
use jiff::Timestamp;
use klk_sim::{Fault, FaultKind};
use monitoring::{CronMonitor, MonitoringSettings, SentryWeb, Started};
use uuid::Uuid;

use crate::support::{World, operator, settings};

const HOURS: Option<(&str, &str)> = Some(("12:00", "12:30"));
const DAY: &str = "2025-11-17";

/// Monitoring whose Sentry takes nothing: nobody listens at port 1.
fn unreachable_sentry() -> Started {
    let now: Timestamp = "2025-11-18T16:00:00Z".parse().unwrap();
    monitoring::init(MonitoringSettings {
        dsn: Some("http://cafecafecafecafecafecafecafecafe@127.0.0.1:1/7".to_owned()),
        environment: "pruebas".to_owned(),
        web: Some(SentryWeb {
            url: "https://sentry.example".to_owned(),
            organisation: "cadena".to_owned(),
            project: None,
        }),
        ..MonitoringSettings::new("klk-tracking@9.9.9", Arc::new(move || now))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_told_with_its_phases_and_the_other_attempts_at_its_window() {
    let world = World::new().await;
    world.sim.add_fault(Fault::new(FaultKind::Status { code: 502, html: true }));
    let failed = world.extract("tienda_01", DAY, HOURS).await[0].id;
    world.sim.clear_faults();
    let whole = world.extract("tienda_01", DAY, HOURS).await[0].id;
    // Another window and another store are no attempts at this one; a day that has it is.
    world.extract("tienda_01", DAY, Some(("12:30", "13:00"))).await;
    world.extract("tienda_08", DAY, HOURS).await;
    let day = world.extract("tienda_01", DAY, None).await[0].id;

    let detail = world.engine.read_run(&operator(), whole).await.unwrap();
    let run = &detail.ejecucion;
    assert_eq!((run.estado, run.intento), (RunState::Succeeded, 2));
    assert_eq!(detail.otros_intentos.iter().map(|other| other.id).collect::<Vec<_>>(), [day, failed]);
    assert_eq!(detail.otros_intentos_total, 2);
    assert_eq!(detail.lote_motivo.as_deref(), Some("manual"));
    assert_eq!(detail.cambios.as_ref().map(|changes| changes.agregadas), run.registros_cargados);
    let phases = &detail.fases;
    assert!(phases.en_cola.is_some() && phases.extraccion.is_some());
    assert!(phases.preparacion_y_transformacion.is_some() && phases.carga.is_some());
    assert_eq!(detail.creado_en_local.to_string(), "2025-11-18T12:00:00");
    assert_eq!(detail.enlaces, None);

    let detail = world.engine.read_run(&operator(), failed).await.unwrap();
    assert_eq!(detail.ejecucion.estado, RunState::Failed);
    assert!(detail.ejecucion.error_mensaje.is_some());
    assert_eq!((detail.fases.preparacion_y_transformacion, detail.fases.carga, detail.cambios), (None, None, None));
    assert!(detail.fases.extraccion.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_does_is_kept_step_by_step() {
    let world = World::new().await;
    let steps = async |run| {
        let detail = world.engine.read_run(&operator(), run).await.unwrap();
        let log = world.engine.run_log(&operator(), &detail.ejecucion).await.unwrap();
        assert!(log.iter().all(|line| line.local.to_string().starts_with("2025-11-18T12:00")), "{log:?}");
        log.into_iter().map(|line| line.step).collect::<Vec<_>>()
    };
    let whole = world.extract("tienda_01", DAY, HOURS).await[0].clone();
    let lines = whole.registros_cargados.unwrap();
    let log = steps(whole.id).await;
    assert!(matches!(
        log[..3],
        [RunStep::Started, RunStep::Requested { attempt: 1 }, RunStep::Answered { status: 200, .. }]
    ));
    let rest = [
        RunStep::Writes { lines },
        RunStep::Committed { added: lines, changed: 0, removed: 0 },
        RunStep::Ended(RunState::Succeeded),
    ];
    assert_eq!(log[3..], rest);

    world.sim.add_fault(Fault::new(FaultKind::Status { code: 502, html: true }));
    let failed = world.extract("tienda_08", DAY, HOURS).await[0].id;
    let log = steps(failed).await;
    assert!(log.iter().any(|step| matches!(step, RunStep::Answered { status: 502, .. })), "{log:?}");
    assert_eq!(log.last(), Some(&RunStep::Ended(RunState::Failed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_none_is_not_found() {
    let world = World::new().await;
    let error = world.engine.read_run(&operator(), RunId(Uuid::max())).await.unwrap_err();
    assert!(matches!(error, UseCaseError::UnknownRun));
    assert_eq!(error.code(), ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sentry_the_schedules_are_still_named() {
    let world = World::new().await;
    let view = world.engine.monitoring_view(&operator()).await.unwrap();
    assert!(!view.configurado && view.host.is_none() && view.enlaces.is_none());
    let found: Vec<_> = view.monitores.iter().map(|monitor| (monitor.nombre.as_str(), monitor.estado)).collect();
    assert_eq!(
        found,
        [("ventas-klk-incremental", None), ("inventario-klk-completo", None), ("reconciliacion-klk", None)]
    );
    // The scheduler of tests is off: nothing is due.
    assert!(view.monitores.iter().all(|monitor| !monitor.activo && monitor.proximo_check_in.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_seen_waiting_with_its_reason_and_no_key() {
    let started = unreachable_sentry();
    let monitoring = started.monitoring.clone();
    let world = World::monitored(settings(), monitoring.clone()).await;
    monitoring.check_in(CronMonitor::sales_incremental("5,35 * * * *")).succeed();
    let run = world.extract("tienda_01", DAY, HOURS).await[0].clone();
    let view = loop {
        let view = world.engine.monitoring_view(&operator()).await.unwrap();
        let waits = |kind| view.en_espera.por_tipo.iter().any(|count| count.tipo == kind);
        if view.ultima_falla.is_some() && waits(ReportKind::Transaction) && waits(ReportKind::CheckIn) {
            break view;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((view.configurado, view.alcanzable), (true, Some(false)));
    assert_eq!(view.host.as_deref(), Some("127.0.0.1"));
    assert_eq!(view.entorno.as_deref(), Some("pruebas"));
    assert_eq!(view.version.as_deref(), Some("klk-tracking@9.9.9"));
    let counted: u64 = view.en_espera.por_tipo.iter().map(|count| count.cantidad).sum();
    assert_eq!(view.en_espera.total, counted);
    assert!(view.en_espera.bytes > 0 && view.en_espera.mas_antiguo_local.is_some());
    let sales = &view.monitores[0];
    assert_eq!((sales.nombre.as_str(), sales.estado), ("ventas-klk-incremental", Some(CheckInState::Ok)));
    assert!(!serde_json::to_string(&view).unwrap().contains("cafecafe"));

    let links = view.enlaces.unwrap();
    assert_eq!((links.por_tienda.len(), links.por_error.len()), (2, 6));
    assert!(links.por_tienda[0].enlace.contains("tienda%3Atienda_01"), "{}", links.por_tienda[0].enlace);
    let links = world.engine.read_run(&operator(), run.id).await.unwrap().enlaces.unwrap();
    assert!(links.traza.unwrap().contains(&run.traza_id.unwrap()));
    assert!(world.engine.reference_link("K7QX2M9P").unwrap().contains("correlacion%3AK7QX2M9P"));
    drop(started);
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_on_purpose_is_an_internal_error_and_for_administrators_only() {
    let world = World::new().await;
    let administrator = Actor::new("jefa", Role::Administrator);
    let error = world.engine.monitoring_trial(&administrator, MonitoringTrial::ServerError).unwrap_err();
    let problem = world.engine.problem("monitoreo_prueba", error, texts::Language::Es);
    assert_eq!((problem.codigo, problem.correlacion.len()), (ProblemCode::Internal, 8));
    let refused = world.engine.monitoring_trial(&operator(), MonitoringTrial::ServerError).unwrap_err();
    assert_eq!(refused.code(), ProblemCode::Forbidden);
}
