//! What the engine may do at once, when, and what it believes.

use std::time::Duration;

use domain::BranchId;
use domain::incident::IncidentLimits;
use domain::loss::LossLimits;
use domain::value::ValueRules;
use engine::schedule::{Schedule, ScheduleKind};
use engine::{CacheLimits, LookBackSettings, PlanSettings, RetrySettings};
use jiff::tz::TimeZone;

use super::access::list;
use super::source::Source;
use super::variable::Variable;
use super::{count, plans, seconds, size, variables};

/// What the engine may do at once, and when.
#[derive(Clone, Debug)]
pub struct EngineLimits {
    /// Runs at once.
    pub workers: usize,
    /// Runs of one branch at once.
    pub workers_per_branch: usize,
    /// Runs that may wait.
    pub queue_max: usize,
    /// Live windows in a row after which a waiting recovery goes first.
    pub live_streak_max: u32,
    /// Views that one person may keep.
    pub saved_views_max: usize,
    /// Runs whose steps are kept.
    pub run_logs_max: usize,
    /// How often a short response is requested again.
    pub short_answer_retries: u32,
    /// How much earlier than a window's end the source may have made its response.
    pub source_clock_tolerance: Duration,
    /// From which difference between the POS's clock and ours on it is reported.
    pub clock_drift_max: Duration,
    /// How often the start or end of a run is stored again that the database refused.
    pub write_retries: u32,
    /// The pause before each.
    pub write_retry_pause: Duration,
    /// How late sales are looked for.
    pub look_back: LookBackSettings,
    /// From when on failures of live half hours are an incident.
    pub incident_limits: IncidentLimits,
    /// From when on a response is doubted for the lines that it would take away.
    pub loss_limits: LossLimits,
    /// How long an answer of the POS to whether it is there counts for everybody.
    pub probe_interval: Duration,
    /// How much of what use cases answer is kept.
    pub answer_cache: CacheLimits,
    /// How often the queue in the database is compared with what the process knows of it.
    pub queue_check_interval: Duration,
    /// Days that one recovery may span.
    pub recovery_days_max: u32,
    /// Days that one extraction may span.
    pub extract_days_max: u32,
    /// How many days before today may be requested.
    pub past_days_max: u32,
    /// How plans are reckoned and run.
    pub plans: PlanSettings,
    /// What is tried again by itself.
    pub retries: RetrySettings,
    /// Whether schedules fire.
    pub scheduler: bool,
    /// When the last half hour of sales is extracted.
    pub cron_sales: String,
    /// When stock is extracted.
    pub cron_inventory: String,
    /// When the day before is compared with the source.
    pub cron_reconciliation: String,
    /// How long after its end a window is not a gap yet.
    pub gap_grace: Duration,
    /// What estimates of missing sales rest on.
    pub value_rules: ValueRules,
    /// Invoice numbers in a row that may be missing before it is a jump.
    pub sequence_jump_max: u64,
    /// Days in which invoice numbers are compared.
    pub sequence_days_max: u32,
    /// Days that a register may rest and still be compared with what it made before.
    pub sequence_reach_days: u32,
    /// Stores whose invoice numbers are not compared.
    pub sequence_exempt: Vec<BranchId>,
    /// Registers whose invoice numbers are not compared.
    pub sequence_exempt_registers: Vec<(BranchId, String)>,
    /// How long after the end of a half hour its sales are to be there.
    pub sla: Duration,
    /// For how long what proves nothing any more is kept.
    pub retention: engine::RetentionSettings,
    /// From which age on the stock of a warehouse is stale.
    pub stock_age_max: Duration,
    /// Days ahead that the preview of a changed calendar covers.
    pub calendar_days_ahead: u32,
    /// Characters of a reason or note.
    pub written_characters_max: usize,
}

impl EngineLimits {
    pub(super) fn read(source: &mut Source) -> Self {
        use variables::{
            CALENDAR_DAYS_AHEAD, CLOCK_DRIFT_MAX_SECONDS, CRON_INVENTORY, CRON_RECONCILIATION, CRON_SALES,
            EXTRACT_DAYS_MAX, FEW_LINES_MAX, FEW_LINES_PERCENT, FIRINGS_KEPT_DAYS, GAP_GRACE_MINUTES,
            INCIDENT_FAILURES, INCIDENT_STORES_PERCENT, KEPT_ANSWERS_BYTES_MAX, KEPT_ANSWERS_LAG_MAX_MILLISECONDS,
            KEPT_ANSWERS_LAG_MILLISECONDS, KEPT_ANSWERS_MAX, LIVE_STREAK_MAX, LOOK_BACK_DAYS, LOOK_BACK_PAUSE_SECONDS,
            LOSS_LINES_MIN, LOSS_PAUSE_MINUTES, LOSS_PERCENT_MAX, NEVER_EMPTY_LINES, NEVER_EMPTY_WEEKS, PAST_DAYS_MAX,
            PROBE_SECONDS, QUEUE_CHECK_SECONDS, QUEUE_MAX, RECOVERY_DAYS_MAX, RETENTION_PIECE_ROWS,
            RETENTION_RUNS_DAYS, RETENTION_STOCK_DAYS, RUN_LOGS_MAX, SAVED_VIEWS_MAX, SCHEDULER, SEQUENCE_DAYS_MAX,
            SEQUENCE_EXEMPT, SEQUENCE_EXEMPT_REGISTERS, SEQUENCE_JUMP_MAX, SEQUENCE_REACH_DAYS, SHORT_ANSWER_RETRIES,
            SLA_MINUTES, SOURCE_CLOCK_TOLERANCE_SECONDS, STOCK_AGE_MAX_MINUTES, VALUE_KNOWN_MIN, VALUE_WEEKS, WORKERS,
            WORKERS_PER_BRANCH, WRITE_RETRIES, WRITE_RETRY_PAUSE_SECONDS, WRITTEN_CHARACTERS_MAX,
        };
        // Read once: what is wrong with it is said once.
        let workers = size(source, &WORKERS);
        let exempt = source.optional_text(&SEQUENCE_EXEMPT).unwrap_or_default();
        Self {
            workers,
            workers_per_branch: size(source, &WORKERS_PER_BRANCH),
            queue_max: size(source, &QUEUE_MAX),
            live_streak_max: count(source, &LIVE_STREAK_MAX),
            run_logs_max: size(source, &RUN_LOGS_MAX),
            saved_views_max: size(source, &SAVED_VIEWS_MAX),
            short_answer_retries: count(source, &SHORT_ANSWER_RETRIES),
            source_clock_tolerance: seconds(source, &SOURCE_CLOCK_TOLERANCE_SECONDS),
            clock_drift_max: seconds(source, &CLOCK_DRIFT_MAX_SECONDS),
            write_retries: count(source, &WRITE_RETRIES),
            write_retry_pause: seconds(source, &WRITE_RETRY_PAUSE_SECONDS),
            look_back: LookBackSettings {
                days: count(source, &LOOK_BACK_DAYS),
                pause: seconds(source, &LOOK_BACK_PAUSE_SECONDS),
            },
            incident_limits: IncidentLimits {
                store_failures: count(source, &INCIDENT_FAILURES),
                stores_percent: count(source, &INCIDENT_STORES_PERCENT),
            },
            loss_limits: LossLimits {
                percent_max: count(source, &LOSS_PERCENT_MAX),
                lines_min: source.number(&LOSS_LINES_MIN),
                never_empty_weeks: count(source, &NEVER_EMPTY_WEEKS),
                never_empty_lines: source.number(&NEVER_EMPTY_LINES),
                few_lines_percent: count(source, &FEW_LINES_PERCENT),
                few_lines_max: source.number(&FEW_LINES_MAX),
                pause: jiff::SignedDuration::from_mins(i64::from(count(source, &LOSS_PAUSE_MINUTES))),
            },
            probe_interval: seconds(source, &PROBE_SECONDS),
            answer_cache: CacheLimits {
                answers_max: size(source, &KEPT_ANSWERS_MAX),
                bytes_max: size(source, &KEPT_ANSWERS_BYTES_MAX),
                lag: Duration::from_millis(source.number(&KEPT_ANSWERS_LAG_MILLISECONDS)),
                lag_max: Duration::from_millis(source.number(&KEPT_ANSWERS_LAG_MAX_MILLISECONDS)),
            },
            queue_check_interval: seconds(source, &QUEUE_CHECK_SECONDS),
            recovery_days_max: count(source, &RECOVERY_DAYS_MAX),
            extract_days_max: count(source, &EXTRACT_DAYS_MAX),
            past_days_max: count(source, &PAST_DAYS_MAX),
            plans: plans::plans(source, workers),
            retries: plans::retries(source),
            scheduler: source.switch(&SCHEDULER),
            cron_sales: cron(source, &CRON_SALES, ScheduleKind::Sales),
            cron_inventory: cron(source, &CRON_INVENTORY, ScheduleKind::Inventory),
            cron_reconciliation: cron(source, &CRON_RECONCILIATION, ScheduleKind::Reconciliation),
            gap_grace: Duration::from_secs(60 * source.number(&GAP_GRACE_MINUTES)),
            value_rules: ValueRules { weeks: count(source, &VALUE_WEEKS), known_min: count(source, &VALUE_KNOWN_MIN) },
            sequence_jump_max: source.number(&SEQUENCE_JUMP_MAX),
            sequence_days_max: count(source, &SEQUENCE_DAYS_MAX),
            sequence_reach_days: count(source, &SEQUENCE_REACH_DAYS),
            sequence_exempt_registers: exempt_registers(source, &SEQUENCE_EXEMPT_REGISTERS),
            sequence_exempt: exempt
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(BranchId::new)
                .collect(),
            sla: Duration::from_secs(60 * source.number(&SLA_MINUTES)),
            retention: engine::RetentionSettings {
                firings_days: count(source, &FIRINGS_KEPT_DAYS),
                runs_days: count(source, &RETENTION_RUNS_DAYS),
                stock_days: count(source, &RETENTION_STOCK_DAYS),
                piece_rows: size(source, &RETENTION_PIECE_ROWS),
            },
            stock_age_max: Duration::from_secs(60 * source.number(&STOCK_AGE_MAX_MINUTES)),
            calendar_days_ahead: count(source, &CALENDAR_DAYS_AHEAD),
            written_characters_max: size(source, &WRITTEN_CHARACTERS_MAX),
        }
    }
}

/// `tienda_01/C10-03`, separated by commas.
fn exempt_registers(source: &mut Source, variable: &Variable) -> Vec<(BranchId, String)> {
    let mut registers = Vec::new();
    for text in list(source.optional_text(variable)) {
        match text.split_once('/').map(|(branch, register)| (branch.trim(), register.trim())) {
            Some((branch, register)) if !branch.is_empty() && !register.is_empty() => {
                registers.push((BranchId::new(branch), register.to_owned()));
            }
            _ => source.add_problem(variable, &format!("'{text}' no es una caja; escriba tienda_01/C10-03")),
        }
    }
    registers
}

/// When something is extracted, as the engine will read it.
fn cron(source: &mut Source, variable: &Variable, kind: ScheduleKind) -> String {
    let text = source.text(variable);
    if Schedule::new(kind, &text, TimeZone::UTC).is_err() {
        let usual = variable.default_text().unwrap_or_default();
        source.add_problem(
            variable,
            &format!(
                "'{text}' no es una expresión cron; escriba minuto, hora, día, mes y día de la semana, como {usual}"
            ),
        );
    }
    text
}
