//! The settings of klk: klk.toml and variables of the environment, checked as a whole, so that everything wrong is said
//! at once and before any work begins.

mod access;
mod backups;
pub mod branch_file;
pub mod branches;
mod database_limits;
mod engine_limits;
mod http;
mod nearest;
mod notices;
mod plans;
mod processes;
mod sentry;
mod sign_on;
mod source;
pub mod variable;
pub mod variables;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use engine::{AccessSettings, BackupSettings, NoticeSettings, ProcessSettings};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use warehouse::{Place, PostgresSettings};

pub use access::PublicAddress;
use branch_file::{BranchEntry, ExceptionEntry};
pub use database_limits::DatabaseLimits;
pub use engine_limits::EngineLimits;
pub use http::HttpSettings;
pub use sentry::{SentrySettings, TunnelSettings};
pub use sign_on::{AttemptLimits, SignOnSettings};
use source::{BRANCHES_KEY, HOLIDAYS_KEY};
pub use source::{Origin, Source};
use variable::Variable;

/// The file that is read where none is named, if it exists.
pub const DEFAULT_FILE: &str = "klk.toml";

/// Beside which file copies would be where the database is on a server: none are made there.
const FILE_BESIDE_WHICH: &str = "data/klk.duckdb";

/// Every setting, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How to reach the POS.
    pub client: klk::ClientConfig,
    /// The database file; of a server its address without a password, to be shown.
    pub database: PathBuf,
    /// The server that the database is on; None of a file.
    pub postgres: Option<PostgresSettings>,
    /// What this process does where others share the database.
    pub processes: ProcessSettings,
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
    /// Where the database is.
    pub fn place(&self) -> Place {
        match &self.postgres {
            Some(server) => Place::Postgres(server.clone()),
            None => Place::File(self.database.clone()),
        }
    }

    /// Whether there is a database to read: a server has one, or says why not.
    pub fn has_database(&self) -> bool {
        self.postgres.is_some() || self.database.exists()
    }

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
        let http = HttpSettings::read(source);
        let engine = EngineLimits::read(source);
        let branches: Vec<BranchEntry> = source.entries(BRANCHES_KEY);
        let holidays: Vec<ExceptionEntry> = source.entries(HOLIDAYS_KEY);
        if let Some(zone) = &zone {
            source.problems.extend(branch_file::problems(&branches, &holidays, zone));
        }
        let database_limits = DatabaseLimits::read(source);
        let access = access::limits(source);
        let sign_on = sign_on::read(source, http.as_ref().and_then(|http| http.public.url.as_ref()));
        let database = source.text(&DATABASE);
        let postgres = PostgresSettings::is_address(&database).then(|| PostgresSettings { address: database.clone() });
        let file = PathBuf::from(if postgres.is_some() { FILE_BESIDE_WHICH } else { &database });
        let mut backups = backups::read(source, &file);
        if postgres.is_some() {
            // A server is copied by its own tools.
            backups.at = None;
        }
        let database = postgres.as_ref().map_or(file, |server| PathBuf::from(server.shown()));
        let processes = processes::read(source);
        let public_url = source.optional_text(&variables::PUBLIC_URL);
        let notices = notices::read(source, public_url);
        let metrics_token = metrics_token(source);
        let shutdown_limit = seconds(source, &SHUTDOWN_SECONDS);
        let log_filter = log_filter(source, &LOG);
        let log_json = source.choice(&LOG_FORMAT) == "json";
        let sentry = SentrySettings::read(source);
        let discover_branches = source.switch(&DISCOVER_BRANCHES);
        Some(Self {
            client: client?,
            database,
            postgres,
            processes,
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
            log_filter,
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
    let header = source.text(&API_KEY_HEADER);
    if HeaderName::try_from(&header).is_err() {
        source.add_problem(&API_KEY_HEADER, &format!("'{header}' no es una cabecera HTTP; escriba x-api-key"));
    }
    let key = source.optional_text(&API_KEY);
    if key.as_deref().is_some_and(|key| HeaderValue::from_str(key).is_err()) {
        source.add_problem(&API_KEY, "tiene caracteres que no se pueden enviar en una cabecera HTTP");
    }
    let limits = klk::ClientConfig {
        api_key: key.map(SecretString::from),
        api_key_header: header,
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

/// One that could be guessed is refused.
fn metrics_token(source: &mut Source) -> Option<SecretString> {
    const CHARACTERS_MIN: usize = 16;
    let token = source.optional_text(&variables::METRICS_TOKEN)?;
    if token.chars().count() < CHARACTERS_MIN {
        source.add_problem(&variables::METRICS_TOKEN, &format!("debe tener {CHARACTERS_MIN} caracteres o más"));
    }
    Some(SecretString::from(token))
}

fn log_filter(source: &mut Source, variable: &Variable) -> Option<String> {
    let text = source.optional_text(variable)?;
    match crate::log_filter::parse(&text) {
        Ok(_) => Some(text),
        Err(reason) => {
            source.add_problem(variable, &reason);
            None
        }
    }
}

fn zone(source: &mut Source, variable: &Variable) -> Option<TimeZone> {
    let name = source.text(variable);
    match TimeZone::get(&name) {
        Ok(zone) => Some(zone),
        Err(_) => {
            source.add_problem(variable, &format!("'{name}' no es una zona horaria (America/Caracas)"));
            None
        }
    }
}

fn seconds(source: &mut Source, variable: &Variable) -> Duration {
    Duration::from_secs(source.number(variable))
}

fn count(source: &mut Source, variable: &Variable) -> u32 {
    u32::try_from(source.number(variable)).unwrap_or(u32::MAX)
}

fn size(source: &mut Source, variable: &Variable) -> usize {
    usize::try_from(source.number(variable)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
