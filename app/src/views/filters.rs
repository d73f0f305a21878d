//! Filters: forms that work by themselves, and at once where the page reacts.

use domain::decision::ListedAction;
use domain::read_model::BranchChoice;
use domain::{EtlKind, RunMode, RunState};
use jiff::Timestamp;
use jiff::civil::DateTime;
use leptos::prelude::*;

use crate::format::absolute;
use crate::i18n::{Language, decision_name, kind_name, mode_name, state_name};
use crate::preferences::language;
use crate::query::{CURSOR, PAGE, Query};

/// The moment an answer is true of, as an instant and on the chain's clock.
pub type Updated = (Timestamp, DateTime);
/// Value and label of each choice.
type Choices = Vec<(String, String)>;

/// What the contract takes where `max_horas` is absent.
const DEFAULT_HOURS: u32 = 168;

/// Filters of runs: store, state, mode, type.
pub fn run_filters(query: &Query, branches: &[BranchChoice], updated: Updated) -> AnyView {
    let language = language();
    let texts = language.filter();
    let states = RunState::ALL.iter().map(|state| (state.to_string(), state_name(language, *state).to_owned()));
    let modes = RunMode::ALL.iter().map(|mode| (mode.to_string(), mode_name(language, *mode).to_owned()));
    let fields = view! {
        {store_filter(query, branches)}
        {choice(query, "estado", texts.state(), texts.all_states(), states.collect())}
        {choice(query, "modo", texts.mode(), texts.all_modes(), modes.collect())}
        {kind_filter(query)}
    };
    filter_form(query, updated, fields.into_any())
}

/// Filters of gaps: store, type, how far back. What the list is sorted by goes along: a form would forget it.
pub fn gap_filters(query: &Query, branches: &[BranchChoice], hours: u32, updated: Updated) -> AnyView {
    let texts = language().filter();
    let known = [(24, texts.last_day()), (48, texts.last_two_days()), (720, texts.last_month())];
    let mut choices: Choices = known.map(|(hours, label)| (hours.to_string(), label.to_owned())).into();
    // An address may ask for any number of hours.
    if hours != DEFAULT_HOURS && known.iter().all(|(known, _)| *known != hours) {
        choices.push((hours.to_string(), texts.last_hours(hours)));
    }
    let order = query.get("ordenar").map(|order| view! { <input type="hidden" name="ordenar" value=order/> });
    let fields = view! {
        {store_filter(query, branches)}
        {kind_filter(query)}
        {order}
        {choice(query, "max_horas", texts.age(), texts.last_week(), choices)}
    };
    filter_form(query, updated, fields.into_any())
}

/// Filters of comparisons: store, how many days back.
pub fn reconciliation_filters(query: &Query, branches: &[BranchChoice], updated: Updated) -> AnyView {
    let texts = language().reconciliations();
    let days: Choices =
        vec![("14".to_owned(), texts.two_weeks().to_owned()), ("31".to_owned(), texts.month().to_owned())];
    let fields = view! {
        {store_filter(query, branches)}
        {choice(query, "dias", texts.days(), texts.week(), days)}
    };
    filter_form(query, updated, fields.into_any())
}

/// Filters of the history: store, action.
pub fn decision_filters(query: &Query, branches: &[BranchChoice], updated: Updated) -> AnyView {
    let language = language();
    let texts = language.history();
    let actions = ListedAction::ALL.iter().map(|action| (action.to_string(), decision_name(language, action.as_str())));
    let fields = view! {
        {store_filter(query, branches)}
        {choice(query, "accion", texts.action(), texts.all_actions(), actions.collect())}
    };
    filter_form(query, updated, fields.into_any())
}

/// Filters and kept views: in their place where there is room, and behind a button on a phone, so that the list begins on the
/// first screen. The browser opens them, also without scripts.
pub fn folded_filters(query: &Query, content: impl IntoView + 'static) -> AnyView {
    let title = language().filter().title();
    // What the list is sorted by, and its page, narrow nothing.
    let set = query.pairs().iter().filter(|(name, _)| !["ordenar", PAGE, CURSOR].contains(name)).count();
    let label = if set == 0 { title.to_owned() } else { format!("{title} ({set})") };
    view! {
        <button class="button filters-open" type="button" popovertarget="filtros">{label}</button>
        <div class="filters-fold" id="filtros" popover="">{content}</div>
    }
    .into_any()
}

fn filter_form(query: &Query, (at, local): Updated, fields: AnyView) -> AnyView {
    let language = language();
    let clear = query.way_out();
    let clear = clear.map(|href| view! { <a class="link filters-clear" href=href>{language.action().clear()}</a> });
    view! {
        <div class="toolbar">
            <form
                class="filters"
                method="get"
                action=query.path()
                data-al-cambiar=""
                aria-label=language.filter().title()
            >
                {fields}
                <button class="button only-without-script" type="submit">{language.action().apply()}</button>
                {clear}
            </form>
            <p class="updated muted">
                {language.live().updated()} " " <time datetime=at.to_string()>{clock(language, local)}</time>
            </p>
        </div>
    }
    .into_any()
}

/// To the second, so that one sees the list move.
fn clock(language: Language, local: DateTime) -> String {
    format!("{}:{:02}", absolute(language, local), local.second())
}

fn store_filter(query: &Query, branches: &[BranchChoice]) -> AnyView {
    let texts = language().filter();
    let choices = branches.iter().map(|branch| (branch.ubicacion_id.to_string(), branch.ubicacion_nombre.clone()));
    choice(query, "ubicacion_id", texts.store(), texts.all_stores(), choices.collect())
}

fn kind_filter(query: &Query) -> AnyView {
    let language = language();
    let texts = language.filter();
    let kinds = EtlKind::ALL.iter().map(|kind| (kind.to_string(), kind_name(language, *kind).to_owned()));
    choice(query, "etl_tipo", texts.kind(), texts.all_kinds(), kinds.collect())
}

/// One filter: a list to choose from, with "all" first.
fn choice(query: &Query, name: &'static str, label: &'static str, none: &'static str, choices: Choices) -> AnyView {
    let current = query.get(name).unwrap_or_default();
    let options = choices.into_iter().map(|(value, label)| {
        let is_current = value == current;
        view! { <option value=value selected=is_current>{label}</option> }
    });
    let class = if current.is_empty() { "field" } else { "field field-set" };
    view! {
        <label class=class>
            <span class="field-label">{label}</span>
            <select class="select" id=format!("filtro-{name}") name=name>
                <option value="">{none}</option>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}
