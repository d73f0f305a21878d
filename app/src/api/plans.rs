//! `/api/etl/tracking/planes`: the preview of a recovery, its start, and what is done to it.

use domain::read_model::{PlanDetail, PlanList, PlanPeriod, PlanPreview, PlanView};
use leptos::server;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// Shows what would run, and keeps it for its start. The fields are those of [`domain::read_model::PlanRequest`].
#[server(prefix = "/api", endpoint = "etl/tracking/planes", input = Json)]
pub async fn plan_recovery(
    /// `ventas` or `inventario`.
    etl_tipo: Option<String>,
    /// Stores; all where absent.
    ubicaciones: Option<Vec<String>>,
    /// Periods, local to their stores.
    periodos: Option<Vec<PlanPeriod>>,
    /// Everything of the last days.
    ultimos_dias: Option<u32>,
    /// Also what is loaded already.
    repetir_cargado: Option<bool>,
    /// Only while the store is closed.
    fuera_de_horario: Option<bool>,
    /// Only what the list of gaps has, without half hours that have just ended.
    solo_pendientes: Option<bool>,
) -> Result<PlanPreview, ApiError> {
    let branch = only_branch(ubicaciones.as_deref(), periodos.as_deref());
    let call = engine::EndpointCall::about("planear_recuperacion", etl_tipo.as_deref(), branch.as_deref());
    let session = super::session::Session::of(call)?;
    let request = request_of(etl_tipo.as_deref(), ubicaciones, (periodos, ultimos_dias));
    let request = domain::read_model::PlanRequest {
        repetir_cargado: repetir_cargado.unwrap_or_default(),
        fuera_de_horario: fuera_de_horario.unwrap_or_default(),
        solo_pendientes: solo_pendientes.unwrap_or_default(),
        ..session.checked(request)?
    };
    session.answer(session.engine.plan_recovery(&session.actor, request)).await
}

/// Plans that were started, the newest first.
#[server(prefix = "/api", endpoint = "etl/tracking/planes", input = GetUrl)]
pub async fn list_plans(
    /// At most this many; 20 where absent.
    limite: Option<String>,
) -> Result<PlanList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_planes"))?;
    let limit = session.checked(domain::filter::bounded("limite", limite.as_deref(), 20, 1, 100))?;
    session.answer(session.engine.list_plans(&session.actor, limit)).await
}

/// One plan: how it goes, its windows, and who did what to it.
#[server(prefix = "/api", endpoint = "etl/tracking/plan", input = GetUrl)]
pub async fn read_plan(
    /// Its id (`lote_id`), its hash, or the first digits of it.
    hash: Option<String>,
) -> Result<PlanDetail, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("get_plan"))?;
    session.answer(session.engine.read_plan(&session.actor, &hash.unwrap_or_default())).await
}

/// Starts the plan of a hash: what was shown runs, or nothing.
#[server(prefix = "/api", endpoint = "etl/tracking/planes/iniciar", input = Json)]
pub async fn start_plan(
    /// Its hash, or the first digits of it.
    hash: Option<String>,
) -> Result<PlanView, ApiError> {
    // The name that recoveries have in Sentry, whatever asks for them; of which store, the plan knows.
    let session = super::session::Session::of(engine::EndpointCall::about_everything("recuperar_gap"))?;
    session.answer(session.engine.start_plan(&session.actor, &hash.unwrap_or_default())).await
}

/// Holds a plan.
#[server(prefix = "/api", endpoint = "etl/tracking/planes/pausar", input = Json)]
pub async fn pause_plan(
    /// Its hash, or the first digits of it.
    hash: Option<String>,
    /// Why.
    motivo: Option<String>,
) -> Result<PlanView, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("pausar_plan"))?;
    session.answer(session.engine.pause_plan(&session.actor, &hash.unwrap_or_default(), motivo)).await
}

/// Lets a held plan go on.
#[server(prefix = "/api", endpoint = "etl/tracking/planes/reanudar", input = Json)]
pub async fn resume_plan(
    /// Its hash, or the first digits of it.
    hash: Option<String>,
    /// Why.
    motivo: Option<String>,
) -> Result<PlanView, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("reanudar_plan"))?;
    session.answer(session.engine.resume_plan(&session.actor, &hash.unwrap_or_default(), motivo)).await
}

/// Takes back what waits of a plan.
#[server(prefix = "/api", endpoint = "etl/tracking/planes/cancelar", input = Json)]
pub async fn cancel_plan(
    /// Its hash, or the first digits of it.
    hash: Option<String>,
    /// Why.
    motivo: Option<String>,
) -> Result<PlanView, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("cancelar_plan"))?;
    session.answer(session.engine.cancel_plan(&session.actor, &hash.unwrap_or_default(), motivo)).await
}

/// The store, where a request names exactly one.
fn only_branch(branches: Option<&[String]>, periods: Option<&[PlanPeriod]>) -> Option<String> {
    let of_periods = periods.into_iter().flatten().filter_map(|period| Some(period.ubicacion_id.as_ref()?.as_str()));
    let mut named = branches.into_iter().flatten().map(String::as_str).chain(of_periods);
    let first = named.next()?;
    named.all(|other| other == first).then(|| first.to_owned())
}

fn request_of(
    etl_tipo: Option<&str>,
    ubicaciones: Option<Vec<String>>,
    (periodos, ultimos_dias): (Option<Vec<PlanPeriod>>, Option<u32>),
) -> Result<domain::read_model::PlanRequest, domain::filter::InvalidParameter> {
    let kind = domain::filter::choice("etl_tipo", etl_tipo)?;
    Ok(domain::read_model::PlanRequest {
        etl_tipo: domain::filter::required("etl_tipo", kind)?,
        ubicaciones: ubicaciones.unwrap_or_default().into_iter().map(domain::BranchId::new).collect(),
        periodos: periodos.unwrap_or_default(),
        ultimos_dias,
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    })
}
