//! How the engine starts, with what an earlier process left, and how it ends.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ::notices::Transport;
use domain::Branch;
use monitoring::{Monitoring, RepeatLimiter};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use warehouse::{NewProcess, PlanRecord, RunRecord, Warehouse};

use crate::access::Access;
use crate::answer_cache::AnswerCache;
use crate::backups::Backups;
use crate::clock::{Clock, IdSource};
use crate::engine::{Engine, Shared};
use crate::error::EngineError;
use crate::events::Events;
use crate::live_looks::LiveLooks;
use crate::membership::Membership;
use crate::meters::Meters;
use crate::notice_office::NoticeOffice;
use crate::notices;
use crate::planning::PlanningLock;
use crate::plans::book::PlanBook;
use crate::plans::control::{PlanControl, PlanParts};
use crate::plans::{follow, keeper, start};
use crate::pos_outage::PosOutage;
use crate::processes;
use crate::queue::{Queue, Waiting};
use crate::run_logs::RunLogs;
use crate::schedule::{Schedule, ScheduleKind};
use crate::settings::{EngineMode, EngineSettings};
use crate::source_clock::SourceClock;
use crate::source_echoes::SourceEchoes;
use crate::unanswered_days::UnansweredDays;
use crate::{
    access_upkeep, backup_task, calendar_file, incidents, queue_check, recovery_notice, run_log_sharing, scheduler,
    workers,
};

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

impl Engine {
    /// Starts it: runs that an earlier process left in progress, or on a shared database those of processes without a
    /// lease, become `interrumpido`, and are queued anew where a plan or a comparison waits for them; queued runs stay
    /// queued, and workers and schedules begin.
    pub async fn start(parts: EngineParts, settings: EngineSettings) -> Result<Self, EngineError> {
        if parts.branches.is_empty() {
            return Err(EngineError::NoBranches);
        }
        let schedules = schedules(&settings)?;
        // Before the first look: what other processes do from here on is not missed.
        let changes = parts.warehouse.elsewhere();
        let membership = join(&parts, &settings).await?;
        let new_id = || parts.ids.batch_id().0;
        let file = (&parts.branches[..], parts.clock.now());
        let branches = calendar_file::remember(&parts.warehouse, file, settings.mode, new_id).await?;
        let queue = Arc::new(Queue::new(settings.workers, settings.workers_per_branch, settings.live_streak_max));
        let records = parts.warehouse.access_records().await?;
        let source_clock = SourceClock::knowing(parts.warehouse.shown_clocks().await?);
        let source_echoes = SourceEchoes::knowing(parts.warehouse.shown_echoes().await?);
        let started_at = parts.clock.now();
        let access = Access::new(records, settings.access, started_at);
        let left = match settings.mode {
            EngineMode::Look => Left::default(),
            EngineMode::Work | EngineMode::Decide => Left::by_an_earlier_process(&parts, &settings).await?,
        };

        let run_logs = RunLogs::new(settings.run_logs_max);
        let backups = Backups::new(&settings.backups);
        let (branches, plans, events) = (Arc::new(branches), Arc::new(PlanBook::default()), Events::new());
        let plan_control = PlanControl::new(PlanParts {
            store: parts.warehouse.clone(),
            clock: Arc::clone(&parts.clock),
            queue: Arc::clone(&queue),
            plans: Arc::clone(&plans),
            events: events.clone(),
            breaker: settings.plans.breaker,
            branches: Arc::clone(&branches),
        });
        let engine = Self::of(Shared {
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
            events,
            queue,
            stopping: watch::Sender::new(false),
            plans,
            plan_control,
            last_probe: Mutex::default(),
            pos_outage: PosOutage::default(),
            source_clock,
            source_echoes,
            started_at,
            live_looks: LiveLooks::default(),
            unanswered_days: UnansweredDays::default(),
            notices: NoticeOffice::new(parts.notice_transport),
            membership,
            backups,
            meters: Meters::default(),
            run_logs,
            planning: PlanningLock::default(),
            outage_reports: RepeatLimiter::default(),
            stopped: AtomicBool::new(false),
            tasks: Mutex::new(JoinSet::new()),
        });
        follow_plans(&engine, left.plans).await;
        engine.queue.push(left.waiting.into_iter().map(|record| Waiting { record, check_in: None }));
        if engine.settings.mode != EngineMode::Look {
            recovery_notice::notify_finished(&engine, None).await;
        }
        let mut tasks = engine.tasks.lock().await;
        if engine.warehouse.is_shared() && engine.settings.mode != EngineMode::Look {
            tasks.spawn(processes::keep(engine.clone()));
            tasks.spawn(processes::end_abandoned_runs(engine.clone()));
            tasks.spawn(processes::follow(engine.clone(), changes));
            if engine.settings.workers > 0 {
                tasks.spawn(run_log_sharing::keep_shared(engine.clone()));
            }
        }
        if engine.settings.workers > 0 {
            tasks.spawn(keeper::keep(engine.clone(), engine.clock.now()));
            tasks.spawn(queue_check::keep(engine.clone()));
        }
        for _ in 0..engine.settings.workers {
            tasks.spawn(workers::work(engine.clone()));
        }
        if engine.settings.mode == EngineMode::Work {
            tasks.spawn(access_upkeep::keep(engine.clone()));
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
            // PostgreSQL is copied by its own tools.
            if !engine.warehouse.is_shared() {
                tasks.spawn(backup_task::keep(engine.clone(), since));
            }
            for index in 0..engine.schedules.len() {
                tasks.spawn(scheduler::keep(engine.clone(), index, since));
            }
        }
        drop(tasks);
        Ok(engine)
    }

    /// Ends it: nothing new starts, what is in progress ends, and the database is closed. What waits is kept.
    pub async fn shutdown(&self) {
        self.begin_shutdown();
        // Before the wait as well: whoever waits for the end may not wait for long.
        self.queue.abandon();
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
        self.queue.abandon();
        if let Err(error) = self.membership.leave(&self.warehouse).await {
            tracing::warn!(%error, "the lease of this process could not be given back; it runs out");
        }
        self.warehouse.close().await;
    }
}

/// Takes a lease, under a name that no other process has. A file has one process, whose runs have the name of its machine.
async fn join(parts: &EngineParts, settings: &EngineSettings) -> Result<Membership, EngineError> {
    let id = parts.ids.batch_id().0;
    let of_machine = &settings.host;
    let is_member = parts.warehouse.is_shared() && settings.mode != EngineMode::Look;
    let name = if is_member { format!("{of_machine}/{}", &id.simple().to_string()[20..]) } else { of_machine.clone() };
    let role = settings.processes.role.as_str().to_owned();
    let process = NewProcess { id, name, role, version: settings.processes.version.clone() };
    let leads = !parts.warehouse.is_shared()
        || is_member
            && parts
                .warehouse
                .renew_lease(process.clone(), settings.processes.lease, settings.processes.may_lead)
                .await?
                .leads;
    Ok(Membership::new(process, leads))
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
            tracing::warn!(runs = interrupted.len(), "runs that an earlier process left in progress are gaps again");
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
        let breaker = follow::breaker_of(&engine.plan_control, plan.id).await;
        // The process may have ended between the last failure and the stop.
        let trip = breaker.tripped().filter(|_| plan.state.lets_windows_start());
        start::begin(&engine.plan_control, plan.id, left, plan.options.outside_hours, breaker).await;
        if left == 0 {
            engine.plan_control.finish(plan.id).await;
        } else if let Some(trip) = trip {
            follow::stop(&engine.plan_control, plan.id, &trip).await;
        }
    }
}

fn schedules(settings: &EngineSettings) -> Result<Vec<Schedule>, EngineError> {
    let schedules = &settings.schedules;
    let schedule = |kind: &ScheduleKind| Schedule::new(*kind, schedules.expression(*kind), schedules.zone.clone());
    ScheduleKind::ALL.iter().map(schedule).collect()
}
