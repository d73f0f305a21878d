//! What gaps are computed from: coverage, waivers and attempts, by half-open ranges.

use domain::gap::Attempt;
use domain::run_message::{RunMessage, RunText};
use domain::{BranchId, ErrorClass, EtlKind, Interval, RunState};
use jiff::Timestamp;
use rstest::rstest;
use texts::{Language, run_message};
use warehouse::{EvidenceFilter, PhaseTimes, RunFailure};

use crate::samples::{CENTRO, PERIFERICO, branch, half_hour, instant, line, period, run_id};
use crate::store::Store;

fn branch_ids(found: &[(BranchId, Interval<Timestamp>)]) -> Vec<&str> {
    let mut ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// The window is 08:00 to 08:30; ranges that only touch it do not have it.
#[rstest]
#[case::up_to_its_start("07:00", "08:00", false)]
#[case::over_its_start("07:00", "08:01", true)]
#[case::within_it("08:10", "08:20", true)]
#[case::itself("08:00", "08:30", true)]
#[case::over_its_end("08:29", "09:00", true)]
#[case::from_its_end("08:30", "09:00", false)]
#[tokio::test]
async fn ranges_are_half_open(#[case] from: &str, #[case] to: &str, #[case] has_it: bool) {
    let mut store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let range = period(&format!("2025-11-17T{from}"), &format!("2025-11-17T{to}"));
    store.load_sales(1, PERIFERICO, window, Vec::new()).await;
    store.start(2, EtlKind::Sales, PERIFERICO, window).await;
    waive(&mut store, PERIFERICO, window, None).await;
    let expected = if has_it { vec![(BranchId::new(PERIFERICO), window)] } else { Vec::new() };

    assert_eq!(store.warehouse.coverage(EtlKind::Sales, None, range).await.unwrap(), expected);
    assert_eq!(store.warehouse.waived(EtlKind::Sales, None, range).await.unwrap(), expected);
    let attempts = store.evidence(EtlKind::Sales, range).await.attempts;
    assert_eq!(attempts.iter().map(|(id, attempt)| (id.clone(), attempt.interval)).collect::<Vec<_>>(), expected);
}

/// Waivers are only read by this crate; a row is written by hand.
async fn waive(store: &mut Store, branch_id: &str, window: Interval<Timestamp>, taken_back_at: Option<&str>) {
    let sql = format!(
        "INSERT INTO exenciones (etl_tipo, ubicacion_id, desde, hasta, motivo, persona, registrada_en, retirada_en)
        VALUES ('ventas', '{branch_id}', '{}'::TIMESTAMPTZ, '{}'::TIMESTAMPTZ, 'Sin luz', 'ana',
        '2025-11-17 12:00:00+00', {}::TIMESTAMPTZ)",
        window.start(),
        window.end(),
        taken_back_at.map_or("NULL".to_owned(), |at| format!("'{at}'"))
    );
    store.change(&sql).await;
}

#[tokio::test]
async fn coverage_is_of_one_kind_and_of_one_branch_or_of_all() {
    let store = Store::new();
    let window = half_hour("2025-11-17T08:00");
    let ask = |kind, branch: Option<&str>| store.warehouse.coverage(kind, branch.map(BranchId::new), window);
    assert!(ask(EtlKind::Sales, None).await.unwrap().is_empty());
    store.load_sales(1, PERIFERICO, window, Vec::new()).await;
    store.load_sales(2, CENTRO, window, Vec::new()).await;
    store.load_sales(3, CENTRO, window, Vec::new()).await;

    assert_eq!(branch_ids(&ask(EtlKind::Sales, None).await.unwrap()), [PERIFERICO, CENTRO]);
    assert_eq!(branch_ids(&ask(EtlKind::Sales, Some(CENTRO)).await.unwrap()), [CENTRO]);
    assert!(ask(EtlKind::Inventory, None).await.unwrap().is_empty());
    assert!(ask(EtlKind::Sales, Some("tienda_99")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_waiver_that_was_taken_back_does_not_count() {
    let mut store = Store::new();
    let (kept, taken_back) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T08:30"));
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    assert!(store.warehouse.waived(EtlKind::Sales, None, day).await.unwrap().is_empty());
    waive(&mut store, PERIFERICO, kept, None).await;
    waive(&mut store, PERIFERICO, taken_back, Some("2025-11-17 13:00:00+00")).await;

    let waived = store.warehouse.waived(EtlKind::Sales, Some(BranchId::new(PERIFERICO)), day).await.unwrap();
    assert_eq!(waived, [(BranchId::new(PERIFERICO), kept)]);
    assert!(store.warehouse.waived(EtlKind::Inventory, None, day).await.unwrap().is_empty());
    assert!(store.warehouse.waived(EtlKind::Sales, Some(BranchId::new(CENTRO)), day).await.unwrap().is_empty());
}

#[tokio::test]
async fn attempts_are_the_runs_that_did_not_succeed_with_what_they_said() {
    let store = Store::new();
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T08:00"), Vec::new()).await;
    let failed = store.start(2, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T08:30")).await;
    store.queue(3, EtlKind::Sales, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    store.queue(4, EtlKind::Inventory, PERIFERICO, half_hour("2025-11-17T09:00")).await;
    store.queue(5, EtlKind::Sales, CENTRO, half_hour("2025-11-17T09:00")).await;
    let failure = RunFailure {
        run: failed,
        ended_at: instant("2025-11-17T13:01:00Z"),
        state: RunState::Failed,
        class: Some(ErrorClass::Connection),
        message: RunMessage::CannotConnect,
        extracted: Some(3),
        http_status: None,
        phases: PhaseTimes::default(),
    };
    store.warehouse.fail_run(failure).await.unwrap();

    let branch = Some(BranchId::new(PERIFERICO));
    let of_store = EvidenceFilter { branch, ..EvidenceFilter::of_range(EtlKind::Sales, day) };
    let mut found = store.warehouse.evidence(of_store).await.unwrap().attempts;
    found.sort_by_key(|(_, attempt)| attempt.run);
    let attempt = |number, start, state, error, message: Option<RunMessage>| {
        let attempt = Attempt {
            run: run_id(number),
            interval: half_hour(start),
            state,
            is_held: false,
            error,
            message: message
                .map(|message| RunText { sentence: run_message(Language::Es, &message), stored: message.to_stored() }),
        };
        (BranchId::new(PERIFERICO), attempt)
    };
    assert_eq!(
        found,
        [
            attempt(
                2,
                "2025-11-17T08:30",
                RunState::Failed,
                Some(ErrorClass::Connection),
                Some(RunMessage::CannotConnect)
            ),
            attempt(3, "2025-11-17T09:00", RunState::Queued, None, None),
        ]
    );
    assert_eq!(store.evidence(EtlKind::Sales, day).await.attempts.len(), 3);
}

#[tokio::test]
async fn the_first_coverage_of_each_branch_is_its_earliest_snapshot() {
    let mut store = Store::new();
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    assert!(store.evidence(EtlKind::Inventory, day).await.first_covered.is_empty());
    store.load_sales(1, PERIFERICO, half_hour("2025-11-17T07:00"), Vec::new()).await;
    let rows = "INSERT INTO cobertura_continua VALUES
        ('inventario', 'tienda_01', TIMESTAMPTZ '2025-11-17 12:30:00+00', TIMESTAMPTZ '2025-11-17 13:00:00+00'),
        ('inventario', 'tienda_01', TIMESTAMPTZ '2025-11-16 12:00:00+00', TIMESTAMPTZ '2025-11-16 12:30:00+00')";
    store.change(rows).await;
    let first = store.evidence(EtlKind::Inventory, day).await.first_covered;
    assert_eq!(first, [(BranchId::new(PERIFERICO), half_hour("2025-11-16T08:00").start())]);
}

#[tokio::test]
async fn a_row_that_nobody_can_read_is_set_aside_and_all_others_are_read() {
    let mut store = Store::new();
    let (loaded, waiting) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T09:00"));
    store.load_sales(1, PERIFERICO, loaded, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    store.queue(2, EtlKind::Sales, PERIFERICO, waiting).await;
    store.queue(3, EtlKind::Sales, CENTRO, waiting).await;
    store.queue(4, EtlKind::Sales, CENTRO, loaded).await;
    let spoil = format!(
        "UPDATE etl_ejecuciones SET etl_tipo = 'humo' WHERE id = '{}';
         UPDATE etl_ejecuciones SET ventana_hasta = ventana_desde WHERE id = '{}';
         INSERT INTO cobertura_continua VALUES ('ventas', 'tienda_01', TIMESTAMPTZ '2025-11-17 20:00:00+00', TIMESTAMPTZ '2025-11-17 15:00:00+00')",
        run_id(3),
        run_id(4)
    );
    store.change(&spoil).await;
    let queued = store.warehouse.queued_runs().await.unwrap();
    assert_eq!(queued.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(2)]);
    let (runs, ..) = store.warehouse.run_page(domain::filter::RunFilter::default()).await.unwrap();
    assert!(runs.iter().any(|run| run.id == run_id(1)) && runs.iter().all(|run| run.id != run_id(3)));
    assert_eq!(store.covered(PERIFERICO).await, [loaded]);
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    assert_eq!(store.evidence(EtlKind::Sales, day).await.attempts.len(), 1);
    // Nor does it keep its window from being queued.
    store.queue(5, EtlKind::Sales, CENTRO, waiting).await;
    assert_eq!(store.warehouse.queued_runs().await.unwrap().len(), 2);
}

/// What a run proves, and its page: neither is stopped by another run that nobody can read.
#[tokio::test]
async fn a_run_with_a_zone_or_a_state_that_nobody_knows_stops_no_page() {
    let mut store = Store::new();
    let (first, second) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T08:30"));
    store.load_sales(1, PERIFERICO, first, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    store.load_sales(2, PERIFERICO, second, vec![line("F-2", 1, "2025-11-17T08:30:00", "1")]).await;
    let spoil = format!(
        "UPDATE etl_ejecuciones SET zona = 'Luna/Norte' WHERE id = '{}';
         UPDATE etl_ejecuciones SET estado = 'humo' WHERE id = '{}'",
        run_id(1),
        run_id(2)
    );
    store.change(&spoil).await;
    let day = period("2025-11-17T00:00", "2025-11-18T00:00");
    let warehouse = &store.warehouse;
    let commits = warehouse.commits(EtlKind::Sales, branch(PERIFERICO).id, day).await.unwrap();
    assert_eq!(commits.iter().map(|commit| commit.facts.run).collect::<Vec<_>>(), [run_id(1)]);
    let (runs, ..) = warehouse.run_page(domain::filter::RunFilter::default()).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(1)]);
    assert!(warehouse.run_detail(run_id(1)).await.unwrap().is_some());
}

/// Of each table that a start or a list reads: a row that nobody can read, and what is read all the same.
#[tokio::test]
async fn no_table_has_a_row_that_stops_a_start_or_a_list() {
    let mut store = Store::new();
    let id = "00000000-0000-7000-8000-000000000001";
    let now = "TIMESTAMPTZ '2025-11-17 20:00:00+00'";
    let never = "TIMESTAMPTZ 'infinity'";
    let spoil = format!(
        "INSERT INTO usuarios VALUES ('{id}', 'ana', 'mago', NULL, NULL, NULL, NULL, {now}, 'x', NULL);
         INSERT INTO usuarios VALUES ('{id}', '', 'operador', NULL, NULL, NULL, NULL, {now}, 'x', NULL);
         INSERT INTO sesiones VALUES ('{id}', '{id}', 'x', {never}, {now}, {now}, NULL, NULL);
         INSERT INTO tokens_api VALUES ('{id}', 'robot', 'mago', NULL, 'x', {now}, 'x', {now}, NULL);
         INSERT INTO auditoria (id, momento, actor, origen, accion, objeto, veces)
            SELECT '{id}', {now}, 'x', 'la luna', 'entrar', 'x', 1;
         INSERT INTO calendarios (id, ubicacion_id, vigente_desde, documento, persona, registrado_en, clase)
            SELECT '{id}', 'tienda_01', DATE '2025-11-17', 'x', 'x', {now}, 'humo';
         INSERT INTO exenciones (id, etl_tipo, ubicacion_id, desde, hasta, motivo, persona, registrada_en)
            SELECT '{id}', 'humo', 'tienda_01', {now}, {now}, 'x', 'x', {now};
         INSERT INTO numeros_justificados (id, ubicacion_id, desde, hasta, caja, numero_desde, numero_hasta, motivo, persona, registrada_en)
            SELECT '{id}', 'tienda_01', {now}, {now}, 'C1', 1, 2, 'x', 'x', {now};
         INSERT INTO planes (id, hash, estado, etl_tipo, repetir_cargado, fuera_de_horario, automatico, ventanas, propuesto_en)
            SELECT '{id}', 'x', 'en_curso', 'ventas', false, false, false, 1, {now};
         INSERT INTO decisiones VALUES ('{id}', {now}, 'x', 'la luna', 'justificar', 'x', '{{}}');
         INSERT INTO disparos (nombre, disparada_en)
            SELECT 'ventas-klk-incremental', {never};
         INSERT INTO etl_ejecuciones (id, creado_en, etl_tipo, ubicacion_id, ubicacion_nombre, fecha_desde, fecha_hasta, hora_desde,
                hora_hasta, ventana_desde, ventana_hasta, zona, estado, modo, version_etl, intento)
            SELECT '{id}'::UUID, creado_en, etl_tipo, ubicacion_id, ubicacion_nombre, fecha_desde, fecha_hasta, hora_desde,
                hora_hasta, ventana_desde, {never}, zona, 'humo', modo, version_etl, intento FROM etl_ejecuciones LIMIT 1"
    );
    let (loaded, day) = (half_hour("2025-11-17T08:00"), period("2025-11-17T00:00", "2025-11-18T00:00"));
    store.load_sales(1, PERIFERICO, loaded, vec![line("F-1", 1, "2025-11-17T08:00:00", "1")]).await;
    store.change(&spoil).await;
    let warehouse = &store.warehouse;
    let access = warehouse.access_records().await.unwrap();
    assert_eq!((access.users.len(), access.sessions.len(), access.tokens.len()), (0, 0, 0));
    assert!(warehouse.audit(10).await.unwrap().is_empty());
    assert!(warehouse.calendar_changes(None).await.unwrap().is_empty());
    assert!(warehouse.active_plans().await.unwrap().is_empty());
    assert!(warehouse.queued_runs().await.unwrap().is_empty());
    assert!(warehouse.interrupt_running(loaded.end(), 1, || run_id(9)).await.unwrap().is_empty());
    assert!(warehouse.ended_recoveries(None).await.unwrap().is_empty());
    let filter = || warehouse::WaiverFilter { kind: None, branch: None, range: day };
    assert!(warehouse.waivers(filter()).await.unwrap().is_empty());
    assert!(warehouse.number_waivers(filter()).await.unwrap().is_empty());
    let (decisions, _) =
        warehouse.decisions(domain::decision::DecisionFilter { limit: 10, ..Default::default() }).await.unwrap();
    assert!(decisions.iter().all(|decision| decision.actor != "x"), "{decisions:?}");
    assert!(warehouse.firings("ventas-klk-incremental", day).await.unwrap().is_empty());
    assert!(warehouse.live_ends(day.start()).await.is_ok());
    let (runs, ..) = warehouse.run_page(domain::filter::RunFilter::default()).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(1)]);
    assert_eq!(store.covered(PERIFERICO).await, [loaded]);
}
