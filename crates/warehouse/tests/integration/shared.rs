//! Processes that share a database. They need a PostgreSQL server, so that only `./dev test` runs them, on its own.

use std::time::Duration;

use domain::{EtlKind, RunState};
use uuid::Uuid;
use warehouse::{
    AttemptQuota, KeptEntrance, MoveError, NewProcess, Place, PostgresSettings, StoreLimit, WarehouseSettings,
    move_database,
};

use crate::samples::{CENTRO, PERIFERICO, end, half_hour, instant, line, run_id, sales_window, unused_id};
use crate::store::{Store, open};

const LONG: Duration = Duration::from_secs(3600);

fn process(number: u128, name: &str) -> NewProcess {
    NewProcess {
        id: Uuid::from_u128(number),
        name: name.to_owned(),
        role: "trabajador".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn what_a_process_that_is_gone_had_in_progress_is_interrupted_and_its_neighbour_goes_on() {
    let store = Store::new();
    let neighbour = open(&store.path());
    let lease = async |warehouse: &warehouse::Warehouse, process: NewProcess, lasts: Duration| {
        warehouse.renew_lease(process, lasts, true).await.unwrap().leads
    };
    assert!(lease(&store.warehouse, process(1, "a"), LONG).await);
    assert!(!lease(&neighbour, process(2, "b"), LONG).await, "one leads");
    // The last time that it renews it.
    assert!(lease(&store.warehouse, process(1, "a"), Duration::from_millis(1)).await);
    let (eight, half_past) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-17T08:30"));
    for (number, window, host) in [(1, eight, "a"), (2, half_past, "b")] {
        let run = store.queue(number, EtlKind::Sales, PERIFERICO, window).await;
        assert!(store.warehouse.claim(run, window.end(), host.to_owned(), None).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let left = neighbour.interrupt_running(instant("2025-11-17T13:00:00Z"), 5, unused_id).await.unwrap();
    assert_eq!(left.iter().map(|run| run.id).collect::<Vec<_>>(), [run_id(1)]);

    // The one that was only slow commits nothing of it any more.
    let lines = vec![line("F-1", 1, "2025-11-17T08:00:00", "1")];
    let late = store.warehouse.commit_sales_window(
        end(run_id(1), eight.end(), 1),
        sales_window(PERIFERICO, eight),
        lines.clone(),
    );
    assert!(late.await.is_err());
    let own = neighbour.commit_sales_window(
        end(run_id(2), half_past.end(), 1),
        sales_window(PERIFERICO, half_past),
        vec![line("F-2", 1, "2025-11-17T08:30:00", "1")],
    );
    assert_eq!(own.await.unwrap().added, 1);
    assert_eq!(store.covered(PERIFERICO).await, [half_past]);
    let states = [1, 2].map(|number| store.warehouse.run(run_id(number)));
    let states: Vec<RunState> =
        futures::future::join_all(states).await.into_iter().map(|run| run.unwrap().unwrap().state).collect();
    assert_eq!(states, [RunState::Interrupted, RunState::Succeeded]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_run_is_taken_once_and_a_window_is_queued_once_by_processes_that_try_at_the_same_time() {
    let store = Store::new();
    let others: Vec<_> = (0..4).map(|_| open(&store.path())).collect();
    for number in 1..=20_u32 {
        let window = crate::samples::numbered_half_hour(number.cast_signed());
        let queued = others.iter().enumerate().map(|(place, warehouse)| {
            let number = u128::from(number) * 100 + place as u128;
            let run = crate::samples::new_run(number, crate::samples::branch(CENTRO), window);
            warehouse.enqueue(crate::samples::batch(number), vec![run])
        });
        let queued = futures::future::join_all(queued).await;
        let runs: Vec<_> = queued.into_iter().flat_map(|outcome| outcome.unwrap().queued).collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        let taken = others.iter().map(|warehouse| warehouse.claim(runs[0].id, window.end(), "x".to_owned(), None));
        let taken = futures::future::join_all(taken).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn an_invoice_that_another_process_loaded_is_known_here() {
    let store = Store::new();
    let other = open(&store.path());
    let (eight, nine) = (half_hour("2025-11-17T08:00"), half_hour("2025-11-18T09:00"));
    store.load_sales(1, PERIFERICO, eight, vec![line("C1-01-00000007", 1, "2025-11-17T08:00:00", "1")]).await;
    let run = store.start(2, EtlKind::Sales, PERIFERICO, nine).await;
    let moved = vec![line("C1-01-00000007", 1, "2025-11-18T09:00:00", "1")];
    let refused = other.commit_sales_window(end(run, nine.end(), 1), sales_window(PERIFERICO, nine), moved).await;
    assert!(matches!(refused, Err(warehouse::WarehouseError::LinesElsewhere(_))), "{refused:?}");
    // The other one knows the store now; what is loaded here is read there all the same.
    store
        .load_sales(
            3,
            PERIFERICO,
            half_hour("2025-11-17T08:30"),
            vec![line("C1-01-00000008", 1, "2025-11-17T08:30:00", "1")],
        )
        .await;
    let moved = vec![line("C1-01-00000008", 1, "2025-11-18T09:00:00", "1")];
    let refused = other.commit_sales_window(end(run, nine.end(), 1), sales_window(PERIFERICO, nine), moved).await;
    assert!(matches!(refused, Err(warehouse::WarehouseError::LinesElsewhere(_))), "{refused:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_connection_that_was_cut_off_is_made_again_and_another_process_is_heard_again() {
    let store = Store::new();
    let other = open(&store.path());
    let mut heard = other.elsewhere();
    let address = test_database::address_of(&store.path()).unwrap();
    test_database::execute(
        &address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    // A write that finds the connection gone fails or makes it again; the next one works.
    let window = half_hour("2025-11-17T08:00");
    let mut queued = 0;
    for number in 1..=20 {
        let run = crate::samples::new_run(number, crate::samples::branch(PERIFERICO), window);
        let outcome = store.warehouse.enqueue(crate::samples::batch(number), vec![run]).await;
        if let Ok(outcome) = outcome {
            queued += outcome.queued.len();
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(queued, 1);
    assert_eq!(other.queued_runs().await.unwrap().len(), 1);
    let waiting = tokio::time::timeout(Duration::from_secs(30), heard.recv());
    assert!(waiting.await.unwrap().is_ok());
}

/// Every table that is moved, as anybody reads it.
fn everything(path: &std::path::Path, address: Option<&str>) -> Vec<(String, Vec<crate::store::TextRow>)> {
    const MOVED: [&str; 9] = [
        "SELECT id, estado, etl_tipo, ubicacion_id, ventana_desde, ventana_hasta, fecha_inicio, intento, lote_id, fecha_desde,
            hora_hasta, registros_cargados FROM etl_ejecuciones",
        "SELECT * FROM cobertura",
        "SELECT * FROM cobertura_continua",
        "SELECT ubicacion_id, numero_factura, linea, fecha, rtrim(hora::VARCHAR, '0'), fecha_hora, venta_total_usd,
            descripcion_producto, es_no_fiscal, ejecucion_id FROM ventas",
        "SELECT * FROM ventas_por_media_hora",
        "SELECT * FROM secuencias",
        "SELECT * FROM lotes",
        "SELECT id, momento, actor, accion, objeto, detalle, orden, huella FROM auditoria",
        "SELECT * FROM decisiones",
    ];
    let rows = |sql: &str| match address {
        Some(address) => {
            let mut rows = test_database::rows(address, sql);
            rows.sort();
            rows
        }
        None => crate::store::rows_of_file(path, sql),
    };
    MOVED.iter().map(|sql| ((*sql).to_owned(), rows(sql))).collect()
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_database_that_is_moved_to_a_server_and_back_has_every_row_also_after_it_was_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (file, back) = (folder.path().join("klk.duckdb"), folder.path().join("back.duckdb"));
    let store = Store::of_file(&file);
    for (number, day) in (1..).zip(["2025-10-31", "2025-11-17", "2025-12-01"]) {
        let lines = vec![
            line(&format!("C1-01-{number:08}"), 1, &format!("{day}T08:00:00.1234567"), "1.25"),
            line("it's \\ \u{1F3EA}\tñ", i32::try_from(number).unwrap(), &format!("{day}T08:10:00"), "-0.000001"),
        ];
        store.load_sales(number, PERIFERICO, half_hour(&format!("{day}T08:00")), lines).await;
    }
    store.queue(9, EtlKind::Sales, CENTRO, half_hour("2025-11-17T08:00")).await;
    store.warehouse.close().await;
    let expected = everything(&file, None);
    assert!(expected.iter().filter(|(_, rows)| !rows.is_empty()).count() >= 6);

    let address = test_database::address_of(&folder.path().join("moved")).unwrap();
    let server = || Place::Postgres(PostgresSettings { address: address.clone() });
    let mut parts = Vec::new();
    move_database(Place::File(file.clone()), server(), |part| parts.push(part)).unwrap();
    assert!(parts.iter().all(|part| !part.was_there || part.rows == 0), "{parts:?}");
    assert_eq!(parts.iter().filter(|part| part.table == "ventas").count(), 3);
    assert_eq!(everything(&file, Some(&address)), expected);

    // What is there is somebody's: nothing is moved over it, also not from where it came from.
    let other = folder.path().join("other.duckdb");
    Store::of_file(&other).warehouse.close().await;
    for from in [&file, &other] {
        let refused = move_database(Place::File(from.clone()), server(), |_| ());
        assert!(matches!(refused, Err(MoveError::NotEmpty { .. })), "{refused:?}");
    }
    assert_eq!(everything(&file, Some(&address)), expected);

    // A move that was killed: nobody works with the half, what is missing or differs is moved, and the rest left as it is.
    let origin =
        "SELECT md5(string_agg(version::VARCHAR || ' ' || epoch_us(aplicada_en)::VARCHAR, ',' ORDER BY version))
        FROM esquema_migraciones";
    let origin = crate::store::rows_of_file(&file, origin)[0][0].clone().unwrap();
    test_database::execute(
        &address,
        &format!(
            "CREATE TABLE mudanza_sin_terminar AS SELECT '{origin}'::text AS origen;
             UPDATE ventas SET venta_total_usd = 7 WHERE fecha = '2025-12-01';
             DELETE FROM ventas WHERE fecha = '2025-11-17'"
        ),
    );
    let half = warehouse::Warehouse::open(&WarehouseSettings { place: server(), ..Default::default() });
    assert!(matches!(half, Err(warehouse::WarehouseError::HalfMoved)), "{half:?}");
    let refused = move_database(Place::File(other), server(), |_| ());
    assert!(matches!(refused, Err(MoveError::Differs { .. })), "{refused:?}");
    let mut again = Vec::new();
    move_database(Place::File(file.clone()), server(), |part| again.push(part)).unwrap();
    let moved: Vec<_> = again.iter().filter(|part| !part.was_there).map(|part| part.month.clone()).collect();
    assert_eq!(moved, ["2025-11", "2025-12"].map(|month| Some(month.to_owned())));
    assert_eq!(everything(&file, Some(&address)), expected);

    move_database(server(), Place::File(back.clone()), |_| ()).unwrap();
    assert_eq!(everything(&back, None), expected);

    // A process that works with it keeps it from being moved.
    let warehouse = warehouse::Warehouse::open(&WarehouseSettings { place: server(), ..Default::default() }).unwrap();
    warehouse.renew_lease(process(1, "a"), LONG, true).await.unwrap();
    let refused = move_database(server(), Place::File(folder.path().join("third.duckdb")), |_| ());
    assert!(matches!(refused, Err(MoveError::InUse(1))), "{refused:?}");
}

/// The tables of months and how many rows each has.
fn months(address: &str) -> Vec<(String, String)> {
    let names = test_database::rows(
        address,
        "SELECT schemaname || '.' || relname FROM pg_stat_user_tables WHERE schemaname = 'public_meses' ORDER BY 1",
    );
    let names = names.into_iter().filter_map(|row| row.into_iter().next().flatten());
    let rows_of = |name: &String| test_database::rows(address, &format!("SELECT count(*) FROM {name}"));
    names.map(|name| (name.clone(), rows_of(&name)[0][0].clone().unwrap())).collect()
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn lines_lie_in_the_table_of_their_month_where_a_line_of_a_day_is_once() {
    let store = Store::new();
    for (number, day) in (1..).zip(["2025-10-31", "2025-11-17", "2025-11-18"]) {
        let lines = vec![line("C1-01-00000001", number, &format!("{day}T23:30:00"), "1")];
        store.load_sales(number.cast_unsigned().into(), PERIFERICO, half_hour(&format!("{day}T23:30")), lines).await;
    }
    let address = test_database::address_of(&store.path()).unwrap();
    let found: Vec<_> = months(&address).into_iter().filter(|(_, rows)| rows != "0").collect();
    let expected = [("public_meses.ventas_2025_10", "1"), ("public_meses.ventas_2025_11", "2")];
    assert_eq!(found, expected.map(|(name, rows)| (name.to_owned(), rows.to_owned())));

    let copied = "DO $$ BEGIN
        INSERT INTO ventas SELECT * FROM ventas WHERE fecha = '2025-11-17';
        RAISE EXCEPTION 'a line is there twice';
    EXCEPTION WHEN unique_violation THEN NULL; END $$";
    test_database::execute(&address, copied);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn processes_that_load_the_first_lines_of_a_month_at_the_same_time_all_load_them() {
    let store = Store::new();
    let stores = ["tienda_01", "tienda_02", "tienda_03", "tienda_04"];
    let processes: Vec<_> = stores.iter().map(|_| open(&store.path())).collect();
    for month in 1..=12_u128 {
        let day = format!("2024-{month:02}-05");
        let window = half_hour(&format!("{day}T08:00"));
        let mut runs = Vec::new();
        for (place, id) in (0..).zip(stores) {
            runs.push(store.start(month * 10 + place, EtlKind::Sales, id, window).await);
        }
        let commits = processes.iter().zip(stores).zip(runs).map(|((process, id), run)| {
            let lines = vec![line(&format!("F-{month}"), 1, &format!("{day}T08:00:00"), "1")];
            process.commit_sales_window(end(run, window.end(), 1), sales_window(id, window), lines)
        });
        for committed in futures::future::join_all(commits).await {
            assert_eq!(committed.unwrap().added, 1, "{day}");
        }
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_server_whose_lines_were_in_one_table_has_them_by_month_after_a_start() {
    const EARLIER: [(i32, &str, &str); 2] = [
        (0, "functions", include_str!("../../src/database/postgres/schema/0000_functions.sql")),
        (39, "tables", include_str!("../../src/database/postgres/schema/0039_tables.sql")),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("earlier");
    let address = test_database::address_of(&path).unwrap();
    test_database::execute(
        &address,
        "CREATE TABLE esquema_migraciones (version INTEGER NOT NULL, nombre VARCHAR NOT NULL, suma VARCHAR NOT NULL,
            aplicada_en TIMESTAMPTZ NOT NULL DEFAULT current_timestamp)",
    );
    for (version, name, sql) in EARLIER {
        test_database::execute(&address, sql);
        let quoted = sql.replace('\'', "''");
        test_database::execute(
            &address,
            &format!("INSERT INTO esquema_migraciones VALUES ({version}, '{name}', md5('{quoted}'))"),
        );
    }
    test_database::execute(
        &address,
        "INSERT INTO ventas (ubicacion_id, numero_factura, linea, fecha, hora, codigo_producto, cantidad_vendida, venta_total_bs,
            venta_total_usd, fecha_hora, ejecucion_id)
         SELECT 'tienda_01', 'F-' || dia, 1, DATE '2025-10-30' + dia, '08:00:00', 'P', 1, 1, 1,
            TIMESTAMP '2025-10-30 08:00:00' + dia * INTERVAL '1 day', gen_random_uuid() FROM generate_series(0, 4) AS dia;
         INSERT INTO stock_historico VALUES
            ('tienda_01', 'T01', 'P', 1, 1, '2025-11-30 23:00:00+00', gen_random_uuid())",
    );
    let warehouse = open(&path);
    assert_eq!(
        months(&address),
        [("stock_historico_2025_11", "1"), ("ventas_2025_10", "2"), ("ventas_2025_11", "3")]
            .map(|(name, rows)| (format!("public_meses.{name}"), rows.to_owned()))
    );
    warehouse.close().await;
    // A start that finds them leaves them.
    open(&path).close().await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_write_that_was_ended_while_it_waited_for_its_turn_costs_no_later_one() {
    let store = Store::new();
    let address = test_database::address_of(&store.path()).unwrap();
    let holder = address.clone();
    // The lock of who writes alone, for a moment.
    let holds = std::thread::spawn(move || {
        test_database::execute(&holder, "BEGIN; SELECT pg_advisory_xact_lock(7040107); SELECT pg_sleep(2); COMMIT");
    });
    let locks = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 7040107
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while test_database::rows(&address, locks).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let queue = |number: u128| {
        let run = crate::samples::new_run(number, crate::samples::branch(PERIFERICO), half_hour("2025-11-17T08:00"));
        store.warehouse.enqueue(crate::samples::batch(number), vec![run])
    };
    let ends = async {
        let waiting = &format!("{locks} AND NOT granted");
        while test_database::rows(&address, waiting).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        test_database::execute(&address, &format!("SELECT pg_cancel_backend(pid) FROM ({waiting}) AS esperan"));
    };
    let (ended, ()) = futures::join!(queue(1), ends);
    assert!(ended.is_err(), "{ended:?}");
    assert_eq!(queue(2).await.unwrap().queued.len(), 1);
    holds.join().unwrap();
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn who_stands_still_leads_no_more_once_its_lease_has_run_out() {
    let store = Store::new();
    let neighbour = open(&store.path());
    let standing = store.warehouse.renew_lease(process(1, "a"), Duration::from_millis(100), true).await.unwrap();
    assert!(standing.leads);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut leads = false;
    for _ in 0..50 {
        leads = neighbour.renew_lease(process(2, "b"), LONG, true).await.unwrap().leads;
        if leads {
            break;
        }
        // The session that had the lock is being ended.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(leads);
    let back = store.warehouse.renew_lease(process(1, "a"), LONG, true).await.unwrap();
    assert!(!back.leads && back.workers == [Uuid::from_u128(1), Uuid::from_u128(2)], "{back:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_database_of_another_encoding_is_refused_before_anything_is_stored() {
    let server = std::env::var(test_database::VARIABLE).unwrap();
    let name = format!("klk_latin_{}", std::process::id());
    test_database::execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    test_database::execute(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"));
    let (rest, options) = server.split_once('?').unwrap();
    let address = format!("{}/{name}?{options}", rest.rsplit_once('/').unwrap().0);
    let place = Place::Postgres(PostgresSettings { address });
    let opened = warehouse::Warehouse::open(&WarehouseSettings { place, ..Default::default() });
    assert!(matches!(opened, Err(warehouse::WarehouseError::Refused { .. })), "{opened:?}");
    drop(opened);
    test_database::execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn attempts_count_over_all_processes_until_there_were_too_many() {
    let store = Store::new();
    let other = open(&store.path());
    let quotas = || vec![AttemptQuota { key: "ana".to_owned(), each: LONG, most: 2 }];
    assert_eq!(store.warehouse.count_attempt(quotas()).await.unwrap(), None);
    assert_eq!(other.count_attempt(quotas()).await.unwrap(), None);
    let wait = store.warehouse.count_attempt(quotas()).await.unwrap().unwrap();
    assert!(wait > Duration::ZERO && wait <= LONG, "{wait:?}");
    let of_another = vec![AttemptQuota { key: "luis".to_owned(), each: LONG, most: 2 }];
    assert_eq!(other.count_attempt(of_another).await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn who_left_for_the_provider_comes_back_to_another_process_once_and_in_the_same_browser() {
    let store = Store::new();
    let other = open(&store.path());
    let entrance = |state: &str| KeptEntrance {
        state: state.to_owned(),
        browser: "galleta".to_owned(),
        address: "192.0.2.1".to_owned(),
        data: "datos".to_owned(),
    };
    for state in ["a", "b"] {
        assert!(store.warehouse.keep_entrance(entrance(state), LONG, (10, 2)).await.unwrap());
    }
    let take = async |state: &str, browser: &str| {
        other.take_entrance(state.to_owned(), Some(browser.to_owned())).await.unwrap()
    };
    assert_eq!(take("a", "galleta").await.as_deref(), Some("datos"));
    assert_eq!(take("a", "galleta").await, None);
    assert_eq!(take("b", "otra").await, None);
    assert_eq!(take("b", "galleta").await, None, "another browser has used it up");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn a_first_code_counts_at_every_process_and_makes_one_administrator() {
    let store = Store::new();
    let other = open(&store.path());
    for code in ["a", "b"] {
        store.warehouse.keep_first_code(code.to_owned(), LONG).await.unwrap();
    }
    assert!(other.is_first_code("a".to_owned()).await.unwrap());
    assert!(!other.take_first_codes("c".to_owned()).await.unwrap());
    assert!(other.take_first_codes("a".to_owned()).await.unwrap());
    assert!(!store.warehouse.take_first_codes("b".to_owned()).await.unwrap());
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn what_a_run_does_is_known_at_other_processes() {
    let store = Store::new();
    let other = open(&store.path());
    for steps in ["uno", "dos"] {
        store.warehouse.keep_run_steps(vec![(run_id(1), steps.to_owned())]).await.unwrap();
    }
    assert_eq!(other.run_steps(run_id(1)).await.unwrap().as_deref(), Some("dos"));
    assert_eq!(other.run_steps(run_id(2)).await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn as_many_runs_of_a_store_begin_at_once_as_may_over_all_processes() {
    let store = Store::new();
    let others = [open(&store.path()), open(&store.path()), open(&store.path())];
    let mut runs = Vec::new();
    for number in 1..=3_u32 {
        let window = crate::samples::numbered_half_hour(number.cast_signed());
        runs.push(store.queue(u128::from(number), EtlKind::Sales, PERIFERICO, window).await);
    }
    for (number, warehouse) in (1..).zip(&others) {
        warehouse.renew_lease(process(number, &format!("p{number}")), LONG, false).await.unwrap();
    }
    let limit = || StoreLimit { branch: domain::BranchId::new(PERIFERICO), runs_max: 1 };
    let at = instant("2025-11-17T13:00:00Z");
    let claims = (1..)
        .zip(&others)
        .zip(&runs)
        .map(|((number, warehouse), run)| warehouse.claim_within(*run, at, format!("p{number}"), None, limit()));
    let claimed = futures::future::join_all(claims).await;
    assert!(claimed.into_iter().filter(|taken| *taken.as_ref().unwrap()).count() <= 1);
    // Whoever comes when nobody claims finds room, unless one is in progress already.
    let mut again = 0;
    for run in &runs {
        again += usize::from(others[0].claim_within(*run, at, "p1".to_owned(), None, limit()).await.unwrap());
    }
    let states = futures::future::join_all(runs.iter().map(|run| store.warehouse.run(*run))).await;
    let running = states
        .into_iter()
        .filter(|run| run.as_ref().unwrap().as_ref().is_some_and(|run| run.state == RunState::Running));
    assert_eq!(running.count(), 1);
    assert!(again <= 1);
}
