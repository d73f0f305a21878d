//! Justifying many periods at once, after a preview. It is no endpoint: the contract justifies a period of a store.

use domain::filter::{InvalidParameter, choice, required};
use domain::justification::Reason;
use domain::read_model::PlanPeriod;
use engine::{EndpointCall, JustifiedSelection, Selection, SelectionPreview};

use super::ApiError;
use super::session::Session;

/// Shows what would be given up.
pub async fn preview_justification(kind: Option<&str>, periods: Vec<PlanPeriod>) -> Result<SelectionPreview, ApiError> {
    let session = Session::of(EndpointCall::about("preview_justification", kind, None))?;
    let selection = session.checked(selection_of(kind, periods))?;
    session.answer(session.engine.preview_justification(&session.actor, selection)).await
}

/// Gives up what was shown under a hash, for a reason and with a note.
pub async fn justify_selection(
    kind: Option<&str>,
    periods: Vec<PlanPeriod>,
    hash: &str,
    (reason, note): (Option<&str>, Option<&str>),
) -> Result<JustifiedSelection, ApiError> {
    let session = Session::of(EndpointCall::about("justify_selection", kind, None))?;
    let selection = session.checked(selection_of(kind, periods))?;
    let reason: Reason = session.checked(choice("motivo", reason).and_then(|reason| required("motivo", reason)))?;
    session.answer(session.engine.justify_selection(&session.actor, selection, hash, (reason, note))).await
}

fn selection_of(kind: Option<&str>, periods: Vec<PlanPeriod>) -> Result<Selection, InvalidParameter> {
    Ok(Selection { kind: required("etl_tipo", choice("etl_tipo", kind)?)?, periods })
}
