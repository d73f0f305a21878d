//! The POS over HTTP.

mod control;
mod delivery;
mod pos;

use std::future::Future;
use std::io;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use crate::connection::{ConnectionSwitch, SwitchedListener};
use crate::sim::Sim;

/// The header that [`crate::SimConfig::api_key`] is expected in.
pub const API_KEY_HEADER: &str = "x-api-key";

/// The POS and its control endpoints.
///
/// Behind a server other than [`serve`], connections cannot be ended without an answer: there they end within it.
pub fn router(sim: Sim) -> Router {
    let pos = Router::new()
        .route("/ventas", post(pos::sales))
        .route("/maestra/articulos/almacen", post(pos::warehouse_articles))
        .route("/maestra/articulos/reposicion", post(pos::branch_articles))
        .route("/maestra/almacenes/Reposicion", get(pos::all_warehouses))
        .route("/maestra/almacenes/pisoventa", get(pos::sales_floors))
        .route_layer(from_fn_with_state(sim.clone(), check_api_key));
    let control = Router::new()
        .route("/_sim/health", get(control::health))
        .route("/_sim/faults", get(control::faults).post(control::add_fault).delete(control::clear_faults))
        .route("/_sim/faults/{id}", delete(control::remove_fault))
        .route("/_sim/late", post(control::add_late))
        .route("/_sim/requests", get(control::requests))
        .route("/_sim/truth", get(control::truth));
    pos.merge(control).with_state(sim)
}

/// Answers until the shutdown is there; who is waiting for an answer then gets it at once.
pub async fn serve(
    listener: TcpListener,
    sim: Sim,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router(sim.clone()).into_make_service_with_connect_info::<ConnectionSwitch>();
    axum::serve(SwitchedListener(listener), service)
        .with_graceful_shutdown(async move {
            shutdown.await;
            sim.close();
        })
        .await
}

async fn check_api_key(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let given = request.headers().get(API_KEY_HEADER).map(|value| value.as_bytes());
    match &sim.config().api_key {
        Some(expected) if given != Some(expected.as_bytes()) => {
            (StatusCode::UNAUTHORIZED, Json(json!({ "error": "No autorizado" }))).into_response()
        }
        _ => next.run(request).await,
    }
}
