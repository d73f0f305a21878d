//! The fields of a recovery of days: store, first day, last day.

use domain::BranchId;
use domain::read_model::BranchChoice;
use leptos::prelude::*;

use super::Asked;
use super::asked::AskedDays;
use crate::preferences::language;

/// Nothing where something else is asked for. What would run follows each change.
#[component]
pub fn AskedDaysFields(
    /// What somebody wants recovered.
    asked: RwSignal<Option<Asked>>,
    /// The stores to choose from.
    branches: Signal<Vec<BranchChoice>>,
) -> impl IntoView {
    // Drawn once and not at each change, which would take the focus away.
    let is_asked = Memo::new(move |_| matches!(asked.read().as_ref(), Some(Asked::Days(_))));
    move || is_asked.get().then(|| fields(asked, branches))
}

fn fields(asked: RwSignal<Option<Asked>>, branches: Signal<Vec<BranchChoice>>) -> AnyView {
    let texts = language().plan();
    let change = move |write: fn(&mut AskedDays, String), value: String| {
        asked.update(|asked| {
            if let Some(Asked::Days(days)) = asked {
                write(days, value);
            }
        });
    };
    let read = move |read: fn(&AskedDays) -> String| {
        asked.with(|asked| match asked {
            Some(Asked::Days(days)) => read(days),
            _ => String::new(),
        })
    };
    let branch = move || read(|days| days.branch.as_ref().map(ToString::to_string).unwrap_or_default());
    let stores = move || {
        let option = |choice: BranchChoice| {
            let identifier = choice.ubicacion_id.to_string();
            let is_chosen = identifier == untrack(branch);
            view! { <option value=identifier selected=is_chosen>{choice.ubicacion_nombre}</option> }.into_any()
        };
        branches.get().into_iter().map(option).collect_view()
    };
    let day = move |label: &'static str, shown: fn(&AskedDays) -> String, write: fn(&mut AskedDays, String)| {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input
                    class="input"
                    type="date"
                    required
                    prop:value=move || read(shown)
                    on:change=move |event| change(write, event_target_value(&event))
                />
            </label>
        }
        .into_any()
    };
    view! {
        <div class="asked-days">
            <label class="field">
                <span class="field-label">{texts.store()}</span>
                <select
                    class="select"
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        change(|days, id| days.branch = (!id.is_empty()).then(|| BranchId::new(id)), chosen);
                    }
                >
                    <option value="">{language().filter().all_stores()}</option>
                    {stores}
                </select>
            </label>
            {day(texts.from(), |days| days.first.clone(), |days, day| days.first = day)}
            {day(texts.to(), |days| days.last.clone(), |days, day| days.last = day)}
        </div>
    }
    .into_any()
}
