//! `GET /api/etl/tracking/cron/status`.

use domain::read_model::ScheduleList;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// Every schedule, its last and next run, and what it did today.
#[server(prefix = "/api", endpoint = "etl/tracking/cron/status", input = GetUrl)]
pub async fn list_schedules() -> Result<ScheduleList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("cron_status"))?;
    session.answer(session.engine.schedules(&session.actor)).await
}
