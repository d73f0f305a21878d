//! The lists that can be had as files, each from the use case of its page.

use domain::decision::DecisionFilter;
use domain::filter::{GapFilter, MetricsFilter, RunFilter};
use domain::read_model::{
    BranchMetrics, DecisionView, FreshnessView, GapView, JustificationView, PlanView, ReconciliationView, RunView,
};
use engine::{Actor, Engine, UseCaseError};
use serde_json::Value;
use warehouse::ColumnKind;

use super::filter::ExportFilter;
use super::head::columns;
use super::stores::{self, Store, StoreDay};

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Exported {
    /// What is missing.
    #[value(help = "Lo que falta")]
    Pendientes,
    /// Runs.
    #[value(help = "Las ejecuciones")]
    Ejecuciones,
    /// Who decided what.
    #[value(help = "Quién decidió qué")]
    Decisiones,
    /// Days that were compared with the source.
    #[value(help = "Los días que se compararon con KLK")]
    Cambios,
    /// The last snapshot of each warehouse.
    #[value(help = "La última foto de cada almacén")]
    Inventario,
    /// What was justified.
    #[value(help = "Lo justificado")]
    Justificados,
    /// Reliability by store.
    #[value(help = "La confiabilidad de cada tienda")]
    Metricas,
    /// Recoveries.
    #[value(help = "Las recuperaciones")]
    Recuperaciones,
    /// The days of each store.
    #[value(help = "Los días de cada tienda, con lo que falta")]
    Cobertura,
    /// Stores.
    #[value(help = "Las tiendas, con lo que les falta")]
    Tiendas,
}

impl Exported {
    /// Every one of them.
    pub const ALL: [Self; 10] = [
        Self::Pendientes,
        Self::Ejecuciones,
        Self::Decisiones,
        Self::Cambios,
        Self::Inventario,
        Self::Justificados,
        Self::Metricas,
        Self::Recuperaciones,
        Self::Cobertura,
        Self::Tiendas,
    ];

    /// Its name in addresses and of its file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pendientes => "pendientes",
            Self::Ejecuciones => "ejecuciones",
            Self::Decisiones => "decisiones",
            Self::Cambios => "cambios",
            Self::Inventario => "inventario",
            Self::Justificados => "justificados",
            Self::Metricas => "metricas",
            Self::Recuperaciones => "recuperaciones",
            Self::Cobertura => "cobertura",
            Self::Tiendas => "tiendas",
        }
    }

    /// The columns of a list without rows.
    pub(super) fn columns(self) -> Vec<(String, ColumnKind)> {
        match self {
            Self::Pendientes => columns::<GapView>(),
            Self::Ejecuciones => columns::<RunView>(),
            Self::Decisiones => columns::<DecisionView>(),
            Self::Cambios => columns::<ReconciliationView>(),
            Self::Inventario => columns::<FreshnessView>(),
            Self::Justificados => columns::<JustificationView>(),
            Self::Metricas => columns::<BranchMetrics>(),
            Self::Recuperaciones => columns::<PlanView>(),
            Self::Cobertura => columns::<StoreDay>(),
            Self::Tiendas => columns::<Store>(),
        }
    }
}

/// Rows of a page, as many as one may have.
const PAGE: &str = "100";

/// Recoveries that one may ask for at once.
const PLANS_MAX: u32 = 100;

/// The rows of a list, the first `rows_max` of them.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    exported: Exported,
    filter: &ExportFilter,
    rows_max: usize,
) -> Result<Vec<Value>, UseCaseError> {
    let get = |name| filter.get(name);
    let (kind, branch) = (get("etl_tipo"), get("ubicacion_id"));
    let mut rows = match exported {
        Exported::Pendientes => {
            let gaps = GapFilter::parse(kind, branch, get("max_horas"), get("ordenar"))?;
            values(engine.list_gaps(actor, gaps).await?.gaps)
        }
        Exported::Justificados => {
            let gaps = GapFilter::parse(kind, branch, get("max_horas").or(Some("8784")), None)?;
            values(engine.list_justifications(actor, gaps).await?.justificaciones)
        }
        Exported::Metricas => {
            let metrics = MetricsFilter::parse(kind, branch, get("dias"))?;
            values(engine.metrics(actor, metrics).await?.por_tienda)
        }
        Exported::Inventario => {
            let branch = domain::filter::branch(branch);
            values(engine.stock_freshness(actor, branch).await?.almacenes)
        }
        Exported::Cambios => {
            let days = domain::filter::bounded("dias", get("dias"), 7, 1, 31)?;
            values(engine.list_reconciliations(actor, domain::filter::branch(branch), days).await?.conciliaciones)
        }
        Exported::Recuperaciones => values(engine.list_plans(actor, PLANS_MAX).await?.planes),
        Exported::Cobertura => values(stores::days(engine, actor, filter).await?),
        Exported::Tiendas => values(stores::stores(engine, actor, filter).await?),
        Exported::Ejecuciones => runs(engine, actor, filter, rows_max).await?,
        Exported::Decisiones => decisions(engine, actor, filter, rows_max).await?,
    };
    rows.truncate(rows_max);
    Ok(rows)
}

async fn runs(
    engine: &Engine,
    actor: &Actor,
    filter: &ExportFilter,
    rows_max: usize,
) -> Result<Vec<Value>, UseCaseError> {
    let get = |name| filter.get(name);
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = RunFilter::parse(
            get("etl_tipo"),
            get("ubicacion_id"),
            get("modo"),
            get("estado"),
            Some(PAGE),
            cursor.as_deref(),
        )?;
        let page = engine.list_runs(actor, page).await?;
        rows.extend(values(page.ejecuciones));
        cursor = page.cursor_siguiente;
        if cursor.is_none() || rows.len() >= rows_max {
            return Ok(rows);
        }
    }
}

async fn decisions(
    engine: &Engine,
    actor: &Actor,
    filter: &ExportFilter,
    rows_max: usize,
) -> Result<Vec<Value>, UseCaseError> {
    let get = |name| filter.get(name);
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = DecisionFilter::parse(get("ubicacion_id"), get("accion"), None, Some(PAGE), cursor.as_deref())?;
        let page = engine.list_decisions(actor, page).await?;
        rows.extend(values(page.decisiones));
        cursor = page.cursor_siguiente;
        if cursor.is_none() || rows.len() >= rows_max {
            return Ok(rows);
        }
    }
}

/// What cannot be written as JSON has no row; nothing of ours is.
fn values<T: serde::Serialize>(list: Vec<T>) -> Vec<Value> {
    list.into_iter().filter_map(|one| serde_json::to_value(one).ok()).collect()
}
