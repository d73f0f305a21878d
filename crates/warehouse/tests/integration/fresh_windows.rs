//! What is kept of a window that nothing was there of is computed without reading its lines: it has to be what a look at the
//! lines would give.

use domain::sale::SaleLine;
use domain::{Interval, RunState};
use rust_decimal::Decimal;
use warehouse::{Receipt, Warehouse};

use crate::samples::{PERIFERICO, batch, branch, end, instant, line, new_run, period, run_id, sales_window};
use crate::store::{Store, TextRow, sorted_rows};

const ENDED: &str = "2025-11-18T12:00:00Z";

async fn commit(warehouse: &Warehouse, number: u128, (from, to): (&str, &str), lines: Vec<SaleLine>) -> Receipt {
    let interval = period(from, to);
    let outcome = warehouse.enqueue(batch(number), vec![new_run(number, branch(PERIFERICO), interval)]).await.unwrap();
    assert_eq!(outcome.queued.len(), 1);
    assert!(warehouse.claim(run_id(number), instant(ENDED), "host".to_owned(), None).await.unwrap());
    let end = end(run_id(number), instant(ENDED), lines.len());
    warehouse.commit_sales_window(end, sales_window(PERIFERICO, interval), lines).await.unwrap()
}

/// What is kept, and the same made anew from the lines; the statements are those of the migrations.
fn kept_and_made_anew(store: &Store) -> [[Vec<TextRow>; 2]; 2] {
    let rows = |sql: &str| sorted_rows(&store.path(), sql);
    let sums = "SELECT ubicacion_id, media_hora, sum(lineas)::UBIGINT AS lineas, count(*)::UBIGINT AS facturas, sum(bs) AS total_bs,
            sum(usd) AS total_usd, percentile_disc(0.5) WITHIN GROUP (ORDER BY usd) AS factura_mediana_usd
        FROM (
            SELECT ubicacion_id, time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora, numero_factura,
                count(*) AS lineas, sum(venta_total_bs) AS bs, sum(venta_total_usd) AS usd
            FROM ventas GROUP BY 1, 2, 3) AS facturas
        GROUP BY ubicacion_id, media_hora";
    let numbers = "SELECT ubicacion_id, caja, media_hora, min(numero) AS desde, max(numero) AS hasta, min(primera) AS primera,
            max(ultima) AS ultima
        FROM (
            SELECT *, numero::HUGEINT - row_number() OVER (PARTITION BY ubicacion_id, caja, media_hora ORDER BY numero) AS grupo
            FROM (
                SELECT ubicacion_id, regexp_extract(numero_factura, '^(.+)-[0-9]{1,18}$', 1) AS caja,
                    nullif(regexp_extract(numero_factura, '^.+-([0-9]{1,18})$', 1), '')::UBIGINT AS numero,
                    time_bucket(INTERVAL '30 minutes', fecha_hora) AS media_hora, min(fecha_hora) AS primera, max(fecha_hora) AS ultima
                FROM ventas GROUP BY 1, 2, 3, 4) AS facturas
            WHERE numero IS NOT NULL) AS numeradas
        GROUP BY ubicacion_id, caja, media_hora, grupo";
    [[rows("SELECT * FROM ventas_por_media_hora"), rows(sums)], [rows("SELECT * FROM secuencias"), rows(numbers)]]
}

/// Invoices of one to four lines at two registers, some numbers left out, with amounts of every sign and many places.
fn lines_of(first: u32, start: &str, half_hours: u32) -> Vec<SaleLine> {
    let start: jiff::civil::DateTime = start.parse().unwrap();
    let mut lines = Vec::new();
    for invoice in (0..half_hours * 7).filter(|invoice| invoice % 5 != 3) {
        let at = start.checked_add(jiff::SignedDuration::from_secs(i64::from(invoice) * 1800 / 7)).unwrap();
        let number = format!("C{:02}-01-{:08}", invoice % 2, first + invoice / 2);
        for place in 0..=(invoice % 4) {
            let amount = i64::from(invoice * 7919 % 104_729) * i64::from(place + 1) - 50_000;
            let mut line =
                line(&number, place.cast_signed() + 1, &at.to_string(), &Decimal::new(amount, 3).to_string());
            line.venta_total_usd = Decimal::new(amount * 13, 6);
            lines.push(line);
        }
    }
    lines
}

#[tokio::test]
async fn sums_and_numbers_of_a_fresh_window_are_those_of_its_lines() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let one = lines_of(100, "2025-11-17T08:00:00", 1);
    let added = one.len() as u64;
    let receipt = commit(warehouse, 1, ("2025-11-17T08:00", "2025-11-17T08:30"), one).await;
    assert_eq!(receipt, Receipt { loaded: added, added, changed: 0, removed: 0 });
    // Many half hours at once, a half hour without sales, and one between two that are there.
    commit(warehouse, 2, ("2025-11-17T10:00", "2025-11-17T18:00"), lines_of(1000, "2025-11-17T10:00:00", 16)).await;
    commit(warehouse, 3, ("2025-11-17T08:30", "2025-11-17T09:00"), Vec::new()).await;
    commit(warehouse, 4, ("2025-11-17T09:00", "2025-11-17T10:00"), lines_of(500, "2025-11-17T09:00:00", 2)).await;
    // A day later, and a number of another form, which takes the long way.
    commit(warehouse, 5, ("2025-11-18T08:00", "2025-11-18T08:30"), lines_of(5000, "2025-11-18T08:00:00", 1)).await;
    let strange = vec![line("SIN NUMERO", 1, "2025-11-18T09:05:00", "7.5")];
    commit(warehouse, 6, ("2025-11-18T09:00", "2025-11-18T09:30"), strange).await;

    let day = Interval::new(instant("2025-11-17T04:00:00Z"), instant("2025-11-18T04:00:00Z")).unwrap();
    let covered = warehouse.coverage(domain::EtlKind::Sales, None, day).await.unwrap();
    let whole = Interval::new(instant("2025-11-17T12:00:00Z"), instant("2025-11-17T22:00:00Z")).unwrap();
    assert_eq!(covered.into_iter().map(|(_, interval)| interval).collect::<Vec<_>>(), [whole]);
    for number in 1..=6 {
        assert_eq!(warehouse.run(run_id(number)).await.unwrap().unwrap().state, RunState::Succeeded);
    }
    warehouse.close().await;
    for [kept, made_anew] in kept_and_made_anew(&store) {
        assert_eq!(kept, made_anew);
    }
}

#[tokio::test]
async fn a_window_that_was_fresh_once_is_compared_the_second_time() {
    let store = Store::new();
    let lines = lines_of(100, "2025-11-17T08:00:00", 1);
    let loaded = lines.len() as u64;
    let window = ("2025-11-17T08:00", "2025-11-17T08:30");
    commit(&store.warehouse, 1, window, lines.clone()).await;
    let again = commit(&store.warehouse, 2, window, lines[1..].to_vec()).await;
    assert_eq!(again, Receipt { loaded: loaded - 1, added: 0, changed: 0, removed: 1 });
    // An invoice that moves within its day is taken from where it was.
    let mut moved = lines[1..2].to_vec();
    moved[0].hora = "08:40:00".parse().unwrap();
    let receipt = commit(&store.warehouse, 3, ("2025-11-17T08:30", "2025-11-17T09:00"), moved).await;
    assert_eq!((receipt.loaded, receipt.added), (1, 0));
    store.warehouse.close().await;
    for [kept, made_anew] in kept_and_made_anew(&store) {
        assert_eq!(kept, made_anew);
    }
}
