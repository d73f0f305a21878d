//! The settings of klk: klk.toml and variables of the environment, checked as a whole, so that everything wrong is said
//! at once and before any work begins.

mod access;
mod backups;
pub mod branch_file;
pub mod branches;
mod nearest;
mod notices;
mod plans;
mod sentry;
mod sign_on;
mod source;
pub mod variable;
pub mod variables;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::accept::ConnectionLimits;
use domain::BranchId;
use domain::incident::IncidentLimits;
use domain::loss::LossLimits;
use domain::value::ValueRules;
use engine::{
    AccessSettings, BackupSettings, CacheLimits, LookBackSettings, NoticeSettings, PlanSettings, RetrySettings,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::SecretString;

pub use access::PublicAddress;
use branch_file::{BranchEntry, ExceptionEntry};
pub use sentry::{SentrySettings, TunnelSettings};
pub use sign_on::{AttemptLimits, SignOnSettings};
use source::{BRANCHES_KEY, HOLIDAYS_KEY};
pub use source::{Origin, Source};
use variable::Variable;

/// The file that is read where none is named, if it exists.
pub const DEFAULT_FILE: &str = "klk.toml";

/// Every setting, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How to reach the POS.
    pub client: klk::ClientConfig,
    /// The database file.
    pub database: PathBuf,
    /// What the database may use.
    pub database_limits: DatabaseLimits,
    /// What the engine may do at once, and when.
    pub engine: EngineLimits,
    /// The HTTP server.
    pub http: HttpSettings,
    /// How long work may take to end when the process is asked to.
    pub shutdown_limit: Duration,
    /// A running server to speak to.
    pub server: Option<String>,
    /// What commands present to it.
    pub api_token: Option<SecretString>,
    /// Limits of signing in.
    pub access: AccessSettings,
    /// Signing in by a provider of identities, where one is configured.
    pub sign_on: Option<SignOnSettings>,
    /// Copies of the database.
    pub backups: BackupSettings,
    /// Notices to people who are not looking.
    pub notices: NoticeSettings,
    /// With what somebody may scrape metrics; None where nobody may.
    pub metrics_token: Option<SecretString>,
    /// What is logged; None leaves it to the command.
    pub log_filter: Option<String>,
    /// Whether the log is lines of JSON.
    pub log_json: bool,
    /// Sentry.
    pub sentry: SentrySettings,
    /// The stores of klk.toml; empty where it has none.
    pub branches: Vec<BranchEntry>,
    /// The first day of stores that name none; only the demo has one.
    pub first_day: Option<Date>,
    /// Days on which every store differs from its week.
    pub holidays: Vec<ExceptionEntry>,
    /// Whether to ask the POS for its stores where klk.toml has none.
    pub discover_branches: bool,
    /// The zone of schedules and of stores that name none.
    pub zone: TimeZone,
}

/// What the database may use.
#[derive(Clone, Debug)]
pub struct DatabaseLimits {
    /// Connections that read.
    pub readers: usize,
    /// Writes that may wait.
    pub writes_waiting_max: usize,
    /// Writes of runs in one transaction.
    pub writes_together_max: usize,
    /// Of the log, before it is merged.
    pub log_bytes_max: u64,
    /// Memory, in DuckDB's notation.
    pub memory_max: Option<String>,
    /// Threads; None leaves it to DuckDB.
    pub threads: Option<u32>,
}

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
    /// How often a short answer is asked for again.
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
    /// From when on an answer is doubted for the lines that it would take away.
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
    /// Days before today of which the first may be asked for.
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
    /// Days ahead of which the preview of another calendar tells what it changes.
    pub calendar_days_ahead: u32,
    /// Characters of a text that somebody writes.
    pub written_characters_max: usize,
}

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where it listens.
    pub address: SocketAddr,
    /// The largest body of a request.
    pub body_bytes_max: usize,
    /// The longest that an answer may take.
    pub request_timeout: Duration,
    /// Streams of events at once.
    pub event_streams_max: usize,
    /// Streams of events at once of one address.
    pub event_streams_of_peer_max: usize,
    /// Rows that a list may have as a file.
    pub export_rows_max: usize,
    /// How often a stream says that the server is there.
    pub event_heartbeat: Duration,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// Origins beside our own that may change something.
    pub trusted_origins: Vec<String>,
    /// From where the server may be asked.
    pub public: PublicAddress,
}

/// What was read, and what is to be said about it.
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Not wrong, but probably not what was meant.
    pub warnings: Vec<String>,
}

/// Settings that cannot be used; every problem is in it.
#[derive(Debug, thiserror::Error)]
#[error("la configuración no sirve:\n  {}", .problems.join("\n  "))]
pub struct InvalidSettings {
    /// A sentence each, in Spanish.
    pub problems: Vec<String>,
}

/// The variables of this process.
pub fn process_environment() -> HashMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// The file to read: the named one, or klk.toml where there is one.
pub fn file_to_read(named: Option<&Path>) -> Option<PathBuf> {
    let default = Path::new(DEFAULT_FILE);
    named.map(Path::to_owned).or_else(|| default.is_file().then(|| default.to_owned()))
}

impl Settings {
    /// Reads and checks everything.
    pub fn load(source: &mut Source) -> Result<Loaded, InvalidSettings> {
        let settings = Self::read(source);
        let warnings = source.unknown_variables();
        match settings {
            Some(settings) if source.problems.is_empty() => Ok(Loaded { settings, warnings }),
            _ => Err(InvalidSettings { problems: source.problems.clone() }),
        }
    }

    fn read(source: &mut Source) -> Option<Self> {
        use variables::{API_TOKEN, DATABASE, DISCOVER_BRANCHES, LOG, LOG_FORMAT, SERVER, SHUTDOWN_SECONDS, ZONE};
        let zone = zone(source, &ZONE);
        let client = client(source);
        let http = http(source);
        let engine = engine_limits(source);
        let branches: Vec<BranchEntry> = source.entries(BRANCHES_KEY);
        let holidays: Vec<ExceptionEntry> = source.entries(HOLIDAYS_KEY);
        if let Some(zone) = &zone {
            source.problems.extend(branch_file::problems(&branches, &holidays, zone));
        }
        let database_limits = database_limits(source);
        let access = access::limits(source);
        let sign_on = sign_on::read(source, http.as_ref().and_then(|http| http.public.url.as_ref()));
        let database = PathBuf::from(source.text(&DATABASE));
        let backups = backups::read(source, &database);
        let public_url = source.optional_text(&variables::PUBLIC_URL);
        let notices = notices::read(source, public_url);
        let metrics_token = metrics_token(source);
        let shutdown_limit = seconds(source, &SHUTDOWN_SECONDS);
        let log_json = source.choice(&LOG_FORMAT) == "json";
        let sentry = SentrySettings::read(source);
        let discover_branches = source.switch(&DISCOVER_BRANCHES);
        Some(Self {
            client: client?,
            database,
            database_limits,
            engine,
            http: http?,
            shutdown_limit,
            server: source.optional_text(&SERVER),
            api_token: source.optional_text(&API_TOKEN).map(SecretString::from),
            access,
            sign_on,
            backups,
            notices,
            metrics_token,
            log_filter: source.optional_text(&LOG),
            log_json,
            sentry,
            branches,
            first_day: None,
            holidays,
            discover_branches,
            zone: zone?,
        })
    }
}

fn client(source: &mut Source) -> Option<klk::ClientConfig> {
    use variables::{
        ANSWER_BYTES_MAX, API_KEY, API_KEY_HEADER, BACKOFF_BASE_MILLISECONDS, BACKOFF_MAX_SECONDS, BASE_URL,
        RESPONSES_BYTES_MAX, RETRIES, TIMEOUT_ARTICLES_SECONDS, TIMEOUT_CONNECT_SECONDS, TIMEOUT_PROBE_SECONDS,
        TIMEOUT_SALES_SECONDS,
    };
    let base_url = source.parsed(&BASE_URL);
    let limits = klk::ClientConfig {
        api_key: source.optional_text(&API_KEY).map(SecretString::from),
        api_key_header: source.text(&API_KEY_HEADER),
        sales_timeout: seconds(source, &TIMEOUT_SALES_SECONDS),
        articles_timeout: seconds(source, &TIMEOUT_ARTICLES_SECONDS),
        connect_timeout: seconds(source, &TIMEOUT_CONNECT_SECONDS),
        probe_timeout: seconds(source, &TIMEOUT_PROBE_SECONDS),
        retries: count(source, &RETRIES),
        backoff_base: Duration::from_millis(source.number(&BACKOFF_BASE_MILLISECONDS)),
        backoff_max: seconds(source, &BACKOFF_MAX_SECONDS),
        body_bytes_max: size(source, &ANSWER_BYTES_MAX),
        responses_bytes_max: size(source, &RESPONSES_BYTES_MAX),
        ..klk::ClientConfig::new(base_url?)
    };
    Some(limits)
}

fn engine_limits(source: &mut Source) -> EngineLimits {
    use variables::{
        CALENDAR_DAYS_AHEAD, CLOCK_DRIFT_MAX_SECONDS, CRON_INVENTORY, CRON_RECONCILIATION, CRON_SALES,
        EXTRACT_DAYS_MAX, FIRINGS_KEPT_DAYS, GAP_GRACE_MINUTES, INCIDENT_FAILURES, INCIDENT_STORES_PERCENT,
        KEPT_ANSWERS_BYTES_MAX, KEPT_ANSWERS_LAG_MILLISECONDS, KEPT_ANSWERS_MAX, LIVE_STREAK_MAX, LOOK_BACK_DAYS,
        LOOK_BACK_PAUSE_SECONDS, LOSS_LINES_MIN, LOSS_PAUSE_MINUTES, LOSS_PERCENT_MAX, NEVER_EMPTY_LINES,
        NEVER_EMPTY_WEEKS, PAST_DAYS_MAX, PROBE_SECONDS, QUEUE_CHECK_SECONDS, QUEUE_MAX, RECOVERY_DAYS_MAX,
        RETENTION_PIECE_ROWS, RETENTION_RUNS_DAYS, RETENTION_STOCK_DAYS, RUN_LOGS_MAX, SAVED_VIEWS_MAX, SCHEDULER,
        SEQUENCE_DAYS_MAX, SEQUENCE_EXEMPT, SEQUENCE_EXEMPT_REGISTERS, SEQUENCE_JUMP_MAX, SEQUENCE_REACH_DAYS,
        SHORT_ANSWER_RETRIES, SLA_MINUTES, SOURCE_CLOCK_TOLERANCE_SECONDS, STOCK_AGE_MAX_MINUTES, VALUE_KNOWN_MIN,
        VALUE_WEEKS, WORKERS, WORKERS_PER_BRANCH, WRITE_RETRIES, WRITE_RETRY_PAUSE_SECONDS, WRITTEN_CHARACTERS_MAX,
    };
    // Read once: what is wrong with it is said once.
    let workers = size(source, &WORKERS);
    let exempt = source.optional_text(&SEQUENCE_EXEMPT).unwrap_or_default();
    EngineLimits {
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
            pause: jiff::SignedDuration::from_mins(i64::from(count(source, &LOSS_PAUSE_MINUTES))),
        },
        probe_interval: seconds(source, &PROBE_SECONDS),
        answer_cache: CacheLimits {
            answers_max: size(source, &KEPT_ANSWERS_MAX),
            bytes_max: size(source, &KEPT_ANSWERS_BYTES_MAX),
            lag_max: Duration::from_millis(source.number(&KEPT_ANSWERS_LAG_MILLISECONDS)),
        },
        queue_check_interval: seconds(source, &QUEUE_CHECK_SECONDS),
        recovery_days_max: count(source, &RECOVERY_DAYS_MAX),
        extract_days_max: count(source, &EXTRACT_DAYS_MAX),
        past_days_max: count(source, &PAST_DAYS_MAX),
        plans: plans::plans(source, workers),
        retries: plans::retries(source),
        scheduler: source.switch(&SCHEDULER),
        cron_sales: source.text(&CRON_SALES),
        cron_inventory: source.text(&CRON_INVENTORY),
        cron_reconciliation: source.text(&CRON_RECONCILIATION),
        gap_grace: Duration::from_secs(60 * source.number(&GAP_GRACE_MINUTES)),
        value_rules: ValueRules { weeks: count(source, &VALUE_WEEKS), known_min: count(source, &VALUE_KNOWN_MIN) },
        sequence_jump_max: source.number(&SEQUENCE_JUMP_MAX),
        sequence_days_max: count(source, &SEQUENCE_DAYS_MAX),
        sequence_reach_days: count(source, &SEQUENCE_REACH_DAYS),
        sequence_exempt_registers: exempt_registers(
            &source.optional_text(&SEQUENCE_EXEMPT_REGISTERS).unwrap_or_default(),
        ),
        sequence_exempt: exempt.split(',').map(str::trim).filter(|text| !text.is_empty()).map(BranchId::new).collect(),
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

fn database_limits(source: &mut Source) -> DatabaseLimits {
    use variables::{
        DATABASE_LOG_BYTES_MAX, DATABASE_MEMORY_MAX, DATABASE_THREADS, READERS, WRITES_TOGETHER_MAX, WRITES_WAITING_MAX,
    };
    DatabaseLimits {
        readers: size(source, &READERS),
        writes_waiting_max: size(source, &WRITES_WAITING_MAX),
        writes_together_max: size(source, &WRITES_TOGETHER_MAX),
        log_bytes_max: source.number(&DATABASE_LOG_BYTES_MAX),
        memory_max: source.optional_text(&DATABASE_MEMORY_MAX),
        threads: Some(count(source, &DATABASE_THREADS)).filter(|threads| *threads > 0),
    }
}

fn http(source: &mut Source) -> Option<HttpSettings> {
    use variables::{
        ADDRESS, BODY_BYTES_MAX, CONNECTIONS_MAX, CONNECTIONS_OF_PEER_MAX, EVENT_HEARTBEAT_SECONDS, EVENT_STREAMS_MAX,
        EVENT_STREAMS_OF_PEER_MAX, EXPORT_ROWS_MAX, HEAD_TIMEOUT_SECONDS, REQUEST_TIMEOUT_SECONDS, TRUSTED_ORIGINS,
    };
    let address = source.parsed(&ADDRESS);
    let origins = source.optional_text(&TRUSTED_ORIGINS).unwrap_or_default();
    Some(HttpSettings {
        body_bytes_max: size(source, &BODY_BYTES_MAX),
        request_timeout: seconds(source, &REQUEST_TIMEOUT_SECONDS),
        event_streams_max: size(source, &EVENT_STREAMS_MAX),
        event_streams_of_peer_max: size(source, &EVENT_STREAMS_OF_PEER_MAX),
        export_rows_max: size(source, &EXPORT_ROWS_MAX),
        event_heartbeat: seconds(source, &EVENT_HEARTBEAT_SECONDS),
        connections: ConnectionLimits {
            connections_max: size(source, &CONNECTIONS_MAX),
            of_peer_max: size(source, &CONNECTIONS_OF_PEER_MAX),
            head_timeout: seconds(source, &HEAD_TIMEOUT_SECONDS),
        },
        public: PublicAddress::read(source),
        trusted_origins: origins.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        address: address?,
    })
}

/// One that could be guessed is refused.
fn metrics_token(source: &mut Source) -> Option<SecretString> {
    const CHARACTERS_MIN: usize = 16;
    let token = source.optional_text(&variables::METRICS_TOKEN)?;
    if token.chars().count() < CHARACTERS_MIN {
        let name = variables::METRICS_TOKEN.name;
        source.problems.push(format!("{name}: debe tener {CHARACTERS_MIN} caracteres o más"));
    }
    Some(SecretString::from(token))
}

fn zone(source: &mut Source, variable: &Variable) -> Option<TimeZone> {
    let name = source.text(variable);
    match TimeZone::get(&name) {
        Ok(zone) => Some(zone),
        Err(_) => {
            source.problems.push(format!("{}: '{name}' no es una zona horaria (America/Caracas)", variable.name));
            None
        }
    }
}

fn seconds(source: &mut Source, variable: &Variable) -> Duration {
    Duration::from_secs(source.number(variable))
}

/// `tienda_01/C10-03`, separated by commas. A part without a slash names no register.
fn exempt_registers(listed: &str) -> Vec<(BranchId, String)> {
    let one = |text: &str| {
        let (branch, register) = text.trim().split_once('/')?;
        Some((BranchId::new(branch.trim()), register.trim().to_owned()))
    };
    listed.split(',').filter_map(one).collect()
}

fn count(source: &mut Source, variable: &Variable) -> u32 {
    u32::try_from(source.number(variable)).unwrap_or(u32::MAX)
}

fn size(source: &mut Source, variable: &Variable) -> usize {
    usize::try_from(source.number(variable)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
