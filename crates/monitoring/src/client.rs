//! Starting and stopping, and the handle that everything else is reached through.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sentry::protocol::{Log, TraceId};
use sentry::types::Dsn;
use sentry::{Client, ClientOptions, Hub};

use crate::check_in::CheckIn;
use crate::cron_monitor::CronMonitor;
use crate::delivery::status::MonitoringStatus;
use crate::delivery::{Delivery, DeliverySettings};
use crate::etl::monitor::EtlMonitor;
use crate::etl::request::RequestSpan;
use crate::etl::run_info::EtlRunInfo;
use crate::limits;
use crate::links::SentryLinks;
use crate::query::{DatabaseSystem, QuerySpan};
use crate::sampling::{DEFAULT_SAMPLE_RATE, sampler};
use crate::scrub::Scrubber;
use crate::settings::{MonitoringSettings, SettingsWarning};
use crate::shared::Shared;
use crate::trace::TraceHeaders;

/// How long a shutdown goes on sending. One request may outlive it, by `send_timeout`; the rest goes to the outbox.
const SHUTDOWN_SENDING: Duration = Duration::from_millis(2500);

/// Sentry's keys have 32.
const DSN_KEY_CHARACTERS_MIN: usize = 16;

/// Our crates: what a stack trace shows first.
const OUR_CRATES: [&str; 7] = ["app", "domain", "engine", "klk", "monitoring", "server", "warehouse"];

/// The handle that everything is reached through. Clones are the same; without a DSN it does nothing.
#[derive(Clone, Default)]
pub struct Monitoring {
    pub(crate) shared: Option<Arc<Shared>>,
}

/// What [`init`] gives.
pub struct Started {
    /// The handle.
    pub monitoring: Monitoring,
    /// To be held until the process ends.
    pub guard: MonitoringGuard,
    /// What in the settings could not be used as it is; to be logged.
    pub warnings: Vec<SettingsWarning>,
}

/// Stops monitoring when it is dropped: sends what is queued, keeps what cannot be sent, within 5 seconds.
#[must_use = "monitoring stops when its guard is dropped"]
pub struct MonitoringGuard {
    shared: Option<Arc<Shared>>,
}

/// Starts monitoring. To be called once, first, on the main thread: threads that exist already do not see it.
///
/// Nothing in the settings stops the program: what cannot be used is left out and named in the warnings.
pub fn init(settings: MonitoringSettings) -> Started {
    let mut warnings = Vec::new();
    let shared = start(&settings, &mut warnings).map(Arc::new);
    if let Some(shared) = &shared {
        Hub::current().bind_client(Some(Arc::clone(&shared.client)));
    }
    Started { monitoring: Monitoring { shared: shared.clone() }, guard: MonitoringGuard { shared }, warnings }
}

fn start(settings: &MonitoringSettings, warnings: &mut Vec<SettingsWarning>) -> Option<Shared> {
    let dsn_text = settings.dsn.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    let dsn = Dsn::from_str(dsn_text)
        .map_err(|error| warnings.push(SettingsWarning::InvalidDsn { reason: error.to_string() }))
        .ok()?;
    let environment = environment(settings, warnings);
    let sampler = sampler(&environment, sample_rate(settings, warnings));
    let mut options = ClientOptions::new()
        .release(limits::release(&settings.release))
        .environment(environment)
        .send_default_pii(false)
        .in_app_include(OUR_CRATES)
        .traces_sampler(sampler)
        .before_send_log(with_scope_tags);
    options.dsn = Some(dsn.clone());

    let scrubber = Arc::new(Scrubber::new(secrets(settings, &dsn), &settings.private_headers));
    let delivery_settings = DeliverySettings {
        url: dsn.envelope_api_url().to_string(),
        auth: dsn.to_auth(Some(&options.user_agent)).to_string(),
        host: dsn.host().to_owned(),
        scrubber: Arc::clone(&scrubber),
        settings,
    };
    let (delivery, warning) = Delivery::start(delivery_settings)
        .map_err(|error| warnings.push(SettingsWarning::NoThread { reason: error.to_string() }))
        .ok()?;
    warnings.extend(warning);
    let client = Arc::new(Client::with_options(sentry::apply_defaults(options.transport(Arc::clone(&delivery)))));
    Some(Shared {
        hub: Arc::new(Hub::new(Some(Arc::clone(&client)), Arc::default())),
        client,
        delivery,
        scrubber,
        links: settings.web.as_ref().map(SentryLinks::new),
        slow_query_limit: settings.slow_query_limit,
        wall_clock: Arc::clone(&settings.wall_clock),
    })
}

fn environment(settings: &MonitoringSettings, warnings: &mut Vec<SettingsWarning>) -> Cow<'static, str> {
    let given = settings.environment.trim();
    let used = limits::environment(given).unwrap_or_else(|| "production".to_owned());
    if used != given {
        warnings.push(SettingsWarning::InvalidEnvironment { given: given.to_owned(), used: used.clone() });
    }
    Cow::Owned(used)
}

fn sample_rate(settings: &MonitoringSettings, warnings: &mut Vec<SettingsWarning>) -> f32 {
    match settings.traces_sample_rate {
        None => DEFAULT_SAMPLE_RATE,
        Some(rate) if (0.0..=1.0).contains(&rate) => rate as f32,
        Some(rate) => {
            let used = DEFAULT_SAMPLE_RATE.to_string();
            warnings.push(SettingsWarning::InvalidSampleRate { given: rate.to_string(), used });
            DEFAULT_SAMPLE_RATE
        }
    }
}

/// The DSN's keys are secrets as well, wherever an error message may quote them; not those of local servers, which are
/// ordinary words.
fn secrets(settings: &MonitoringSettings, dsn: &Dsn) -> Vec<String> {
    let keys = [Some(dsn.public_key()), dsn.secret_key()];
    let keys = keys.into_iter().flatten().filter(|key| key.len() >= DSN_KEY_CHARACTERS_MIN);
    settings.known_secrets.iter().cloned().chain(keys.map(str::to_owned)).collect()
}

/// The SDK gives logs the trace of their scope but not its tags; the contract wants both.
fn with_scope_tags(mut log: Log) -> Option<Log> {
    let mut carrier = sentry::protocol::Transaction::new();
    Hub::current().configure_scope(|scope| scope.apply_to_transaction(&mut carrier));
    for (key, value) in carrier.tags {
        log.attributes.entry(key).or_insert_with(|| value.into());
    }
    Some(log)
}

impl fmt::Debug for Monitoring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Monitoring").field("is_enabled", &self.is_enabled()).finish()
    }
}

impl Monitoring {
    /// Monitoring that is off.
    pub fn disabled() -> Self {
        Self::default()
    }

    /// Whether anything is sent.
    pub fn is_enabled(&self) -> bool {
        self.shared.is_some()
    }

    /// The trace that a run will be in, to be stored with its start: that of what caused it, or one of its own. None
    /// where monitoring is off.
    pub fn trace_of_run(&self, caused_by: Option<&TraceHeaders>) -> Option<String> {
        self.shared.as_ref()?;
        Some(caused_by.map_or_else(|| TraceId::default().to_string(), |cause| cause.trace_id().to_owned()))
    }

    /// Watches a run.
    pub fn etl_run(&self, info: EtlRunInfo) -> EtlMonitor {
        match &self.shared {
            Some(shared) => EtlMonitor::start(&shared.hub, info),
            None => EtlMonitor::silent(),
        }
    }

    /// A schedule fires. See [`CheckIn`] for when it ends.
    pub fn check_in(&self, monitor: CronMonitor) -> CheckIn {
        match &self.shared {
            Some(shared) => CheckIn::open(Arc::clone(shared), monitor),
            None => CheckIn::silent(),
        }
    }

    /// A statement of the database is asked for, by the current task. `name` is the statement's name, not its text.
    pub fn query(&self, name: &'static str) -> QuerySpan {
        self.query_of(DatabaseSystem::default(), name)
    }

    /// The same of the database that is asked.
    pub fn query_of(&self, system: DatabaseSystem, name: &'static str) -> QuerySpan {
        let Some(shared) = &self.shared else { return QuerySpan::silent() };
        let hub = self.current_hub(shared);
        let parent = hub.configure_scope(|scope| scope.get_span());
        QuerySpan::start(hub, parent.as_ref(), (system, name), shared.slow_query_limit)
    }

    /// A request leaves for the source, outside of a run. `path` without its query.
    pub fn request(&self, method: &str, path: &str) -> RequestSpan {
        let Some(shared) = &self.shared else { return RequestSpan::silent() };
        let hub = self.current_hub(shared);
        let parent = hub.configure_scope(|scope| scope.get_span());
        RequestSpan::start(hub, parent.as_ref(), method, path)
    }

    /// What was sent, what waits and what was dropped; for a page.
    pub fn status(&self) -> MonitoringStatus {
        match &self.shared {
            Some(shared) => {
                let options = shared.client.options();
                let mut status = shared.delivery.status((shared.wall_clock)());
                status.environment = options.environment.as_ref().map(ToString::to_string);
                status.release = options.release.as_ref().map(ToString::to_string);
                status
            }
            None => MonitoringStatus::default(),
        }
    }

    /// Links into Sentry; None where no organisation is configured.
    pub fn links(&self) -> Option<SentryLinks> {
        self.shared.as_ref().and_then(|shared| shared.links.clone())
    }

    /// Waits until everything captured so far was sent or kept, at most this long. Whether it was.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.client.flush(Some(timeout)))
    }

    /// The hub of the current task; on a thread that knows nothing of monitoring, a bare one.
    pub(crate) fn current_hub(&self, shared: &Shared) -> Arc<Hub> {
        let current = Hub::current();
        if current.client().is_some() { current } else { Arc::clone(&shared.hub) }
    }
}

impl MonitoringGuard {
    /// Stops now, as dropping does. Whether everything was sent or kept.
    pub fn shutdown(mut self) -> bool {
        self.close()
    }

    fn close(&mut self) -> bool {
        self.shared.take().is_none_or(|shared| shared.client.close(Some(SHUTDOWN_SENDING)))
    }
}

impl Drop for MonitoringGuard {
    fn drop(&mut self) {
        self.close();
    }
}
