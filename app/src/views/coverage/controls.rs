//! What a grid shows: sales or stock, how close, which days, and of which moment; and what is chosen of it.

use domain::EtlKind;
use engine::CoverageGrid;
use jiff::ToSpan;
use jiff::civil::Date;
use leptos::prelude::*;

use super::cell::CELLS_FORM;
use super::moment::moment;
use super::zoom::Zoom;
use crate::format::day;
use crate::i18n::kind_name;
use crate::preferences::language;
use crate::query::{JUSTIFY_SELECTION_PATH, Query, RECOVER_PATH};

/// Kind, zoom, and the ways to the days before and after.
pub fn coverage_controls(grid: &CoverageGrid, query: &Query, zoom: Zoom) -> AnyView {
    let language = language();
    let texts = language.coverage();
    let kinds = EtlKind::ALL.iter().map(|kind| {
        let value = (*kind != EtlKind::Sales).then_some(kind.as_str());
        segment(query.href_with("tipo", value), kind_name(language, *kind), *kind == grid.kind)
    });
    let place = |zoom: Zoom| Zoom::ALL.iter().position(|one| *one == zoom).unwrap_or_default();
    let zooms = Zoom::ALL.map(|one| {
        let name = match one {
            Zoom::Day => texts.zoom_day(),
            Zoom::Week => texts.zoom_week(),
            Zoom::Month => texts.zoom_month(),
            Zoom::Year => texts.zoom_year(),
        };
        let href = query.href_with("zoom", (one != Zoom::Week).then_some(one.code()));
        // The keys + and - lead there (frontend/js/grid.ts).
        let key = match (place(one) + 1, place(zoom) + 1) {
            (one, now) if one + 1 == now => Some("+"),
            (one, now) if one == now + 1 => Some("-"),
            _ => None,
        };
        view! { <a href=href aria-current=(one == zoom).then_some("true") data-zoom=key>{name}</a> }
    });
    let is_list = is_list(query);
    let (view_value, view_name) = if is_list { (None, texts.as_grid()) } else { (Some(LIST), texts.as_list()) };
    let other_view = query.href_with_all(&[("vista", view_value), ("pagina", None)]);
    let (first, last) = (grid.days.first().copied(), grid.days.last().copied());
    let days = match (first, last) {
        (Some(first), Some(last)) if first == last => day(language, first),
        (Some(first), Some(last)) => format!("{} – {}", day(language, first), day(language, last)),
        _ => String::new(),
    };
    let step = i64::from(zoom.days());
    let before = last.and_then(|last| last.checked_sub(step.days()).ok());
    let after = last.and_then(|last| last.checked_add(step.days()).ok()).filter(|_| last < Some(grid.today));
    let to = |date: Option<Date>, label: &'static str, sign: &'static str| {
        date.map(|date| {
            let value = (date < grid.today).then(|| date.to_string());
            let href = query.href_with("hasta", value.as_deref());
            view! { <a class="button" href=href aria-label=label title=label>{sign}</a> }
        })
    };
    view! {
        <div class="grid-controls">
            <nav class="segments" aria-label=language.filter().kind()>{kinds.collect_view()}</nav>
            <nav class="segments" aria-label=texts.zoom()>{zooms.collect_view()}</nav>
            <div class="grid-days">
                {to(before, texts.before(), "‹")}
                <span class="strong">{days}</span>
                {to(after, texts.after(), "›")}
            </div>
            <a class="link" id="otra-vista" href=other_view>{view_name}</a>
            {moment(grid, query)}
        </div>
    }
    .into_any()
}

/// The value of `vista` that shows the list.
const LIST: &str = "lista";

/// Whether the address asks for the list in the place of the table.
pub fn is_list(query: &Query) -> bool {
    query.get("vista").as_deref() == Some(LIST)
}

fn segment(href: String, name: &'static str, is_chosen: bool) -> AnyView {
    view! { <a href=href aria-current=is_chosen.then_some("true")>{name}</a> }.into_any()
}

/// What is missing of what is chosen, and the buttons that get it back or say why it stays. Scripts count; without them
/// the buttons act on whatever is ticked.
pub fn selection_bar(grid: &CoverageGrid, query: &Query) -> AnyView {
    let texts = language().coverage();
    let recover = (grid.kind == EtlKind::Sales).then(|| {
        view! {
            <button
                class="button button-primary"
                id="recuperar-celdas"
                type="submit"
                name="que"
                value="celdas"
                aria-haspopup="dialog"
            >
                {language().plan().title_selection()}
            </button>
        }
    });
    view! {
        <form class="grid-bar" id=CELLS_FORM method="post" action=RECOVER_PATH data-dialogo="">
            <input type="hidden" name="volver" value=query.href()/>
            <input type="hidden" name="max_horas" value="744"/>
            <input type="hidden" name="etl_tipo" value=grid.kind.to_string()/>
            <p
                class="grid-detail muted"
                id="celda-detalle"
                data-propio=""
                data-nada=texts.choose()
                data-una=texts.chosen_one()
                data-varias=texts.chosen("{n}")
                data-valor=texts.worth("{usd}")
            >
                {texts.choose()}
            </p>
            <button class="button needs-script" id="elegir-faltantes" type="button">{texts.choose_all()}</button>
            {recover}
            <button
                class="button"
                id="justificar-celdas"
                type="submit"
                formaction=JUSTIFY_SELECTION_PATH
                aria-haspopup="dialog"
            >
                {language().justify().title_selection()}
            </button>
        </form>
    }
    .into_any()
}
