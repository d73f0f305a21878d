//! The first load: every half hour of the last days that is expected and missing.

use domain::filter::{InvalidParameter, Requirement};
use domain::recovery::windows_to_recover;
use domain::{Branch, EtlKind, Interval, IntervalSet, RunMode, Window};
use jiff::SignedDuration;

use super::extract::ExtractAnswer;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Queues the missing half hours of sales of the last days, day by day for all branches, without those to leave
    /// out. Every half hour that has ended counts: its schedule may have fired before this process began.
    pub async fn load_missing(
        &self,
        actor: &Actor,
        days: u32,
        leave_out: &[Window],
    ) -> Result<ExtractAnswer, UseCaseError> {
        actor.may_operate_everywhere()?;
        let most = self.settings.extract_days_max;
        if days > most {
            let requirement = Requirement::UpTo { most, given: days };
            return Err(InvalidParameter { name: "dias", requirement }.into());
        }
        let now = self.clock.now();
        let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
        let Some(range) = Interval::new(since, now) else { return Err(UseCaseError::NothingToExtract) };
        let branches = self.branches.select(None)?;
        let planning = self.lock_planning().await;
        let mut evidence = self
            .evidence(EvidenceRequest::current(EtlKind::Sales, &branches, range, now, EvidenceScope::MissingOnly))
            .await?;
        // A first load fetches what is not there; numbers that are missing in what is there are for people to request.
        evidence.by_branch.iter_mut().for_each(|(_, evidence)| evidence.unproven = IntervalSet::empty());
        let mut windows: Vec<(&Branch, Window)> = evidence
            .by_branch
            .iter()
            .flat_map(|(branch, evidence)| {
                let windows = windows_to_recover(&branch.id, EtlKind::Sales, range, evidence, &branch.zone);
                windows.into_iter().map(|window| (&**branch, window))
            })
            .filter(|(_, window)| !leave_out.contains(window))
            .collect();
        // Oldest first over all branches, so that the grid fills evenly; identifiers follow that order.
        windows.sort_by_key(|(_, window)| window.interval.start());
        let run_of =
            |(branch, window): (&Branch, Window)| self.new_run(EtlKind::Sales, branch, window.interval, RunMode::Full);
        let runs = windows.into_iter().map(run_of).collect();
        self.queue_batch(planning, "carga_inicial", actor, runs).await
    }
}
