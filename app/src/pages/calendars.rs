//! `/calendarios`: when each store is open, and what a change of that does before it is saved.

use domain::BranchId;
use domain::read_model::{BranchCalendar, CalendarList, CalendarPreview};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api::{ApiError, Told, change_calendar, list_calendars, preview_calendar};
use crate::components::{
    CalendarDraft, CalendarForm, CalendarHistory, Failure, HolidayForm, PageHeader, PageTitle, Part, PreviewOfCalendar,
    Skeleton, Toasts, rows,
};
use crate::format::day;
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{CALENDARS, Query};
use crate::sentry::UserAction;

/// The page of calendars.
#[component]
pub fn CalendarsPage() -> impl IntoView {
    let texts = language().calendars();
    // Asked for anew after each change, and only then: nobody's half-written form is taken away.
    let changes = RwSignal::new(0_u32);
    let list = Loading::new(move || changes.get(), |_| list_calendars());
    let saved = Callback::new(move |()| changes.update(|changes| *changes += 1));
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(CALENDARS, address)));
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=list
            name=texts.part()
            skeleton=Skeleton::Table
            show=move |list| view! { <Stores list query saved/> }.into_any()
        />
    }
    .into_any()
}

#[component]
fn Stores(list: Memo<CalendarList>, query: Memo<Query>, saved: Callback<()>) -> impl IntoView {
    // Of the address and of nothing else, so that the selector, the form and what is saved are of one store.
    let current = Memo::new(move |_| {
        let chosen = query.read().get("ubicacion_id");
        let list = list.read();
        let is_chosen = |one: &&BranchCalendar| Some(one.ubicacion_id.as_str()) == chosen.as_deref();
        list.calendarios.iter().find(is_chosen).or_else(|| list.calendarios.first()).cloned()
    });
    let navigate = use_navigate();
    let choose = move |store: String| {
        let href = query.read_untracked().href_with("ubicacion_id", Some(&store));
        navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let options = list.with_untracked(|list| {
        let option = |one: &BranchCalendar| (one.ubicacion_id.clone(), one.ubicacion_nombre.clone());
        list.calendarios.iter().map(option).collect::<Vec<_>>()
    });
    let option = move |(store, label): (BranchId, String)| {
        let value = store.to_string();
        let is_current = move || current.read().as_ref().is_some_and(|one| one.ubicacion_id == store);
        view! { <option value=value selected=is_current.clone() prop:selected=is_current>{label}</option> }
    };
    let options = options.into_iter().map(option).collect_view();
    let today = move || list.with_untracked(|list| list.generado_en_local.date().to_string());
    view! {
        <section class="panel panel-padded" aria-label=language().calendars().title()>
            <label class="field">
                <span class="field-label">{language().filter().store()}</span>
                <select class="select" on:change=move |event| choose(event_target_value(&event))>
                    {options}
                </select>
            </label>
            {rows(
                move || current.get().into_iter().collect(),
                // Another store, or another version of it, is another form: nothing of the one before is left in its fields.
                |calendar| format!("{} {}", calendar.ubicacion_id, calendar.cambios.len()),
                move |calendar| view! { <Editor calendar saved today=today()/> }.into_any(),
            )}
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
    let draft = CalendarDraft { document: RwSignal::new(calendar.calendario.clone()), from: RwSignal::new(today) };
    let outcome = RwSignal::new(None::<Result<CalendarPreview, ApiError>>);
    let store = StoredValue::new(calendar.ubicacion_id.to_string());
    let look = Action::new(move |(): &()| async move {
        let document = draft.document.get_untracked();
        let answer = preview_calendar(Some(store.get_value()), Some(draft.from.get_untracked()), Some(document)).await;
        outcome.set(Some(answer));
    });
    let save = Action::new(move |(): &()| async move {
        let document = draft.document.get_untracked();
        let from = draft.from.get_untracked();
        let action = UserAction::start("guardar_calendario", &[("ubicacion_id", store.get_value())]);
        let call = change_calendar(Some(store.get_value()), Some(from), Some(document));
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
