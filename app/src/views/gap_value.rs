//! What a gap is worth, and what all of them are.

use domain::read_model::{GapTotals, GapView};
use domain::value::ValueBasis;
use leptos::prelude::*;

use super::Tone;
use crate::format::{dollars, rounded, whole};
use crate::preferences::language;

/// The middle, the range beneath it, and on what both rest; or why there is none.
pub fn value_of(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let Some(value) = &gap.valor else {
        return match gap.ventanas_sin_historia {
            0 => view! {
                <span class="nothing muted" aria-hidden="true">"–"</span>
                <span class="visually-hidden">{texts.no_value_hint()}</span>
            }
            .into_any(),
            _ => view! { <span class="muted" title=texts.no_history_hint()>{texts.no_history()}</span> }.into_any(),
        };
    };
    let known = whole(language, value.muestras.into());
    let mut basis = match value.base {
        ValueBasis::SameWeekday => texts.based_on_weekday(known),
        ValueBasis::EveryDay => texts.based_on_days(known),
        ValueBasis::SourceDifference => texts.based_on_difference().to_owned(),
        ValueBasis::MissingLines => texts.based_on_lines().to_owned(),
        ValueBasis::MissingInvoices => texts.based_on_invoices().to_owned(),
    };
    if gap.ventanas_sin_historia > 0 {
        basis = format!("{basis} {}", texts.partly_unknown(whole(language, gap.ventanas_sin_historia.into())));
    }
    let range = (value.usd_desde != value.usd_hasta)
        .then(|| texts.value_range(rounded(language, value.usd_desde), rounded(language, value.usd_hasta)));
    let title = basis.clone();
    view! {
        <span class="stack" title=title>
            <span>{dollars(language, value.usd)}</span>
            {range.map(|range| view! { <span class="muted">{range}</span> })}
            <span class="visually-hidden">{basis}</span>
        </span>
    }
    .into_any()
}

/// What all gaps of the list are worth.
pub fn value_card(totals: &GapTotals) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let is_nothing = totals.valor_usd.is_zero();
    let hint = match (totals.ventanas_sin_historia, is_nothing) {
        (0, true) => texts.value_nothing_hint().to_owned(),
        (0, false) => {
            texts.value_card_hint(rounded(language, totals.valor_usd_desde), rounded(language, totals.valor_usd_hasta))
        }
        (unknown, _) => texts.value_unknown_hint(whole(language, unknown)),
    };
    view! {
        <div class=format!("card stat {}", if is_nothing { Tone::Neutral } else { Tone::Bad }.class())>
            <dt class="stat-label">
                <span class="dot" aria-hidden="true"></span>
                {texts.value_card()}
            </dt>
            <dd class="stat-value">{rounded(language, totals.valor_usd)}</dd>
            <dd class="stat-hint">{hint}</dd>
        </div>
    }
    .into_any()
}
