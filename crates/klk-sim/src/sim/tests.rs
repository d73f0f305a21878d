//! What the sales of a simulator promise, asked without HTTP.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, date};
use rstest::rstest;
use rust_decimal::Decimal;
use serde_json::Value;

use super::*;
use crate::counts::REGISTERS;

const NOW: &str = "2025-11-18T16:00:00Z";
const DAY: Date = date(2025, 11, 17);

fn sim_at(now: &str, config: SimConfig) -> Sim {
    let now: Timestamp = now.parse().unwrap();
    Sim::new(config, Arc::new(move || now))
}

fn sim() -> Sim {
    sim_at(NOW, SimConfig::five_stores(7).with_volume(0.2))
}

fn ask(sim: &Sim, request: &SalesRequest) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&sim.sales_body(request).unwrap()).unwrap();
    let lines = body["ventas"].as_array().unwrap().clone();
    assert_eq!(body["meta"]["total_registros"], lines.len());
    lines
}

fn number_of(line: &Value) -> &str {
    line["numero_factura"].as_str().unwrap()
}

fn key(line: &Value) -> (String, u64) {
    (number_of(line).to_owned(), line["linea"].as_u64().unwrap())
}

fn keys(lines: &[Value]) -> BTreeSet<(String, u64)> {
    let keys: BTreeSet<_> = lines.iter().map(key).collect();
    assert_eq!(keys.len(), lines.len(), "a line comes once");
    keys
}

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

/// The half hours of a day as a client asks for them: each by its start and its end, the last one without an end.
fn half_hours(branch: &str, day: Date) -> Vec<SalesRequest> {
    let clock = |slot: i32| format!("{:02}:{:02}", slot / 2, slot % 2 * 30);
    (0..48)
        .map(|slot| {
            let mut request = SalesRequest::hours(branch, day, &clock(slot), &clock(slot + 1));
            if slot == 47 {
                request.time_to = None;
            }
            request
        })
        .collect()
}

#[test]
fn the_same_seed_answers_the_same_bytes_and_another_seed_does_not() {
    let request = SalesRequest::hours("SUC001", DAY, "12:00", "12:30");
    let config = SimConfig::five_stores;
    let body = |seed| sim_at(NOW, config(seed)).sales_body(&request).unwrap();
    assert_eq!(body(7), body(7));
    assert_ne!(body(7), body(8));
}

#[test]
fn only_the_time_of_generation_changes_when_the_same_is_asked_later() {
    let request = SalesRequest::hours("SUC001", DAY, "12:00", "12:30");
    let (early, late) = (sim(), sim_at("2025-12-24T10:00:00Z", SimConfig::five_stores(7).with_volume(0.2)));
    assert_eq!(ask(&early, &request), ask(&late, &request));
    assert_ne!(early.sales_body(&request), late.sales_body(&request));
}

#[rstest]
#[case("SUC001")]
#[case("SUC002")]
fn a_day_is_its_half_hours_without_the_lines_that_two_of_them_share(#[case] branch: &str) {
    let sim = sim();
    let day = ask(&sim, &SalesRequest::day(branch, DAY));
    let parts: Vec<Value> = half_hours(branch, DAY).iter().flat_map(|request| ask(&sim, request)).collect();
    let on_the_half_hour = |line: &&Value| matches!(line["hora"].as_str().unwrap().get(3..), Some("00:00" | "30:00"));
    let shared = day.iter().filter(on_the_half_hour).count();
    assert!(shared > 0, "some lines are sold at the very end of a half hour");
    assert_eq!(parts.len(), day.len() + shared);
    assert_eq!(parts.iter().map(key).collect::<BTreeSet<_>>(), keys(&day));
}

#[test]
fn sequences_of_each_register_rise_by_one_over_days() {
    let sim = sim();
    let mut request = SalesRequest::day("SUC002", DAY);
    request.date_from = "2025-11-15".to_owned();
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    let mut invoices = 0;
    for line in ask(&sim, &request) {
        let (register, sequence) = number_of(&line).rsplit_once('-').unwrap();
        let sequence: u64 = sequence.parse().unwrap();
        match last.insert(register.to_owned(), sequence) {
            Some(before) if before != sequence => {
                assert_eq!(sequence, before + 1, "{register}");
                invoices += 1;
            }
            _ => {}
        }
    }
    assert_eq!(last.len(), REGISTERS.len());
    assert!(invoices > 500, "{invoices}");
}

#[test]
fn the_same_number_exists_in_two_stores_on_the_same_day() {
    let sim = sim();
    let numbers = |branch| -> BTreeSet<String> {
        ask(&sim, &SalesRequest::day(branch, DAY)).iter().map(|line| number_of(line).to_owned()).collect()
    };
    assert!(numbers("SUC001").intersection(&numbers("SUC003")).count() > 10);
}

#[test]
fn days_and_half_hours_are_as_large_as_those_of_real_stores() {
    let sim = sim_at(NOW, SimConfig::five_stores(7).with_stores(19));
    for store in &sim.config().branches {
        for day in 10..=16 {
            let lines = sim.truth(&store.code, date(2025, 11, day), date(2025, 11, day)).unwrap().lines;
            assert!((7_000..=21_000).contains(&lines), "{} on {day}: {lines}", store.code);
        }
    }
    let noon = ask(&sim, &SalesRequest::hours("SUC001", DAY, "15:00", "15:30")).len();
    assert!((250..600).contains(&noon), "{noon}");
}

#[test]
fn money_adds_up() {
    let sim = sim();
    let mut totals: BTreeMap<String, (Decimal, Decimal)> = BTreeMap::new();
    let one_cent = Decimal::new(1, 2);
    for line in ask(&sim, &SalesRequest::day("SUC001", DAY)) {
        let money = |name: &str| decimal(&line["financiero"][0][name]);
        let quantity = decimal(&line["cantidad"][0]["cantidad_vendida"]);
        let discounts =
            money("monto_descuento") + money("monto_descuento_fidelizacion") + money("monto_descuento_forma_pago");
        let gross = (quantity * money("precio_unitario_bs")).round_dp(2);
        assert!((gross - discounts - money("venta_total_bs")).abs() <= one_cent, "{line}");
        let rate = decimal(&line["tasa_usd"]);
        assert!((230..=251).contains(&i64::try_from(rate.trunc()).unwrap()));
        assert!((money("precio_unitario_usd") * rate - money("precio_unitario_bs")).abs() < one_cent);
        assert!((money("venta_total_usd") * rate - money("venta_total_bs")).abs() < Decimal::new(5, 2));
        assert_eq!(money("utilidad_bruta_bs"), money("venta_total_bs") - money("costo_total_bs"));
        assert_eq!(money("utilidad_bruta_usd"), money("venta_total_usd") - money("costo_total_usd"));
        let tax = money("venta_total_bs") * money("impuesto_porcentaje") / Decimal::ONE_HUNDRED;
        assert!((tax - money("impuesto_monto")).abs() <= one_cent);
        let (sum, total) = totals.entry(number_of(&line).to_owned()).or_default();
        *sum += money("venta_total_bs") + money("impuesto_monto");
        *total = decimal(&line["total_factura"]);
    }
    assert!(totals.len() > 100);
    for (number, (sum, total)) in totals {
        assert_eq!(sum, total, "{number}");
    }
}

#[test]
fn hours_hold_for_each_day_and_include_both_ends() {
    let sim = sim();
    let mut request = SalesRequest::hours("SUC001", DAY, "12:00", "12:30:00");
    request.date_from = "2025-11-15".to_owned();
    let together = ask(&sim, &request);
    let alone =
        (15..=17).flat_map(|day| ask(&sim, &SalesRequest::hours("SUC001", date(2025, 11, day), "12:00", "12:30")));
    assert_eq!(together, alone.collect::<Vec<_>>());
    let hours: BTreeSet<&str> = together.iter().map(|line| line["hora"].as_str().unwrap()).collect();
    assert!(hours.iter().all(|hour| ("12:00:00".."12:30:00.0000001").contains(hour)));
}

#[test]
fn one_of_the_hours_may_be_left_out() {
    let sim = sim();
    let part = |from: Option<&str>, to: Option<&str>| {
        let mut request = SalesRequest::day("SUC001", DAY);
        (request.time_from, request.time_to) = (from.map(str::to_owned), to.map(str::to_owned));
        keys(&ask(&sim, &request))
    };
    let (until, since) = (part(None, Some("12:15")), part(Some("12:15"), None));
    assert!(!until.is_empty() && !since.is_empty());
    assert_eq!(until.union(&since).cloned().collect::<BTreeSet<_>>(), part(None, None));
}

#[test]
fn warehouse_and_article_filter_lines() {
    let sim = sim();
    let all = ask(&sim, &SalesRequest::day("SUC001", DAY));
    let warehouse_of = |line: &Value| line["cantidad"][0]["codigo_almacen"].as_str().unwrap().to_owned();
    let article_of = |line: &Value| line["producto"][0]["codigo_producto"].as_str().unwrap().to_owned();
    let from_main = SalesRequest { warehouse: Some("APP-PPF".to_owned()), ..SalesRequest::day("SUC001", DAY) };
    let of_main = |line: &&Value| warehouse_of(line) == "APP-PPF";
    assert_eq!(ask(&sim, &from_main), all.iter().filter(of_main).cloned().collect::<Vec<_>>());
    let article = article_of(&all[0]);
    let of_article = SalesRequest { article: Some(article.clone()), ..SalesRequest::day("SUC001", DAY) };
    let expected: Vec<Value> = all.iter().filter(|line| article_of(line) == article).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    assert_eq!(ask(&sim, &of_article), expected);
}

#[test]
fn what_has_not_happened_yet_is_not_sold() {
    let config = || SimConfig::five_stores(7);
    let request = SalesRequest::hours("SUC001", DAY, "12:00", "12:30");
    let at = |now: &str, config| keys(&ask(&sim_at(now, config), &request));
    let all = at(NOW, config());
    // 12:15 in Caracas.
    let half = at("2025-11-17T16:15:00Z", config());
    assert!(half.is_subset(&all) && !half.is_empty() && half.len() < all.len());
    assert!(at("2025-11-17T15:59:59Z", config()).is_empty());
    assert_eq!(at("2025-11-17T15:59:59Z", SimConfig { future_sales: true, ..config() }), all);
}

#[test]
fn late_sales_come_later_under_the_numbers_they_always_had() {
    let lines_at = |now: &str, is_late: bool| {
        let sim = sim_at(now, SimConfig::five_stores(7).with_volume(0.2));
        if is_late {
            sim.add_late(LateSales {
                branch: "SUC001".to_owned(),
                sales_from: "2025-11-17T12:00".parse().unwrap(),
                sales_to: "2025-11-17T14:00".parse().unwrap(),
                available_from: "2025-11-18T12:00:00Z".parse().unwrap(),
            });
        }
        ask(&sim, &SalesRequest::day("SUC001", DAY))
    };
    let all = lines_at(NOW, false);
    let held_back = lines_at("2025-11-18T11:59:59Z", true);
    let is_early = |line: &&Value| !("12:00".."14:00").contains(&line["hora"].as_str().unwrap());
    assert_eq!(held_back, all.iter().filter(is_early).cloned().collect::<Vec<_>>());
    assert!(held_back.len() < all.len());
    assert_eq!(lines_at("2025-11-18T12:00:00Z", true), all);
}

#[rstest]
#[case("SUC001", "21:00", "23:59:59")]
#[case("SUC001", "00:00", "07:00")]
#[case("SUC002", "00:00", "08:00")]
fn a_closed_store_sells_nothing(#[case] branch: &str, #[case] from: &str, #[case] to: &str) {
    assert_eq!(ask(&sim(), &SalesRequest::hours(branch, DAY, from, to)), Vec::<Value>::new());
}

#[test]
fn the_late_store_sells_until_midnight() {
    let sim = sim_at(NOW, SimConfig::five_stores(7));
    assert!(!ask(&sim, &SalesRequest::hours("SUC002", DAY, "23:30", "23:59:59")).is_empty());
}

#[test]
fn hours_have_seven_decimals_or_none_and_moments_have_none_or_are_missing() {
    let lines = ask(&sim_at(NOW, SimConfig::five_stores(7)), &SalesRequest::day("SUC001", DAY));
    let hour = |line: &Value| line["hora"].as_str().unwrap().to_owned();
    assert!(lines.iter().any(|line| hour(line).len() == "12:19:56.8966141".len()));
    assert!(lines.iter().any(|line| hour(line).len() == "12:19:56".len()));
    assert!(lines.iter().any(|line| line.get("fecha_hora_completa").is_none()));
    for line in &lines {
        if let Some(moment) = line.get("fecha_hora_completa") {
            let expected = format!("2025-11-17T{}", hour(line).get(..8).unwrap());
            assert_eq!(moment, &Value::from(expected.clone()));
            assert!(expected.parse::<DateTime>().is_ok());
        }
    }
}

#[test]
fn truth_is_what_a_day_answers() {
    let sim = sim();
    let lines = ask(&sim, &SalesRequest::day("SUC001", DAY));
    let truth = sim.truth("SUC001", DAY, DAY).unwrap();
    let sum = |name: &str| lines.iter().map(|line| decimal(&line["financiero"][0][name])).sum::<Decimal>().normalize();
    let invoices: BTreeSet<&str> = lines.iter().map(number_of).collect();
    let expected = Truth {
        lines: lines.len() as u64,
        invoices: invoices.len() as u64,
        total_bs: sum("venta_total_bs"),
        total_usd: sum("venta_total_usd"),
    };
    assert_eq!(truth, expected);
}

#[test]
fn the_scenario_ends_when_it_is_told_to() {
    let sim = sim();
    let other = sim.add_fault(Fault::new(crate::FaultKind::Refuse));
    sim.begin_scenario();
    assert_eq!(sim.faults().len(), 3);
    sim.end_scenario();
    assert_eq!(sim.faults().iter().map(|state| state.id).collect::<Vec<_>>(), [other]);
}
