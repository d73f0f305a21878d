//! Check-ins: that a schedule has begun, and how it ended.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sentry::Client;
use sentry::protocol::{Envelope, MonitorCheckIn, MonitorCheckInStatus, MonitorConfig, MonitorSchedule};
use sentry::types::{Uuid, random_uuid};

use crate::check_in_status::CheckInStatus;
use crate::cron_monitor::CronMonitor;
use crate::shared::Shared;

/// A part in one firing of a schedule, which is begun with the first and ended with the last of its parts.
///
/// The scheduler holds one while it queues runs, and every run holds one ([`crate::EtlRunInfo::check_in`]); so the
/// duration is that of the whole work. A part that is dropped before it has said that it went well makes the whole an
/// `error`, whatever came of it: a run that failed, one that still waits when the process ends, one that panicked.
pub struct CheckIn {
    open: Option<Arc<OpenCheckIn>>,
    went_well: AtomicBool,
}

struct OpenCheckIn {
    shared: Arc<Shared>,
    id: Uuid,
    monitor: CronMonitor,
    started: Instant,
    failed: AtomicBool,
}

impl CheckIn {
    pub(crate) fn open(shared: Arc<Shared>, monitor: CronMonitor) -> Self {
        let open =
            OpenCheckIn { shared, id: random_uuid(), monitor, started: Instant::now(), failed: AtomicBool::new(false) };
        open.send(CheckInStatus::InProgress, None);
        Self { open: Some(Arc::new(open)), went_well: AtomicBool::new(false) }
    }

    /// A check-in that tells nobody.
    pub fn silent() -> Self {
        Self { open: None, went_well: AtomicBool::new(false) }
    }

    /// A further part in the same firing.
    #[must_use = "a part that is dropped has not gone well"]
    pub fn share(&self) -> Self {
        Self { open: self.open.clone(), went_well: AtomicBool::new(false) }
    }

    /// This part went well, or nobody wants it any more.
    pub fn succeed(&self) {
        self.went_well.store(true, Ordering::Relaxed);
    }
}

impl Drop for CheckIn {
    fn drop(&mut self) {
        if let Some(open) = &self.open
            && !self.went_well.load(Ordering::Relaxed)
        {
            open.failed.store(true, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for CheckIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slug = self.open.as_ref().map(|open| open.monitor.slug);
        formatter.debug_struct("CheckIn").field("slug", &slug).finish()
    }
}

impl OpenCheckIn {
    fn send(&self, status: CheckInStatus, duration_seconds: Option<f64>) {
        self.shared.note_check_in(self.monitor.slug, status);
        let client = &self.shared.client;
        client.send_envelope(envelope(client, &self.monitor, self.id, status, duration_seconds));
    }
}

/// A check-in as it is sent.
pub(crate) fn envelope(
    client: &Client,
    monitor: &CronMonitor,
    id: Uuid,
    status: CheckInStatus,
    duration_seconds: Option<f64>,
) -> Envelope {
    let mut envelope = Envelope::new();
    envelope.add_item(MonitorCheckIn {
        check_in_id: id,
        monitor_slug: monitor.slug.to_owned(),
        status: match status {
            CheckInStatus::InProgress => MonitorCheckInStatus::InProgress,
            CheckInStatus::Ok => MonitorCheckInStatus::Ok,
            CheckInStatus::Error => MonitorCheckInStatus::Error,
        },
        environment: client.options().environment.as_ref().map(ToString::to_string),
        duration: duration_seconds,
        monitor_config: monitor_config(monitor),
    });
    envelope
}

impl Drop for OpenCheckIn {
    fn drop(&mut self) {
        let status = if self.failed.load(Ordering::Relaxed) { CheckInStatus::Error } else { CheckInStatus::Ok };
        self.send(status, Some(self.started.elapsed().as_secs_f64()));
    }
}

/// None for an expression that Sentry cannot read: a check-in without it is better than none.
fn monitor_config(monitor: &CronMonitor) -> Option<MonitorConfig> {
    Some(MonitorConfig {
        schedule: MonitorSchedule::from_crontab(&monitor.crontab).ok()?,
        checkin_margin: Some(monitor.check_in_margin_minutes),
        max_runtime: Some(monitor.max_runtime_minutes),
        timezone: Some(monitor.zone.clone()),
        failure_issue_threshold: Some(monitor.failure_issue_threshold),
        recovery_threshold: Some(monitor.recovery_threshold),
    })
}
