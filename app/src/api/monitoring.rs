//! `GET /api/monitoreo` and `POST /api/monitoreo/prueba`.

use domain::read_model::MonitoringView;
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// What was sent to Sentry, what is queued, what was dropped, and the last check-in of each cron monitor.
#[server(prefix = "/api", endpoint = "monitoreo", input = GetUrl)]
pub async fn read_monitoring() -> Result<MonitoringView, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_monitoreo"))?;
    session.answer(session.engine.monitoring_view(&session.actor)).await
}

/// Fails as something of ours would, so that people see it arrive in Sentry. It never ends well.
#[server(prefix = "/api", endpoint = "monitoreo/prueba", input = Json)]
pub async fn try_monitoring(
    /// What is to fail: `error`.
    que: Option<String>,
) -> Result<(), ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("probar_monitoreo"))?;
    let trial = domain::filter::choice("que", que.as_deref());
    let trial = session.checked(trial.and_then(|trial| domain::filter::required("que", trial)))?;
    session.answer(async { session.engine.monitoring_trial(&session.actor, trial) }).await
}
