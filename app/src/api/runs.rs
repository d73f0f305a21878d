//! `GET /api/etl/tracking/ejecuciones`.

use domain::read_model::RunPage;
use leptos::server;
use server_fn::codec::GetUrl;

use super::ApiError;

/// One page of runs.
#[server(prefix = "/api", endpoint = "etl/tracking/ejecuciones", input = GetUrl)]
pub async fn list_runs(
    /// `ventas` or `inventario`; both where absent.
    etl_tipo: Option<String>,
    /// A store; all where absent.
    ubicacion_id: Option<String>,
    /// A mode of runs; all where absent.
    modo: Option<String>,
    /// A state of runs; all where absent.
    estado: Option<String>,
    /// What was queued together; all where absent.
    lote_id: Option<String>,
    /// At most this many, 1 to 100; 20 where absent.
    limite: Option<String>,
    /// The `cursor_siguiente` of the page before; the first page where absent.
    cursor: Option<String>,
) -> Result<RunPage, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about(
        "get_ejecuciones",
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
    ))?;
    let filter = domain::filter::RunFilter::parse(
        etl_tipo.as_deref(),
        ubicacion_id.as_deref(),
        modo.as_deref(),
        estado.as_deref(),
        limite.as_deref(),
        cursor.as_deref(),
    );
    let filter = session.checked(filter.and_then(|filter| filter.of_batch(lote_id.as_deref())))?;
    session.answer(session.engine.list_runs(&session.actor, filter)).await
}
