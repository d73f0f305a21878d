//! Calendars that people change, and the gaps that follow from them.

use domain::filter::GapFilter;
use domain::gap::GapOrder;
use domain::problem::ProblemCode;
use domain::read_model::{CalendarDocument, CalendarException, CalendarRequest, GapView, HolidayRequest};
use domain::{BranchId, Calendar, EtlKind, RunState};
use jiff::civil::{Date, date};
use warehouse::{CalendarKind, CalendarRow};

use crate::support::{World, operator, settings, sold};

async fn current(world: &World) -> CalendarDocument {
    world.engine.list_calendars(&operator()).await.unwrap().calendarios[0].calendario.clone()
}

fn request(from: &str, calendario: CalendarDocument) -> CalendarRequest {
    CalendarRequest { ubicacion_id: BranchId::new("tienda_01"), vigente_desde: from.to_owned(), calendario }
}

async fn missing(world: &World, hours_max: u32) -> u64 {
    let filter = GapFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new("tienda_01")),
        hours_max,
        order: GapOrder::Age,
    };
    world.engine.list_gaps(&operator(), filter).await.unwrap().totales.ventanas
}

/// Written by hand or by another version: rows that no page would have saved.
#[tokio::test(flavor = "multi_thread")]
async fn impossible_zones_and_unreadable_calendars_are_set_aside_and_the_engine_starts() {
    let mut world = World::new().await;
    let week = current(&world).await;
    let with_zone =
        |zone: &str| serde_json::json!(CalendarDocument { zona: Some(zone.to_owned()), ..week.clone() }).to_string();
    let row = |number: u128, from: Date, document: String| {
        let row = CalendarRow {
            branch: BranchId::new("tienda_01"),
            from,
            document,
            person: "nadie".to_owned(),
            kind: CalendarKind::Decided,
            registered_at: "2025-11-18T10:00:00Z".parse().unwrap(),
        };
        (uuid::Uuid::from_u128(number), row)
    };
    let rows = vec![
        row(901, date(2025, 11, 1), with_zone("America/Bogota")),
        row(902, date(2025, 11, 2), "{".to_owned()),
        row(903, date(2025, 11, 3), r#"{"lunes":"a las ocho"}"#.to_owned()),
        // A quarter of an hour from any half hour.
        row(904, date(2025, 11, 4), with_zone("Asia/Kathmandu")),
        row(905, date(2025, 11, 5), with_zone("La/Luna")),
    ];
    world.beside.change_calendars(rows, Vec::new()).await.unwrap();
    world.restart(settings()).await;
    let store = world.engine.branches().iter().find(|branch| branch.id.as_str() == "tienda_01").unwrap().clone();
    assert_eq!(store.zone.name_at("2025-11-18T10:00:00Z".parse().unwrap()), Some("America/Bogota"));
    let runs = world.extract("tienda_01", "2025-11-17", Some(("12:00", "12:30"))).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
    // Whoever decides something now decides it among those that count.
    let document = CalendarDocument { zona: Some("America/Bogota".to_owned()), ..current(&world).await };
    world.engine.preview_calendar(&operator(), request("2025-11-20", document)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_is_previewed_saved_and_its_windows_are_no_gaps_any_more() {
    let world = World::new().await;
    let mut document = current(&world).await;
    assert_eq!((document.lunes.as_str(), document.excepciones.len()), ("07:00-21:00", 0));
    document.excepciones.push(CalendarException {
        fecha: "2025-11-17".to_owned(),
        horario: "cerrado".to_owned(),
        nota: "Feriado".to_owned(),
    });
    let before = missing(&world, 48).await;
    let preview = world.engine.preview_calendar(&operator(), request("2025-11-17", document.clone())).await.unwrap();
    assert_eq!((preview.dejan_de_esperarse, preview.empiezan_a_esperarse), (28, 0));
    assert_eq!((preview.gaps_que_desaparecen, preview.mensaje.as_str()), (28, "28 ventanas dejan de esperarse."));
    assert_eq!(missing(&world, 48).await, before);

    let change = request("2025-11-17", document.clone());
    let answer = world.engine.change_calendar(&operator(), change.clone()).await.unwrap();
    assert_eq!(answer.calendario.vigente_desde, Some("2025-11-17".parse().unwrap()));
    // A second click saves nothing more.
    let again = world.engine.change_calendar(&operator(), change).await.unwrap();
    assert_eq!(again.calendario.cambios.len(), 1);
    assert_eq!(missing(&world, 48).await, before - 28);
    assert_eq!(current(&world).await, document);
    // What was known before the change is judged by the calendar of then.
    world.clock.set("2025-11-18T17:00:00Z");
    let filter = GapFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new("tienda_01")),
        hours_max: 48,
        order: GapOrder::Age,
    };
    let then = Some("2025-11-18T11:59".parse().unwrap());
    let list = world.engine.list_gaps_at(&operator(), filter, then).await.unwrap();
    assert!(list.gaps.iter().any(|gap| gap.fecha_desde == "2025-11-17".parse().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_days_keep_the_calendar_they_had() {
    let world = World::new().await;
    let mut document = current(&world).await;
    document.martes = "09:00-21:00".to_owned();
    document.lunes = "cerrado".to_owned();
    let before = missing(&world, 48).await;
    // Tuesday the 18th opens two hours later; Monday the 17th is past and stays.
    let change = request("2025-11-18", document);
    let answer = world.engine.change_calendar(&operator(), change).await.unwrap();
    assert_eq!(answer.cambio.gaps_que_desaparecen, 4);
    assert_eq!(missing(&world, 48).await, before - 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused() {
    let world = World::new().await;
    let document = current(&world).await;
    let spoilt = CalendarDocument { lunes: "7 a 21".to_owned(), ..document };
    let refused = world.engine.preview_calendar(&operator(), request("2025-11-18", spoilt)).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::InvalidParameter);
}

/// What is missing of the first store on a day: from when on, and how many windows.
async fn missing_on(world: &World, day: Date) -> Option<(String, u32)> {
    let gaps: Vec<GapView> = world.gaps(96).await.into_iter().filter(|gap| gap.fecha_desde == day).collect();
    let own = gaps.iter().filter(|gap| gap.ubicacion_id.as_str() == "tienda_01");
    own.map(|gap| (gap.inicio.to_string(), gap.ventanas)).next()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_zone_counts_from_its_day_on_and_outlives_a_restart() {
    let mut world = World::new().await;
    let (before, day) = (date(2025, 11, 18), date(2025, 11, 19));
    let document = CalendarDocument { zona: Some("America/Bogota".to_owned()), ..current(&world).await };
    let change = request("2025-11-19", document);
    let preview = world.engine.preview_calendar(&operator(), change.clone()).await.unwrap();
    assert!(preview.dejan_de_esperarse > 0 && preview.dejan_de_esperarse == preview.empiezan_a_esperarse);
    world.engine.change_calendar(&operator(), change).await.unwrap();
    for _ in 0..2 {
        world.clock.set("2025-11-20T15:00:00Z");
        // Four hours behind UTC before the change, five after it; it is open from 7 to 21.
        assert_eq!(missing_on(&world, before).await, Some(("2025-11-18T11:00:00Z".to_owned(), 28)));
        assert_eq!(missing_on(&world, day).await, Some(("2025-11-19T12:00:00Z".to_owned(), 28)));
        let list = world.engine.list_calendars(&operator()).await.unwrap();
        assert_eq!(list.calendarios[0].zona, "America/Bogota");
        // What was known before it was decided.
        let branch = Some(BranchId::new("tienda_01"));
        let filter = GapFilter { kind: Some(EtlKind::Sales), branch, hours_max: 24, ..GapFilter::default() };
        let then = Some("2025-11-18T11:59".parse().unwrap());
        let list = world.engine.list_gaps_at(&operator(), filter, then).await.unwrap();
        assert!(list.gaps.iter().any(|gap| gap.hora_desde == "07:00"));
        world.restart(settings()).await;
    }
    for day in ["2025-11-18", "2025-11-19"] {
        let runs = world.extract("tienda_01", day, None).await;
        assert!(runs.iter().all(|run| run.estado == RunState::Succeeded));
    }
    assert_eq!((missing_on(&world, before).await, missing_on(&world, day).await), (None, None));
    assert_eq!(world.totals("tienda_01", "2025-11-19").await, sold(&world.sim, "SUC001", "2025-11-19"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_is_none_or_that_half_hours_cannot_follow_is_refused() {
    let world = World::new().await;
    for (zone, words) in [("Marte", "zona: 'Marte' no es una zona horaria"), ("Asia/Kathmandu", "medias horas enteras")]
    {
        let document = CalendarDocument { zona: Some(zone.to_owned()), ..current(&world).await };
        let refused = world.engine.preview_calendar(&operator(), request("2025-11-19", document)).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::InvalidParameter);
        assert!(refused.to_string().contains(words), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_day_is_judged_by_the_klk_toml_of_its_day() {
    let mut world = World::new().await;
    let (before, today) = (date(2025, 11, 17), date(2025, 11, 18));
    world.clock.set("2025-11-18T23:00:00Z");
    let was = missing_on(&world, before).await;
    assert_eq!(missing_on(&world, today).await.unwrap().0, "2025-11-18T11:00:00Z");

    world.branches[0].calendar = Calendar::every_day("09:00-21:00".parse().unwrap());
    for _ in 0..2 {
        world.restart(settings()).await;
        assert_eq!(missing_on(&world, before).await, was);
        assert_eq!(missing_on(&world, today).await.unwrap().0, "2025-11-18T13:00:00Z");
        let list = world.engine.list_calendars(&operator()).await.unwrap();
        let found: Vec<_> = list.calendarios[0].cambios.iter().map(|change| change.nombre.as_str()).collect();
        assert_eq!((found, list.calendarios[0].vigente_desde), (vec!["klk.toml"], Some(today)));
        assert_eq!(list.calendarios[1].cambios, []);
    }
    // The file may say that it was always so.
    world.branches[0].calendar_counts_from = Some(date(2025, 1, 1));
    world.restart(settings()).await;
    assert_eq!(missing_on(&world, before).await.unwrap().0, "2025-11-17T13:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_of_all_stores_is_of_its_day_only_and_outlives_other_hours() {
    let mut world = World::new().await;
    let holiday =
        HolidayRequest { fecha: "2025-11-19".to_owned(), horario: "cerrado".to_owned(), nota: "Feriado".to_owned() };
    let preview = world.engine.preview_holiday(&operator(), holiday.clone()).await.unwrap();
    // One store is open for 14 hours, the other one for 16.
    assert_eq!((preview.dejan_de_esperarse, preview.empiezan_a_esperarse), (28 + 32, 0));
    let answer = world.engine.change_holiday(&operator(), holiday.clone()).await.unwrap();
    assert_eq!(answer.tiendas, 2);
    let again = world.engine.change_holiday(&operator(), holiday.clone()).await.unwrap();
    assert_eq!(
        (again.tiendas, again.mensaje.as_str()),
        (0, "El 2025-11-19 ya estaba guardado así en todas las tiendas.")
    );

    world.branches[0].calendar = Calendar::every_day("09:00-21:00".parse().unwrap());
    world.restart(settings()).await;
    world.clock.set("2025-11-20T23:00:00Z");
    assert_eq!(missing_on(&world, date(2025, 11, 19)).await, None);
    assert_eq!(missing_on(&world, date(2025, 11, 20)).await.unwrap().0, "2025-11-20T13:00:00Z");
    // Whoever changes a store's calendar sees it there, and can take it out.
    let mut document = current(&world).await;
    assert_eq!(document.excepciones[0].nota, "Feriado");
    document.excepciones.clear();
    world.engine.change_calendar(&operator(), request("2025-11-19", document)).await.unwrap();
    assert_eq!(missing_on(&world, date(2025, 11, 19)).await.unwrap().0, "2025-11-19T13:00:00Z");

    let spoilt = HolidayRequest { horario: "tarde".to_owned(), ..holiday };
    let refused = world.engine.preview_holiday(&operator(), spoilt).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::InvalidParameter);
}
