//! The engine's limits and schedules. The binary reads them from the configuration.

use std::time::Duration;

use crate::access::AccessSettings;
use domain::BranchId;
use domain::incident::IncidentLimits;
use domain::loss::LossLimits;
use domain::plan::{BreakerLimits, Pace, RetryPolicy};
use domain::value::ValueRules;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::answer_cache::CacheLimits;
use crate::backups::BackupSettings;
use crate::notice_office::NoticeSettings;
use crate::schedule::ScheduleKind;

/// What an engine may do with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineMode {
    /// Everything: it goes on with what an earlier process left, and keeps what klk.toml says of calendars.
    Work,
    /// It keeps what somebody decides, goes on with what was left, and leaves the calendars as they are.
    Decide,
    /// It answers questions and writes nothing.
    Look,
}

/// Limits and switches.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// What it may do with the database.
    pub mode: EngineMode,
    /// Runs in progress at the same time; with none, queued runs stay queued.
    pub workers: usize,
    /// Runs in progress at the same time for one branch, so that recovering it does not slow its tills.
    pub workers_per_branch: usize,
    /// Whether schedules fire.
    pub scheduler: bool,
    /// When they fire.
    pub schedules: ScheduleSettings,
    /// Runs that may wait; asking for more is refused.
    pub queue_max: usize,
    /// Live windows in a row after which a waiting recovery goes first.
    pub live_streak_max: u32,
    /// Views that one person may keep.
    pub saved_views_max: usize,
    /// Runs of which is kept what they did, for their pages.
    pub run_logs_max: usize,
    /// How long after its end a window may still be on its way before it is a gap.
    pub gap_grace: SignedDuration,
    /// How often a short answer is asked for again within a run.
    pub short_answer_retries: u32,
    /// How much earlier than the end of a window the source may have made its response, by its own clock.
    pub source_clock_tolerance: SignedDuration,
    /// From which difference on between the POS's clock and ours it is reported.
    pub clock_drift_max: SignedDuration,
    /// How often the start or end of a run is written again where the database refuses it.
    pub write_retries: u32,
    /// How long to wait before that.
    pub write_retry_pause: Duration,
    /// Days that one recovery may span.
    pub recovery_days_max: u32,
    /// Days that one extraction may span.
    pub extract_days_max: u32,
    /// Days before today of which the first may be asked for.
    pub past_days_max: u32,
    /// How plans are reckoned and run.
    pub plans: PlanSettings,
    /// What is tried again by itself.
    pub retries: RetrySettings,
    /// How long after the end of a half hour its sales are to be there.
    pub sla: SignedDuration,
    /// Characters of a text that somebody writes: a note, a name.
    pub written_characters_max: usize,
    /// From which age on the last snapshot of a warehouse is stale.
    pub stock_age_max: SignedDuration,
    /// Days ahead of which the preview of another calendar shows what it changes.
    pub calendar_days_ahead: u32,
    /// How long an ended batch is still listed with those in progress.
    pub progress_shown: SignedDuration,
    /// The longest that a schedule sleeps: a machine that was suspended, or whose clock was set, is noticed within it.
    pub nap_max: Duration,
    /// How far late sales are looked for.
    pub look_back: LookBackSettings,
    /// From when on an answer is doubted for the lines that it would take away.
    pub loss_limits: LossLimits,
    /// From when on failures of live half hours are an incident.
    pub incident_limits: IncidentLimits,
    /// How long an answer of the POS to whether it is there counts for everybody.
    pub probe_interval: Duration,
    /// How often the queue in the database is compared with what this process knows of it.
    pub queue_check_interval: Duration,
    /// What estimates of missing sales rest on.
    pub value_rules: ValueRules,
    /// Invoice numbers in a row that may be missing; more are a jump, which a register may have made by itself.
    pub sequence_jump_max: u64,
    /// Days, the last of the requested range, in which invoice numbers are compared.
    pub sequence_days_max: u32,
    /// Days that a register may rest and still be compared with what it made before.
    pub sequence_reach_days: u32,
    /// Stores whose invoice numbers are not compared.
    pub sequence_exempt: Vec<BranchId>,
    /// Registers whose invoice numbers are not compared.
    pub sequence_exempt_registers: Vec<(BranchId, String)>,
    /// For how long what proves nothing any more is kept.
    pub retention: RetentionSettings,
    /// How much of what use cases answer is kept.
    pub answer_cache: CacheLimits,
    /// Copies of the database.
    pub backups: BackupSettings,
    /// Notices to people who are not looking.
    pub notices: NoticeSettings,
    /// Limits of signing in.
    pub access: AccessSettings,
    /// The name of this machine, stored with each run.
    pub host: String,
    /// What this process does where others share the database.
    pub processes: ProcessSettings,
}

/// What a process does of what there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessRole {
    /// Pages and REST.
    Web,
    /// Runs, schedules and notices.
    Worker,
    /// Both.
    #[default]
    All,
}

impl ProcessRole {
    /// Every role.
    pub const ALL: &[Self] = &[Self::Web, Self::Worker, Self::All];

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == name)
    }

    /// Its name in the setting `KLK_ROL`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Worker => "trabajador",
            Self::All => "todo",
        }
    }
}

/// How a process takes part where several share a database.
#[derive(Clone, Debug)]
pub struct ProcessSettings {
    /// What it does.
    pub role: ProcessRole,
    /// Whether it may fire schedules and look after what belongs to nobody; a command must not keep a server from it.
    pub may_lead: bool,
    /// How long a process that does not renew its lease is still waited for.
    pub lease: Duration,
    /// The version of the program, for people.
    pub version: String,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self { role: ProcessRole::default(), may_lead: true, lease: Duration::from_secs(20), version: String::new() }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            mode: EngineMode::Work,
            workers: 4,
            workers_per_branch: 1,
            scheduler: true,
            schedules: ScheduleSettings::default(),
            queue_max: 50_000,
            live_streak_max: 4,
            run_logs_max: 256,
            saved_views_max: 30,
            gap_grace: SignedDuration::from_mins(15),
            short_answer_retries: 1,
            source_clock_tolerance: SignedDuration::from_secs(60),
            clock_drift_max: SignedDuration::from_secs(120),
            write_retries: 60,
            write_retry_pause: Duration::from_secs(5),
            recovery_days_max: 31,
            extract_days_max: 366,
            past_days_max: 3660,
            plans: PlanSettings::default(),
            retries: RetrySettings::default(),
            sla: SignedDuration::from_mins(30),
            written_characters_max: 500,
            stock_age_max: SignedDuration::from_mins(75),
            calendar_days_ahead: 60,
            progress_shown: SignedDuration::from_mins(10),
            nap_max: Duration::from_secs(20),
            look_back: LookBackSettings::default(),
            loss_limits: LossLimits::default(),
            incident_limits: IncidentLimits::default(),
            probe_interval: Duration::from_secs(30),
            queue_check_interval: Duration::from_secs(15),
            value_rules: ValueRules::default(),
            sequence_jump_max: 500,
            sequence_days_max: 35,
            sequence_reach_days: 15,
            sequence_exempt: Vec::new(),
            sequence_exempt_registers: Vec::new(),
            retention: RetentionSettings::default(),
            answer_cache: CacheLimits::default(),
            backups: BackupSettings::default(),
            notices: NoticeSettings::default(),
            access: AccessSettings::default(),
            host: "localhost".to_owned(),
            processes: ProcessSettings::default(),
        }
    }
}

impl EngineSettings {
    /// Whether the invoice numbers of a register are compared.
    pub(crate) fn compares_numbers_of(&self, branch: &BranchId, register: &str) -> bool {
        let is_exempt = |(store, exempt): &(BranchId, String)| store == branch && exempt == register;
        !self.sequence_exempt.contains(branch) && !self.sequence_exempt_registers.iter().any(is_exempt)
    }
}

/// How plans are reckoned and run.
#[derive(Clone, Copy, Debug)]
pub struct PlanSettings {
    /// Runs at once that minutes are reckoned with; a command that only looks has no workers of its own.
    pub workers: usize,
    /// Weeks that expected lines and minutes are reckoned from.
    pub history_weeks: u32,
    /// Days after which a plan that was shown and not started is forgotten.
    pub proposal_days: u32,
    /// When a plan is stopped.
    pub breaker: BreakerLimits,
    /// How long a branch rests between two windows of recoveries.
    pub pace: Pace,
    /// How often a window of a plan or of a comparison that the end of a process interrupted is queued anew.
    pub interruptions_max: u32,
    /// Periods that one request may name.
    pub periods_max: usize,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            history_weeks: 8,
            proposal_days: 7,
            breaker: BreakerLimits { per_branch: 5, overall: 15 },
            pace: Pace { percent: 50, longest: Duration::from_secs(10) },
            interruptions_max: 5,
            periods_max: 1000,
        }
    }
}

/// How late sales are looked for, each night.
#[derive(Clone, Copy, Debug)]
pub struct LookBackSettings {
    /// Days back, yesterday included; none with less than 2.
    pub days: u32,
    /// Between two requests.
    pub pause: Duration,
}

impl Default for LookBackSettings {
    fn default() -> Self {
        Self { days: 7, pause: Duration::from_secs(5) }
    }
}

/// For how long what proves nothing any more is kept.
#[derive(Clone, Copy, Debug)]
pub struct RetentionSettings {
    /// Days that a firing of a schedule is kept, to explain why a window has no run.
    pub firings_days: u32,
    /// Days that a run which failed is kept once its window is covered; 0 for ever.
    pub runs_days: u32,
    /// Days that changes of stock are kept, but for the last before them; 0 for ever.
    pub stock_days: u32,
    /// Rows that one write deletes at most.
    pub piece_rows: usize,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { firings_days: 400, runs_days: 0, stock_days: 0, piece_rows: 10_000 }
    }
}

/// What is tried again by itself.
#[derive(Clone, Copy, Debug)]
pub struct RetrySettings {
    /// Whether anything is.
    pub is_on: bool,
    /// Waits, and how many windows a day.
    pub policy: RetryPolicy,
    /// How many days back.
    pub days: u32,
    /// How long from one look to the next; the first comes that long after the start.
    pub look_interval: SignedDuration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            is_on: false,
            policy: RetryPolicy {
                first_wait: SignedDuration::from_mins(15),
                longest_wait: SignedDuration::from_hours(12),
                windows_a_day: 200,
            },
            days: 7,
            look_interval: SignedDuration::from_mins(5),
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

impl ScheduleSettings {
    pub(crate) fn expression(&self, kind: ScheduleKind) -> &str {
        match kind {
            ScheduleKind::Sales => &self.sales,
            ScheduleKind::Inventory => &self.inventory,
            ScheduleKind::Reconciliation => &self.reconciliation,
        }
    }
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
