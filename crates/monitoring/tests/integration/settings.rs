//! Whatever the settings say, the program goes on.

use std::time::Duration;

use domain::RunMode;
use monitoring::{
    CronMonitor, EtlMonitor, Monitoring, MonitoringSettings, MonitoringStatus, SettingsWarning, Started, init,
};

use crate::fake_sentry::{FakeSentry, Manner};
use crate::support::{clock, info, run_steps, sales, settings};

#[tokio::test]
async fn without_a_dsn_everything_does_nothing() {
    let Started { monitoring, guard, warnings } = init(MonitoringSettings::new("klk-tracking@0.1.0", clock()));
    assert_eq!(warnings, []);
    for monitoring in [monitoring, Monitoring::disabled()] {
        assert!(!monitoring.is_enabled());
        let monitor = monitoring.etl_run(info("tienda_01", RunMode::Full));
        assert_eq!(monitor.trace_id(), None);
        assert_eq!(run_steps(&monitoring, &monitor).await, Ok(130));
        monitor.finish_succeeded(sales());
        monitoring.check_in(CronMonitor::reconciliation("0 3 * * *")).succeed();
        monitoring.query("metricas").finish(Duration::from_millis(3));
        assert!(monitoring.flush(Duration::ZERO));
        assert_eq!(monitoring.status(), MonitoringStatus::default());
    }
    drop(EtlMonitor::silent());
    assert!(guard.shutdown());
}

#[test]
fn a_dsn_that_cannot_be_read_is_a_warning_that_does_not_repeat_it() {
    for dsn in ["no dsn", "http://127.0.0.1/1", "http://publickey0123@127.0.0.1/"] {
        let settings =
            MonitoringSettings { dsn: Some(dsn.to_owned()), ..MonitoringSettings::new("klk-tracking@0.1.0", clock()) };
        let Started { monitoring, warnings, guard: _guard } = init(settings);
        assert!(!monitoring.is_enabled());
        let [warning @ SettingsWarning::InvalidDsn { .. }] = warnings.as_slice() else { panic!("{warnings:?}") };
        assert!(!warning.to_string().contains("publickey0123"));
    }
    let blank = MonitoringSettings { dsn: Some("  ".to_owned()), ..MonitoringSettings::new("klk", clock()) };
    assert_eq!(init(blank).warnings, []);
}

#[test]
fn what_cannot_be_used_is_replaced_and_named() {
    let server = FakeSentry::start(Manner::Accept);
    let file = tempfile::NamedTempFile::new().unwrap();
    let Started { monitoring, guard, warnings } = init(MonitoringSettings {
        environment: "prod/eu".to_owned(),
        traces_sample_rate: Some(7.0),
        // A file is no folder.
        outbox_dir: Some(file.path().join("outbox")),
        ..settings(&server)
    });
    let expected = SettingsWarning::InvalidEnvironment { given: "prod/eu".to_owned(), used: "prod-eu".to_owned() };
    assert_eq!(warnings[0], expected);
    assert!(matches!(&warnings[1], SettingsWarning::InvalidSampleRate { given, .. } if given == "7"));
    assert!(matches!(&warnings[2], SettingsWarning::OutboxUnavailable { .. }));
    assert_eq!(monitoring.status().environment.as_deref(), Some("prod-eu"));
    assert_eq!(monitoring.status().host.as_deref(), Some("127.0.0.1"));
    monitoring.check_in(CronMonitor::reconciliation("0 3 * * *")).succeed();
    drop(guard);
    assert_eq!(server.payloads("check_in")[0]["environment"], "prod-eu");
}
