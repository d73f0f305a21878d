//! Calendars that people change, and the gaps that follow from them.

use domain::decision::Origin;
use domain::filter::GapFilter;
use domain::gap::GapOrder;
use domain::problem::ProblemCode;
use domain::read_model::{CalendarDocument, CalendarException, CalendarRequest};
use domain::{BranchId, EtlKind};

use crate::support::{World, operator};

async fn current(world: &World) -> CalendarDocument {
    world.engine.list_calendars(&operator()).await.unwrap().calendarios[0].calendario.clone()
}

fn request(from: &str, calendario: CalendarDocument) -> CalendarRequest {
    CalendarRequest {
        ubicacion_id: BranchId::new("tienda_01"),
        vigente_desde: from.to_owned(),
        calendario,
        nombre: Some("Ana".to_owned()),
    }
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
    let answer = world.engine.change_calendar(&operator(), Origin::Web, change).await.unwrap();
    assert_eq!(answer.calendario.vigente_desde, Some("2025-11-17".parse().unwrap()));
    assert_eq!(missing(&world, 48).await, before - 28);
    assert_eq!(current(&world).await, document);
    // What was known before the change is judged by the calendar of then.
    world.hands.set("2025-11-18T17:00:00Z");
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
    let answer = world.engine.change_calendar(&operator(), Origin::CommandLine, change).await.unwrap();
    assert_eq!(answer.cambio.gaps_que_desaparecen, 4);
    assert_eq!(missing(&world, 48).await, before - 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_and_changes_without_a_name_are_refused() {
    let world = World::new().await;
    let document = current(&world).await;
    let spoilt = CalendarDocument { lunes: "7 a 21".to_owned(), ..document.clone() };
    let refused = world.engine.preview_calendar(&operator(), request("2025-11-18", spoilt)).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::InvalidParameter);
    let nameless = CalendarRequest { nombre: None, ..request("2025-11-18", document) };
    let refused = world.engine.change_calendar(&operator(), Origin::Web, nameless).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::InvalidParameter);
}
