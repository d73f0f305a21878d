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
    for record in engine.warehouse.runs(awaited).await? {
        let Some(verdict) = verdict_of(record.state) else { continue };
        let Some(run) = engine.membership.away().remove(&record.id) else { continue };
        if let Some(check_in) = run.check_in.filter(|_| went_well(record.state)) {
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

/// Whether a firing that a run is part of may be reported as good for it. A cancelled run is one that nobody wants any more.
const fn went_well(state: RunState) -> bool {
    matches!(state, RunState::Succeeded | RunState::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_left_unfinished_does_not_make_a_firing_good() {
        let good = [RunState::Succeeded, RunState::Cancelled];
        let bad = [RunState::Failed, RunState::Partial, RunState::Interrupted];
        assert!(good.into_iter().all(went_well) && !bad.into_iter().any(went_well));
        assert!(good.into_iter().chain(bad).all(|state| verdict_of(state).is_some()));
        assert!([RunState::Queued, RunState::Running].into_iter().all(|state| verdict_of(state).is_none()));
    }
}
