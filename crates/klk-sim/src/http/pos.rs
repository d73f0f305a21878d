//! The endpoints of the contract.

use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connection::ConnectionSwitch;
use crate::fault::{Endpoint, FaultKind, Question};
use crate::http::delivery;
use crate::listing::Listing;
use crate::request::{BranchArticlesRequest, Refusal, SalesRequest, WarehouseArticlesRequest};
use crate::sim::Sim;

/// There under [`super::serve`] only.
type Connection = Option<Extension<ConnectInfo<ConnectionSwitch>>>;

pub(super) async fn sales(State(sim): State<Sim>, connection: Connection, body: Bytes) -> Response {
    let parsed = read::<SalesRequest>(&body).and_then(|request| {
        let window = request.window(sim.config().days_max)?;
        Ok((request, window))
    });
    let (request, window) = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => return delivery::refused(&refusal),
    };
    let question = Question {
        endpoint: Endpoint::Sales,
        path: "/ventas",
        branches: vec![request.branch.clone()],
        window: Some(window),
        summary: request.summary(),
    };
    answer(sim, connection, question, move |sim| sim.sales(&request)).await
}

pub(super) async fn warehouse_articles(State(sim): State<Sim>, connection: Connection, body: Bytes) -> Response {
    let codes = match read::<WarehouseArticlesRequest>(&body) {
        Ok(request) => request.warehouses.into_vec(),
        Err(refusal) => return delivery::refused(&refusal),
    };
    let branches =
        codes.iter().filter_map(|code| sim.world().warehouse(code)).map(|(store, _)| store.branch.code.clone());
    let question = articles_question("/maestra/articulos/almacen", branches.collect(), &codes);
    answer(sim, connection, question, move |sim| sim.world().warehouse_articles(&codes, sim.now())).await
}

pub(super) async fn branch_articles(State(sim): State<Sim>, connection: Connection, body: Bytes) -> Response {
    let codes = match read::<BranchArticlesRequest>(&body) {
        Ok(request) => request.branches.into_vec(),
        Err(refusal) => return delivery::refused(&refusal),
    };
    let question = articles_question("/maestra/articulos/reposicion", codes.clone(), &codes);
    answer(sim, connection, question, move |sim| sim.world().branch_articles(&codes, sim.now())).await
}

#[derive(Deserialize)]
pub(super) struct WarehousesQuery {
    sucursal: Option<String>,
}

pub(super) async fn all_warehouses(
    State(sim): State<Sim>,
    connection: Connection,
    Query(query): Query<WarehousesQuery>,
) -> Response {
    let question = warehouses_question("/maestra/almacenes/Reposicion", query.sucursal.iter().cloned().collect());
    answer(sim, connection, question, move |sim| sim.world().all_warehouses(query.sucursal.as_deref())).await
}

pub(super) async fn sales_floors(State(sim): State<Sim>, connection: Connection) -> Response {
    let question = warehouses_question("/maestra/almacenes/pisoventa", Vec::new());
    answer(sim, connection, question, |sim| Ok(sim.world().sales_floors())).await
}

fn articles_question(path: &'static str, mut branches: Vec<String>, codes: &[String]) -> Question {
    branches.dedup();
    Question { endpoint: Endpoint::Articles, path, branches, window: None, summary: codes.join(",") }
}

fn warehouses_question(path: &'static str, branches: Vec<String>) -> Question {
    Question { endpoint: Endpoint::Warehouses, path, branches, window: None, summary: String::new() }
}

/// By hand instead of by an extractor, so that whatever is wrong with a body is a 400.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::BadRequest(error.to_string()))
}

/// Makes the answer and lets go wrong with it what is to go wrong.
async fn answer(
    sim: Sim,
    connection: Connection,
    question: Question,
    make: impl FnOnce(&Sim) -> Result<Listing, Refusal> + Send + 'static,
) -> Response {
    let fault = sim.admit(&question).map(|fault| fault.kind);
    if let Some(kind) = &fault {
        tracing::debug!(path = question.path, summary = question.summary, ?kind, "a fault hits");
    }
    sim.pause(sim.config().latency).await;
    let switch = connection.map(|Extension(ConnectInfo(switch))| switch);
    match &fault {
        Some(FaultKind::Status { code, html }) => return delivery::status(*code, *html),
        Some(FaultKind::Error200 { message }) => return delivery::error_200(message),
        Some(FaultKind::NotJson) => return delivery::not_json(),
        Some(FaultKind::Refuse) => return delivery::closed(switch),
        Some(FaultKind::Reset) => return delivery::reset(switch),
        Some(FaultKind::Hang { seconds }) => {
            sim.pause(Duration::from_secs(*seconds)).await;
            return delivery::closed(switch);
        }
        Some(FaultKind::Slow { milliseconds }) => sim.pause(Duration::from_millis(*milliseconds)).await,
        _ => {}
    }
    // A day of a store takes long enough to be kept off the threads that serve connections.
    let maker = sim.clone();
    match tokio::task::spawn_blocking(move || make(&maker)).await {
        Ok(Ok(listing)) => deliver(sim, listing, fault),
        Ok(Err(refusal)) => delivery::refused(&refusal),
        Err(error) => {
            tracing::error!(%error, "an answer could not be made");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn deliver(sim: Sim, mut listing: Listing, fault: Option<FaultKind>) -> Response {
    match fault {
        Some(FaultKind::Short { missing_lines }) => listing.shorten(missing_lines),
        Some(FaultKind::DuplicateLines { count }) => listing.duplicate(count),
        Some(FaultKind::MalformedLine { at, malformation }) => listing.spoil(at, malformation),
        Some(FaultKind::CutBody { after_bytes }) => return delivery::cut(listing.into_body(), after_bytes),
        Some(FaultKind::Drip { chunk_bytes, pause_milliseconds }) => {
            return delivery::drip(sim, listing.into_body(), chunk_bytes, Duration::from_millis(pause_milliseconds));
        }
        _ => {}
    }
    delivery::json(listing.into_body())
}
