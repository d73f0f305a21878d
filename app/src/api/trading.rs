//! Sales against the week before, and how late they arrived. No endpoint: the contract has the figures of runs.

use engine::Trading;

use super::ApiError;

/// Sales by day and hour, and how late they arrived.
pub async fn read_trading() -> Result<Trading, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_ventas_por_dia"))?;
    session.answer(session.engine.trading(&session.actor)).await
}
