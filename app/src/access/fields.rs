//! Fields that several forms have.

use domain::Role;
use domain::problem::Problem;
use leptos::prelude::*;

use crate::i18n::Language;

/// The name of a role.
pub(super) fn role_name(language: Language, role: Role) -> &'static str {
    let texts = language.access();
    match role {
        Role::Wall => texts.wall(),
        Role::Reader => texts.reader(),
        Role::Operator => texts.operator(),
        Role::Administrator => texts.administrator(),
    }
}

/// A field of text.
pub(super) fn text(label: &'static str, name: &'static str, value: String, autocomplete: &'static str) -> AnyView {
    text_of(label, name, value, autocomplete, false)
}

/// The same, where one may begin to write without going there first.
pub(super) fn text_of(
    label: &'static str,
    name: &'static str,
    value: String,
    autocomplete: &'static str,
    is_first: bool,
) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                class="input"
                type="text"
                name=name
                value=value
                required
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                autofocus=is_first
            />
        </label>
    }
    .into_any()
}

/// A field of a password. It may be pasted, and a password manager knows what it is.
pub(super) fn password(label: &'static str, name: &'static str, autocomplete: &'static str) -> AnyView {
    password_of(label, name, autocomplete, false)
}

/// The same, where one may begin to write without going there first.
pub(super) fn password_of(
    label: &'static str,
    name: &'static str,
    autocomplete: &'static str,
    is_first: bool,
) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input class="input" type="password" name=name required autocomplete=autocomplete autofocus=is_first/>
        </label>
    }
    .into_any()
}

/// The choice of one of some roles.
pub(super) fn roles(language: Language, choices: &[Role], chosen: Role) -> AnyView {
    let options = choices.iter().map(|role| {
        view! {
            <option value=role.as_str() selected=*role == chosen>
                {role_name(language, *role)}
            </option>
        }
    });
    view! {
        <label class="field">
            <span class="field-label">{language.access().role()}</span>
            <select class="select" name="rol">
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// The stores of an operator; empty means all.
pub(super) fn stores(language: Language, value: String) -> AnyView {
    let texts = language.access();
    view! {
        <label class="field">
            <span class="field-label">{texts.stores()}</span>
            <input class="input" type="text" name="tiendas" value=value placeholder=texts.all_stores()/>
        </label>
    }
    .into_any()
}

/// What was wrong.
pub(super) fn problem(problem: Option<&Problem>) -> Option<AnyView> {
    let problem = problem?;
    let reference = problem.codigo.is_fault().then(|| view! { " " <code>{problem.correlacion.clone()}</code> });
    Some(
        view! {
            <p class="notice notice-bad" role="alert">
                {problem.detail.clone()}
                {reference}
            </p>
        }
        .into_any(),
    )
}
