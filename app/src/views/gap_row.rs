//! A row of the list of gaps.

use domain::EtlKind;
use domain::cause::CauseKind;
use domain::gap::{GapClass, GapState};
use domain::read_model::GapView;
use jiff::Timestamp;
use leptos::prelude::*;

use super::gap_value::value_of;
use super::{CopyButton, Moment, Pill, Tone, may_operate_store};
use crate::format::{Period, cause_of_gap, day, evidence_of_gap, numbers_of, period, whole};
use crate::i18n::{Language, kind_name, shown_message, urgency_name};
use crate::preferences::language;
use crate::query::{JUSTIFY_PATH, PLANS_PATH, Query, RUNS, confirm_path, day_path, run_href};

/// The local time that is missing.
pub fn period_of(language: Language, gap: &GapView) -> Period {
    period(language, (gap.fecha_desde, gap.hora_desde.as_str()), (gap.fecha_hasta, gap.hora_hasta.as_str()))
}

/// How many half hours are missing, in words.
pub fn windows_of(language: Language, gap: &GapView) -> String {
    match gap.ventanas {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count.into())),
    }
}

/// The form that the rows' fields and buttons belong to: which of them is pressed says what happens to which gap.
pub const FORM: &str = "faltantes";

/// A gap, its age counted from `now`. One of a list of the past can only be looked at, and by who may not operate its store any.
pub fn gap_row(gap: &GapView, now: Timestamp, chosen: Option<&str>, is_past: bool) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let is_past = is_past || !may_operate_store(&gap.ubicacion_id);
    let kind = match gap.clase {
        GapClass::Coverage => kind_name(language, gap.etl_tipo),
        GapClass::Sequence => texts.sequence(),
    };
    let missing = period_of(language, gap);
    let select = (gap.recuperable && !is_past).then(|| checkbox(gap, chosen == Some(gap.evidencia.tipo.as_str())));
    let confirm = (!is_past && awaits_confirmation(gap)).then(|| confirm_link(gap));
    let justify = (!is_past && !matches!(gap.estado, GapState::Queued | GapState::Held | GapState::Running))
        .then(|| justify_button(gap));
    let id = format!("gap-{}", gap.id);
    // As an identifier that began at its end would be (frontend/js/morph.ts).
    let end = id.rsplit_once('.').map(|(of, _)| format!("{of}.{}", gap.fin.as_second()));
    view! {
        <tr id=id data-fin=end>
            <td class="select-column" data-label=language.plan().select_column()>{select}</td>
            <th scope="row" data-label=texts.store()>
                <span class="stack">
                    <span class="strong">{gap.ubicacion_nombre.clone()}</span>
                    <span class="muted">{kind}</span>
                </span>
            </th>
            <td data-label=texts.detected()>
                <Moment at=gap.detectado_en local=gap.detectado_en_local now/>
            </td>
            <td data-label=texts.urgency()>
                <Pill tone=gap.urgencia label=urgency_name(language, gap.urgencia)/>
            </td>
            <td data-label=texts.period()>
                <span class="stack">
                    <span>{missing.hours}</span>
                    <span class="muted">{missing.days} " · " {windows_of(language, gap)}</span>
                </span>
            </td>
            <td data-label=texts.value() class="number">{value_of(gap)}</td>
            <td data-label=texts.cause() class="cause-column">{cause_of(gap)}</td>
            <td data-label=texts.actions() class="actions-column">
                <span class="actions">
                    {runs_link(gap)} " "
                    {confirm} " "
                    {justify} " "
                    {next_step(gap, is_past)}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

/// Selects the gap.
fn checkbox(gap: &GapView, is_chosen: bool) -> AnyView {
    let language = language();
    let label = language.plan().select(&gap.ubicacion_nombre, period_of(language, gap));
    view! {
        <input
            type="checkbox"
            id=format!("elegir-{}", gap.id)
            form=FORM
            name="gap"
            value=gap.id.clone()
            data-elige=""
            checked=is_chosen
            aria-label=label
        />
    }
    .into_any()
}

/// The cause and what proves it; on demand all that is known, and the way to the run and to the day.
fn cause_of(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.gaps();
    let name = cause_of_gap(language, gap);
    let evidence = evidence_of_gap(language, gap);
    let run = gap.ejecucion_id.map(|run| {
        let label = texts.cause_run(name, &gap.ubicacion_nombre);
        let to_run = view! { <a class="link" href=run_href(run) aria-label=label>{texts.run()}</a> };
        let run = run.to_string();
        view! { <p>{to_run} " " <code>{run.clone()}</code> " " <CopyButton text=run/></p> }
    });
    let of_day = texts.day_of(day(language, gap.fecha_desde), &gap.ubicacion_nombre);
    let to_day = (gap.etl_tipo == EtlKind::Sales).then(|| {
        let href = day_path(&gap.ubicacion_id, gap.fecha_desde, Some(&gap.hora_desde));
        view! { <p><a class="link" href=href aria-label=of_day>{texts.day()}</a></p> }
    });
    view! {
        <details class="error-detail" id=format!("causa-{}", gap.id)>
            <summary>
                <span>{name}</span>
                <span class="error-excerpt muted">{evidence.clone()}</span>
            </summary>
            <div class="error-full">
                {facts_of(gap, &evidence)}
                {run}
                {to_day}
            </div>
        </details>
    }
    .into_any()
}

/// What proves the cause, the stored message where that is not it, the number of attempts and the missing invoice numbers.
fn facts_of(gap: &GapView, evidence: &str) -> AnyView {
    let texts = language().gaps();
    let said = shown_message(language(), gap.causa_mensaje.as_ref(), gap.causa_detalle.as_ref())
        .filter(|said| !evidence.contains(said.as_str()))
        .map(|said| view! { <p>{said}</p> });
    let attempts = (gap.intentos > 0).then(|| view! { <p class="muted">{texts.attempts(gap.intentos)}</p> });
    let numbers = (!gap.facturas_faltantes.is_empty()).then(|| {
        let missing = gap.facturas_faltantes.iter().map(|numbers| view! { <li>{numbers_of(numbers)}</li> });
        view! { <p class="muted">{texts.numbers()}</p><ul class="plain-list">{missing.collect_view()}</ul> }
    });
    view! { <p>{evidence.to_owned()}</p> {said} {attempts} {numbers} }.into_any()
}

/// To the runs of the same store and type: what was tried, and what is at it.
fn runs_link(gap: &GapView) -> AnyView {
    let texts = language().gaps();
    let query = Query::of(RUNS, &[("ubicacion_id", gap.ubicacion_id.as_str()), ("etl_tipo", gap.etl_tipo.as_str())]);
    view! {
        <a class="link" href=query.href() aria-label=texts.runs_of_store(&gap.ubicacion_nombre)>{texts.runs_of()}</a>
    }
    .into_any()
}

/// Whether the source has fewer lines than are loaded, and somebody is to say whether that is right.
pub fn awaits_confirmation(gap: &GapView) -> bool {
    gap.evidencia.tipo == CauseKind::SourceChanged && matches!(gap.estado, GapState::Pending | GapState::Unrecoverable)
}

/// To the question whether lines are rightly gone.
fn confirm_link(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.confirm();
    let label = texts.open_of(&gap.ubicacion_nombre, period_of(language, gap));
    view! {
        <a
            class="button"
            id=format!("confirmar-{}", gap.id)
            href=confirm_path(&gap.ubicacion_id, gap.fecha_desde)
            data-dialogo=""
            aria-haspopup="dialog"
            role="button"
            aria-label=label
        >
            {texts.open()}
        </a>
    }
    .into_any()
}

/// A button of a gap: which one is pressed says what happens to which gap. Without a path it leads where the form does.
fn gap_button(
    gap: &GapView,
    purpose: &'static str,
    class: &'static str,
    path: Option<&'static str>,
    label: String,
    text: &'static str,
) -> AnyView {
    view! {
        <button
            class=class
            id=format!("{purpose}-{}", gap.id)
            type="submit"
            form=FORM
            formaction=path
            name="uno"
            value=gap.id.clone()
            aria-haspopup="dialog"
            aria-label=label
        >
            {text}
        </button>
    }
    .into_any()
}

/// The button that says why it stays.
fn justify_button(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.justify();
    let label = texts.open_of(&gap.ubicacion_nombre, period_of(language, gap));
    gap_button(gap, "justificar", "button", Some(JUSTIFY_PATH), label, texts.open())
}

/// The button, or why there is none.
fn next_step(gap: &GapView, is_past: bool) -> AnyView {
    let language = language();
    let texts = language.gaps();
    match gap.estado {
        GapState::Queued => view! { <Pill tone=Tone::Neutral label=language.state().queued()/> }.into_any(),
        GapState::Held => view! { <a class="link" href=PLANS_PATH>{language.state().held()}</a> }.into_any(),
        GapState::Running => view! { <Pill tone=Tone::Info label=language.state().running() is_busy=true/> }.into_any(),
        GapState::Pending if gap.recuperable && !is_past => {
            let label = texts.recover_of(&gap.ubicacion_nombre, period_of(language, gap));
            gap_button(gap, "recuperar", "button button-accent", None, label, texts.recover())
        }
        // Of the past: what was so cannot be acted upon.
        GapState::Pending => ().into_any(),
        GapState::Unrecoverable => view! {
            <span title=texts.unrecoverable_hint()>
                <Pill tone=Tone::Neutral label=texts.unrecoverable()/>
                <span class="visually-hidden">{texts.unrecoverable_hint()}</span>
            </span>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Role;
    use engine::{Actor, Identity};
    use rstest::rstest;

    use super::*;
    use crate::sample;

    #[rstest]
    #[case(Role::Reader, false)]
    #[case(Role::Operator, true)]
    fn who_may_only_look_is_offered_nothing(#[case] role: Role, #[case] is_offered: bool) {
        let html = Owner::new().with(|| {
            provide_context(Identity::without_key(Actor::new("leo", role)));
            gap_row(&sample::gap(), Timestamp::UNIX_EPOCH, None, false).to_html()
        });
        assert_eq!(html.contains("name=\"uno\""), is_offered, "{html}");
    }
}
