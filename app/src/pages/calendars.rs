//! `/calendarios`: when each store is open, and what a change of that does before it is saved.

use domain::BranchId;
use domain::read_model::{BranchCalendar, CalendarList, CalendarPreview};
use leptos::prelude::*;

use crate::api::{ApiError, Told, change_calendar, list_calendars, preview_calendar};
use crate::components::{
    CalendarDraft, CalendarForm, CalendarHistory, Failure, HolidayForm, PageHeader, PageTitle, Part, PreviewOfCalendar,
    Skeleton, Toasts,
};
use crate::format::day;
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::sentry::UserAction;

/// The page of calendars.
#[component]
pub fn CalendarsPage() -> impl IntoView {
    let texts = language().calendars();
    // Asked for anew after each change, and only then: nobody's half-written form is taken away.
    let changes = RwSignal::new(0_u32);
    let list = Loading::new(move || changes.get(), |_| list_calendars());
    let saved = Callback::new(move |()| changes.update(|changes| *changes += 1));
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=list
            name=texts.part()
            skeleton=Skeleton::Table
            show=move |list| view! { <Stores list saved/> }.into_any()
        />
    }
    .into_any()
}

#[component]
fn Stores(list: Memo<CalendarList>, saved: Callback<()>) -> impl IntoView {
    let first = list.with_untracked(|list| list.calendarios.first().map(|one| one.ubicacion_id.clone()));
    let chosen = RwSignal::new(first);
    let current = Memo::new(move |_| {
        let chosen = chosen.get()?;
        list.read().calendarios.iter().find(|one| one.ubicacion_id == chosen).cloned()
    });
    let options = list.with_untracked(|list| {
        let option = |one: &BranchCalendar| (one.ubicacion_id.to_string(), one.ubicacion_nombre.clone());
        list.calendarios.iter().map(option).collect::<Vec<_>>()
    });
    let options =
        options.into_iter().map(|(value, label)| view! { <option value=value>{label}</option> }).collect_view();
    let today = move || list.with_untracked(|list| list.generado_en_local.date().to_string());
    view! {
        <section class="panel panel-padded" aria-label=language().calendars().title()>
            <label class="field">
                <span class="field-label">{language().filter().store()}</span>
                <select class="select" on:change=move |event| chosen.set(Some(BranchId::new(event_target_value(&event))))>
                    {options}
                </select>
            </label>
            {move || current.get().map(|calendar| view! { <Editor calendar saved today=today()/> })}
        </section>
        <section class="panel panel-padded" aria-label=language().calendars().one_day()>
            <HolidayForm today=today() saved/>
        </section>
    }
    .into_any()
}

#[component]
fn Editor(calendar: BranchCalendar, saved: Callback<()>, today: String) -> impl IntoView {
    let (live, toasts) = (expect_context::<Live>(), expect_context::<Toasts>());
    let language = language();
    let texts = language.calendars();
    let draft = CalendarDraft {
        document: RwSignal::new(calendar.calendario.clone()),
        from: RwSignal::new(today),
        person: RwSignal::new(String::new()),
    };
    let outcome = RwSignal::new(None::<Result<CalendarPreview, ApiError>>);
    let store = StoredValue::new(calendar.ubicacion_id.to_string());
    let look = Action::new(move |(): &()| async move {
        let document = draft.document.get_untracked();
        let answer = preview_calendar(Some(store.get_value()), Some(draft.from.get_untracked()), Some(document)).await;
        outcome.set(Some(answer));
    });
    let save = Action::new(move |(): &()| async move {
        let (document, person) = (draft.document.get_untracked(), draft.person.get_untracked());
        let from = draft.from.get_untracked();
        let action = UserAction::start("guardar_calendario", &[("ubicacion_id", store.get_value())]);
        let call = change_calendar(Some(store.get_value()), Some(from), Some(document), Some(person));
        match action.around(call).await {
            Ok(answer) => {
                toasts.say(answer.mensaje);
                live.changed(Topic::Gaps);
                saved.run(());
            }
            Err(error) => outcome.set(Some(Err(error))),
        }
    });
    // What was looked at is not what is written any more.
    Effect::new(move |before: Option<()>| {
        draft.document.track();
        draft.from.track();
        if before.is_some() {
            outcome.set(None);
        }
    });
    let shown = move || {
        outcome.get().map(|outcome| match outcome {
            Ok(preview) => view! { <PreviewOfCalendar preview/> }.into_any(),
            Err(error) => view! { <Failure title=texts.failed().to_owned() told=Told::from(&error)/> }.into_any(),
        })
    };
    let is_looked_at = move || matches!(outcome.get(), Some(Ok(_)));
    let since = match calendar.vigente_desde {
        Some(from) => texts.since(day(language, from)),
        None => texts.of_file().to_owned(),
    };
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                if matches!(outcome.get_untracked(), Some(Ok(_))) {
                    save.dispatch(());
                } else {
                    look.dispatch(());
                }
            }
        >
            <p class="muted">{calendar.zona.clone()} " · " {since}</p>
            <CalendarForm draft/>
            {shown}
            <p class="muted">{texts.save_hint()}</p>
            <button
                class="button button-primary needs-script"
                type="submit"
                disabled=move || look.pending().get() || save.pending().get()
            >
                {move || if is_looked_at() { texts.save() } else { texts.look() }}
            </button>
        </form>
        <CalendarHistory changes=calendar.cambios.clone()/>
    }
    .into_any()
}
