//! What a test or a person sets and sees from outside, under `/_sim`.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::fault_book::{FaultId, FaultState, LateSales};
use crate::http::delivery;
use crate::journal::RequestReport;
use crate::request::{Refusal, date};
use crate::sim::Sim;

pub(super) async fn health(State(sim): State<Sim>) -> Json<Value> {
    let config = sim.config();
    Json(json!({ "status": "ok", "seed": config.seed, "branches": config.branches.len(), "now": sim.now() }))
}

pub(super) async fn faults(State(sim): State<Sim>) -> Json<Vec<FaultState>> {
    Json(sim.faults())
}

pub(super) async fn add_fault(State(sim): State<Sim>, body: Bytes) -> Response {
    match serde_json::from_slice::<Fault>(&body) {
        Ok(fault) => (StatusCode::CREATED, Json(json!({ "id": sim.add_fault(fault) }))).into_response(),
        Err(error) => delivery::refused(&Refusal::BadRequest(error.to_string())),
    }
}

pub(super) async fn remove_fault(State(sim): State<Sim>, Path(id): Path<FaultId>) -> StatusCode {
    if sim.remove_fault(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

pub(super) async fn clear_faults(State(sim): State<Sim>) -> Json<Value> {
    Json(json!({ "removed": sim.clear_faults() }))
}

pub(super) async fn add_late(State(sim): State<Sim>, body: Bytes) -> Response {
    match serde_json::from_slice::<LateSales>(&body) {
        Ok(late) => {
            sim.add_late(late);
            StatusCode::CREATED.into_response()
        }
        Err(error) => delivery::refused(&Refusal::BadRequest(error.to_string())),
    }
}

pub(super) async fn requests(State(sim): State<Sim>) -> Json<RequestReport> {
    Json(sim.requests())
}

#[derive(Deserialize)]
pub(super) struct TruthQuery {
    sucursal: String,
    fecha_desde: String,
    fecha_hasta: String,
}

pub(super) async fn truth(State(sim): State<Sim>, Query(query): Query<TruthQuery>) -> Response {
    let counted = tokio::task::spawn_blocking(move || {
        sim.truth(&query.sucursal, date(&query.fecha_desde)?, date(&query.fecha_hasta)?)
    });
    match counted.await {
        Ok(Ok(truth)) => Json(truth).into_response(),
        Ok(Err(refusal)) => delivery::refused(&refusal),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
