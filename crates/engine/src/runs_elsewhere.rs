//! Runs that this process queued and another one has: what waits for their end here, a check-in or a look at all stores, hears of it.

use std::collections::HashSet;

use domain::incident::Verdict;
use domain::{ErrorClass, RunId, RunState};
use warehouse::WarehouseError;

use crate::engine::Engine;
use crate::incidents;

/// Takes out of the mirror what waits no more in the database: another process has it, or it was cancelled. Then looks at those
/// whose end is waited for here.
pub(crate) async fn let_go(engine: &Engine, queued: &HashSet<RunId>) -> Result<(), WarehouseError> {
    for run in engine.queue.take_out(|run| !queued.contains(&run)) {
        engine.membership.await_end(run);
    }
    let awaited: Vec<RunId> = engine.membership.away().keys().copied().collect();
    for record in engine.warehouse.runs(awaited.clone()).await? {
        let Some(verdict) = verdict_of(record.state) else { continue };
        let Some(run) = engine.membership.away().remove(&record.id) else { continue };
        if let Some(check_in) = run.check_in.as_ref().filter(|_| record.state != RunState::Failed && verdict != FAILED)
        {
            check_in.succeed();
        }
        incidents::run_ended(engine, &record, verdict);
    }
    Ok(())
}

/// Which class another process's run failed with is in its row; that it failed is enough to judge its store.
const FAILED: Verdict = Verdict::Failed(ErrorClass::ApiError);

/// None of a run that has not ended.
const fn verdict_of(state: RunState) -> Option<Verdict> {
    match state {
        RunState::Queued | RunState::Running => None,
        RunState::Succeeded => Some(Verdict::Answered),
        RunState::Failed | RunState::Partial => Some(FAILED),
        RunState::Interrupted | RunState::Cancelled => Some(Verdict::NotJudged),
    }
}
