//! Several processes that share a database: each holds a lease, one of them leads, and each follows what the others do.
//!
//! What this process keeps in memory, the mirror of the queue and who may do what, is brought up to date when another process has
//! changed it. Which run is whose is decided by the database: a claim takes a run once, whoever makes it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use warehouse::{Elsewhere, Subject, WarehouseError};

use crate::engine::Engine;
use crate::queue_check;

/// How many renewals a lease lasts for: one that is late or lost costs nothing.
const RENEWALS_IN_LEASE: u32 = 4;

/// Renews the lease until the engine stops, and gives it back. Who leads interrupts what processes without a lease left.
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
    let leads = engine.warehouse.renew_lease(membership.process().clone(), lease, may_lead).await;
    // Who cannot ask does not know, and so leads no more.
    let is_leader = *leads.as_ref().unwrap_or(&false);
    if membership.set_leads(is_leader) {
        tracing::info!(process = membership.name(), leads = is_leader, "who leads has changed");
    }
    if leads? {
        let (ids, most) = (engine.ids.clone(), engine.settings.plans.interruptions_max);
        let left = engine.warehouse.interrupt_running(engine.clock.now(), most, move || ids.run_id()).await?;
        if !left.is_empty() {
            tracing::warn!(runs = left.len(), "runs of processes that are gone are gaps again");
            engine.events.run_changed();
            queue_check::check(engine).await?;
        }
    }
    Ok(())
}

/// How long changes are gathered before they are followed: a recovery commits many a second.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// Follows what other processes change, until the engine stops.
pub(crate) async fn follow(engine: Engine, mut changes: Receiver<Elsewhere>) {
    let mut stopping = engine.stopping.subscribe();
    while !*stopping.borrow_and_update() {
        let change = tokio::select! {
            change = changes.recv() => change,
            _ = stopping.changed() => return,
        };
        let mut gathered = match change {
            Ok(change) => change,
            Err(RecvError::Lagged(_)) => Elsewhere { subjects: Subject::ALL.to_vec(), is_decided: true },
            Err(RecvError::Closed) => return,
        };
        // Whoever was signed in by another process is known here at once.
        if !gathered.is_decided {
            tokio::time::sleep(GATHERED_FOR).await;
        }
        while let Ok(change) = changes.try_recv() {
            gathered.subjects.extend(change.subjects);
            gathered.is_decided |= change.is_decided;
        }
        match AssertUnwindSafe(catch_up(&engine, &gathered)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "what another process changed could not be followed"),
            Err(_) => tracing::error!("following another process panicked"),
        }
    }
}

async fn catch_up(engine: &Engine, change: &Elsewhere) -> Result<(), WarehouseError> {
    if change.is_decided {
        engine.access.renew(engine.warehouse.access_records().await?, engine.clock.now());
    }
    if change.subjects.contains(&Subject::Runs) || change.subjects.contains(&Subject::Plans) {
        queue_check::check(engine).await?;
        engine.events.run_changed();
    } else if !change.subjects.is_empty() {
        engine.events.gaps_changed();
    }
    Ok(())
}
