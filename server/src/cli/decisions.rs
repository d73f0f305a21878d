//! What decisions ask of a target: an engine of one's own, or a running server.

use domain::filter::GapFilter;
use domain::read_model::{
    CalendarAnswer, CalendarList, CalendarPreview, CalendarRequest, ConfirmLossAnswer, ConfirmLossRequest, GapList,
    HolidayAnswer, HolidayRequest, JustificationPreview, JustificationPreviewRequest, JustifyAnswer, JustifyRequest,
    JustifySelectionAnswer, JustifySelectionRequest, ReconcileAnswer, ReconcileRequest, WithdrawAnswer,
    WithdrawRequest,
};
use engine::Selection;
use jiff::civil::DateTime;

use super::target::Target;
use crate::failure::{Failure, use_case_failure};

impl Target {
    /// What was missing at a moment of the chain's clock; now where there is none.
    pub async fn gaps_at(&self, filter: GapFilter, moment: Option<DateTime>) -> Result<GapList, Failure> {
        match self {
            Self::Local(engine, actor) => engine.list_gaps_at(actor, filter, moment).await.map_err(use_case_failure),
            Self::Remote(server) => server.gaps_at(&filter, moment).await,
        }
    }

    /// Gives up what is missing of a period.
    pub async fn justify(&self, request: JustifyRequest) -> Result<JustifyAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.justify(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("justificar-gap", &request).await,
        }
    }

    /// Shows what of a selection would be given up.
    pub async fn preview_justification(
        &self,
        request: JustificationPreviewRequest,
    ) -> Result<JustificationPreview, Failure> {
        match self {
            Self::Local(engine, actor) => {
                let selection = Selection { kind: request.etl_tipo, periods: request.periodos };
                engine.preview_justification(actor, selection).await.map_err(use_case_failure)
            }
            Self::Remote(server) => server.post("justificar-seleccion/vista-previa", &request).await,
        }
    }

    /// Gives up what was shown under a hash.
    pub async fn justify_selection(&self, request: JustifySelectionRequest) -> Result<JustifySelectionAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => {
                let selection = Selection { kind: request.etl_tipo, periods: request.periodos };
                let words = (request.motivo, request.nota.as_deref());
                engine.justify_selection(actor, selection, &request.hash, words).await.map_err(use_case_failure)
            }
            Self::Remote(server) => server.post("justificar-seleccion", &request).await,
        }
    }

    /// Has the losses in doubt of a day believed.
    pub async fn confirm_loss(&self, request: ConfirmLossRequest) -> Result<ConfirmLossAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.confirm_loss(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("confirmar-perdida", &request).await,
        }
    }

    /// Takes a justification back.
    pub async fn withdraw(&self, request: WithdrawRequest) -> Result<WithdrawAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.withdraw_justification(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("retirar-justificacion", &request).await,
        }
    }

    /// Queues a day to be compared with the source.
    pub async fn reconcile(&self, request: ReconcileRequest) -> Result<ReconcileAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.reconcile(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("conciliar", &request).await,
        }
    }

    /// The calendar of each store.
    pub async fn calendars(&self) -> Result<CalendarList, Failure> {
        match self {
            Self::Local(engine, actor) => engine.list_calendars(actor).await.map_err(use_case_failure),
            Self::Remote(server) => server.calendars().await,
        }
    }

    /// What another calendar of a store would change.
    pub async fn preview_calendar(&self, request: CalendarRequest) -> Result<CalendarPreview, Failure> {
        match self {
            Self::Local(engine, actor) => engine.preview_calendar(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("calendarios/vista-previa", &request).await,
        }
    }

    /// Gives a store another calendar.
    pub async fn change_calendar(&self, request: CalendarRequest) -> Result<CalendarAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.change_calendar(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("calendarios/guardar", &request).await,
        }
    }

    /// What other hours of a day would change in all stores.
    pub async fn preview_holiday(&self, request: HolidayRequest) -> Result<CalendarPreview, Failure> {
        match self {
            Self::Local(engine, actor) => engine.preview_holiday(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("calendarios/dia/vista-previa", &request).await,
        }
    }

    /// Gives a day other hours in all stores.
    pub async fn change_holiday(&self, request: HolidayRequest) -> Result<HolidayAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.change_holiday(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.post("calendarios/dia/guardar", &request).await,
        }
    }
}
