//! `GET /api/etl/tracking/decisiones`.

use domain::read_model::DecisionPage;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// One page of what was decided.
#[server(prefix = "/api", endpoint = "etl/tracking/decisiones", input = GetUrl)]
pub async fn list_decisions(
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// An action; all where absent.
    accion: Option<String>,
    /// A part of the name of who decided.
    actor: Option<String>,
    /// At most this many, 1 to 100; 50 where absent.
    limite: Option<String>,
    /// The `cursor_siguiente` of the page before.
    cursor: Option<String>,
) -> Result<DecisionPage, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("get_decisions", None, ubicacion_id.as_deref()))?;
    let filter = session.checked(domain::decision::DecisionFilter::parse(
        ubicacion_id.as_deref(),
        accion.as_deref(),
        actor.as_deref(),
        limite.as_deref(),
        cursor.as_deref(),
    ))?;
    session.answer(session.engine.list_decisions(&session.actor, filter)).await
}
