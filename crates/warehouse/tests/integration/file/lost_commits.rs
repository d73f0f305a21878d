//! What is missing of a file that somebody cut off or replaced is said.

use std::path::Path;

use domain::EtlKind;
use rstest::rstest;
use warehouse::LostCommits;

use crate::children::ChildProcess;
use crate::samples::{PERIFERICO, numbered_half_hour};
use crate::store::{Store, open};

/// The log of a killed process, damaged; what is damaged is said at the next start, once, and its half hours are gaps again.
#[rstest]
#[case::cut_to_half(|log: &Path| {
    let file = std::fs::OpenOptions::new().write(true).open(log).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
})]
#[case::gone(|log: &Path| std::fs::remove_file(log).unwrap())]
#[tokio::test]
async fn a_log_that_is_cut_off_or_gone_is_said_at_the_next_start(#[case] damage: fn(&Path)) {
    let mut store = Store::new();
    store.warehouse.close().await;
    let mut child = ChildProcess::start("kill::child_that_loads_windows", &store.path());
    let said: Vec<String> = (0..9).map(|_| child.hear()).collect();
    child.kill();
    let committed = said.iter().filter(|text| text.starts_with("committed")).count();
    let mut log = store.path().into_os_string();
    log.push(".wal");
    damage(Path::new(&log));

    store.warehouse = open(&store.path());
    let lost = store.warehouse.lost_commits();
    assert!(
        matches!(lost, Some(LostCommits::LogIsShort { found_bytes, committed_bytes }) if found_bytes < committed_bytes)
    );
    assert!(store.covered(PERIFERICO).await.len() < committed.max(1));
    store.warehouse.close().await;
    store.warehouse = open(&store.path());
    assert_eq!(store.warehouse.lost_commits(), None, "it is said once");
}

#[tokio::test]
async fn an_older_file_in_place_of_the_last_one_is_said_at_the_next_start() {
    let mut store = Store::new();
    store.warehouse.close().await;
    let copy = store.path().with_extension("copy");
    std::fs::copy(store.path(), &copy).unwrap();
    store.warehouse = open(&store.path());
    let window = numbered_half_hour(1);
    store.queue(1, EtlKind::Sales, PERIFERICO, window).await;
    store.warehouse.close().await;
    std::fs::copy(&copy, store.path()).unwrap();
    store.warehouse = open(&store.path());
    assert_eq!(store.warehouse.lost_commits(), Some(LostCommits::FileIsOld));
}
