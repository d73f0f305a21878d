//! What was sent, kept and dropped, by the hour; it outlives the process beside the outbox.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::outbox::Waiting;
use super::status::{DropReason, DroppedCount, ItemKind, LastCheckIn, LastFailure, MonitoringStatus};
use crate::check_in::CheckInStatus;

const SECONDS_PER_HOUR: i64 = 3600;
/// This hour and the 24 before it.
const HOURS_KEPT: i64 = 25;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Ledger {
    /// By the hour since 1970.
    hours: BTreeMap<i64, Hour>,
    last_check_ins: BTreeMap<String, LastCheckIn>,
    last_sent: Option<Timestamp>,
    last_failure: Option<LastFailure>,
    #[serde(skip)]
    is_reachable: Option<bool>,
    #[serde(skip)]
    waiting: Waiting,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Hour {
    sent: BTreeMap<ItemKind, u64>,
    dropped: Vec<DroppedCount>,
}

impl Ledger {
    pub(super) fn sent(&mut self, kind: ItemKind, count: u64, now: Timestamp) {
        let sent = self.hour(now).sent.entry(kind).or_default();
        *sent = sent.saturating_add(count);
        self.last_sent = Some(now);
        self.is_reachable = Some(true);
    }

    pub(super) fn dropped(&mut self, kind: ItemKind, reason: DropReason, count: u64, now: Timestamp) {
        let dropped = &mut self.hour(now).dropped;
        match dropped.iter_mut().find(|entry| (entry.kind, entry.reason) == (kind, reason)) {
            Some(entry) => entry.count = entry.count.saturating_add(count),
            None => dropped.push(DroppedCount { kind, reason, count }),
        }
    }

    pub(super) fn failed(&mut self, reason: String, is_reachable: bool, now: Timestamp) {
        self.last_failure = Some(LastFailure { reason, at: now });
        self.is_reachable = Some(is_reachable);
    }

    pub(super) fn waiting(&mut self, waiting: Waiting) {
        self.waiting = waiting;
    }

    pub(super) fn note_check_in(&mut self, slug: &str, status: CheckInStatus, at: Timestamp) {
        self.last_check_ins.insert(slug.to_owned(), LastCheckIn { status, at });
    }

    pub(super) fn status(&self, now: Timestamp) -> MonitoringStatus {
        let mut status = MonitoringStatus {
            is_reachable: self.is_reachable,
            last_sent: self.last_sent,
            last_failure: self.last_failure.clone(),
            waiting: self.waiting.counts.clone(),
            waiting_bytes: self.waiting.bytes,
            oldest_waiting: self.waiting.oldest,
            last_check_ins: self.last_check_ins.clone(),
            ..MonitoringStatus::default()
        };
        let mut dropped: BTreeMap<(ItemKind, DropReason), u64> = BTreeMap::new();
        for hour in self.hours.range(hour_of(now) - HOURS_KEPT + 1..).map(|(_, hour)| hour) {
            for (kind, count) in &hour.sent {
                let sent = status.sent_last_day.entry(*kind).or_default();
                *sent = sent.saturating_add(*count);
            }
            for entry in &hour.dropped {
                let count = dropped.entry((entry.kind, entry.reason)).or_default();
                *count = count.saturating_add(entry.count);
            }
        }
        status.dropped_last_day =
            dropped.into_iter().map(|((kind, reason), count)| DroppedCount { kind, reason, count }).collect();
        status
    }

    fn hour(&mut self, now: Timestamp) -> &mut Hour {
        let hour = hour_of(now);
        self.hours = self.hours.split_off(&(hour - HOURS_KEPT + 1));
        self.hours.entry(hour).or_default()
    }
}

fn hour_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(SECONDS_PER_HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_763_377_200 + hour * SECONDS_PER_HOUR).unwrap()
    }

    #[test]
    fn counts_are_of_the_last_day() {
        let mut ledger = Ledger::default();
        ledger.sent(ItemKind::Event, 2, at(0));
        ledger.sent(ItemKind::Event, 3, at(20));
        ledger.dropped(ItemKind::Log, DropReason::QueueFull, 1, at(20));
        ledger.dropped(ItemKind::Log, DropReason::QueueFull, 4, at(21));
        assert_eq!(ledger.status(at(21)).sent_last_day, BTreeMap::from([(ItemKind::Event, 5)]));
        let later = ledger.status(at(30));
        assert_eq!(later.sent_last_day, BTreeMap::from([(ItemKind::Event, 3)]));
        assert_eq!(later.dropped_last_day[0].count, 5);
        ledger.sent(ItemKind::Event, 1, at(100));
        assert_eq!(ledger.hours.len(), 1);
    }

    #[test]
    fn it_survives_being_written_and_read() {
        let mut ledger = Ledger::default();
        ledger.sent(ItemKind::Metric, 2, at(0));
        ledger.dropped(ItemKind::Event, DropReason::Rejected, 1, at(0));
        ledger.note_check_in("reconciliacion-klk", CheckInStatus::Ok, at(0));
        let read: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
        assert_eq!(read.status(at(1)).last_check_ins, ledger.status(at(1)).last_check_ins);
        assert_eq!(read.status(at(1)).sent_last_day, ledger.status(at(1)).sent_last_day);
    }
}
