//! How well runs did: their success, and how long they took.

use domain::read_model::{Metrics, RunFigures};
use leptos::prelude::*;

use super::{FigureCard, Tone};
use crate::format::{decimal, duration, whole};
use crate::preferences::language;
use crate::query::store_path;

/// Success, typical and slow duration, and what was loaded.
pub fn run_figures(figures: &RunFigures, label: &'static str) -> AnyView {
    let language = language();
    let texts = language.metrics();
    let tone = if figures.fallidas > 0 { Tone::Warning } else { Tone::Good };
    view! {
        <dl class="cards" aria-label=label>
            <FigureCard
                label=texts.success()
                figure=share(figures)
                tone
                hint=texts.success_hint(whole(language, figures.exitosas), whole(language, figures.exitosas + figures.fallidas))
            />
            <FigureCard
                label=texts.typical()
                figure=time(figures.duracion_p50_segundos)
                tone=Tone::Neutral
                hint=texts.typical_hint()
            />
            <FigureCard
                label=texts.slow()
                figure=time(figures.duracion_p95_segundos)
                tone=Tone::Neutral
                hint=texts.slow_hint()
            />
            <FigureCard
                label=texts.records()
                figure=whole(language, figures.registros)
                tone=Tone::Neutral
                hint=texts.records_hint()
            />
        </dl>
    }
    .into_any()
}

fn share(figures: &RunFigures) -> String {
    let text = |percent: f64| format!("{} %", decimal(language(), percent, 1));
    figures.tasa_exito_pct.map_or_else(|| "—".to_owned(), text)
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "—".to_owned(), |seconds| duration(language(), seconds))
}

/// The same by store, the least reliable first.
pub fn run_figures_by_store(metrics: &Metrics) -> AnyView {
    let language = language();
    let texts = language.metrics();
    let mut stores: Vec<_> = metrics.por_tienda.iter().collect();
    stores.sort_by(|one, other| {
        let rank = |share: Option<f64>| share.unwrap_or(f64::INFINITY);
        rank(one.cifras.tasa_exito_pct).total_cmp(&rank(other.cifras.tasa_exito_pct))
    });
    let rows = stores.into_iter().map(|store| {
        let figures = &store.cifras;
        let width = figures.tasa_exito_pct.unwrap_or_default().clamp(0.0, 100.0);
        view! {
            <tr>
                <th scope="row" data-label=texts.store()>
                    <a class="row-link" href=store_path(&store.ubicacion_id)>{store.ubicacion_nombre.clone()}</a>
                </th>
                <td data-label=texts.success()>
                    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <path class="bar-ground" d="M0 0h100v8h-100z"></path>
                        <path class="bar-value" d=format!("M0 0h{width:.1}v8h-{width:.1}z")></path>
                    </svg>
                    " "
                    {share(figures)}
                </td>
                <td data-label=texts.failed() class="number">{whole(language, figures.fallidas)}</td>
                <td data-label=texts.typical() class="number">{time(figures.duracion_p50_segundos)}</td>
                <td data-label=texts.slow() class="number">{time(figures.duracion_p95_segundos)}</td>
                <td data-label=texts.source_typical() class="number">{time(figures.extraccion_p50_segundos)}</td>
                <td data-label=texts.source_slow() class="number">{time(figures.extraccion_p95_segundos)}</td>
                <td data-label=texts.records() class="number">{whole(language, figures.registros)}</td>
            </tr>
        }
    });
    view! {
        <table class="table">
            <caption class="visually-hidden">{texts.caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.store()}</th>
                    <th scope="col">{texts.success()}</th>
                    <th scope="col" class="number">{texts.failed()}</th>
                    <th scope="col" class="number">{texts.typical()}</th>
                    <th scope="col" class="number">{texts.slow()}</th>
                    <th scope="col" class="number">{texts.source_typical()}</th>
                    <th scope="col" class="number">{texts.source_slow()}</th>
                    <th scope="col" class="number">{texts.records()}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
