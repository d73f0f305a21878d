//! Justifying on the page of gaps: the dialog, what was justified, taking back and undoing that.

use domain::gap::GapClass;
use domain::read_model::{GapView, JustificationView};
use leptos::prelude::*;

use crate::api::{ApiError, Told, justify_gap, list_justifications, withdraw_justification};
use crate::components::{
    DialogFrame, Failure, Justified, JustifyDialog, Part, Skeleton, Toasts, Written, justified_period,
};
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::Query;
use crate::sentry::UserAction;

/// The question why a gap stays, and what it sets in motion.
#[component]
pub fn Justification(chosen: RwSignal<Option<GapView>>) -> impl IntoView {
    let (live, toasts) = (expect_context::<Live>(), expect_context::<Toasts>());
    let texts = language().justify();
    let failure = RwSignal::new(None::<ApiError>);
    let justify = Action::new(move |(gap, written): &(GapView, Written)| {
        let (gap, written) = (gap.clone(), written.clone());
        async move {
            failure.set(None);
            let reason = written.reason.clone();
            let action =
                UserAction::start("justificar_gap", &[("etl_tipo", gap.etl_tipo.to_string()), ("motivo", reason)]);
            let call = justify_gap(
                Some(gap.clase.to_string()),
                Some(gap.etl_tipo.to_string()),
                Some(gap.ubicacion_id.to_string()),
                Some(gap.fecha_desde.to_string()),
                Some(gap.hora_desde),
                Some(gap.fecha_hasta.to_string()),
                Some(gap.hora_hasta),
                Some(written.reason),
                Some(written.note),
            );
            let answer = action.around(call).await;
            match answer {
                Ok(answer) => {
                    chosen.set(None);
                    toasts.say(match (answer.ya_estaba, gap.ventanas) {
                        (true, _) => texts.already().to_owned(),
                        (false, _) if gap.clase == GapClass::Sequence => texts.done_numbers().to_owned(),
                        (false, 1) => texts.done_one().to_owned(),
                        (false, count) => texts.done(count),
                    });
                }
                Err(error) => failure.set(Some(error)),
            }
            // Also after a failure: what is shown may be what is out of date.
            live.changed(Topic::Gaps);
        }
    });
    view! {
        <JustifyDialog
            chosen=chosen.into()
            is_working=justify.pending().into()
            failure=failure.into()
            confirm=Callback::new(move |answer| {
                justify.dispatch(answer);
            })
            close=Callback::new(move |()| {
                failure.set(None);
                chosen.set(None);
            })
        />
    }
}

/// What was justified, with the question before one is taken back and a way to undo that.
#[component]
pub fn JustifiedSection(query: Memo<Query>) -> impl IntoView {
    let live = expect_context::<Live>();
    let texts = language().justified();
    let list = Loading::new(
        move || query.get(),
        |query| list_justifications(query.get("etl_tipo"), query.get("ubicacion_id"), query.get("max_horas")),
    );
    live.refetch(Topic::Gaps, list);
    let (chosen, withdrawn) = (RwSignal::new(None::<JustificationView>), RwSignal::new(None::<JustificationView>));
    let ask = Callback::new(move |one| chosen.set(Some(one)));
    view! {
        <Part
            loading=list
            name=texts.part()
            skeleton=Skeleton::Nothing
            show=move |list| view! { <Justified list withdraw=ask/> }.into_any()
        />
        <Undo withdrawn/>
        <Withdrawal chosen withdrawn/>
    }
    .into_any()
}

#[component]
fn Withdrawal(
    chosen: RwSignal<Option<JustificationView>>,
    withdrawn: RwSignal<Option<JustificationView>>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let language = language();
    let texts = language.justified();
    let failure = RwSignal::new(None::<ApiError>);
    let withdraw = Action::new(move |one: &JustificationView| {
        let one = one.clone();
        async move {
            failure.set(None);
            let action = UserAction::start("retirar_justificacion", &[("etl_tipo", one.etl_tipo.to_string())]);
            match action.around(withdraw_justification(Some(one.id.to_string()))).await {
                Ok(answer) => {
                    chosen.set(None);
                    withdrawn.set(Some(answer.justificacion));
                }
                Err(error) => failure.set(Some(error)),
            }
            live.changed(Topic::Gaps);
        }
    });
    let message =
        move || failure.get().map(|error| view! { <Failure title=texts.failed().to_owned() told=Told::from(&error)/> });
    let subject = move || {
        chosen.get().map(|one| {
            let period = justified_period(language, &one);
            view! { <p class="strong">{one.ubicacion_nombre.clone()} ", " {period.to_string()}</p> }
        })
    };
    view! {
        <DialogFrame
            identifier="retirar-titulo"
            title=texts.withdraw_title()
            is_open=Signal::derive(move || chosen.read().is_some())
            is_working=withdraw.pending().into()
            confirm_label=texts.withdraw()
            working_label=language.justify().working()
            confirm=Callback::new(move |()| {
                if let Some(one) = chosen.get_untracked() {
                    withdraw.dispatch(one);
                }
            })
            close=Callback::new(move |()| {
                failure.set(None);
                chosen.set(None);
            })
        >
            {subject}
            <p>{texts.withdraw_question()}</p>
            {message}
        </DialogFrame>
    }
    .into_any()
}

/// Says what was just taken back, and gives it back.
#[component]
fn Undo(withdrawn: RwSignal<Option<JustificationView>>) -> impl IntoView {
    let (live, toasts) = (expect_context::<Live>(), expect_context::<Toasts>());
    let language = language();
    let texts = language.justified();
    let undo = Action::new(move |one: &JustificationView| {
        let one = one.clone();
        async move {
            let action = UserAction::start("restaurar_justificacion", &[("etl_tipo", one.etl_tipo.to_string())]);
            let call = justify_gap(
                Some(one.clase.to_string()),
                Some(one.etl_tipo.to_string()),
                Some(one.ubicacion_id.to_string()),
                Some(one.fecha_desde.to_string()),
                Some(one.hora_desde),
                Some(one.fecha_hasta.to_string()),
                Some(one.hora_hasta),
                Some(one.motivo.to_string()),
                one.nota,
            );
            let answer = action.around(call).await;
            withdrawn.set(None);
            toasts.say(match answer {
                Ok(_) => texts.undone().to_owned(),
                Err(error) => error.to_string(),
            });
            live.changed(Topic::Gaps);
        }
    });
    move || {
        withdrawn.get().map(|one| {
            let text = texts.withdrawn(&one.ubicacion_nombre, justified_period(language, &one));
            view! {
                <div class="notice" role="status">
                    <p>{text}</p>
                    <button
                        class="button"
                        type="button"
                        disabled=move || undo.pending().get()
                        on:click=move |_| {
                            undo.dispatch(one.clone());
                        }
                    >
                        {texts.undo()}
                    </button>
                </div>
            }
        })
    }
}
