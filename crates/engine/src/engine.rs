//! The engine: everything that a process needs of it, started and stopped as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ::notices::Transport;
use domain::problem::Problem;
use domain::read_model::Connectivity;
use domain::{Branch, EtlKind, Interval, RunMode};
use jiff::Timestamp;
use monitoring::{CheckIn, Monitoring};
use tokio::sync::{Mutex, OwnedMutexGuard, broadcast, watch};
use tokio::task::JoinSet;
use warehouse::{EnqueueOutcome, NewBatch, NewDecision, NewRun, PlanRecord, RunRecord, Warehouse, WarehouseError};

use crate::access::{self, Access};
use crate::actor::Actor;
use crate::answer_cache::AnswerCache;
use crate::backups::{self, Backups};
use crate::branches::BranchRegistry;
use crate::clock::{Clock, IdSource};
use crate::error::{EngineError, UseCaseError};
use crate::events::{Events, Topic};
use crate::incidents::{self, LiveLooks};
use crate::meters::Meters;
use crate::notices::{self, NoticeOffice};
use crate::plans::book::{self, PlanBook};
use crate::plans::{control, keeper, start};
use crate::queue::{Queue, Waiting};
use crate::schedule::{Schedule, ScheduleKind};
use crate::settings::{EngineMode, EngineSettings};
use crate::source_clock::SourceClock;
use crate::{calendars, queue_check, recovery_outcome, scheduler, workers};

/// Why runs are queued.
pub(crate) enum Why {
    /// Somebody asked for them; the batch says who.
    Asked,
    /// A schedule fired, whose check-in they are.
    Schedule(CheckIn),
    /// Somebody decided something, which is kept with them.
    Decided(NewDecision),
}

/// What the engine is made of.
pub struct EngineParts {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives identifiers.
    pub ids: Arc<dyn IdSource>,
    /// Asks the POS.
    pub source: klk::Client,
    /// Has the data.
    pub warehouse: Warehouse,
    /// Tells the team.
    pub monitoring: Monitoring,
    /// Carries notices to people who are not looking.
    pub notice_transport: Arc<dyn Transport>,
    /// What is watched.
    pub branches: Vec<Branch>,
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
    pub(crate) branches: BranchRegistry,
    pub(crate) settings: EngineSettings,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) events: Events,
    pub(crate) answers: AnswerCache,
    pub(crate) queue: Queue,
    /// True once nothing new may start.
    pub(crate) stopping: watch::Sender<bool>,
    /// Plans that were started and have not ended.
    pub(crate) plans: PlanBook,
    /// Held while a plan's state changes, in the mirror of the queue and in the database.
    pub(crate) plan_control: Mutex<()>,
    /// What the POS answered last, and when; held while it is asked.
    pub(crate) last_probe: Mutex<Option<(Instant, Connectivity)>>,
    /// How far the POS's clock is from ours.
    pub(crate) source_clock: SourceClock,
    /// When this process began to fire what is due: what was due before, nobody was there to fire.
    pub(crate) started_at: Timestamp,
    /// Stores that fail again and again, and whether most do.
    pub(crate) live_looks: LiveLooks,
    /// Notices to people who are not looking.
    pub(crate) notices: NoticeOffice,
    /// Copies of the database.
    pub(crate) backups: Backups,
    /// What is counted.
    pub(crate) meters: Meters,
    planning: Arc<Mutex<()>>,
    stopped: AtomicBool,
    tasks: Mutex<JoinSet<()>>,
}

/// Held from a look at what is missing until what is asked for is queued: of two who ask at the same time, the second
/// sees what the first has queued.
pub(crate) struct Planning(#[expect(dead_code, reason = "it is there to be held")] OwnedMutexGuard<()>);

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
    /// Starts it: runs that an earlier process left in work become `interrumpido`, and are queued anew where a plan or a
    /// comparison waits for them; those that waited go on waiting, and workers and schedules begin.
    pub async fn start(parts: EngineParts, settings: EngineSettings) -> Result<Self, EngineError> {
        if parts.branches.is_empty() {
            return Err(EngineError::NoBranches);
        }
        let schedules = schedules(&settings)?;
        let branches = calendars::remember_file(&parts, settings.mode).await?;
        let queue = Queue::new(settings.workers, settings.workers_per_branch, settings.live_streak_max);
        let records = parts.warehouse.access_records().await?;
        let started_at = parts.clock.now();
        let access = Access::new(records, settings.access, started_at);
        let left = match settings.mode {
            EngineMode::Look => Left::default(),
            EngineMode::Work | EngineMode::Decide => Left::by_an_earlier_process(&parts, &settings).await?,
        };

        let backups = Backups::new(&settings.backups);
        let engine = Self(Arc::new(Shared {
            clock: parts.clock,
            ids: parts.ids,
            source: parts.source,
            warehouse: parts.warehouse,
            access,
            monitoring: parts.monitoring,
            branches,
            answers: AnswerCache::new(settings.answer_cache),
            settings,
            schedules,
            events: Events::new(),
            queue,
            stopping: watch::Sender::new(false),
            plans: PlanBook::default(),
            plan_control: Mutex::default(),
            last_probe: Mutex::default(),
            source_clock: SourceClock::default(),
            started_at,
            live_looks: LiveLooks::default(),
            notices: NoticeOffice::new(parts.notice_transport),
            backups,
            meters: Meters::default(),
            planning: Arc::default(),
            stopped: AtomicBool::new(false),
            tasks: Mutex::new(JoinSet::new()),
        }));
        follow_plans(&engine, left.plans).await;
        engine.queue.push(left.waiting.into_iter().map(|record| Waiting { record, check_in: None }));
        if engine.settings.mode != EngineMode::Look {
            recovery_outcome::tell_ended(&engine, None).await;
        }
        let mut tasks = engine.tasks.lock().await;
        if engine.settings.workers > 0 {
            tasks.spawn(keeper::keep(engine.clone(), engine.clock.now()));
            tasks.spawn(queue_check::keep(engine.clone()));
        }
        for _ in 0..engine.settings.workers {
            tasks.spawn(workers::work(engine.clone()));
        }
        if engine.settings.mode == EngineMode::Work {
            tasks.spawn(access::keep(engine.clone()));
            for channel in &engine.settings.notices.channels {
                tasks.spawn(notices::deliver(engine.clone(), channel.clone()));
            }
            if !engine.settings.notices.channels.is_empty() {
                tasks.spawn(notices::look(engine.clone()));
            }
        }
        if engine.settings.scheduler {
            incidents::remember(&engine).await;
            // What falls due while the tasks are being started is not missed.
            let since = engine.clock.now();
            tasks.spawn(backups::keep(engine.clone(), since));
            for index in 0..engine.schedules.len() {
                tasks.spawn(scheduler::keep(engine.clone(), index, since));
            }
        }
        drop(tasks);
        Ok(engine)
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

    /// From here on nothing new starts; what is in work goes on.
    pub fn begin_shutdown(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.stopping.send_replace(true);
    }

    /// Ends it: nothing new starts, what is in work ends, and the database is closed. What waits is kept.
    pub async fn shutdown(&self) {
        self.begin_shutdown();
        // Before the wait as well: whoever waits for the end may not wait for long.
        self.queue.abandon();
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
        self.queue.abandon();
        self.warehouse.close().await;
    }

    /// Hears what changes from here on.
    pub fn events(&self) -> broadcast::Receiver<Topic> {
        self.events.subscribe()
    }

    /// The branches that are watched.
    pub fn branches(&self) -> &[Branch] {
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

    /// What a caller is told of an error. The one place where that is decided: what is answered with 5xx is logged
    /// and reported once, under the reference code that the caller is shown.
    pub fn problem(&self, endpoint: &'static str, error: UseCaseError) -> Problem {
        let correlacion = self.ids.correlation();
        let codigo = error.code();
        if codigo.status() >= 500 {
            monitoring::capture_server_error(&error, &correlacion);
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(target: monitoring::REPORTED_TARGET, endpoint, correlacion, source, "{error}");
        } else {
            tracing::info!(endpoint, correlacion, codigo = codigo.as_str(), "{error}");
        }
        Problem { detail: error.to_string(), codigo, correlacion, plan_hash: error.plan_hash() }
    }

    /// Waits until nobody else is about to queue something.
    pub(crate) async fn plan(&self) -> Planning {
        Planning(Arc::clone(&self.planning).lock_owned().await)
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
        why: Why,
    ) -> Result<EnqueueOutcome, UseCaseError> {
        self.admit(runs.len())?;
        let (check_in, decision) = match why {
            Why::Asked => (None, None),
            Why::Schedule(check_in) => (Some(check_in), None),
            Why::Decided(decision) => (None, Some(decision)),
        };
        let engine = self.clone();
        to_the_end(async move {
            let outcome = engine.warehouse.enqueue_decided(batch, runs, decision).await?;
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

/// What an earlier process left to be done.
#[derive(Default)]
struct Left {
    waiting: Vec<RunRecord>,
    plans: Vec<PlanRecord>,
}

impl Left {
    async fn by_an_earlier_process(parts: &EngineParts, settings: &EngineSettings) -> Result<Self, EngineError> {
        let ids = Arc::clone(&parts.ids);
        let (now, most) = (parts.clock.now(), settings.plans.interruptions_max);
        let interrupted = parts.warehouse.interrupt_running(now, most, move || ids.run_id()).await?;
        if !interrupted.is_empty() {
            tracing::warn!(runs = interrupted.len(), "runs that an earlier process left in work are gaps again");
        }
        Ok(Self { waiting: parts.warehouse.queued_runs().await?, plans: parts.warehouse.active_plans().await? })
    }
}

/// Goes on with the plans that an earlier process left: those that were held stay held, and one whose last run ended
/// just before that process did ends now.
async fn follow_plans(engine: &Engine, active: Vec<PlanRecord>) {
    for plan in active {
        if !plan.state.lets_windows_start() {
            engine.queue.hold(plan.id);
        }
        let left = usize::try_from(plan.counts.queued).unwrap_or(usize::MAX);
        let breaker = book::breaker_of(engine, plan.id).await;
        // The process may have ended between the last failure and the stop.
        let trip = breaker.tripped().filter(|_| plan.state.lets_windows_start());
        start::follow(engine, plan.id, left, plan.options.outside_hours, breaker).await;
        if left == 0 {
            control::finish(engine, plan.id).await;
        } else if let Some(trip) = trip {
            book::stop(engine, plan.id, &trip).await;
        }
    }
}

/// Does something in a task of its own: who asks may leave while the database writes, and what it wrote has to reach whoever
/// works with it.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, WarehouseError>> + Send + 'static,
) -> Result<T, UseCaseError> {
    match tokio::spawn(monitoring::in_current_scope(work)).await {
        Ok(outcome) => outcome.map_err(UseCaseError::Warehouse),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(UseCaseError::ShuttingDown),
    }
}

fn schedules(settings: &EngineSettings) -> Result<Vec<Schedule>, EngineError> {
    let expressions = &settings.schedules;
    [
        (ScheduleKind::Sales, &expressions.sales),
        (ScheduleKind::Inventory, &expressions.inventory),
        (ScheduleKind::Reconciliation, &expressions.reconciliation),
    ]
    .into_iter()
    .map(|(kind, expression)| Schedule::new(kind, expression, expressions.zone.clone()))
    .collect()
}
