//! `POST /api/etl/tracking/justificar-seleccion/vista-previa` and `POST …/justificar-seleccion`: many periods of many
//! stores at once, after a preview.

use domain::filter::{InvalidParameter, choice, required};
use domain::read_model::{JustificationPreview, JustifySelectionAnswer, PlanPeriod};
use leptos::server;
use server_fn::codec::Json;

use super::ApiError;

/// Shows what would be given up. The fields are those of [`domain::read_model::JustificationPreviewRequest`].
#[server(prefix = "/api", endpoint = "etl/tracking/justificar-seleccion/vista-previa", input = Json)]
pub async fn preview_justification(
    /// `ventas` or `inventario`.
    etl_tipo: Option<String>,
    /// Periods, local to their stores.
    periodos: Option<Vec<PlanPeriod>>,
) -> Result<JustificationPreview, ApiError> {
    let call = engine::EndpointCall::about("preview_justification", etl_tipo.as_deref(), None);
    let session = super::session::Session::of(call)?;
    let selection = session.checked(selection_of(etl_tipo.as_deref(), periodos))?;
    session.answer(session.engine.preview_justification(&session.actor, selection)).await
}

/// Gives up what was shown under a hash, or nothing. The fields are those of
/// [`domain::read_model::JustifySelectionRequest`].
#[server(prefix = "/api", endpoint = "etl/tracking/justificar-seleccion", input = Json)]
pub async fn justify_selection(
    /// `ventas` or `inventario`.
    etl_tipo: Option<String>,
    /// As they were shown.
    periodos: Option<Vec<PlanPeriod>>,
    /// What was shown.
    hash: Option<String>,
    /// One of the reasons.
    motivo: Option<String>,
    /// More about it.
    nota: Option<String>,
) -> Result<JustifySelectionAnswer, ApiError> {
    let call = engine::EndpointCall::about("justify_selection", etl_tipo.as_deref(), None);
    let session = super::session::Session::of(call)?;
    let selection = session.checked(selection_of(etl_tipo.as_deref(), periodos))?;
    let reason = choice("motivo", motivo.as_deref()).and_then(|reason| required("motivo", reason));
    let words = (session.checked(reason)?, nota.as_deref());
    let hash = session.checked(required("hash", hash))?;
    session.answer(session.engine.justify_selection(&session.actor, selection, &hash, words)).await
}

fn selection_of(kind: Option<&str>, periods: Option<Vec<PlanPeriod>>) -> Result<engine::Selection, InvalidParameter> {
    let kind = required("etl_tipo", choice("etl_tipo", kind)?)?;
    Ok(engine::Selection { kind, periods: periods.unwrap_or_default() })
}
