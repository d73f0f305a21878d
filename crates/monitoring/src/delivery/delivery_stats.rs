//! What was sent, kept and dropped, by the hour; it outlives the process beside the outbox.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::status::{DropReason, DroppedCount, ItemKind, LastCheckIn, LastFailure, MonitoringStatus, Waiting};
use crate::check_in_status::CheckInStatus;

const SECONDS_PER_HOUR: i64 = 3600;
/// This hour and the 24 before it.
const HOURS_KEPT: i64 = 25;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DeliveryStats {
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

impl DeliveryStats {
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

#[derive(Clone, Default)]
pub(super) struct SharedStats(pub(super) Arc<Mutex<DeliveryStats>>);

impl SharedStats {
    pub(super) fn lock(&self) -> MutexGuard<'_, DeliveryStats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_763_377_200 + hour * SECONDS_PER_HOUR).unwrap()
    }

    #[test]
    fn counts_are_of_the_last_day() {
        let mut stats = DeliveryStats::default();
        stats.sent(ItemKind::Event, 2, at(0));
        stats.sent(ItemKind::Event, 3, at(20));
        stats.dropped(ItemKind::Log, DropReason::QueueFull, 1, at(20));
        stats.dropped(ItemKind::Log, DropReason::QueueFull, 4, at(21));
        assert_eq!(stats.status(at(21)).sent_last_day, BTreeMap::from([(ItemKind::Event, 5)]));
        let later = stats.status(at(30));
        assert_eq!(later.sent_last_day, BTreeMap::from([(ItemKind::Event, 3)]));
        assert_eq!(later.dropped_last_day[0].count, 5);
        stats.sent(ItemKind::Event, 1, at(100));
        assert_eq!(stats.hours.len(), 1);
    }

    #[test]
    fn it_survives_being_written_and_read() {
        let mut stats = DeliveryStats::default();
        stats.sent(ItemKind::Metric, 2, at(0));
        stats.dropped(ItemKind::Event, DropReason::Rejected, 1, at(0));
        stats.note_check_in("reconciliacion-klk", CheckInStatus::Ok, at(0));
        let read: DeliveryStats = serde_json::from_str(&serde_json::to_string(&stats).unwrap()).unwrap();
        assert_eq!(read.status(at(1)).last_check_ins, stats.status(at(1)).last_check_ins);
        assert_eq!(read.status(at(1)).sent_last_day, stats.status(at(1)).sent_last_day);
    }
}
