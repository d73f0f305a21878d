//! Writes of runs that wait at the same time share a transaction. What is stored, and what each gets, has to be what it would
//! be if each were alone.

use std::sync::Arc;

use domain::plan::PlanAction;
use domain::sale::SaleLine;
use domain::{EtlKind, HALF_HOUR, Interval, RunId};
use jiff::Timestamp;
use rstest::rstest;
use tokio::sync::oneshot;
use warehouse::{Decision, JobWatch, Receipt, StatementObserver, Warehouse, WarehouseError, WarehouseSettings};

use crate::samples::{
    batch, batch_id, branch, end, instant, line, new_run, numbered_half_hour, run_id, sales_window, unused_id,
};
use crate::store::{TextRow, settings_at, sorted_rows};

/// Everything that commits write, but for how long a load took.
const TABLES: [&str; 8] = [
    "SELECT * FROM ventas",
    "SELECT * FROM ventas_por_media_hora",
    "SELECT * FROM secuencias",
    "SELECT * FROM cobertura",
    "SELECT * FROM cobertura_continua",
    "SELECT id, estado, fecha_inicio, fecha_fin, duracion_segundos, registros_extraidos, registros_cargados, host, intento,
        lineas_agregadas, lineas_cambiadas, lineas_retiradas, registros_anunciados, error_tipo, error_mensaje FROM etl_ejecuciones",
    "SELECT * FROM conciliaciones",
    "SELECT * FROM cambios_de_fuente",
];

/// A window of a store, by the numbers of its half hours, and its lines.
struct Planned {
    branch: &'static str,
    half_hours: std::ops::Range<i32>,
    lines: Vec<SaleLine>,
}

impl Planned {
    fn new(branch: &'static str, half_hours: std::ops::Range<i32>, lines: Vec<SaleLine>) -> Self {
        Self { branch, half_hours, lines }
    }

    fn window(&self) -> Interval<Timestamp> {
        let (first, last) = (numbered_half_hour(self.half_hours.start), numbered_half_hour(self.half_hours.end - 1));
        Interval::new(first.start(), last.end()).unwrap()
    }
}

/// Lines of two registers in each of some half hours, one invoice of two lines each.
fn sold(half_hours: std::ops::Range<i32>, first_invoice: u32) -> Vec<SaleLine> {
    let lines = half_hours.enumerate().flat_map(|(place, half_hour)| {
        let start = numbered_half_hour(half_hour).start();
        (0..4).map(move |line_of| {
            let at = crate::samples::zone().to_datetime(start.checked_add(HALF_HOUR / 8 * line_of).unwrap());
            let number = first_invoice + u32::try_from(place).unwrap();
            let invoice = format!("C{:02}-01-{number:08}", line_of % 2);
            line(&invoice, line_of / 2 + 1, &at.to_string(), &format!("{}.25", 100 + line_of))
        })
    });
    lines.collect()
}

/// Holds the writer's thread, so that what is written meanwhile waits side by side.
struct Gate(std::sync::Mutex<Option<std::sync::mpsc::Receiver<()>>>);

impl StatementObserver for Gate {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        let held = if name == "terminar_plan" { self.0.lock().unwrap().take() } else { None };
        held.map(|held| Box::new(Held(held)) as Box<dyn JobWatch>)
    }
}

struct Held(std::sync::mpsc::Receiver<()>);

impl JobWatch for Held {
    fn on_ended(self: Box<Self>, _work: std::time::Duration, _failed: bool) {
        // An error says that the test is over.
        let _: Result<(), _> = self.0.recv();
    }
}

/// What each window got, and the tables afterwards.
type Told = Vec<Result<Receipt, String>>;

/// Loads windows, first some that are there before, each alone; then the others, which wait side by side where `at_once`.
async fn load(before: &[Planned], planned: Vec<Planned>, at_once: bool) -> (Told, Vec<Vec<TextRow>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("klk.duckdb");
    let (release, held) = std::sync::mpsc::channel();
    let gate = Arc::new(Gate(std::sync::Mutex::new(Some(held))));
    let settings = WarehouseSettings { readers: 2, ..settings_at(&path) };
    let warehouse = Warehouse::open_observed(&settings, gate).unwrap();
    let (created, ended) = (instant("2025-06-01T12:00:00Z"), instant("2025-06-02T12:00:00Z"));
    let mut found = Vec::new();
    for (number, window) in (1..).zip(before) {
        start(&warehouse, number, window, created).await;
        let end = end(run_id(number), ended, window.lines.len());
        let window_of = sales_window(window.branch, window.window());
        warehouse.commit_sales_window(end, window_of, window.lines.clone()).await.unwrap();
    }
    let numbered: Vec<(u128, Planned)> = (101..).zip(planned).collect();
    for (number, window) in &numbered {
        start(&warehouse, *number, window, created).await;
    }
    let holding = at_once.then(|| {
        let warehouse = warehouse.clone();
        let order = Decision {
            action: PlanAction::Finish,
            actor: "ana".to_owned(),
            origin: "web",
            address: None,
            reason: None,
            cause: None,
            at: created,
        };
        // Of a plan that is not there.
        tokio::spawn(async move { warehouse.finish_plan(batch_id(9999), order).await })
    });
    let mut waiting = Vec::new();
    for (number, window) in numbered {
        // The fourth of each five is of a run that was never queued: its commit is refused.
        let run = if number % 5 == 4 { unused_id() } else { run_id(number) };
        let (warehouse, (asked, is_asked)) = (warehouse.clone(), oneshot::channel());
        let commit = async move {
            let end = end(run, ended, window.lines.len());
            let commit = warehouse.commit_sales_window(end, sales_window(window.branch, window.window()), window.lines);
            tokio::pin!(commit);
            // Handed over, in this order, before the next one is.
            let first = poll_once(commit.as_mut()).await;
            let _: Result<(), ()> = asked.send(());
            let outcome = match first {
                Some(outcome) => outcome,
                None => commit.await,
            };
            outcome.map_err(|error| message(&error))
        };
        if at_once {
            waiting.push(tokio::spawn(commit));
            is_asked.await.unwrap();
        } else {
            found.push(commit.await);
        }
    }
    drop(release);
    if let Some(holding) = holding {
        holding.await.unwrap().unwrap();
    }
    for outcome in waiting {
        found.push(outcome.await.unwrap());
    }
    warehouse.close().await;
    (found, TABLES.iter().map(|table| sorted_rows(&path, table)).collect())
}

async fn poll_once<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        std::task::Poll::Ready(done) => std::task::Poll::Ready(Some(done)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

fn message(error: &WarehouseError) -> String {
    error.to_string()
}

async fn start(warehouse: &Warehouse, number: u128, window: &Planned, created: Timestamp) {
    let run = new_run(number, branch(window.branch), window.window());
    warehouse.enqueue(batch(number), vec![run]).await.unwrap();
    // Those of one window that is asked for twice wait for each other; here each has its run.
    warehouse.claim(run_id(number), created, "host-1".to_owned(), None).await.unwrap();
}

#[rstest]
#[case::of_many_stores(vec![], vec![
    Planned::new("tienda_01", 0..1, sold(0..1, 10)),
    Planned::new("tienda_02", 0..1, sold(0..1, 10)),
    Planned::new("tienda_03", 0..3, sold(0..3, 10)),
    Planned::new("tienda_04", 0..1, sold(0..1, 10)),
    Planned::new("tienda_05", 5..6, vec![]),
])]
#[case::that_grow_what_is_covered(vec![
    Planned::new("tienda_01", 0..1, sold(0..1, 10)),
    Planned::new("tienda_01", 4..5, sold(4..5, 20)),
    Planned::new("tienda_02", 1..2, sold(1..2, 10)),
], vec![
    Planned::new("tienda_01", 1..2, sold(1..2, 11)),
    Planned::new("tienda_01", 2..4, sold(2..4, 12)),
    Planned::new("tienda_02", 0..1, sold(0..1, 9)),
    Planned::new("tienda_02", 8..9, sold(8..9, 30)),
    Planned::new("tienda_02", 2..3, sold(2..3, 11)),
])]
#[case::some_of_which_are_there_already(vec![
    Planned::new("tienda_01", 0..2, sold(0..2, 10)),
    Planned::new("tienda_02", 0..1, sold(0..1, 10)),
], vec![
    Planned::new("tienda_01", 0..2, sold(0..1, 10)),
    Planned::new("tienda_02", 0..1, sold(0..1, 10)),
    Planned::new("tienda_03", 0..1, sold(0..1, 10)),
    Planned::new("tienda_01", 2..3, sold(2..3, 10)),
    Planned::new("tienda_01", 3..4, sold(3..4, 40)),
])]
#[case::with_the_same_invoices(vec![], vec![
    Planned::new("tienda_01", 0..1, sold(0..1, 10)),
    Planned::new("tienda_01", 1..2, sold(1..2, 10)),
    Planned::new("tienda_01", 50..51, sold(50..51, 10)),
    Planned::new("tienda_02", 0..1, sold(0..1, 10)),
    Planned::new("tienda_01", 2..3, sold(2..3, 11)),
])]
#[case::one_of_which_cannot_be_stored(vec![], vec![
    Planned::new("tienda_01", 0..1, sold(0..1, 10)),
    Planned::new("tienda_02", 0..1, {
        let mut lines = sold(0..1, 10);
        lines[0].venta_total_bs = crate::samples::decimal("1000000000000");
        lines
    }),
    Planned::new("tienda_03", 0..1, sold(0..1, 10)),
])]
#[case::with_numbers_of_no_order(vec![], vec![
    Planned::new("tienda_01", 0..1, vec![line("SIN NUMERO", 1, "2025-01-01T00:10:00", "3.5")]),
    Planned::new("tienda_02", 0..1, sold(0..1, 10)),
    Planned::new("tienda_01", 1..2, vec![line("SIN NUMERO", 1, "2025-01-01T00:40:00", "3.5")]),
])]
#[tokio::test(flavor = "multi_thread")]
async fn windows_that_are_committed_together_leave_what_each_alone_does(
    #[case] before: Vec<Planned>,
    #[case] planned: Vec<Planned>,
) {
    let copy = |planned: &[Planned]| -> Vec<Planned> {
        planned.iter().map(|one| Planned::new(one.branch, one.half_hours.clone(), one.lines.clone())).collect()
    };
    let alone = load(&before, copy(&planned), false).await;
    let together = load(&before, planned, true).await;
    assert_eq!(together.0, alone.0);
    for ((table, together), alone) in TABLES.iter().zip(&together.1).zip(&alone.1) {
        assert_eq!(together, alone, "{table}");
    }
}

#[tokio::test]
async fn runs_that_are_taken_together_are_told_each_its_own() {
    let store = crate::store::Store::new();
    for number in 1..=6 {
        store.queue(number, EtlKind::Sales, "tienda_01", numbered_half_hour(i32::try_from(number).unwrap())).await;
    }
    // Taken before, and never queued.
    let taken = |run: RunId| store.warehouse.claim(run, instant("2025-06-01T12:00:00Z"), "host-1".to_owned(), None);
    assert!(taken(run_id(2)).await.unwrap());
    let (first, second, third, fourth) =
        tokio::join!(taken(run_id(1)), taken(run_id(2)), taken(unused_id()), taken(run_id(4)));
    assert_eq!([first.unwrap(), second.unwrap(), third.unwrap(), fourth.unwrap()], [true, false, false, true]);
    let running: Vec<RunId> = store
        .warehouse
        .runs_in_progress()
        .await
        .unwrap()
        .into_iter()
        .filter(|run| run.state == domain::RunState::Running)
        .map(|run| run.id)
        .collect();
    assert_eq!(running, [run_id(1), run_id(2), run_id(4)]);
}
