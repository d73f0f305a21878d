//! `GET /api/etl/tracking/frescura`.

use domain::read_model::FreshnessList;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// When the stock of each warehouse was last taken.
#[server(prefix = "/api", endpoint = "etl/tracking/frescura", input = GetUrl)]
pub async fn read_freshness(
    /// A store; all where absent.
    ubicacion_id: Option<String>,
) -> Result<FreshnessList, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("get_freshness", None, ubicacion_id.as_deref()))?;
    let branch = domain::filter::branch(ubicacion_id.as_deref());
    session.answer(session.engine.stock_freshness(&session.actor, branch)).await
}
