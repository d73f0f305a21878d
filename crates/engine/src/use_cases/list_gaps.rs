//! The list of gaps.

use domain::filter::GapFilter;
use domain::read_model::{GapList, GapView};
use domain::{EtlKind, Interval};
use jiff::SignedDuration;

use crate::{Actor, Engine, UseCaseError, gaps};

impl Engine {
    /// Every gap of the asked hours, the most recent first.
    pub async fn list_gaps(&self, _actor: &Actor, filter: GapFilter) -> Result<GapList, UseCaseError> {
        let now = self.clock.now();
        let branches = self.branches.select(filter.branch.as_ref())?;
        let since = now.checked_sub(SignedDuration::from_hours(i64::from(filter.hours_max))).unwrap_or(now);
        let settled = now.checked_sub(self.settings.gap_grace).unwrap_or(now);
        let mut found: Vec<GapView> = Vec::new();
        if let Some(range) = Interval::new(since, now) {
            let kinds = filter.kind.map_or(EtlKind::ALL.to_vec(), |kind| vec![kind]);
            for kind in kinds {
                let evidence = gaps::evidence(self, kind, &branches, range, settled).await?;
                for (branch, evidence) in evidence.by_branch {
                    let gaps = evidence.gaps(&branch.zone).into_iter();
                    found.extend(gaps.map(|gap| gaps::view(kind, branch, gap, self.settings.gap_grace, now)));
                }
            }
        }
        found.sort_by(|left, right| {
            (right.inicio, &left.ubicacion_id, left.etl_tipo).cmp(&(left.inicio, &right.ubicacion_id, right.etl_tipo))
        });
        Ok(GapList {
            totales: gaps::totals(&found),
            gaps: found,
            tiendas: self.branches.choices(),
            max_horas: filter.hours_max,
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }
}
