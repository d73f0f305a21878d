//! Bars with their figures: a picture for the eye, and a table for everybody.

use std::fmt::Write as _;

use engine::SalesFigures;
use leptos::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::format::{dollars, rounded, whole};
use crate::preferences::language;

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 130.0;
/// Room above for figures, and below for names.
const MARGIN: f64 = 16.0;
/// More bars are too narrow for a figure and a name each: only the highest has a figure, and every third a name.
const LABELLED_MAX: usize = 8;

/// A bar: what it is of, as the picture and as the table say it, and its value now and a week earlier.
pub struct Bar {
    /// In a word.
    pub label: String,
    /// In full.
    pub name: String,
    /// Its height is what was sold in USD.
    pub sales: SalesFigures,
    /// A week earlier; None where nothing is known of it.
    pub before: Option<SalesFigures>,
}

/// Bars with a line where each was a week earlier; beneath them the same as a table. `finding` says what there is to see.
pub fn bar_chart(bars: &[Bar], finding: String, head: &'static str) -> AnyView {
    let texts = language().metrics();
    let value = |usd: Decimal| usd.to_f64().unwrap_or_default();
    let values = bars.iter().flat_map(|bar| [Some(bar.sales), bar.before]).flatten().map(|sales| value(sales.usd));
    let highest = values.fold(1.0, f64::max);
    let step = WIDTH / bars.len().max(1) as f64;
    let height = |usd: Decimal| value(usd) / highest * (HEIGHT - 2.0 * MARGIN);
    let most = bars.iter().map(|bar| bar.sales.usd).max().unwrap_or_default();
    let has_before = bars.iter().any(|bar| bar.before.is_some());
    let is_wide = bars.len() <= LABELLED_MAX;
    let (mut own, mut before) = (String::new(), String::new());
    for (index, bar) in bars.iter().enumerate() {
        let (left, width, tall) = (index as f64 * step + step * 0.15, step * 0.7, height(bar.sales.usd));
        // Writing to a String does not fail.
        let _ = write!(own, "M{left:.1} {:.1}h{width:.1}v{tall:.1}h-{width:.1}z", HEIGHT - MARGIN - tall);
        if let Some(earlier) = bar.before {
            let from = index as f64 * step + step * 0.05;
            let _ = write!(before, "M{from:.1} {:.1}h{:.1}", HEIGHT - MARGIN - height(earlier.usd), step * 0.9);
        }
    }
    let texts_of = bars.iter().enumerate().map(|(index, bar)| {
        let middle = format!("{:.1}", (index as f64 + 0.5) * step);
        let name = (is_wide || index % 3 == 0).then(|| {
            let y = format!("{:.1}", HEIGHT - 3.0);
            view! { <text x=middle.clone() y=y>{bar.label.clone()}</text> }
        });
        let figure = (is_wide || bar.sales.usd == most).then(|| {
            // Above the line of the week before as well, so that neither crosses the other.
            let top = height(bar.sales.usd).max(bar.before.map(|earlier| height(earlier.usd)).unwrap_or_default());
            let y = format!("{:.1}", HEIGHT - MARGIN - top - 4.0);
            view! { <text x=middle y=y>{rounded(language(), bar.sales.usd)}</text> }
        });
        view! { {name} {figure} }
    });
    let rows = bars.iter().map(|bar| {
        let cell = |label: &'static str, text: fn(SalesFigures) -> String| {
            let before = bar.before.map_or_else(|| "–".to_owned(), text);
            view! {
                <td class="number" data-label=label>
                    <span class="stack">
                        <span>{text(bar.sales)}</span>
                        <span class="muted"><span class="visually-hidden">{texts.week_before()} " "</span>{before}</span>
                    </span>
                </td>
            }
        };
        view! {
            <tr>
                <th scope="row" data-label=head>{bar.name.clone()}</th>
                {cell(texts.sales_usd(), |sales| dollars(language(), sales.usd))}
                {cell(texts.invoices(), |sales| whole(language(), sales.invoices))}
                {cell(texts.lines(), |sales| whole(language(), sales.lines))}
            </tr>
        }
    });
    view! {
        <figure class="chart">
            <figcaption>{finding}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" font-size="10" text-anchor="middle" fill="currentColor">
                <path class="bar-value" d=own></path>
                <path fill="none" stroke="currentColor" stroke-width="1.5" d=before></path>
                {texts_of.collect_view()}
            </svg>
            {has_before.then(|| view! { <p class="muted">{texts.chart_line()}</p> })}
            <details>
                <summary>{texts.figures()}</summary>
                <p class="muted">{texts.figures_hint()}</p>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{head}</th>
                            <th scope="col" class="number">{texts.sales_usd()}</th>
                            <th scope="col" class="number">{texts.invoices()}</th>
                            <th scope="col" class="number">{texts.lines()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}
