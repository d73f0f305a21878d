//! Snapshots of stock: a warehouse is taken whole or not at all, and only as it is now.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use domain::filter::GapFilter;
use domain::freshness::Freshness;
use domain::gap::GapState;
use domain::{BatchId, BranchId, ErrorClass, EtlKind, RunState};
use engine::ExtractRequest;
use klk_sim::{Endpoint, Fault, FaultKind};
use monitoring::Monitoring;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers};

use crate::support::{World, operator, settings};

async fn snapshot(world: &World) -> Vec<domain::read_model::RunView> {
    world.finished(ask_for_snapshot(world).await).await
}

pub async fn ask_for_snapshot(world: &World) -> BatchId {
    let today = "2025-11-18".parse().unwrap();
    let request = ExtractRequest {
        kind: EtlKind::Inventory,
        branches: vec![BranchId::new("tienda_01")],
        date_from: today,
        date_to: today,
        time_from: None,
        time_to: None,
    };
    world.engine.extract(&operator(), request).await.unwrap().batch.unwrap()
}

async fn gaps(world: &World) -> Vec<domain::read_model::GapView> {
    let filter = GapFilter { kind: Some(EtlKind::Inventory), hours_max: 48, ..GapFilter::default() };
    world.engine.list_gaps(&operator(), filter).await.unwrap().gaps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_has_every_warehouse_and_a_failed_one_leaves_the_stock_as_it_was() {
    let world = World::new().await;
    let taken = snapshot(&world).await;
    assert_eq!(taken[0].estado, RunState::Succeeded);

    world.clock.set("2025-11-18T16:30:00Z");
    world.sim.add_fault(Fault::new(FaultKind::Short { missing_lines: 1 }).at(Endpoint::Articles));
    let failed = snapshot(&world).await;
    assert_eq!((failed[0].estado, failed[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));

    let fresh = world.warehouse().await.stock_freshness().await.unwrap();
    let shown: Vec<_> = fresh.iter().map(|(_, code, at)| (code.as_str(), at.to_string())).collect();
    let noon = "2025-11-18T16:00:00Z".to_owned();
    assert_eq!(shown, [("APP-PPF", noon.clone()), ("APP-TPF", noon)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_snapshot_cannot_be_recovered_and_none_is_expected_before_the_first() {
    let world = World::new().await;
    assert!(gaps(&world).await.is_empty());
    snapshot(&world).await;
    world.clock.set("2025-11-18T18:00:00Z");
    let missed = gaps(&world).await;
    assert_eq!(missed.len(), 1);
    assert_eq!((missed[0].hora_desde.as_str(), missed[0].hora_hasta.as_str()), ("12:30", "13:30"));
    assert_eq!((missed[0].estado, missed[0].recuperable), (GapState::Unrecoverable, false));
}

/// A POS each of whose warehouses has these articles, as JSON.
async fn selling(articles: impl Fn() -> Vec<String> + Send + Sync + 'static) -> World {
    selling_with(Arc::new(Mutex::new(ECHO.to_owned())), articles).await
}

/// The member of `meta` that repeats the request, FILTER standing for what was requested.
const ECHO: &str = r#","almacences_filtrados":"FILTER""#;

/// The same, with these members in `meta`.
async fn selling_with(
    members: Arc<Mutex<String>>,
    articles: impl Fn() -> Vec<String> + Send + Sync + 'static,
) -> World {
    selling_by_warehouse(members, move |_| articles()).await
}

/// The same; each warehouse has articles of its own.
async fn selling_by_warehouse(
    members: Arc<Mutex<String>>,
    articles: impl Fn(&str) -> Vec<String> + Send + Sync + 'static,
) -> World {
    let pos = MockServer::start().await;
    let respond = move |request: &Request| {
        let asked: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let articles = articles(asked["Codigoalmacen"].as_str().unwrap_or_default());
        let filter = serde_json::json!([asked["Codigoalmacen"]]).to_string().replace('"', "\\\"");
        let body = format!(
            r#"{{"meta":{{"total_articulos":{}{}}},"articulos":[{}]}}"#,
            articles.len(),
            members.lock().unwrap().replace("FILTER", &filter),
            articles.join(",")
        );
        ResponseTemplate::new(200).set_body_string(body)
    };
    Mock::given(matchers::any()).respond_with(respond).mount(&pos).await;
    let address = pos.address().to_string();
    let (mut world, pos) = World::monitored_through(settings(), Monitoring::disabled(), async |_| (address, pos)).await;
    world.keep(pos);
    world
}

fn article(number: u32, stock: &str) -> String {
    format!(r#"{{"Codigo":"A-{number}","stock":{stock}}}"#)
}

/// A POS each of whose warehouses has so many articles.
async fn stocked(count: u32) -> (World, Arc<AtomicU32>) {
    let articles = Arc::new(AtomicU32::new(count));
    let known = Arc::clone(&articles);
    let all = move || (0..known.load(Ordering::Relaxed)).map(|number| article(number, "1")).collect();
    (selling(all).await, articles)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_cannot_be_read_keeps_its_stock_and_the_others_are_taken() {
    let is_bad = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_bad);
    let world = selling(move || {
        let second = if known.load(Ordering::Relaxed) { "\"muchos\"" } else { "1" };
        vec![article(0, "7"), article(1, second), article(2, "7")]
    })
    .await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    is_bad.store(true, Ordering::Relaxed);
    world.clock.set("2025-11-18T17:30:00Z");
    let runs = snapshot(&world).await;
    let message = runs[0].error_mensaje.clone().unwrap();
    assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Partial, Some(ErrorClass::InvalidData)), "{message}");
    insta::assert_snapshot!(message, @r#"2 artículos no se pudieron leer y conservan la existencia que tenían: almacén APP-TPF, artículo A-1, «stock»: llegó "muchos"; almacén APP-PPF, artículo A-1, «stock»: llegó "muchos". Los demás están al día; la foto no cuenta como completa."#);
    assert_eq!(runs[0].registros_cargados, Some(4));
    assert_eq!(freshness(&world).await, [Freshness::Stale; 2], "no snapshot was taken whole since");
}

async fn freshness(world: &World) -> Vec<Freshness> {
    let list = world.engine.stock_freshness(&operator(), Some(BranchId::new("tienda_01"))).await.unwrap();
    list.almacenes.iter().map(|warehouse| warehouse.estado).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_warehouse_that_answers_is_fresh() {
    let (world, _) = stocked(0).await;
    assert_eq!(freshness(&world).await, [Freshness::Never; 2]);
    let taken = snapshot(&world).await;
    assert_eq!(taken[0].estado, RunState::Succeeded, "{:?}", taken[0].error_mensaje);
    assert_eq!(freshness(&world).await, [Freshness::Fresh; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_that_falls_is_believed_when_it_comes_again() {
    let (world, articles) = stocked(100).await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    articles.store(0, Ordering::Relaxed);
    world.clock.set("2025-11-18T16:30:00Z");
    let doubted = snapshot(&world).await;
    assert_eq!((doubted[0].estado, doubted[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));
    insta::assert_snapshot!(doubted[0].error_mensaje.as_ref().unwrap(), @"El KLK ya no tiene 100 de los 100 artículos del almacén APP-PPF. Se conserva la foto anterior: se creerá la nueva si llega igual después de 10 min.");

    // It was a moment's weakness of the POS.
    articles.store(101, Ordering::Relaxed);
    world.clock.set("2025-11-18T17:00:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);

    articles.store(3, Ordering::Relaxed);
    world.clock.set("2025-11-18T17:30:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Failed);
    world.clock.set("2025-11-18T18:00:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded, "it came twice");
}

/// All articles, and nothing of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_stock_that_is_empty_of_a_sudden_is_believed_when_it_comes_again() {
    let is_empty = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_empty);
    let world = selling(move || {
        let stock = if known.load(Ordering::Relaxed) { "0" } else { "7.5" };
        (0..100).map(|number| article(number, stock)).collect()
    })
    .await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    is_empty.store(true, Ordering::Relaxed);
    world.clock.set("2025-11-18T16:30:00Z");
    let doubted = snapshot(&world).await;
    assert_eq!((doubted[0].estado, doubted[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));
    let said = doubted[0].error_mensaje.as_ref().unwrap();
    assert!(said.starts_with("En 100 de 100 artículos del almacén APP-"), "{said}");
    world.clock.set("2025-11-18T17:00:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded, "it came twice");
}

/// The one loses most of its articles, and the other goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_in_doubt_does_not_keep_the_other_one_as_it_was() {
    let count = Arc::new(AtomicU32::new(100));
    let known = Arc::clone(&count);
    let world = selling_by_warehouse(Arc::new(Mutex::new(ECHO.to_owned())), move |warehouse| {
        let count = if warehouse == "APP-TPF" { known.load(Ordering::Relaxed) } else { 100 };
        (0..count).map(|number| article(number, "1")).collect()
    })
    .await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    count.store(3, Ordering::Relaxed);
    world.clock.set("2025-11-18T16:30:00Z");
    let runs = snapshot(&world).await;
    assert_eq!((runs[0].estado, runs[0].registros_cargados), (RunState::Partial, Some(100)), "{runs:?}");
    insta::assert_snapshot!(runs[0].error_mensaje.as_ref().unwrap(), @"El KLK ya no tiene 97 de los 100 artículos del almacén APP-TPF. Se conserva la foto anterior: se creerá la nueva si llega igual después de 10 min.");
    world.clock.set("2025-11-18T18:00:00Z");
    let missing: Vec<String> = gaps(&world).await.into_iter().map(|gap| gap.hora_desde).collect();
    assert!(missing.contains(&"12:30".to_owned()), "the half hour is not whole: {missing:?}");
    let fresh = world.warehouse().await.stock_freshness().await.unwrap();
    let times: Vec<_> = fresh.iter().map(|(_, code, at)| (code.as_str().to_owned(), at.to_string())).collect();
    let at = |code: &str| times.iter().find(|(known, _)| known == code).unwrap().1.clone();
    assert_eq!(at("APP-TPF"), "2025-11-18T16:00:00Z");
    assert!(times.iter().any(|(_, at)| at == "2025-11-18T16:30:00Z"), "{times:?}");
}

/// As many articles, and others.
#[tokio::test(flavor = "multi_thread")]
async fn a_stock_of_other_articles_is_believed_when_it_comes_again() {
    let first = Arc::new(AtomicU32::new(0));
    let known = Arc::clone(&first);
    let world = selling(move || {
        let first = known.load(Ordering::Relaxed);
        (first..first + 100).map(|number| article(number, "1")).collect()
    })
    .await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    first.store(10, Ordering::Relaxed);
    world.clock.set("2025-11-18T16:30:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded, "a few are others");
    first.store(1_000, Ordering::Relaxed);
    world.clock.set("2025-11-18T17:00:00Z");
    let doubted = snapshot(&world).await;
    assert_eq!((doubted[0].estado, doubted[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));
    insta::assert_snapshot!(doubted[0].error_mensaje.as_ref().unwrap(), @"El KLK ya no tiene 100 de los 100 artículos del almacén APP-PPF. Se conserva la foto anterior: se creerá la nueva si llega igual después de 10 min.");
    world.clock.set("2025-11-18T17:30:00Z");
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded, "it came twice");
}

/// Each snapshot loses less than is doubted.
#[tokio::test(flavor = "multi_thread")]
async fn a_stock_that_loses_a_little_at_each_snapshot_is_doubted_in_the_end() {
    let (world, articles) = stocked(100).await;
    let take = async |time: &str, count: u32| {
        articles.store(count, Ordering::Relaxed);
        world.clock.set(&format!("2025-11-18T{time}:00Z"));
        snapshot(&world).await[0].estado
    };
    assert_eq!(take("16:00", 100).await, RunState::Succeeded);
    assert_eq!(take("16:30", 90).await, RunState::Succeeded);
    assert_eq!(take("17:00", 79).await, RunState::Failed);
    assert_eq!(take("17:30", 79).await, RunState::Succeeded, "it came twice");
    assert_eq!(take("18:00", 100).await, RunState::Succeeded);
    assert_eq!(take("18:30", 90).await, RunState::Succeeded, "what is there again is not lost");
}

/// A cache between us and the POS, or a POS that looks at an old copy.
#[tokio::test(flavor = "multi_thread")]
async fn a_stock_of_another_time_or_of_nobody_knows_what_is_not_that_of_now() {
    let members = Arc::new(Mutex::new(format!(r#"{ECHO},"fecha_generacion":"2025-11-18T16:00:00Z""#)));
    let world = selling_with(Arc::clone(&members), || vec![article(1, "7")]).await;
    assert_eq!(snapshot(&world).await[0].estado, RunState::Succeeded);
    for (other, said) in [
        (format!(r#"{ECHO},"fecha_generacion":"2020-01-01T12:00:00Z""#), "el 01/01/2020 08:00:00: no es la de ahora"),
        (ECHO.to_owned(), "«fecha_generacion»"),
        (r#","fecha_generacion":"2025-11-18T16:30:00Z""#.to_owned(), "«almacences_filtrados»"),
    ] {
        *members.lock().unwrap() = other;
        world.clock.set("2025-11-18T16:30:00Z");
        let runs = snapshot(&world).await;
        assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));
        assert!(runs[0].error_mensaje.as_ref().unwrap().contains(said), "{runs:?}");
    }
    let fresh = world.warehouse().await.stock_freshness().await.unwrap();
    assert!(fresh.iter().all(|(_, _, at)| at.to_string() == "2025-11-18T16:00:00Z"), "{fresh:?}");
}
