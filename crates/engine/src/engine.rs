//! The engine: what its parts share, and what they do with it. How it starts and ends is `lifecycle`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::echo::Echoes;
use domain::problem::Problem;
use domain::read_model::Connectivity;
use domain::{Branch, EtlKind, Interval, RunId, RunMode};
use jiff::Timestamp;
use monitoring::{CheckIn, Monitoring, RepeatLimiter};
use texts::Language;
use tokio::sync::{Mutex, broadcast, watch};
use tokio::task::JoinSet;
use warehouse::schedules::Firing;
use warehouse::{EnqueueOutcome, NewBatch, NewDecision, NewRun, QueuedBy, Warehouse, WarehouseError};

use crate::access::Access;
use crate::actor::Actor;
use crate::answer_cache::AnswerCache;
use crate::backups::Backups;
use crate::branches::{BranchRegistry, Branches};
use crate::clock::{Clock, IdSource};
pub(crate) use crate::detached::run_detached;
use crate::error::UseCaseError;
use crate::events::{Events, Topic};
use crate::live_looks::LiveLooks;
use crate::membership::Membership;
use crate::meters::Meters;
use crate::notice_office::NoticeOffice;
use crate::planning::{Planning, PlanningLock};
use crate::plans::book::PlanBook;
use crate::plans::control::PlanControl;
use crate::pos_outage::PosOutage;
use crate::queue::{Queue, Waiting};
use crate::retry_write::WriteRetries;
use crate::run_logs::{RunLogs, RunStep};
use crate::schedule::Schedule;
use crate::settings::EngineSettings;
use crate::source_clock::{ClockDrift, SourceClock, ahead};
use crate::source_echoes::SourceEchoes;
use crate::unanswered_days::UnansweredDays;

/// What is reported once a minute: every request fails because of it.
const OUTAGE: &str = "database away";

/// Why runs are queued.
pub(crate) enum EnqueueReason {
    /// Somebody asked for them; the batch says who.
    Requested,
    /// A schedule fired, whose check-in they are; the firing is noted with the first of its runs.
    Schedule { check_in: CheckIn, firing: Option<Firing> },
    /// Somebody decided something, which is kept with them.
    Decided(NewDecision),
}

/// The engine. Clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

/// What clones of an engine share; reached through [`Engine`] by the use cases, and nameless outside of this crate.
pub struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) source: klk::Client,
    pub(crate) warehouse: Warehouse,
    pub(crate) access: Access,
    pub(crate) monitoring: Monitoring,
    pub(crate) branches: Arc<BranchRegistry>,
    pub(crate) settings: EngineSettings,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) events: Events,
    pub(crate) answers: AnswerCache,
    pub(crate) queue: Arc<Queue>,
    /// True once nothing new may start.
    pub(crate) stopping: watch::Sender<bool>,
    /// Plans that were started and have not ended.
    pub(crate) plans: Arc<PlanBook>,
    /// Changes the state of plans, in the mirror of the queue and in the database.
    pub(crate) plan_control: PlanControl<Warehouse>,
    /// What the POS answered last, and when; held while it is asked.
    pub(crate) last_probe: Mutex<Option<(Instant, Connectivity)>>,
    pub(crate) pos_outage: PosOutage,
    /// How far the POS's clock is from ours.
    pub(crate) source_clock: SourceClock,
    pub(crate) source_echoes: SourceEchoes,
    /// What this process is among those that share the database.
    pub(crate) membership: Membership,
    /// When this process began to fire what is due: what was due before, nobody was there to fire.
    pub(crate) started_at: Timestamp,
    /// Stores that fail again and again, and whether most do.
    pub(crate) live_looks: LiveLooks,
    /// Days that the last look back got no answer for.
    pub(crate) unanswered_days: UnansweredDays,
    /// Notices to people who are not looking.
    pub(crate) notices: NoticeOffice,
    /// Copies of the database.
    pub(crate) backups: Backups,
    /// What is counted.
    pub(crate) meters: Meters,
    /// What runs are doing.
    pub(crate) run_logs: RunLogs,
    pub(crate) planning: PlanningLock,
    pub(crate) outage_reports: RepeatLimiter,
    pub(crate) stopped: AtomicBool,
    pub(crate) tasks: Mutex<JoinSet<()>>,
}

impl std::ops::Deref for Engine {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("waiting", &self.queue.len()).finish_non_exhaustive()
    }
}

impl Engine {
    pub(crate) fn of(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// Keeps what a run does now, for whoever looks at it.
    pub(crate) fn note_step(&self, run: RunId, step: RunStep) {
        self.run_logs.note(run, self.clock.now(), step);
        if self.settings.run_logs_max > 0 && self.warehouse.is_shared() {
            self.run_logs.share(run);
        }
    }

    /// Starts a task that the end of the engine waits for; none while it ends already.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(mut tasks) = self.tasks.try_lock() else { return };
        // What has ended needs not be kept.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    /// Resolves when the database has given up: nothing works any more until the process is started anew.
    pub async fn broken(&self) {
        self.warehouse.broken().await;
    }

    /// For how long the database has been at the write that it does; None where it does none.
    pub fn current_write(&self) -> Option<Duration> {
        self.warehouse.current_write()
    }

    /// From here on nothing new starts; what is in progress goes on.
    pub fn begin_shutdown(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.stopping.send_replace(true);
    }

    /// Hears what changes from here on.
    pub fn events(&self) -> broadcast::Receiver<Topic> {
        self.events.subscribe()
    }

    /// The branches that are watched.
    pub fn branches(&self) -> Branches {
        self.branches.all()
    }

    /// Watches these branches too, and knows of those that are watched what is said here; none is forgotten.
    pub fn adopt_branches(&self, branches: Vec<Branch>) {
        if self.branches.adopt(branches, self.clock.now()) {
            tracing::info!(branches = self.branches.all().len(), "other stores are watched");
            self.events.gaps_changed();
        }
    }

    /// Resolves once nothing new may start.
    pub async fn stopped(&self) {
        // An error says that the engine is gone altogether.
        drop(self.stopping.subscribe().wait_for(|is_stopping| *is_stopping).await);
    }

    /// What a caller gets for an error. The one place where that is decided: what is answered with 5xx is logged
    /// and reported once, under the reference code that the caller is shown. Of an outage of the database one request a
    /// minute is logged and reported, with how many were left out since the last one.
    pub fn problem(&self, endpoint: &'static str, error: UseCaseError, language: Language) -> Problem {
        let correlacion = self.ids.correlation();
        let codigo = error.code();
        let is_away = matches!(error, UseCaseError::Warehouse(WarehouseError::Away(_)));
        let turn = if is_away { self.outage_reports.take_turn(OUTAGE, Instant::now()) } else { Some(0) };
        match turn {
            None => {
                monitoring::count_as_reported();
                tracing::debug!(endpoint, correlacion, "{error}");
            }
            Some(left_out) if codigo.status() >= 500 => {
                monitoring::capture_server_error(&error, &correlacion);
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(
                    target: monitoring::REPORTED_TARGET, endpoint, correlacion, source, left_out, "{error}"
                );
            }
            Some(_) => tracing::info!(endpoint, correlacion, codigo = codigo.as_str(), "{error}"),
        }
        Problem { detail: error.text(language), codigo, correlacion, plan_hash: error.plan_hash() }
    }

    /// Waits until nobody else is about to queue something.
    pub(crate) async fn lock_planning(&self) -> Planning {
        self.planning.lock().await
    }

    /// Refuses more runs than may wait, and any while the engine ends.
    pub(crate) fn admit(&self, asked: usize) -> Result<(), UseCaseError> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(UseCaseError::ShuttingDown);
        }
        let (waiting, limit) = (self.queue.len(), self.settings.queue_max);
        if waiting + asked > limit {
            return Err(UseCaseError::QueueFull { asked, waiting, limit });
        }
        Ok(())
    }

    /// Queues runs, durably, and lets the workers know.
    pub(crate) async fn enqueue(
        &self,
        planning: Planning,
        batch: NewBatch,
        runs: Vec<NewRun>,
        why: EnqueueReason,
    ) -> Result<EnqueueOutcome, UseCaseError> {
        self.admit(runs.len())?;
        let (check_in, by) = match why {
            EnqueueReason::Requested => (None, QueuedBy::Request),
            EnqueueReason::Schedule { check_in, firing } => {
                (Some(check_in), firing.map_or(QueuedBy::Request, QueuedBy::Firing))
            }
            EnqueueReason::Decided(decision) => (None, QueuedBy::Decision(decision)),
        };
        let engine = self.clone();
        run_detached(async move {
            let outcome = engine.warehouse.enqueue_by(batch, runs, by).await?;
            let part = || check_in.as_ref().map(CheckIn::share);
            let waiting = outcome.queued.iter().cloned().map(|record| Waiting { record, check_in: part() });
            engine.queue.push(waiting);
            engine.events.run_changed();
            if let Some(check_in) = &check_in {
                check_in.succeed();
            }
            drop(planning);
            Ok(outcome)
        })
        .await
    }

    /// Keeps what a response says of the clocks, and reports a drift beyond the limit once.
    pub(crate) async fn measure_source_clock(
        &self,
        kind: EtlKind,
        made_at: Option<Timestamp>,
        requested_at: Timestamp,
    ) {
        let Some(made_at) = made_at else { return };
        let now = self.clock.now();
        let drift = ClockDrift { ahead: ahead(made_at, requested_at, now), measured_at: now };
        let limit = self.settings.clock_drift_max;
        if self.source_clock.keep(drift, limit) {
            tracing::warn!(seconds = drift.ahead.as_secs(), "the clock of the POS and ours have drifted apart");
            self.monitoring.clock_drifted(drift.ahead.as_secs(), limit.as_secs());
        }
        if let Some(shown) = self.source_clock.note(kind, drift.ahead.abs() <= limit)
            && let Err(error) = self.warehouse.keep_shown_clock(shown, now).await
        {
            tracing::warn!(%error, "what the clock of the POS shows could not be kept");
        }
    }

    /// Keeps which fields of the request a response repeats.
    pub(crate) async fn note_source_echoes(&self, kind: EtlKind, echoes: &Echoes) {
        let new = self.source_echoes.note(kind, echoes);
        if !new.is_empty()
            && let Err(error) = self.warehouse.keep_shown_echoes(kind, new, self.clock.now()).await
        {
            tracing::warn!(%error, "which fields of the request the POS repeats could not be kept");
        }
    }

    /// How a write that a run cannot do without is tried again.
    pub(crate) fn write_retries(&self) -> WriteRetries {
        let (retries, pause) = (self.settings.write_retries, self.settings.write_retry_pause);
        WriteRetries { retries, pause, stopping: self.stopping.subscribe() }
    }

    /// An identifier of something that has no type of its own; identifiers of batches are like no others.
    pub(crate) fn new_id(&self) -> uuid::Uuid {
        self.ids.batch_id().0
    }

    /// A run to queue.
    pub(crate) fn new_run(
        &self,
        kind: EtlKind,
        branch: &Branch,
        interval: Interval<Timestamp>,
        mode: RunMode,
    ) -> NewRun {
        NewRun { id: self.ids.run_id(), kind, branch: branch.clone(), interval, mode }
    }

    /// A batch that somebody asks for now; what it causes goes on in the trace of the present task.
    pub(crate) fn new_batch(&self, reason: &'static str, actor: &Actor) -> NewBatch {
        let cause = monitoring::TraceHeaders::current();
        NewBatch {
            id: self.ids.batch_id(),
            reason,
            requested_by: Some(actor.name.clone()),
            origin: actor.origin,
            created_at: self.clock.now(),
            sentry_trace: cause.as_ref().map(|cause| cause.sentry_trace.clone()),
            baggage: cause.map(|cause| cause.baggage),
        }
    }
}
