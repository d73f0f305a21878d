//! Several processes that share a database: each holds a lease, one of them leads, and each follows what the others do.
//!
//! What this process keeps in memory, the mirror of the queue and who may do what, is brought up to date when another process has
//! changed it. Which run is whose is decided by the database: a claim takes a run once, whoever makes it.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use warehouse::{Elsewhere, Subject, WarehouseError};

use crate::engine::Engine;
use crate::share::Share;
use crate::{incidents, queue_check};

/// How many renewals a lease lasts for: one that is late or lost costs nothing.
const RENEWALS_IN_LEASE: u32 = 4;

/// Renews the lease until the engine stops.
pub(crate) async fn keep(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    let lease = engine.settings.processes.lease;
    // It was taken just now, before the engine was.
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(lease / RENEWALS_IN_LEASE) => {}
            _ = stopping.changed() => return,
        }
        if let Err(error) = renew(&engine, lease).await {
            // Whatever needs the database says so; a lease that runs out interrupts what this process has in progress.
            tracing::warn!(%error, "the lease of this process could not be renewed");
        }
    }
}

async fn renew(engine: &Engine, lease: Duration) -> Result<(), WarehouseError> {
    let membership = &engine.membership;
    let may_lead = engine.settings.processes.may_lead;
    let renewed = engine.warehouse.renew_lease(membership.process().clone(), lease, may_lead).await;
    // Who cannot ask does not know, and so leads no more.
    let is_leader = renewed.as_ref().is_ok_and(|lease| lease.leads);
    if membership.set_leads(is_leader) {
        tracing::info!(process = membership.name(), leads = is_leader, "who leads has changed");
        if is_leader {
            // What the leader before has reported is not reported again. The next renewal does not wait for it.
            let remembered = tokio::time::timeout(lease / RENEWALS_IN_LEASE, incidents::remember(engine)).await;
            if remembered.is_err() {
                tracing::warn!("reading the incidents that the leader before has reported took too long");
            }
        }
    }
    engine.queue.share(Share::of(membership.process().id, &renewed?.workers));
    Ok(())
}

/// Interrupts what processes without a lease have left, until the engine stops. Not where the lease is renewed: a write may wait for
/// the locks of such a process, until the server has ended its session, and nobody else's lease may run out for that.
pub(crate) async fn end_abandoned_runs(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    let pause = engine.settings.processes.lease / RENEWALS_IN_LEASE;
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.changed() => return,
        }
        if let Err(error) = try_end_abandoned_runs(&engine).await {
            tracing::warn!(%error, "what processes that are gone had in progress could not be interrupted");
        }
    }
}

/// Whoever sees it first: also where nobody leads, because nobody fires schedules.
async fn try_end_abandoned_runs(engine: &Engine) -> Result<(), WarehouseError> {
    if !engine.warehouse.has_abandoned_runs().await? {
        return Ok(());
    }
    let (ids, most) = (engine.ids.clone(), engine.settings.plans.interruptions_max);
    let left = engine.warehouse.interrupt_running(engine.clock.now(), most, move || ids.run_id()).await?;
    if !left.is_empty() {
        tracing::warn!(runs = left.len(), "runs of processes that are gone are gaps again");
        engine.events.run_changed();
        queue_check::check(engine).await?;
    }
    Ok(())
}

/// How long changes are gathered before pages hear of them: a recovery commits many a second.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// The mirror of the queue is brought up to date after so many times as long as that took the last time, so that a long queue costs
/// a process only a part of its time, and after this long at most.
const MIRRORED_AFTER_TIMES: u32 = 10;
const MIRRORED_AFTER_MAX: Duration = Duration::from_secs(5);

/// Follows what other processes change, until the engine stops.
pub(crate) async fn follow(engine: Engine, mut changes: Receiver<Elsewhere>) {
    let mut stopping = engine.stopping.subscribe();
    let (mut next_mirroring, mut is_behind) = (Instant::now(), false);
    while !*stopping.borrow_and_update() {
        let change = tokio::select! {
            change = changes.recv() => Some(change),
            () = tokio::time::sleep_until(next_mirroring.into()), if is_behind => None,
            _ = stopping.changed() => return,
        };
        let work = async {
            if let Some(change) = change {
                is_behind |= hear(&engine, change, &mut changes).await?;
            }
            if is_behind && Instant::now() >= next_mirroring {
                let started = Instant::now();
                is_behind = false;
                queue_check::check(&engine).await?;
                next_mirroring = Instant::now() + (started.elapsed() * MIRRORED_AFTER_TIMES).min(MIRRORED_AFTER_MAX);
            }
            Ok::<_, WarehouseError>(())
        };
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what another process changed could not be followed"),
            Err(_) => tracing::error!("following another process panicked"),
        }
        if changes.is_closed() {
            return;
        }
    }
}

/// Has pages hear of a change, and of those that come right after it; says whether the queue may have changed.
async fn hear(
    engine: &Engine,
    change: Result<Elsewhere, RecvError>,
    changes: &mut Receiver<Elsewhere>,
) -> Result<bool, WarehouseError> {
    let anything = || Elsewhere { subjects: Subject::ALL.to_vec(), is_decided: true };
    let mut gathered = match change {
        Ok(change) => change,
        Err(RecvError::Lagged(_)) => anything(),
        Err(RecvError::Closed) => return Ok(false),
    };
    // Whoever was signed in by another process is known here at once.
    if !gathered.is_decided {
        tokio::time::sleep(GATHERED_FOR).await;
    }
    while let Ok(change) = changes.try_recv() {
        gathered.subjects.extend(change.subjects);
        gathered.is_decided |= change.is_decided;
    }
    if gathered.is_decided {
        engine.renew_access(&engine.lock_users().await).await?;
    }
    if gathered.subjects.is_empty() {
        return Ok(false);
    }
    engine.events.run_changed();
    Ok(gathered.subjects.iter().any(|subject| matches!(subject, Subject::Runs | Subject::Plans)))
}
