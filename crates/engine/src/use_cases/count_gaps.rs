//! How many gaps there are, for those who do not look at them: no cause is proven and nothing is priced.

use domain::filter::GapFilter;
use domain::read_model::{GapCount, GapList};
use domain::{EtlKind, Interval};
use jiff::SignedDuration;
use warehouse::Subject;

use super::list_gaps::list_question;
use crate::answer_cache::Question;
use crate::gap_views::places;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// The numbers of the list of the asked hours: those of a list that is kept, so that a page says the same as the count
    /// beside it while runs change both.
    pub async fn count_gaps(&self, actor: &Actor, filter: GapFilter) -> Result<GapCount, UseCaseError> {
        actor.may_read()?;
        let of_list = |list: &GapList| GapCount {
            total: list.totales.total,
            ventanas: list.totales.ventanas,
            max_horas: list.max_horas,
            generado_en: list.generado_en,
        };
        if let Some(count) = self.derived(&list_question(&filter), of_list) {
            return Ok(count);
        }
        let question = Question::new(
            "count_gaps",
            &filter,
            &[Subject::Runs, Subject::Sales, Subject::Decisions, Subject::Schedules],
        );
        self.cached(question, self.gap_count_now(filter)).await
    }

    async fn gap_count_now(&self, filter: GapFilter) -> Result<GapCount, UseCaseError> {
        let now = self.clock.now();
        let since = now.checked_sub(SignedDuration::from_hours(i64::from(filter.hours_max))).unwrap_or(now);
        let mut count = GapCount { total: 0, ventanas: 0, max_horas: filter.hours_max, generado_en: now };
        let Some(range) = Interval::new(since, now) else { return Ok(count) };
        for kind in filter.kind.map_or(EtlKind::ALL.to_vec(), |kind| vec![kind]) {
            let evidence = self.evidence_of(kind, filter.branch.as_ref(), range).await?;
            for (branch, of_branch) in &evidence.by_branch {
                let gaps = of_branch.gaps(&branch.zone).into_iter().map(|gap| gap.windows);
                let holes = evidence.holes.get(&branch.id).map(Vec::as_slice).unwrap_or_default();
                for windows in gaps.chain(places(branch, holes).into_iter().map(|(_, windows)| windows)) {
                    count.total += 1;
                    count.ventanas += u64::from(windows);
                }
            }
        }
        Ok(count)
    }
}
