//! Why what is missing of chosen cells stays: what would be justified, the question, and doing it.

use domain::EtlKind;
use domain::read_model::{GapView, JustificationPreview};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::chosen_cells::periods_of;
use super::justify::reason_fields;
use super::{back_field, back_of, done, step_page};
use crate::api::{ApiError, ErrorMessage, justify_selection, preview_justification};
use crate::format::{dollars, whole};
use crate::i18n::Language;
use crate::page::{Outcome, Page};
use crate::preferences::language;
use crate::query::{COVERAGE, SAVE_SELECTION_PATH};
use crate::values::Values;
use crate::views::{Failure, Step, confirm_button, period_of};

/// The form of the step.
const FORM: &str = "justificacion";
/// More stores than these are counted, not named.
const STORES_MAX: usize = 25;
/// Of a store, more periods than these are counted, not named.
const PERIODS_MAX: usize = 8;

/// Shows what would be justified, and asks for reason and note.
pub async fn look(values: Values) -> Outcome {
    Outcome::Page(page(&values, None).await)
}

/// Justifies what was shown; where that is no longer what is missing, shows what is.
pub async fn save(values: Values) -> Outcome {
    let (kind, periods) = (kind_of(&values).to_string(), periods_of(values.all("celda")));
    let (reason, note) = (values.get("motivo"), values.get("nota"));
    match justify_selection(Some(kind), Some(periods), values.get("hash"), reason, note).await {
        Ok(justified) => {
            let texts = language().justify();
            let text = match justified.ventanas {
                1 => texts.done_one().to_owned(),
                count => texts.done(whole(language(), count)),
            };
            done(back_of(&values, COVERAGE.path), text)
        }
        Err(error) => Outcome::Page(page(&values, Some(error)).await),
    }
}

/// Sales, unless the form says stock.
fn kind_of(values: &Values) -> EtlKind {
    values.get("etl_tipo").and_then(|kind| kind.parse().ok()).unwrap_or(EtlKind::Sales)
}

async fn page(values: &Values, failure: Option<ApiError>) -> Page {
    let language = language();
    let texts = language.justify();
    let kind = kind_of(values);
    let preview = preview_justification(Some(kind.to_string()), Some(periods_of(values.all("celda")))).await;
    let (preview, failure) = match (preview, failure) {
        (Ok(preview), failure) => (Some(preview), failure),
        (Err(error), failure) => (None, failure.or(Some(error))),
    };
    let message = failure
        .as_ref()
        .map(|error| view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(error)/> });
    let has_any = preview.as_ref().is_some_and(|preview| !preview.gaps.is_empty());
    let back = back_of(values, COVERAGE.path);
    let body = view! {
        {preview.map(|preview| view! { {facts(&preview)} {has_any.then(|| form(values, &preview, kind, &back))} })}
        {message}
    }
    .into_any();
    let confirm = has_any.then(|| confirm_button(FORM, texts.confirm()));
    let title = texts.title_selection();
    step_page(COVERAGE.path, Step { title, back, leave: language.action().cancel(), body, confirm })
}

fn form(values: &Values, preview: &JustificationPreview, kind: EtlKind, back: &str) -> AnyView {
    let cells = values.all("celda").map(|cell| view! { <input type="hidden" name="celda" value=cell.to_owned()/> });
    view! {
        <form
            class="step-form"
            id=FORM
            method="post"
            action=SAVE_SELECTION_PATH
            data-accion="justificar_gap"
            data-accion-etl-tipo=kind.to_string()
        >
            {cells.collect_view()}
            <input type="hidden" name="etl_tipo" value=kind.to_string()/>
            <input type="hidden" name="hash" value=preview.hash.to_string()/>
            {back_field(back)}
            {reason_fields(values)}
        </form>
    }
    .into_any()
}

/// How much of which stores, when, and what it is worth.
fn facts(preview: &JustificationPreview) -> AnyView {
    let language = language();
    let (texts, plan) = (language.justify(), language.plan());
    let in_progress = match preview.en_curso {
        0 => None,
        1 => Some(texts.one_in_progress().to_owned()),
        count => Some(texts.in_progress(whole(language, count))),
    };
    let in_progress = in_progress.map(|text| view! { <p class="muted">{text}</p> });
    if preview.gaps.is_empty() {
        return view! { <p class="strong">{texts.nothing_selection()}</p> {in_progress} }.into_any();
    }
    let stores: Vec<&[GapView]> = preview.gaps.chunk_by(|one, next| one.ubicacion_id == next.ubicacion_id).collect();
    let worth = worth_of(&preview.gaps).map(|worth| {
        view! { <dt>{language.gaps().value_card()}</dt> <dd class="strong">{dollars(language, worth)}</dd> }
    });
    let (named, others) = named_of(stores.len(), STORES_MAX);
    let others = (others > 0).then(|| view! { <li>{plan.more_stores(others)}</li> });
    let named = stores.iter().take(named).map(|gaps| store(language, gaps)).collect_view();
    view! {
        <p>{texts.question_selection()}</p>
        <dl class="facts">
            <dt>{plan.windows()}</dt>
            <dd class="strong">{windows(language, &preview.gaps)}</dd>
            {worth}
            <dt>{plan.stores()}</dt>
            <dd><ul class="plain-list">{named} {others}</ul></dd>
        </dl>
        {in_progress}
        <p class="muted">{texts.exactly()}</p>
    }
    .into_any()
}

fn store(language: Language, gaps: &[GapView]) -> AnyView {
    let name = gaps.first().map(|gap| gap.ubicacion_nombre.clone());
    let worth = worth_of(gaps).map(|worth| format!(" · {}", dollars(language, worth)));
    let (named, others) = named_of(gaps.len(), PERIODS_MAX);
    let periods = gaps.iter().take(named).map(|gap| view! { <li>{period_of(language, gap).to_string()}</li> });
    let others = (others > 0).then(|| view! { <li>{language.justify().more_periods(others)}</li> });
    view! {
        <li>
            <span class="strong">{name}</span>
            " · "
            {windows(language, gaps)}
            {worth}
            <ul class="plain-list muted">{periods.collect_view()} {others}</ul>
        </li>
    }
    .into_any()
}

/// How many of some are named, and how many are counted: one more than the limit takes no more room by its name.
const fn named_of(all: usize, most: usize) -> (usize, usize) {
    if all <= most + 1 { (all, 0) } else { (most, all - most) }
}

fn windows(language: Language, gaps: &[GapView]) -> String {
    match gaps.iter().map(|gap| u64::from(gap.ventanas)).sum() {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count)),
    }
}

/// In USD, as far as it is known.
fn worth_of(gaps: &[GapView]) -> Option<Decimal> {
    let worth: Decimal = gaps.iter().filter_map(|gap| gap.valor.as_ref()).map(|value| value.usd).sum();
    (!worth.is_zero()).then_some(worth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn many_stores_and_periods_are_counted_and_none_is_left_out_of_the_sum() {
        let gaps: Vec<GapView> = (0..STORES_MAX + 2)
            .flat_map(|store| {
                let of_store = move |_| GapView {
                    ubicacion_id: domain::BranchId::new(format!("t{store:02}")),
                    ventanas: 2,
                    ..sample::gap()
                };
                (0..PERIODS_MAX + 2).map(of_store)
            })
            .collect();
        let all = gaps.len() * 2;
        let hash = domain::plan::Plan::seal(EtlKind::Sales, domain::plan::PlanOptions::default(), []).hash().clone();
        let etl_tipo = EtlKind::Sales;
        let preview = JustificationPreview { hash, etl_tipo, ventanas: all as u64, tiendas: 27, en_curso: 1, gaps };
        let html = Owner::new().with(|| facts(&preview).to_html());
        assert!(html.contains(&format!("{all} medias horas")), "{html}");
        assert_eq!(html.matches("y 2 períodos más").count(), STORES_MAX);
        assert!(html.contains("y 2 tiendas más") && html.contains("1 media hora está en cola"), "{html}");
    }
}
