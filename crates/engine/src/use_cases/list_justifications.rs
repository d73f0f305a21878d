//! The justifications that count.

use domain::Interval;
use domain::filter::GapFilter;
use domain::gap::GapClass;
use domain::read_model::{JustificationList, JustificationView};
use domain::window::{LocalPeriod, half_hours};
use jiff::SignedDuration;
use warehouse::{Subject, Waiver, WaiverFilter};

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// The justifications of the asked hours that count, the most recent window first.
    pub async fn list_justifications(
        &self,
        actor: &Actor,
        filter: GapFilter,
    ) -> Result<JustificationList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("list_justifications", &filter, &[Subject::Decisions]);
        self.cached(question, self.justifications_now(filter)).await
    }

    async fn justifications_now(&self, filter: GapFilter) -> Result<JustificationList, UseCaseError> {
        let now = self.clock.now();
        self.branches.select(filter.branch.as_ref())?;
        let since = now.checked_sub(SignedDuration::from_hours(i64::from(filter.hours_max))).unwrap_or(now);
        let mut justificaciones: Vec<JustificationView> = Vec::new();
        if let Some(range) = Interval::new(since, now) {
            let filter = WaiverFilter { kind: filter.kind, branch: filter.branch, range };
            let waivers = self.warehouse.waivers(filter.clone()).await?;
            justificaciones.extend(waivers.into_iter().map(|waiver| self.justification_view(waiver)));
            let numbers = self.warehouse.number_waivers(filter).await?;
            justificaciones.extend(numbers.into_iter().map(|waiver| self.number_justification_view(waiver)));
            justificaciones
                .sort_by(|left, right| (right.inicio, &left.ubicacion_id).cmp(&(left.inicio, &right.ubicacion_id)));
        }
        Ok(JustificationList {
            ventanas: justificaciones.iter().map(|view| u64::from(view.ventanas)).sum(),
            justificaciones,
            max_horas: filter.hours_max,
            generado_en: now,
        })
    }

    /// A justification as it is shown. Of a store that is not configured any more, identifier and chain's zone are used.
    pub(super) fn justification_view(&self, waiver: Waiver) -> JustificationView {
        let branch = self.branches.find(&waiver.branch);
        let zone = branch.as_ref().map_or(&self.settings.schedules.zone, |branch| &branch.zone);
        let period = LocalPeriod::of(waiver.interval, zone);
        JustificationView {
            id: waiver.id,
            etl_tipo: waiver.kind,
            ubicacion_nombre: branch.as_ref().map_or_else(|| waiver.branch.to_string(), |branch| branch.name.clone()),
            ubicacion_id: waiver.branch,
            clase: GapClass::Coverage,
            facturas: Vec::new(),
            inicio: waiver.interval.start(),
            fin: waiver.interval.end(),
            fecha_desde: period.date_from,
            fecha_hasta: period.date_to,
            hora_desde: period.from_text(),
            hora_hasta: period.to_text(),
            ventanas: u32::try_from(half_hours(waiver.interval, zone).len()).unwrap_or(u32::MAX),
            motivo: waiver.justification.reason,
            nota: waiver.justification.note,
            nombre: waiver.justification.person,
            registrada_en: waiver.registered_at,
            registrada_en_local: zone.to_datetime(waiver.registered_at),
        }
    }
}
