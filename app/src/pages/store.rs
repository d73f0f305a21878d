//! `/tiendas/{id}`: one store: its week, what is missing, how reliable it is, its stock, its hours, and what was done.

use axum::http::StatusCode;
use domain::EtlKind;
use domain::problem::ProblemCode;
use domain::read_model::{CalendarList, DecisionPage, FreshnessList, GapList, Metrics, RunPage};
use engine::{CoverageGrid, Topic};
use futures::join;
use leptos::prelude::*;

use crate::api::{
    GridRequest, list_calendars, list_decisions, list_gaps, list_runs, read_coverage_grid, read_freshness, read_metrics,
};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{CALENDARS, COVERAGE, GAPS, HISTORY, Query, RECOVER_PATH, RUNS, STORES_PATH};
use crate::values::Values;
use crate::views::{
    CopyButton, GAPS_FORM, decisions_table, freshness_table, gaps_table, hours_of_today, may_operate_store,
    run_figures, runs_table, week_of_store,
};

/// Days that the page looks back.
const DAYS: u32 = 7;
/// Runs that it shows.
const RUNS_SHOWN: u32 = 5;
/// Decisions that it shows.
const DECISIONS_SHOWN: u32 = 5;

/// The page of a store.
pub async fn store_page(values: Values) -> Page {
    let texts = language().stores();
    let id = values.get("id");
    let request = GridRequest { branch: id.clone(), days: DAYS, ..GridRequest::default() };
    let sales = Some(EtlKind::Sales.to_string());
    let hours = Some((DAYS * 24).to_string());
    let (grid, gaps, metrics, warehouses, calendars, runs, decisions) = join!(
        read_coverage_grid(request),
        list_gaps(sales.clone(), id.clone(), hours, Some("valor".to_owned()), None),
        read_metrics(sales, id.clone(), Some(DAYS.to_string())),
        read_freshness(id.clone()),
        list_calendars(),
        list_runs(None, id.clone(), None, None, None, Some(RUNS_SHOWN.to_string()), None),
        list_decisions(id.clone(), None, None, Some(DECISIONS_SHOWN.to_string()), None),
    );
    let name = grid.as_ref().ok().and_then(|grid| grid.rows.first()).map(|row| row.name.clone());
    let Some(name) = name else {
        let is_unknown = grid.as_ref().is_err_and(|error| error.0.codigo == ProblemCode::NotFound);
        let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::OK };
        // What is wrong is said once.
        let content = part(texts.part(), grid.map(|_| ()), Some(STORES_PATH), |()| ().into_any());
        return Page::new(STORES_PATH, texts.title(), &[], content).with_status(status);
    };
    let id = id.unwrap_or_default();
    let query = Query::of(GAPS, &[("ubicacion_id", &id)]);
    let content = view! {
        {heading(&name, &id, calendars.ok().as_ref())}
        {part(texts.week(), grid, None, |grid| week(&grid, &id))}
        {part(language().gaps().part(), gaps, None, |gaps| pending(&gaps, &query))}
        {part(texts.reliability(), metrics, None, |metrics| reliability(&metrics))}
        {part(language().freshness().part(), warehouses, None, stock_of)}
        {part(language().runs().part(), runs, None, |page| recent(page, &id))}
        {part(language().history().part(), decisions, None, |page| decided(page, &id))}
    };
    Page::new(STORES_PATH, name, &[Topic::Gaps, Topic::Runs], content)
}

fn heading(name: &str, id: &str, calendars: Option<&CalendarList>) -> AnyView {
    let texts = language().stores();
    let calendar = calendars.and_then(|list| list.calendarios.iter().find(|one| one.ubicacion_id.as_str() == id));
    let hours = calendars.zip(calendar);
    let hours = hours.map(|(list, calendar)| hours_of_today(&calendar.calendario, list.generado_en_local.date()));
    let href = Query::of(CALENDARS, &[("ubicacion_id", id)]).href();
    view! {
        <div class="page-header">
            <p><a class="link" href=STORES_PATH>{texts.all()}</a></p>
            <h1>{name.to_owned()}</h1>
            <p class="muted">
                <code>{id.to_owned()}</code> " " <CopyButton text=id.to_owned()/> " " {hours} " "
                <a class="link" href=href>{texts.change_hours()}</a>
            </p>
        </div>
    }
    .into_any()
}

fn week(grid: &CoverageGrid, id: &str) -> AnyView {
    let language = language();
    let href = Query::of(COVERAGE, &[("ubicacion_id", id), ("zoom", "mes")]).href();
    view! {
        <section class="panel" aria-labelledby="semana">
            <div class="panel-head">
                <h2 id="semana">{language.stores().week()}</h2>
                <a class="link" href=href>{language.stores().month()}</a>
            </div>
            {week_of_store(grid)}
        </section>
    }
    .into_any()
}

fn pending(gaps: &GapList, query: &Query) -> AnyView {
    let texts = language().gaps();
    let everything = gaps.gaps.iter().any(|gap| gap.recuperable && may_operate_store(&gap.ubicacion_id)).then(|| {
        view! {
            <button class="button button-primary" type="submit" form=GAPS_FORM name="que" value="todo" aria-haspopup="dialog">
                {language().stores().recover_all()}
            </button>
        }
    });
    let filters = query.pairs().iter().map(|(name, value)| {
        view! { <input type="hidden" name=*name value=value.clone()/> }
    });
    view! {
        <section class="panel" aria-labelledby="faltantes-titulo">
            <div class="panel-head">
                <h2 id="faltantes-titulo">{texts.title()}</h2>
                {everything}
            </div>
            <form id=GAPS_FORM method="post" action=RECOVER_PATH data-dialogo="">
                {filters.collect_view()}
                <input type="hidden" name="volver" value=crate::page::own_address()/>
            </form>
            {gaps_table(gaps, query, None, false)}
        </section>
    }
    .into_any()
}

fn reliability(metrics: &Metrics) -> AnyView {
    run_figures(&metrics.cifras, language().stores().reliability())
}

fn stock_of(list: FreshnessList) -> AnyView {
    view! {
        <section aria-labelledby="inventario-titulo">
            <h2 id="inventario-titulo">{language().freshness().title()}</h2>
            {freshness_table(list)}
        </section>
    }
    .into_any()
}

fn recent(page: RunPage, id: &str) -> AnyView {
    let all = Query::of(RUNS, &[("ubicacion_id", id)]).href();
    latest("corridas", language().stores().recent(), all, runs_table(page.ejecuciones, page.generado_en))
}

fn decided(page: DecisionPage, id: &str) -> AnyView {
    let all = Query::of(HISTORY, &[("ubicacion_id", id)]).href();
    latest("decisiones", language().history().title(), all, decisions_table(page.decisiones, page.generado_en))
}

/// The newest rows of a list, with the way to all of it.
fn latest(id: &'static str, title: &'static str, all: String, rows: AnyView) -> AnyView {
    view! {
        <section class="panel" aria-labelledby=id>
            <div class="panel-head">
                <h2 id=id>{title}</h2>
                <a class="link" href=all>{language().stores().see_all()}</a>
            </div>
            {rows}
        </section>
    }
    .into_any()
}
