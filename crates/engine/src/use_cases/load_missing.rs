//! The first load: every half hour of the last days that is expected and missing.

use domain::{EtlKind, Interval, RunMode, Window};
use jiff::SignedDuration;
use warehouse::NewRun;

use super::extract::ExtractAnswer;
use crate::{Actor, Engine, UseCaseError, gaps};
use domain::recovery::windows_to_recover;

impl Engine {
    /// Queues the missing half hours of sales of the last days, day by day for all branches, without those to leave
    /// out. Every half hour that has ended counts: its schedule may have fired before this process began.
    pub async fn load_missing(
        &self,
        actor: &Actor,
        days: u32,
        leave_out: &[Window],
    ) -> Result<ExtractAnswer, UseCaseError> {
        actor.may_operate()?;
        let now = self.clock.now();
        let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
        let Some(range) = Interval::new(since, now) else { return Err(UseCaseError::NothingToExtract) };
        let branches = self.branches.select(None)?;
        let evidence = gaps::evidence(self, EtlKind::Sales, &branches, range, now).await?;
        let mut runs: Vec<NewRun> = evidence
            .by_branch
            .iter()
            .flat_map(|(branch, evidence)| {
                windows_to_recover(&branch.id, EtlKind::Sales, range, evidence, &branch.zone)
                    .into_iter()
                    .filter(|window| !leave_out.contains(window))
                    .map(|window| (*branch, window))
            })
            .map(|(branch, window)| NewRun {
                id: self.ids.run_id(),
                kind: EtlKind::Sales,
                branch: branch.clone(),
                interval: window.interval,
                mode: RunMode::Full,
            })
            .collect();
        // Oldest first over all branches, so that the grid fills evenly; identifiers follow that order.
        runs.sort_by_key(|run| run.interval.start());
        for run in &mut runs {
            run.id = self.ids.run_id();
        }
        self.queue_batch("carga_inicial", actor, runs).await
    }
}
