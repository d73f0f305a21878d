//! Saying that lines which the source does not have any more are rightly gone, after what would go was shown.

use domain::read_model::GapView;
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{back_field, back_of, done, step_page};
use crate::api::{ApiError, ErrorMessage, confirm_loss, list_gaps};
use crate::format::{dollars, whole};
use crate::page::{Outcome, Page};
use crate::preferences::language;
use crate::query::{CONFIRM_PATH, GAPS};
use crate::values::Values;
use crate::views::{Failure, Step, awaits_confirmation, confirm_button, windows_of};

/// The form of the step.
const FORM: &str = "confirmacion";
/// As far back as a list may look.
const HOURS: &str = "720";

/// Shows what would go, and asks whether that is right.
pub async fn ask(values: Values, failure: Option<ApiError>) -> Page {
    let language = language();
    let texts = language.confirm();
    let (branch, date) = (values.get("ubicacion_id"), values.get("fecha").unwrap_or_default());
    let kind = Some(domain::EtlKind::Sales.to_string());
    let list = list_gaps(kind, branch.clone(), Some(HOURS.to_owned()), None, None).await;
    let (gaps, failure) = match (list, failure) {
        (Ok(list), failure) => (list.gaps, failure),
        (Err(error), failure) => (Vec::new(), failure.or(Some(error))),
    };
    let in_doubt: Vec<GapView> =
        gaps.into_iter().filter(|gap| gap.fecha_desde.to_string() == date && awaits_confirmation(gap)).collect();
    let message = failure
        .as_ref()
        .map(|error| view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(error)/> });
    let gone = (in_doubt.is_empty() && failure.is_none()).then(|| view! { <p>{texts.nothing()}</p> });
    let confirm = (!in_doubt.is_empty()).then(|| confirm_button(FORM, texts.confirm()));
    let store = branch.clone().unwrap_or_default();
    let back = back_of(&values, GAPS.path);
    let form = (!in_doubt.is_empty()).then(|| {
        let about = store.clone();
        view! {
            <p>{texts.question()}</p>
            {facts(&in_doubt)}
            <form
                class="step-form"
                id=FORM
                method="post"
                action=CONFIRM_PATH
                data-accion="confirmar_perdida"
                data-accion-ubicacion-id=about
            >
                <input type="hidden" name="ubicacion_id" value=store/>
                <input type="hidden" name="fecha" value=date/>
                {back_field(&back)}
            </form>
        }
    });
    let body = view! { {form} {gone} {message} }.into_any();
    step_page(GAPS.path, Step { title: texts.title(), back, leave: language.action().cancel(), body, confirm })
}

/// Store, day, and what the source has less of each: half hours, lines, US dollars.
fn facts(in_doubt: &[GapView]) -> AnyView {
    let language = language();
    let (texts, recover) = (language.confirm(), language.recover());
    let lines: u64 = in_doubt.iter().map(lines_gone).sum();
    let money: Decimal = in_doubt.iter().filter_map(money_gone).sum();
    let is_valued = in_doubt.iter().any(|gap| money_gone(gap).is_some());
    let worth = is_valued.then(|| {
        view! { <dt>{texts.worth()}</dt><dd class="strong">{dollars(language, money)}</dd> }
    });
    let store = in_doubt.first().map(|gap| gap.ubicacion_nombre.clone());
    let periods = in_doubt.iter().map(|gap| {
        view! { <li>{gap.hora_desde.clone()} " – " {gap.hora_hasta.clone()} " · " {windows_of(language, gap)}</li> }
    });
    view! {
        <dl class="facts">
            <dt>{recover.store()}</dt>
            <dd class="strong">{store}</dd>
            <dt>{recover.period()}</dt>
            <dd><ul class="plain-list">{periods.collect_view()}</ul></dd>
            <dt>{texts.lines()}</dt>
            <dd class="strong">{whole(language, lines)}</dd>
            {worth}
        </dl>
    }
    .into_any()
}

fn lines_gone(gap: &GapView) -> u64 {
    let proof = &gap.evidencia;
    proof.cargadas.unwrap_or_default().saturating_sub(proof.anunciadas.unwrap_or_default())
}

fn money_gone(gap: &GapView) -> Option<Decimal> {
    Some(gap.evidencia.usd_cargado? - gap.evidencia.usd_ahora?)
}

/// Says so, and has the day loaded again.
pub async fn confirm(values: Values) -> Outcome {
    let texts = language().confirm();
    match confirm_loss(values.get("ubicacion_id"), values.get("fecha")).await {
        Ok(answer) if answer.medias_horas == 0 => done(back_of(&values, GAPS.path), texts.nothing()),
        Ok(answer) => done(back_of(&values, GAPS.path), texts.done(whole(language(), answer.lineas))),
        Err(error) => Outcome::Page(ask(values, Some(error)).await),
    }
}

#[cfg(test)]
mod tests {
    use domain::cause::CauseKind;
    use domain::gap::GapState;
    use domain::read_model::CauseEvidence;

    use super::*;
    use crate::sample;

    fn in_doubt(loaded: u64, now: u64, usd: Option<(i64, i64)>) -> GapView {
        let evidencia = CauseEvidence {
            cargadas: Some(loaded),
            anunciadas: Some(now),
            usd_cargado: usd.map(|(loaded, _)| Decimal::from(loaded)),
            usd_ahora: usd.map(|(_, now)| Decimal::from(now)),
            ..sample::evidence(CauseKind::SourceChanged)
        };
        GapView { evidencia, estado: GapState::Pending, ..sample::gap() }
    }

    #[test]
    fn what_would_go_is_told_in_lines_and_dollars_of_all_half_hours() {
        let gaps = [in_doubt(1_000, 400, Some((2_500, 1_000))), in_doubt(50, 50, None)];
        let html = Owner::new().with(|| facts(&gaps).to_html());
        assert!(html.contains(">600<") && html.contains("USD\u{a0}1.500"), "{html}");
        let unvalued = Owner::new().with(|| facts(&gaps[1..]).to_html());
        assert!(!unvalued.contains("USD"), "{unvalued}");
    }

    #[test]
    fn only_what_the_source_changed_waits_for_somebody() {
        assert!(awaits_confirmation(&in_doubt(2, 1, None)));
        assert!(!awaits_confirmation(&GapView { estado: GapState::Running, ..in_doubt(2, 1, None) }));
        assert!(!awaits_confirmation(&sample::gap()));
    }
}
