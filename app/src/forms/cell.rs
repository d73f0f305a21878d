//! What is known of a store's day: what is missing of it, why, and what can be done.

use domain::gap::GapState;
use domain::read_model::GapView;
use engine::{CoverageGrid, GridCell, GridSpan};
use leptos::prelude::*;

use super::{back_of, step_page};
use crate::api::{ErrorMessage, GridRequest, read_coverage_grid};
use crate::format::{cause_of_gap, day, dollars, evidence_of_gap};
use crate::i18n::window_state_name;
use crate::page::Page;
use crate::preferences::language;
use crate::query::{AT, COVERAGE, JUSTIFY_PATH, PLANS_PATH, RECOVER_PATH, day_path, run_href};
use crate::values::Values;
use crate::views::{Failure, Pill, Step, Tone, is_shown, may_operate_store};

/// The form of the step's buttons.
const FORM: &str = "celda-form";

/// The step.
pub async fn look(values: Values) -> Page {
    let texts = language().coverage();
    let back = back_of(&values, COVERAGE.path);
    let request = GridRequest {
        kind: values.get("tipo"),
        branch: values.get("tienda"),
        last: values.get("fecha"),
        days: 1,
        at: values.get(AT),
    };
    let (body, confirm) = match read_coverage_grid(request).await {
        Ok(grid) => match grid.rows.first().and_then(|row| Some((row.name.clone(), row.cells.first()?.clone()))) {
            Some((name, cell)) => (body(&grid, &name, &cell, &back), to_day(&grid, &cell)),
            None => (view! { <p>{texts.nothing()}</p> }.into_any(), None),
        },
        Err(error) => {
            let message = ErrorMessage::from(&error);
            (view! { <Failure title=texts.title().to_owned() message/> }.into_any(), None)
        }
    };
    step_page(COVERAGE.path, Step { title: texts.day_title(), back, leave: language().action().close(), body, confirm })
}

fn to_day(grid: &CoverageGrid, cell: &GridCell) -> Option<AnyView> {
    let branch = &grid.rows.first()?.branch;
    let is_of_day = grid.kind == domain::EtlKind::Sales && !grid.is_past;
    is_of_day.then(|| {
        let href = day_path(branch, cell.date, None);
        view! { <a class="button" href=href>{language().gaps().day()}</a> }.into_any()
    })
}

fn body(grid: &CoverageGrid, name: &str, cell: &GridCell, back: &str) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let spans = cell.spans.iter().filter(|span| is_shown(span.state));
    let spans: Vec<_> = spans.map(|span| draw_span(grid, span)).collect();
    let nothing = spans.is_empty().then(|| view! { <p>{texts.nothing()}</p> });
    let hours = hours_back(grid, cell);
    let worth =
        (!cell.usd.is_zero()).then(|| view! { <p class="muted">{texts.worth(dollars(language, cell.usd))}</p> });
    view! {
        <p class="strong">{name.to_owned()} ", " {day(language, cell.date)}</p>
        <form id=FORM method="post" action=RECOVER_PATH data-dialogo="">
            <input type="hidden" name="volver" value=back.to_owned()/>
            <input type="hidden" name="max_horas" value=hours.to_string()/>
        </form>
        <ul class="cell-spans">{spans}</ul>
        {worth}
        {nothing}
    }
    .into_any()
}

/// How far back a list of gaps has to go to have those of the day.
fn hours_back(grid: &CoverageGrid, cell: &GridCell) -> i64 {
    const MOST: i64 = 8784;
    let days = cell.date.until(grid.today).map_or(0, |span| i64::from(span.get_days()));
    ((days + 2) * 24).clamp(24, MOST)
}

fn draw_span(grid: &CoverageGrid, span: &GridSpan) -> AnyView {
    let language = language();
    let gap = span.gap.and_then(|index| grid.gaps.get(index));
    let cause = gap.map(|gap| {
        let worth = gap.valor.as_ref().map(|value| dollars(language, value.usd));
        let run = gap.ejecucion_id.map(|run| {
            view! { " " <a class="link" href=run_href(run)>{language.gaps().run()}</a> }
        });
        view! {
            <p>
                {cause_of_gap(language, gap)} {worth.map(|worth| view! { " · " {worth} })} {run}
            </p>
            <p class="muted">{evidence_of_gap(language, gap)}</p>
        }
    });
    let buttons = gap.filter(|gap| !grid.is_past && may_operate_store(&gap.ubicacion_id)).map(buttons);
    view! {
        <li class="cell-span">
            <p>
                <span class="strong">{format!("{} – {}", span.from, span.to)}</span>
                " "
                <Pill tone=Tone::from(span.state) label=window_state_name(language, span.state)/>
            </p>
            {cause}
            {buttons}
        </li>
    }
    .into_any()
}

fn buttons(gap: &GapView) -> AnyView {
    let language = language();
    let button = |id: &'static str, class: &'static str, path: Option<&'static str>, text: &'static str| {
        view! {
            <button
                class=class
                id=format!("{id}-{}", gap.id)
                type="submit"
                form=FORM
                formaction=path
                name="uno"
                value=gap.id.clone()
            >
                {text}
            </button>
        }
    };
    let recover =
        gap.recuperable.then(|| button("celda-recuperar", "button button-primary", None, language.gaps().recover()));
    let held = (gap.estado == GapState::Held)
        .then(|| view! { <a class="button" href=PLANS_PATH>{language.state().held()}</a> });
    let is_idle = gap.ejecucion_en_curso_id.is_none();
    let justify = is_idle.then(|| button("celda-justificar", "button", Some(JUSTIFY_PATH), language.justify().open()));
    view! { <p class="actions">{recover} {held} " " {justify}</p> }.into_any()
}
