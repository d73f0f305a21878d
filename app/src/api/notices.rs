//! Notices to people who are not looking. No endpoint: the contract does not know them.

use domain::filter::{InvalidParameter, Requirement};
use engine::{ChannelView, DeliveryCursor, NoticesView};

use super::ApiError;

/// Rules, channels and a page of deliveries.
pub async fn read_notices(cursor: Option<String>) -> Result<NoticesView, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_avisos"))?;
    let after = session.checked(cursor.as_deref().map(read_cursor).transpose())?;
    session.answer(session.engine.notices(&session.actor, after)).await
}

/// Channels whose latest attempt failed.
pub async fn read_failing_channels() -> Result<Vec<ChannelView>, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_avisos_canales"))?;
    session.answer(session.engine.failing_channels(&session.actor)).await
}

/// Sends a message to a channel that says that it is a test.
pub async fn try_notice(channel: String) -> Result<(), ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("probar_aviso"))?;
    session.answer(session.engine.try_notice(&session.actor, &channel)).await
}

fn read_cursor(text: &str) -> Result<DeliveryCursor, InvalidParameter> {
    text.parse().map_err(|_| InvalidParameter { name: "cursor", requirement: Requirement::CursorOfList })
}
