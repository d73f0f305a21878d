//! Filters: forms that work by themselves, and at once where the page reacts.

use domain::read_model::BranchChoice;
use domain::{EtlKind, RunMode, RunState};
use jiff::Timestamp;
use jiff::civil::DateTime;
use leptos::prelude::*;

use super::rows;
use crate::format::absolute;
use crate::i18n::{decision_name, kind_name, mode_name, state_name};
use crate::preferences::language;
use crate::query::{GAPS, HISTORY, RECONCILIATIONS, RUNS};

/// The value of a filter, by its parameter's name; empty where it is not set.
type Value = Callback<&'static str, String>;
/// A filter was set to a value.
type Change = Callback<(&'static str, String)>;
/// The moment an answer is true of.
type Updated = Signal<(Timestamp, DateTime)>;
/// Value and label of each choice.
type Choices = Vec<(String, String)>;

/// Filters of runs: store, state, mode, type.
#[component]
pub fn RunFilters(
    /// The stores to choose from.
    branches: Signal<Vec<BranchChoice>>,
    /// The value of a filter.
    value: Value,
    /// A filter was set.
    change: Change,
    /// When the list was true.
    updated: Updated,
    /// The list without filters, where some are set.
    clear: Signal<Option<&'static str>>,
) -> impl IntoView {
    let language = language();
    let texts = language.filter();
    let states = RunState::ALL.iter().map(|state| (state.to_string(), state_name(language, *state).to_owned()));
    let modes = RunMode::ALL.iter().map(|mode| (mode.to_string(), mode_name(language, *mode).to_owned()));
    let (states, modes): (Choices, Choices) = (states.collect(), modes.collect());
    view! {
        <FilterForm action=RUNS.path updated clear>
            <StoreFilter branches value change/>
            <Choice name="estado" label=texts.state() none=texts.all_states() choices=Signal::stored(states) value change/>
            <Choice name="modo" label=texts.mode() none=texts.all_modes() choices=Signal::stored(modes) value change/>
            <KindFilter value change/>
        </FilterForm>
    }
    .into_any()
}

/// Filters of gaps: store, type, how far back.
#[component]
pub fn GapFilters(
    /// The stores to choose from.
    branches: Signal<Vec<BranchChoice>>,
    /// The value of a filter.
    value: Value,
    /// What the list is sorted by, where the address says so: a form would forget it.
    order: Signal<Option<String>>,
    /// How far back the list looks.
    hours: Signal<u32>,
    /// A filter was set.
    change: Change,
    /// When the list was true.
    updated: Updated,
    /// The list without filters, where some are set.
    clear: Signal<Option<&'static str>>,
) -> impl IntoView {
    let texts = language().filter();
    let known = [(24, texts.last_day()), (48, texts.last_two_days()), (720, texts.last_month())];
    let choices = Signal::derive(move || {
        let mut choices: Choices = known.map(|(hours, label)| (hours.to_string(), label.to_owned())).into();
        // An address may ask for any number of hours.
        let asked = hours.get();
        if asked != DEFAULT_HOURS && known.iter().all(|(hours, _)| *hours != asked) {
            choices.push((asked.to_string(), texts.last_hours(asked)));
        }
        choices
    });
    view! {
        <FilterForm action=GAPS.path updated clear>
            <StoreFilter branches value change/>
            <KindFilter value change/>
            {move || order.get().map(|order| view! { <input type="hidden" name="ordenar" value=order/> })}
            <Choice name="max_horas" label=texts.age() none=texts.last_week() choices value change/>
        </FilterForm>
    }
    .into_any()
}

/// Filters of comparisons: store, how many days back.
#[component]
pub fn ReconciliationFilters(
    /// The stores to choose from.
    branches: Signal<Vec<BranchChoice>>,
    /// The value of a filter.
    value: Value,
    /// A filter was set.
    change: Change,
    /// When the list was true.
    updated: Updated,
    /// The list without filters, where some are set.
    clear: Signal<Option<&'static str>>,
) -> impl IntoView {
    let texts = language().reconciliations();
    let days: Choices =
        vec![("14".to_owned(), texts.two_weeks().to_owned()), ("31".to_owned(), texts.month().to_owned())];
    view! {
        <FilterForm action=RECONCILIATIONS.path updated clear>
            <StoreFilter branches value change/>
            <Choice name="dias" label=texts.days() none=texts.week() choices=Signal::stored(days) value change/>
        </FilterForm>
    }
    .into_any()
}

/// Actions that the history can be narrowed to.
const ACTIONS: [&str; 12] = [
    "justificar",
    "retirar_justificacion",
    "conciliar",
    "cambiar_calendario",
    "confirmar_perdida",
    "plan_iniciado",
    "plan_pausado",
    "plan_reanudado",
    "plan_cancelado",
    "recuperacion",
    "manual",
    "carga_inicial",
];

/// Filters of the history: store, action.
#[component]
pub fn DecisionFilters(
    /// The stores to choose from.
    branches: Signal<Vec<BranchChoice>>,
    /// The value of a filter.
    value: Value,
    /// A filter was set.
    change: Change,
    /// When the list was true.
    updated: Updated,
    /// The list without filters, where some are set.
    clear: Signal<Option<&'static str>>,
) -> impl IntoView {
    let language = language();
    let texts = language.history();
    let actions = ACTIONS.iter().map(move |action| ((*action).to_owned(), decision_name(language, action)));
    view! {
        <FilterForm action=HISTORY.path updated clear>
            <StoreFilter branches value change/>
            <Choice
                name="accion"
                label=texts.action()
                none=texts.all_actions()
                choices=Signal::stored(actions.collect())
                value
                change
            />
        </FilterForm>
    }
    .into_any()
}

/// What the contract takes where `max_horas` is absent.
const DEFAULT_HOURS: u32 = 168;

#[component]
fn FilterForm(
    action: &'static str,
    updated: Updated,
    clear: Signal<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    let language = language();
    view! {
        <div class="toolbar">
            <form class="filters" method="get" action=action aria-label=language.filter().title()>
                {children()}
                <button class="button only-without-script" type="submit">{language.action().apply()}</button>
                {move || clear.get().map(|href| view! { <a class="link filters-clear" href=href>{language.action().clear()}</a> })}
            </form>
            <p class="updated muted">
                {language.live().updated()} " "
                <time datetime=move || updated.get().0.to_string()>{move || clock(language, updated.get().1)}</time>
            </p>
        </div>
    }
    .into_any()
}

/// To the second, so that one sees the list move.
fn clock(language: crate::i18n::Language, local: DateTime) -> String {
    format!("{}:{:02}", absolute(language, local), local.second())
}

#[component]
fn StoreFilter(branches: Signal<Vec<BranchChoice>>, value: Value, change: Change) -> impl IntoView {
    let texts = language().filter();
    let choices = Signal::derive(move || {
        let branch = |branch: BranchChoice| (branch.ubicacion_id.to_string(), branch.ubicacion_nombre);
        branches.get().into_iter().map(branch).collect::<Choices>()
    });
    view! { <Choice name="ubicacion_id" label=texts.store() none=texts.all_stores() choices value change/> }
}

#[component]
fn KindFilter(value: Value, change: Change) -> impl IntoView {
    let language = language();
    let texts = language.filter();
    let kinds = EtlKind::ALL.iter().map(|kind| (kind.to_string(), kind_name(language, *kind).to_owned()));
    let choices = Signal::stored(kinds.collect::<Choices>());
    view! { <Choice name="etl_tipo" label=texts.kind() none=texts.all_kinds() choices value change/> }
}

/// One filter: a list to choose from, with "all" first.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    none: &'static str,
    choices: Signal<Choices>,
    value: Value,
    change: Change,
) -> impl IntoView {
    let current = Signal::derive(move || value.run(name));
    let choices = Memo::new(move |_| choices.get());
    view! {
        <label class="field" class:field-set=move || !current.read().is_empty()>
            <span class="field-label">{label}</span>
            <select class="select" name=name on:change=move |event| change.run((name, event_target_value(&event)))>
                <option value="">{none}</option>
                {rows(
                    move || choices.get(),
                    |(choice, label)| format!("{choice} {label}"),
                    move |(choice, label)| view! { <Selectable choice label current/> }.into_any(),
                )}
            </select>
        </label>
    }
    .into_any()
}

/// The attribute says it in the server's HTML, the property when the address changes under an open page.
#[component]
fn Selectable(choice: String, label: String, current: Signal<String>) -> impl IntoView {
    let is_current = {
        let choice = choice.clone();
        Signal::derive(move || *current.read() == choice)
    };
    view! {
        <option value=choice selected=move || is_current.get() prop:selected=move || is_current.get()>
            {label}
        </option>
    }
}
