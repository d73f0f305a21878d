//! The engine's limits and schedules. The binary reads them from the configuration.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// Limits and switches.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Runs in work at the same time; with none, what waits goes on waiting.
    pub workers: usize,
    /// Runs in work at the same time for one branch, so that recovering it does not slow its tills.
    pub workers_per_branch: usize,
    /// Whether schedules fire.
    pub scheduler: bool,
    /// When they fire.
    pub schedules: ScheduleSettings,
    /// Runs that may wait; asking for more is refused.
    pub queue_max: usize,
    /// Live windows in a row after which a waiting recovery goes first.
    pub live_streak_max: u32,
    /// How long after its end a window may still be on its way before it is a gap.
    pub gap_grace: SignedDuration,
    /// How often a short answer is asked for again within a run.
    pub short_answer_retries: u32,
    /// How often the start or end of a run is written again where the database refuses it.
    pub write_retries: u32,
    /// How long to wait before that.
    pub write_retry_pause: Duration,
    /// Days that one recovery may span.
    pub recovery_days_max: u32,
    /// Days that one extraction may span.
    pub extract_days_max: u32,
    /// Characters of a text that somebody writes: a note, a name.
    pub written_characters_max: usize,
    /// From which age on the last snapshot of a warehouse is stale.
    pub stock_age_max: SignedDuration,
    /// Days ahead of which the preview of another calendar tells what it changes.
    pub calendar_days_ahead: u32,
    /// How long an ended batch is still listed with those in work.
    pub progress_shown: SignedDuration,
    /// The longest that a schedule sleeps: a machine that was suspended, or whose clock was set, is noticed within it.
    pub nap_max: Duration,
    /// The name of this machine, stored with each run.
    pub host: String,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            workers_per_branch: 1,
            scheduler: true,
            schedules: ScheduleSettings::default(),
            queue_max: 50_000,
            live_streak_max: 4,
            gap_grace: SignedDuration::from_mins(15),
            short_answer_retries: 1,
            write_retries: 60,
            write_retry_pause: Duration::from_secs(5),
            recovery_days_max: 31,
            extract_days_max: 366,
            written_characters_max: 500,
            stock_age_max: SignedDuration::from_mins(75),
            calendar_days_ahead: 60,
            progress_shown: SignedDuration::from_mins(10),
            nap_max: Duration::from_secs(20),
            host: "localhost".to_owned(),
        }
    }
}

/// Cron expressions of five fields, and the zone they are meant in.
#[derive(Clone, Debug)]
pub struct ScheduleSettings {
    /// Sales of the half hour that ended last.
    pub sales: String,
    /// Snapshots of stock.
    pub inventory: String,
    /// Yesterday's sales once more.
    pub reconciliation: String,
    /// The zone of all three.
    pub zone: TimeZone,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            sales: "5,35 * * * *".to_owned(),
            inventory: "0,30 * * * *".to_owned(),
            reconciliation: "0 3 * * *".to_owned(),
            // Caracas has been at UTC-4 without daylight saving since 2016; the binary passes the zone of its name.
            zone: TimeZone::fixed(jiff::tz::Offset::constant(-4)),
        }
    }
}
