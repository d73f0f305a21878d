//! Responses that would take away what is loaded: doubted, for every caller and in pieces of any length, until they come
//! again or a person confirms them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use domain::RunState;
use rstest::rstest;

use crate::responses::{DAY, HOURS, answering, day_totals, is_a_gap, line, of_invoices, responding, response_to};
use crate::support::settings;

const PARTIAL: RunState = RunState::Partial;

/// The right response, made at a moment.
fn made_at(moment: &str, body: &str) -> String {
    body.replace("2025-11-18T13:45:09.488Z", moment)
}

/// So many invoices of a half hour, of a line each.
fn lines_of(half_hour: &str, count: u64) -> Vec<String> {
    let invoice = |number| format!("C01-01-{}{number:04}", half_hour.replace(':', ""));
    (1..=count).map(|number| line(&invoice(number), &format!("{half_hour}:{number:02}"))).collect()
}

/// The day is doubted; its half hours, one by one, lose too few lines each to be doubted by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn a_loss_in_doubt_is_not_believed_in_pieces() {
    let each = Arc::new(AtomicU64::new(4));
    let known = Arc::clone(&each);
    let world = answering(settings(), move |question| {
        let hour = |name: &str, default: &str| question[name].as_str().unwrap_or(default).to_owned();
        let (from, to) = (hour("hora_desde", "00:00"), hour("hora_hasta", "24:00"));
        let half_hours = (12..20).flat_map(|hour| [format!("{hour}:00"), format!("{hour}:30")]);
        let asked = half_hours.filter(|half_hour| *half_hour >= from && *half_hour < to);
        let lines: Vec<String> =
            asked.flat_map(|half_hour| lines_of(&half_hour, known.load(Ordering::Relaxed))).collect();
        response_to(question, &lines)
    })
    .await;
    assert_eq!(world.extract("tienda_01", DAY, None).await[0].estado, RunState::Succeeded);
    assert_eq!(day_totals(&world).await.lines, 64);
    each.store(1, Ordering::Relaxed);
    assert_eq!(world.extract("tienda_01", DAY, None).await[0].estado, PARTIAL);
    for (from, to) in [("12:00", "12:30"), ("12:30", "13:00"), ("13:00", "13:30")] {
        assert_eq!(world.extract("tienda_01", DAY, Some((from, to))).await[0].estado, PARTIAL, "{from}");
    }
    assert_eq!(day_totals(&world).await.lines, 64);
}

/// Nothing was doubted before: the half hours lose few lines each, and the day would lose most of them.
#[tokio::test(flavor = "multi_thread")]
async fn half_hours_of_few_lines_do_not_lose_them_one_after_the_other() {
    let each = Arc::new(AtomicU64::new(4));
    let known = Arc::clone(&each);
    let world = answering(settings(), move |question| {
        let lines = lines_of(question["hora_desde"].as_str().unwrap(), known.load(Ordering::Relaxed));
        response_to(question, &lines)
    })
    .await;
    let half_hours = [("12:00", "12:30"), ("12:30", "13:00"), ("13:00", "13:30"), ("13:30", "14:00")];
    for hours in half_hours {
        assert_eq!(world.extract("tienda_01", DAY, Some(hours)).await[0].estado, RunState::Succeeded);
    }
    each.store(1, Ordering::Relaxed);
    let mut states = Vec::new();
    for hours in half_hours {
        states.push(world.extract("tienda_01", DAY, Some(hours)).await[0].estado);
    }
    assert_eq!(states, [RunState::Succeeded, PARTIAL, PARTIAL, PARTIAL]);
    assert_eq!(day_totals(&world).await.lines, 13);
}

/// A cache between us and the POS.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_is_older_than_what_is_loaded_takes_nothing_away() {
    let (world, response) = responding(made_at("2025-11-18T16:00:00Z", &of_invoices(1..41))).await;
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    world.clock.set("2025-11-18T17:00:00Z");
    for lines in [38, 3] {
        *response.lock().unwrap() = made_at("2025-11-18T15:00:00Z", &of_invoices(1..lines));
        let runs = world.extract("tienda_01", DAY, HOURS).await;
        let message = runs[0].error_mensaje.as_ref().unwrap();
        assert_eq!(runs[0].estado, PARTIAL);
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"El KLK generó la respuesta el 18/11/2025 11:00:00, antes de lo que ya está cargado (18/11/2025 12:00:00): puede faltarle lo que se vendió después. Se conserva lo cargado.");
        }
        assert_eq!(day_totals(&world).await.lines, 40);
    }
    *response.lock().unwrap() = made_at("2025-11-18T17:00:00Z", &of_invoices(1..39));
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    assert_eq!(day_totals(&world).await.lines, 38);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_response_out_of_a_cache_does_not_confirm_a_loss() {
    let (world, response) = responding(made_at("2025-11-18T16:00:00Z", &of_invoices(1..41))).await;
    world.extract("tienda_01", DAY, HOURS).await;
    let mut estados = Vec::new();
    for (now, made) in [("17:00", "17:00"), ("17:30", "17:00"), ("18:00", "17:00"), ("18:30", "18:30")] {
        world.clock.set(&format!("2025-11-18T{now}:00Z"));
        *response.lock().unwrap() = made_at(&format!("2025-11-18T{made}:00Z"), &of_invoices(1..4));
        estados.push(world.extract("tienda_01", DAY, HOURS).await[0].estado);
    }
    assert_eq!(estados, [PARTIAL, PARTIAL, PARTIAL, RunState::Succeeded]);
    assert_eq!(day_totals(&world).await.lines, 3);
}

/// The source gives a line another time: that at which its window ends, where the next one begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_moves_to_the_end_of_its_window_is_missing_from_the_next_one() {
    let at_end = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&at_end);
    let world = answering(settings(), move |question| {
        let hour = if known.load(Ordering::Relaxed) { "12:30:00" } else { "12:29:59" };
        let [from, to] = ["hora_desde", "hora_hasta"].map(|name| question[name].as_str().unwrap().to_owned());
        let hours = ["12:05:00", hour, "12:40:00"];
        let lines: Vec<String> = (1..)
            .zip(hours)
            .filter(|(_, hour)| *hour >= from.as_str() && *hour <= format!("{to}:00").as_str())
            .map(|(number, hour)| line(&format!("C01-01-0000000{number}"), hour))
            .collect();
        response_to(question, &lines)
    })
    .await;
    let (first, second) = (Some(("12:00", "12:30")), Some(("12:30", "13:00")));
    for hours in [first, second] {
        assert_eq!(world.extract("tienda_01", DAY, hours).await[0].estado, RunState::Succeeded);
    }
    assert_eq!(day_totals(&world).await.lines, 3);
    at_end.store(true, Ordering::Relaxed);
    assert_eq!(world.extract("tienda_01", DAY, first).await[0].estado, RunState::Succeeded);
    let gaps = world.gaps(30).await;
    let gap = gaps.iter().find(|gap| gap.fecha_desde.to_string() == DAY && gap.hora_desde == "12:30").unwrap();
    assert_eq!((gap.causa.as_str(), gap.hora_hasta.as_str()), ("fuente_cambio", "13:00"));
    world.extract("tienda_01", DAY, second).await;
    assert_eq!(day_totals(&world).await.lines, 3);
    assert!(world.gaps(30).await.iter().all(|gap| gap.hora_desde != "12:30"));
}

/// Each load loses less than is doubted.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_hour_that_loses_a_little_at_each_load_is_doubted_in_the_end() {
    let (world, response) = responding(of_invoices(1..101)).await;
    let load = async |lines: u32| {
        *response.lock().unwrap() = of_invoices(1..1 + lines);
        let runs = world.extract("tienda_01", DAY, HOURS).await;
        (runs[0].estado, day_totals(&world).await.lines)
    };
    assert_eq!(load(100).await, (RunState::Succeeded, 100));
    assert_eq!(load(90).await, (RunState::Succeeded, 90));
    assert_eq!(load(80).await, (RunState::Succeeded, 80));
    assert_eq!(load(74).await, (PARTIAL, 80));
    assert_eq!(load(80).await, (RunState::Succeeded, 80));
    assert_eq!(load(100).await, (RunState::Succeeded, 100), "what is there again is not lost");
    assert_eq!(load(90).await, (RunState::Succeeded, 90));
}

/// The same short response, and again after the pause; `lines` are those that it has.
#[rstest]
#[case::none(0)]
#[case::a_few(10)]
#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_would_take_much_away_is_believed_when_it_comes_again(#[case] lines: u32) {
    let (world, response) = responding(of_invoices(1..41)).await;
    world.extract("tienda_01", DAY, HOURS).await;
    *response.lock().unwrap() = of_invoices(1..1 + lines);
    for _ in 0..2 {
        let runs = world.extract("tienda_01", DAY, HOURS).await;
        assert_eq!(runs[0].estado, PARTIAL);
        assert!(runs[0].error_mensaje.as_ref().unwrap().contains("de las 40 líneas"), "{:?}", runs[0].error_mensaje);
        assert_eq!(day_totals(&world).await.lines, 40);
        let gaps = world.gaps(30).await;
        assert!(gaps.iter().any(|gap| gap.fecha_desde.to_string() == DAY && gap.causa == "fuente_cambio"), "{gaps:?}");
    }
    // Another one in between is another doubt.
    world.clock.set("2025-11-18T16:09:00Z");
    *response.lock().unwrap() = of_invoices(2..3 + lines);
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, PARTIAL);
    world.clock.set("2025-11-18T16:12:00Z");
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, PARTIAL);
    world.clock.set("2025-11-18T16:20:00Z");
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(runs[0].estado, RunState::Succeeded, "{:?}", runs[0].error_mensaje);
    assert!(!is_a_gap(&world).await);
    assert_eq!(world.totals("tienda_01", DAY).await.lines, u64::from(lines) + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_confirms_is_believed_at_once() {
    let (world, response) = responding(of_invoices(1..41)).await;
    world.extract("tienda_01", DAY, HOURS).await;
    *response.lock().unwrap() = of_invoices(1..3);
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, PARTIAL);
    let confirm = async |date: &str| {
        let request = domain::read_model::ConfirmLossRequest {
            ubicacion_id: domain::BranchId::new("tienda_01"),
            fecha: date.to_owned(),
        };
        world.engine.confirm_loss(&crate::support::operator(), request).await.unwrap()
    };
    assert_eq!(confirm("2025-11-16").await.medias_horas, 0);
    let confirmed = confirm(DAY).await;
    assert_eq!((confirmed.medias_horas, confirmed.lineas), (1, 38));
    // The day itself is another question, which this POS does not answer; the half hour is loaded as it is now.
    world.finished(confirmed.lote_id.unwrap()).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(runs[0].estado, RunState::Succeeded, "{:?}", runs[0].error_mensaje);
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);
}

/// The same lines, sold for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn lines_at_much_less_than_before_are_doubted_until_they_come_again() {
    let (world, response) = responding(of_invoices(1..41)).await;
    world.extract("tienda_01", DAY, HOURS).await;
    let cheap = of_invoices(1..41).replace(r#""venta_total_usd":1"#, r#""venta_total_usd":0"#);
    *response.lock().unwrap() = cheap;
    let load = async || world.extract("tienda_01", DAY, HOURS).await.remove(0);
    let run = load().await;
    assert_eq!(run.estado, PARTIAL);
    insta::assert_snapshot!(run.error_mensaje.as_ref().unwrap(), @"El KLK tiene ahora 40 de las 40 líneas cargadas con otra cantidad o con otro monto, muy distintos. Se conservan como estaban: se creerá la misma respuesta si llega otra vez después de 10 min.");
    assert_eq!(day_totals(&world).await.total_usd, 40.into());
    assert!(is_a_gap(&world).await);
    world.clock.set("2025-11-18T16:30:00Z");
    assert_eq!(load().await.estado, RunState::Succeeded);
    assert_eq!(day_totals(&world).await.total_usd, 0.into());
}

/// The source's clock is right, and its cache has the short response for half an hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_out_of_a_cache_confirms_no_loss_however_short_the_pause() {
    let mut settings = settings();
    settings.loss_limits.pause = jiff::SignedDuration::from_mins(1);
    let body = Arc::new(std::sync::Mutex::new(made_at("2025-11-18T16:00:00Z", &of_invoices(1..41))));
    let said = Arc::clone(&body);
    let world = answering(settings, move |_| said.lock().unwrap().clone()).await;
    let load = async || world.extract("tienda_01", DAY, HOURS).await.remove(0).estado;
    assert_eq!(load().await, RunState::Succeeded);
    *body.lock().unwrap() = made_at("2025-11-18T16:00:01Z", &of_invoices(1..5));
    assert_eq!(load().await, PARTIAL);
    world.clock.set("2025-11-18T16:01:30Z");
    assert_eq!(load().await, PARTIAL, "the same once more");
    *body.lock().unwrap() = made_at("2025-11-18T16:01:30Z", &of_invoices(1..5));
    assert_eq!(load().await, RunState::Succeeded);
}

/// Five Mondays of which the last one is empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_hour_that_always_sold_and_is_empty_once_is_believed_when_it_is_said_again() {
    let world = answering(settings(), |question: &serde_json::Value| {
        let date = question["fecha_desde"].as_str().unwrap();
        let sold = if date == DAY { of_invoices(1..1) } else { of_invoices(1..7) };
        // Each day has invoices of its own.
        sold.replace(DAY, date).replace("C01-01-", &format!("C01-01-{}", date[5..].replace('-', "")))
    })
    .await;
    for date in ["2025-10-20", "2025-10-27", "2025-11-03", "2025-11-10"] {
        assert_eq!(world.extract("tienda_01", date, HOURS).await[0].estado, RunState::Succeeded);
    }
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(runs[0].estado, PARTIAL);
    insta::assert_snapshot!(runs[0].error_mensaje.as_ref().unwrap(), @"El KLK no tiene ventas de las 12:00, y en las últimas 4 semanas siempre las hubo: sin ventas, sin confirmar. Se creerá si lo repite después de 10 min.");
    assert!(is_a_gap(&world).await);
    // Until it is believed it counts for nothing: the half hour is worth what it was in those weeks, and not a little less.
    let gaps = world.gaps(30).await;
    let own = |gap: &&domain::read_model::GapView| {
        gap.ubicacion_nombre == "PERIFERICO" && gap.fecha_desde.to_string() == DAY && gap.hora_desde == "12:00"
    };
    let worth = gaps.iter().find(own).unwrap().valor.clone().unwrap();
    assert_eq!((worth.usd, worth.usd_desde, worth.muestras), (6.into(), 6.into(), 4), "{worth:?}");
    world.clock.set("2025-11-18T16:11:00Z");
    for _ in 0..2 {
        assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
        assert!(!is_a_gap(&world).await);
    }
}

/// Five Mondays; the POS has one line of the last, then two, and then stays with them.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_hour_that_always_sold_much_and_has_few_lines_is_believed_when_they_are_said_again() {
    let few = Arc::new(AtomicU64::new(1));
    let known = Arc::clone(&few);
    let world = answering(settings(), move |question: &serde_json::Value| {
        let date = question["fecha_desde"].as_str().unwrap();
        let few = u32::try_from(known.load(Ordering::Relaxed)).unwrap();
        let sold = if date == DAY { of_invoices(1..few + 1) } else { of_invoices(1..21) };
        sold.replace(DAY, date).replace("C01-01-", &format!("C01-01-{}", date[5..].replace('-', "")))
    })
    .await;
    for date in ["2025-10-20", "2025-10-27", "2025-11-03", "2025-11-10"] {
        assert_eq!(world.extract("tienda_01", date, HOURS).await[0].estado, RunState::Succeeded);
    }
    let load = async || world.extract("tienda_01", DAY, HOURS).await.remove(0);
    let run = load().await;
    assert_eq!(run.estado, PARTIAL);
    insta::assert_snapshot!(run.error_mensaje.unwrap(), @"Líneas que llegaron: 1, en la media hora de las 12:00; en las últimas 4 semanas nunca hubo menos de 20. Están guardadas, y la media hora sigue pendiente: se creerá la misma respuesta si llega otra vez después de 10 min.");
    assert_eq!(day_totals(&world).await.lines, 1, "what came is kept");
    assert!(is_a_gap(&world).await);
    world.clock.set("2025-11-18T16:11:00Z");
    few.store(2, Ordering::Relaxed);
    assert_eq!(load().await.estado, PARTIAL, "it is another response");
    world.clock.set("2025-11-18T16:22:00Z");
    assert_eq!(load().await.estado, RunState::Succeeded);
    assert!(!is_a_gap(&world).await);
    assert_eq!(load().await.estado, RunState::Succeeded, "it was believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_come_back_end_the_doubt() {
    let (world, response) = responding(of_invoices(1..41)).await;
    world.extract("tienda_01", DAY, HOURS).await;
    *response.lock().unwrap() = of_invoices(1..1);
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, PARTIAL);
    *response.lock().unwrap() = of_invoices(1..41);
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    world.clock.set("2025-11-18T16:30:00Z");
    *response.lock().unwrap() = of_invoices(1..1);
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, PARTIAL, "it is a doubt of its own");
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 40);
}
