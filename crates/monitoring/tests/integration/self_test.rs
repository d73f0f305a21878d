//! What the doctor learns of each kind of server.

use std::collections::BTreeMap;

use monitoring::{ItemKind, Monitoring, MonitoringSettings, SelfTest, SelfTestAnswer, SentryWeb, Started, init};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{settings, start};

fn answers(monitoring: &Monitoring) -> BTreeMap<ItemKind, SelfTestAnswer> {
    let SelfTest::Tried { items, .. } = monitoring.self_test() else { panic!("off") };
    items.into_iter().map(|item| (item.kind, item.answer)).collect()
}

fn of_each(answer: &SelfTestAnswer) -> BTreeMap<ItemKind, SelfTestAnswer> {
    let kinds = [ItemKind::Event, ItemKind::Transaction, ItemKind::CheckIn];
    kinds.into_iter().map(|kind| (kind, answer.clone())).collect()
}

#[test]
fn one_of_each_arrives_and_the_event_can_be_found() {
    let server = FakeSentry::start(Manner::Accept);
    let web = SentryWeb { url: "https://s.example".into(), organisation: "cadena".into(), project: None };
    let Started { monitoring, guard, .. } = init(MonitoringSettings { web: Some(web), ..settings(&server) });
    let SelfTest::Tried { host, items, event_id, event_link } = monitoring.self_test() else { panic!("off") };
    assert!(items.iter().all(|item| item.answer == SelfTestAnswer::Accepted), "{items:?}");
    assert_eq!(host, "127.0.0.1");
    let link = format!("https://s.example/organizations/cadena/issues/?query={event_id}");
    assert_eq!(event_link, Some(link));
    let event = &server.payloads("event")[0];
    assert_eq!((event["event_id"].as_str(), event["environment"].as_str()), (Some(&*event_id), Some("test")));
    assert_eq!(server.payloads("transaction")[0]["transaction"], "klk doctor");
    assert_eq!(server.payloads("check_in")[0]["monitor_slug"], "klk-doctor");
    drop(guard);
    assert_eq!(monitoring.status().sent_last_day[&ItemKind::CheckIn], 1);
}

#[test]
fn each_way_to_fail_is_told_apart() {
    let cases = [
        (Manner::Status(403), SelfTestAnswer::Refused(403)),
        (Manner::Status(503), SelfTestAnswer::Broken(503)),
        (Manner::RetryAfter(60), SelfTestAnswer::Limited),
        (Manner::Hang, SelfTestAnswer::TimedOut),
    ];
    for (manner, expected) in cases {
        let server = FakeSentry::start(manner);
        let Started { monitoring, guard, .. } = start(&server);
        assert_eq!(answers(&monitoring), of_each(&expected), "{manner:?}");
        drop(guard);
        // It was a test: nothing of it is worth sending later.
        assert_eq!(monitoring.status().waiting, BTreeMap::new());
    }
    let server = FakeSentry::start(Manner::Accept);
    // The discard port: nothing listens on it.
    let dsn = Some("http://publickey0123@127.0.0.1:9/42".to_owned());
    let Started { monitoring, guard: _guard, .. } = init(MonitoringSettings { dsn, ..settings(&server) });
    let unreachable = |answer: &SelfTestAnswer| matches!(answer, SelfTestAnswer::Unreachable { .. });
    assert!(answers(&monitoring).values().all(unreachable));
    assert_eq!(Monitoring::disabled().self_test(), SelfTest::Off);
}
