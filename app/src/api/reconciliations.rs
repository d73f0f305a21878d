//! `GET /api/etl/tracking/conciliaciones` and `POST /api/etl/tracking/conciliar`.

use domain::read_model::{ReconcileAnswer, ReconciliationList};
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// Whether the source changed the last days of each store after they were over.
#[server(prefix = "/api", endpoint = "etl/tracking/conciliaciones", input = GetUrl)]
pub async fn list_reconciliations(
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// How many days, 1 to 31; 7 where absent.
    dias: Option<String>,
) -> Result<ReconciliationList, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("get_reconciliations", None, ubicacion_id.as_deref()))?;
    let days = session.checked(domain::filter::bounded("dias", dias.as_deref(), 7, 1, 31))?;
    let branch = domain::filter::branch(ubicacion_id.as_deref());
    session.answer(session.engine.list_reconciliations(&session.actor, branch, days)).await
}

/// Queues a day that is over to be compared with the source.
#[server(prefix = "/api", endpoint = "etl/tracking/conciliar", input = Json)]
pub async fn reconcile(
    /// The store.
    ubicacion_id: Option<String>,
    /// `YYYY-MM-DD`, local to the store.
    fecha: Option<String>,
) -> Result<ReconcileAnswer, ApiError> {
    let session =
        super::session::Session::of(engine::EndpointCall::about("reconcile_day", None, ubicacion_id.as_deref()))?;
    let request = session.checked(request_of(ubicacion_id.as_deref(), fecha))?;
    session.answer(session.engine.reconcile(&session.actor, request)).await
}

fn request_of(
    ubicacion_id: Option<&str>,
    fecha: Option<String>,
) -> Result<domain::read_model::ReconcileRequest, domain::filter::InvalidParameter> {
    use domain::filter::required;

    Ok(domain::read_model::ReconcileRequest {
        ubicacion_id: required("ubicacion_id", domain::filter::branch(ubicacion_id))?,
        fecha: required("fecha", fecha)?,
    })
}
