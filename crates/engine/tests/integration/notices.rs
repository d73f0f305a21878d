//! Notices to people who are not looking, from a gap to the body that a channel receives.

use std::time::Duration;

use domain::access::Role;
use domain::notice::DeliveryState;
use engine::{Actor, EngineSettings, NoticeSettings, UseCaseError};
use klk_sim::{Endpoint, Fault, FaultKind};
use notices::{Channel, Preset, Route, Rules, WebhookRoute};
use rust_decimal::Decimal;
use serde_json::Value;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{PATIENT, World, operator, settings};

async fn receiver() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    server
}

/// A channel of each rule.
fn notified_at(server: &MockServer) -> EngineSettings {
    let channel = |name: &str, at_once, digest| Channel {
        name: name.to_owned(),
        rules: Rules { at_once, digest },
        route: Route::Webhook(WebhookRoute {
            preset: Preset::Plain,
            url: format!("{}/{name}", server.uri()).into(),
            secret: None,
            token: None,
            target: String::new(),
            template: None,
        }),
        allows_private: true,
        timeout: PATIENT,
    };
    let notices = NoticeSettings {
        channels: vec![channel("guardia", true, false), channel("jefa", false, true)],
        // The stores of these tests have no history, so that nothing is worth anything.
        usd_min: Decimal::ZERO,
        look_interval: Duration::from_millis(20),
        public_url: Some("https://klk.example/".to_owned()),
        ..NoticeSettings::default()
    };
    EngineSettings { nap_max: Duration::from_millis(20), notices, ..settings() }
}

fn failing() -> Fault {
    Fault::new(FaultKind::Status { code: 400, html: false }).at(Endpoint::Sales)
}

/// What arrived at a channel: title and link, once so much did.
async fn arrived(server: &MockServer, channel: &str, count: usize) -> Vec<(String, String)> {
    let arrived = async {
        loop {
            let requests = server.received_requests().await.unwrap();
            let of_channel = requests.iter().filter(|request| request.url.path() == format!("/{channel}"));
            let bodies: Vec<Value> = of_channel.map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
            if bodies.len() >= count {
                let text = |body: &Value, name: &str| body[name].as_str().unwrap().to_owned();
                return bodies.iter().map(|body| (text(body, "titulo"), text(body, "enlace"))).collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENT, arrived).await.unwrap()
}

/// Several looks pass.
async fn looks() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_at_two_stores_is_one_notice_then_goes_on_and_ends() {
    let server = receiver().await;
    let world = World::with(notified_at(&server)).await;
    world.sim.add_fault(failing());
    for store in ["tienda_01", "tienda_08"] {
        world.extract(store, "2025-11-18", Some(("11:30", "12:00"))).await;
    }
    looks().await;
    assert_eq!(arrived(&server, "guardia", 0).await, [], "it is not overdue yet");
    world.clock.set("2025-11-18T16:40:00Z");
    let begun = arrived(&server, "guardia", 1).await;
    assert!(begun[0].0.starts_with("Faltan 2 medias horas en 2 tiendas"), "{begun:?}");
    assert_eq!(begun[0].1, "https://klk.example/pendientes?elegir=error_pos");
    looks().await;
    world.clock.set("2025-11-18T20:45:00Z");
    let repeated = arrived(&server, "guardia", 2).await;
    assert!(repeated[1].0.starts_with("Sigue faltando, desde hace"), "{repeated:?}");
    world.sim.clear_faults();
    for store in ["tienda_01", "tienda_08"] {
        world.extract(store, "2025-11-18", Some(("11:30", "12:00"))).await;
    }
    let ended = arrived(&server, "guardia", 3).await;
    assert!(ended[2].0.starts_with("Ya no falta nada de esto; duró"), "{ended:?}");
    looks().await;
    assert_eq!(arrived(&server, "guardia", 3).await.len(), 3);
    assert_eq!(arrived(&server, "jefa", 0).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_the_outbox_is_delivered_by_the_next_process_under_the_same_identifier() {
    let server = MockServer::start().await;
    let down = Mock::given(method("POST")).respond_with(ResponseTemplate::new(503));
    let down = down.mount_as_scoped(&server).await;
    let mut world = World::with(notified_at(&server)).await;
    world.sim.add_fault(failing());
    world.extract("tienda_01", "2025-11-18", Some(("10:00", "11:00"))).await;
    arrived(&server, "guardia", 1).await;
    let failing = async || world.engine.failing_channels(&operator()).await.unwrap();
    while failing().await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(failing().await[0].error.as_deref(), Some("http 503"));
    let settings = notified_at(&server);
    drop(down);
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    world.restart(settings).await;
    looks().await;
    assert_eq!(world.engine.failing_channels(&operator()).await.unwrap().len(), 1, "its pause is not over");
    world.clock.set("2025-11-18T16:01:00Z");
    while !world.engine.failing_channels(&operator()).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let requests = server.received_requests().await.unwrap();
    let ids: Vec<_> = requests.iter().map(|request| &request.headers["webhook-id"]).collect();
    assert!(ids.len() >= 2 && ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_is_said_in_one_digest_a_day_at_its_hour() {
    let server = receiver().await;
    // Nothing ran before, so what is missing is from before the first firing: no reason to wake anybody.
    let world = World::with(notified_at(&server)).await;
    looks().await;
    assert_eq!(arrived(&server, "jefa", 0).await, []);
    world.clock.set("2025-11-19T11:29:00Z");
    looks().await;
    assert_eq!(arrived(&server, "jefa", 0).await, []);
    world.clock.set("2025-11-19T11:31:00Z");
    let digest = arrived(&server, "jefa", 1).await;
    assert!(digest[0].0.starts_with("Resumen del 19/11: faltan "), "{digest:?}");
    looks().await;
    assert_eq!(arrived(&server, "jefa", 1).await.len(), 1);
    assert_eq!(arrived(&server, "guardia", 0).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_alone_try_a_channel_and_everybody_sees_what_became_of_it() {
    let server = receiver().await;
    let world = World::with(notified_at(&server)).await;
    for role in [Role::Reader, Role::Operator] {
        let refused = world.engine.try_notice(&Actor::new("ana", role), "guardia").await;
        assert!(matches!(refused, Err(UseCaseError::Forbidden { needed: Role::Administrator })), "{refused:?}");
    }
    let administrator = Actor::new("eva", Role::Administrator);
    let unknown = world.engine.try_notice(&administrator, "nadie").await;
    assert!(matches!(unknown, Err(UseCaseError::UnknownChannel)), "{unknown:?}");
    // Pressed twice.
    for _ in 0..2 {
        world.engine.try_notice(&administrator, "guardia").await.unwrap();
    }
    assert_eq!(arrived(&server, "guardia", 1).await[0].0, "Mensaje de prueba de KLK Tracking");
    let view = async || world.engine.notices(&Actor::new("leo", Role::Reader), None).await.unwrap();
    while view().await.deliveries[0].state == DeliveryState::Waiting {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let view = view().await;
    assert_eq!((view.deliveries.len(), view.deliveries[0].state), (1, DeliveryState::Delivered));
    assert_eq!(view.channels[0].target, "127.0.0.1");
    assert!(view.channels[0].delivered_at.is_some() && view.channels[1].delivered_at.is_none());
    let nobody = world.engine.notices(&Actor::nobody(domain::decision::Origin::Web), None).await;
    assert!(matches!(nobody, Err(UseCaseError::NotSignedIn)));
}
