//! Puts the parts together: log and monitoring, POS client, database, engine.

use std::sync::Arc;

use anyhow::Context;
use engine::{
    Engine, EngineError, EngineMode, EngineParts, EngineSettings, NoticeSettings, ProcessRole, ProcessSettings,
    RetrySettings, ScheduleSettings,
};
use jiff::SignedDuration;
use monitoring::{Monitoring, MonitoringGuard, MonitoringSettings, SentryWeb, Started};
use notices::{Channel, NetworkTransport};
use secrecy::ExposeSecret;
use warehouse::{Access, PostgresSettings};

use crate::clock::{self, SystemClock, TimeOrderedIds};
use crate::failure::Failure;
use crate::settings::branches::{self, BranchOrigin, Branches};
use crate::settings::{SentrySettings, Settings};
use crate::{database, host, listing, logging};

/// What is reported to Sentry as the release.
pub const RELEASE: &str = concat!("klk-tracking@", env!("CARGO_PKG_VERSION"));

/// Log and monitoring; to be held until the process ends.
pub struct Observability {
    /// The handle.
    pub monitoring: Monitoring,
    guard: MonitoringGuard,
}

impl Observability {
    /// Starts both. To be called on the main thread, before the async runtime has threads.
    pub fn start(settings: &Settings, default_filter: &str) -> Result<Self, Failure> {
        let Started { monitoring, guard, warnings } = monitoring::init(monitoring_settings(settings));
        logging::start(settings, default_filter)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Ok(Self { monitoring, guard })
    }

    /// Sends what is left, within its own limit of time.
    pub fn shutdown(self) {
        if !self.guard.shutdown() {
            tracing::warn!("not everything could be reported before the end");
        }
    }
}

fn monitoring_settings(settings: &Settings) -> MonitoringSettings {
    let SentrySettings { dsn, environment, traces_sample_rate, outbox, outbox_bytes_max, .. } = &settings.sentry;
    MonitoringSettings {
        dsn: dsn.as_ref().map(|dsn| dsn.expose_secret().to_owned()),
        environment: environment.clone(),
        traces_sample_rate: Some(*traces_sample_rate),
        // Without a DSN nothing is ever written there, so the folder is not made either.
        outbox_dir: dsn.as_ref().map(|_| outbox.clone()),
        outbox_bytes_max: *outbox_bytes_max,
        slow_query_limit: settings.sentry.slow_query_limit,
        known_secrets: [
            &settings.client.api_key,
            &settings.sentry.auth_token,
            &settings.api_token,
            &settings.metrics_token,
        ]
        .into_iter()
        .flatten()
        .chain(settings.sign_on.as_ref().and_then(|sign_on| sign_on.provider.client_secret.as_ref()))
        .chain(settings.notices.channels.iter().flat_map(Channel::secrets))
        .map(|secret| secret.expose_secret().to_owned())
        .chain(settings.postgres.as_ref().and_then(PostgresSettings::password))
        .collect(),
        private_headers: vec![settings.client.api_key_header.clone()],
        web: sentry_web(&settings.sentry),
        ..MonitoringSettings::new(RELEASE, Arc::new(clock::now))
    }
}

fn sentry_web(settings: &SentrySettings) -> Option<SentryWeb> {
    Some(SentryWeb {
        url: settings.web_url.clone()?,
        organisation: settings.organization.clone()?,
        project: settings.project.clone(),
    })
}

/// What an engine is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: schedules fire, unless they are switched off.
    Serve,
    /// To work for one command: no schedule fires.
    Work,
    /// To keep what somebody decides: nothing is extracted.
    Decide,
    /// To keep what is only shown: no database is made or brought up to date for it.
    Propose,
    /// To answer questions: nothing is extracted or written.
    Look,
}

impl Purpose {
    const fn mode(self) -> EngineMode {
        match self {
            Self::Serve | Self::Work => EngineMode::Work,
            Self::Decide | Self::Propose => EngineMode::Decide,
            Self::Look => EngineMode::Look,
        }
    }
}

/// A client of the POS.
pub fn client(settings: &Settings) -> Result<klk::Client, Failure> {
    klk::Client::new(settings.client.clone(), clock::randomness()).map_err(|error| Failure::Usage(error.to_string()))
}

/// Opens the database and starts the engine over it.
pub async fn engine(settings: &Settings, monitoring: &Monitoring, purpose: Purpose) -> Result<Engine, Failure> {
    let source = client(settings)?;
    if purpose == Purpose::Propose {
        database::require(settings, monitoring).await?;
    }
    // First, because it says at once when the server is running.
    let access = if purpose == Purpose::Look { Access::ReadOnly } else { Access::ReadAndWrite };
    let warehouse = database::open(settings, monitoring, access)?;
    let needs_listing = branches::needs_listing(settings);
    let listed = if needs_listing { listing::at_start(&warehouse, &source, access).await } else { Ok(Vec::new()) };
    let Branches { list, origin, warning } = branches::find(settings, listed.as_deref().map_err(String::as_str))?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    if origin == BranchOrigin::Discovered {
        tracing::info!(branches = list.len(), "the POS says which stores there are");
    }
    let parts = EngineParts {
        clock: Arc::new(SystemClock),
        ids: Arc::new(TimeOrderedIds),
        source: source.clone(),
        warehouse: warehouse.clone(),
        monitoring: monitoring.clone(),
        notice_transport: Arc::new(NetworkTransport::new(&settings.notices.channels)),
        branches: list,
    };
    let engine = match Engine::start(parts, engine_settings(settings, purpose)).await {
        // A server may have room for one connection and not for the next.
        Err(EngineError::Warehouse(error)) if settings.place().file().is_none() => {
            return Err(database::failure(&settings.database, error));
        }
        engine => engine.context("el motor no arrancó")?,
    };
    if needs_listing && purpose == Purpose::Serve {
        tokio::spawn(listing::keep(engine.clone(), warehouse, source, settings.clone()));
    }
    Ok(engine)
}

/// Commands notify nobody: they are over before a look would come.
fn notices_of(settings: &Settings, purpose: Purpose) -> NoticeSettings {
    let channels = if purpose == Purpose::Serve { settings.notices.channels.clone() } else { Vec::new() };
    NoticeSettings { channels, ..settings.notices.clone() }
}

/// A process for pages alone runs nothing; a command does what it was asked to.
fn runs_windows(settings: &Settings, purpose: Purpose) -> bool {
    purpose != Purpose::Serve || settings.processes.role != ProcessRole::Web
}

fn engine_settings(settings: &Settings, purpose: Purpose) -> EngineSettings {
    let limits = &settings.engine;
    let defaults = EngineSettings::default();
    EngineSettings {
        mode: purpose.mode(),
        workers: if purpose.mode() == EngineMode::Work && runs_windows(settings, purpose) { limits.workers } else { 0 },
        workers_per_branch: limits.workers_per_branch,
        queue_max: limits.queue_max,
        live_streak_max: limits.live_streak_max,
        run_logs_max: limits.run_logs_max,
        saved_views_max: limits.saved_views_max,
        short_answer_retries: limits.short_answer_retries,
        clock_drift_max: SignedDuration::try_from(limits.clock_drift_max).unwrap_or(defaults.clock_drift_max),
        source_clock_tolerance: SignedDuration::try_from(limits.source_clock_tolerance)
            .unwrap_or(defaults.source_clock_tolerance),
        look_back: limits.look_back,
        loss_limits: limits.loss_limits,
        incident_limits: limits.incident_limits,
        probe_interval: limits.probe_interval,
        answer_cache: limits.answer_cache,
        queue_check_interval: limits.queue_check_interval,
        write_retries: limits.write_retries,
        write_retry_pause: limits.write_retry_pause,
        recovery_days_max: limits.recovery_days_max,
        extract_days_max: limits.extract_days_max,
        past_days_max: limits.past_days_max,
        plans: limits.plans,
        retries: RetrySettings { is_on: purpose == Purpose::Serve && limits.retries.is_on, ..limits.retries },
        // Whoever leads fires; that schedules fire counts for what is late at every process.
        scheduler: purpose == Purpose::Serve && limits.scheduler,
        schedules: ScheduleSettings {
            sales: limits.cron_sales.clone(),
            inventory: limits.cron_inventory.clone(),
            reconciliation: limits.cron_reconciliation.clone(),
            zone: settings.zone.clone(),
        },
        gap_grace: SignedDuration::try_from(limits.gap_grace).unwrap_or(defaults.gap_grace),
        value_rules: limits.value_rules,
        sequence_jump_max: limits.sequence_jump_max,
        sequence_days_max: limits.sequence_days_max,
        sequence_reach_days: limits.sequence_reach_days,
        sequence_exempt: limits.sequence_exempt.clone(),
        sequence_exempt_registers: limits.sequence_exempt_registers.clone(),
        sla: SignedDuration::try_from(limits.sla).unwrap_or(defaults.sla),
        retention: limits.retention,
        stock_age_max: SignedDuration::try_from(limits.stock_age_max).unwrap_or(defaults.stock_age_max),
        calendar_days_ahead: limits.calendar_days_ahead,
        written_characters_max: limits.written_characters_max,
        access: settings.access,
        backups: settings.backups.clone(),
        notices: notices_of(settings, purpose),
        host: host::name(),
        processes: ProcessSettings {
            // Who leads without schedules would keep others from firing theirs.
            may_lead: purpose == Purpose::Serve && settings.processes.may_lead && limits.scheduler,
            ..settings.processes.clone()
        },
        ..defaults
    }
}
