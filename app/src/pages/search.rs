//! `/buscar`: pages, stores with their days, runs and recoveries, by what somebody types. frontend/js/palette.ts shows it in a
//! dialog under Ctrl K.

use domain::search_text::{Match, match_of};
use engine::{Found, Identity, SavedView};
use futures::join;
use jiff::civil::{Date, date};
use leptos::prelude::*;

use crate::api::{ApiError, list_saved_views, search};
use crate::format::{day, period};
use crate::i18n::state_name;
use crate::page::{Page, came_from, part};
use crate::preferences::language;
use crate::query::{
    HOME_PATH, SEARCH_PATH, SEARCHED, SHORTCUTS_PATH, USERS_PATH, day_path, plan_path, run_href, store_path,
};
use crate::values::Values;
use crate::views::{Empty, Step, places, step};

/// The field, which has focus.
const FIELD: &str = "buscar-q";

/// Something to go to.
struct Target {
    href: String,
    name: String,
    hint: String,
}

/// What is typed: words, and a day where one is among them.
struct Typed {
    words: String,
    date: Option<Date>,
}

/// The page of the search.
pub async fn search_page(values: Values) -> Page {
    let texts = language().search();
    let typed = values.get(SEARCHED).unwrap_or_default();
    let read = read_typed(&typed);
    let (found, kept) = join!(search(&read.words), list_saved_views());
    let kept = kept.unwrap_or_default();
    let back = came_from().filter(|path| !path.starts_with(SEARCH_PATH)).unwrap_or_else(|| HOME_PATH.to_owned());
    let shortcuts = view! { <a class="link" href=SHORTCUTS_PATH data-dialogo="">{texts.shortcuts()}</a> };
    let content = step(Step {
        title: texts.title(),
        back,
        leave: language().action().close(),
        body: view! { {form(typed)} {results(&read, found, &kept)} }.into_any(),
        confirm: Some(shortcuts.into_any()),
    });
    Page::new(SEARCH_PATH, texts.title(), &[], content)
}

fn form(typed: String) -> AnyView {
    let texts = language().search();
    view! {
        <form class="search-form" role="search" method="get" action=SEARCH_PATH>
            <label class="field" for=FIELD>{texts.label()}</label>
            <input
                class="input"
                id=FIELD
                name=SEARCHED
                value=typed
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="go"
                data-busca=""
                autofocus
            />
            <button class="button only-without-script" type="submit">{texts.title()}</button>
        </form>
    }
    .into_any()
}

/// A day as people write it: `2025-11-17` or `17/11/2025`.
fn read_date(word: &str) -> Option<Date> {
    let mut numbers = word.split('/').map(|number| number.parse::<i16>().ok());
    let spanish = || {
        let (day, month, year) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    // What is shorter than a date of ISO 8601 would be read as one too.
    let iso = (word.len() == "2025-11-17".len()).then(|| word.parse().ok()).flatten();
    iso.or_else(spanish).filter(|found| *found >= date(2000, 1, 1))
}

fn read_typed(typed: &str) -> Typed {
    let date = typed.split_whitespace().find_map(read_date);
    let words = typed.split_whitespace().filter(|word| read_date(word).is_none());
    Typed { words: words.collect::<Vec<_>>().join(" "), date }
}

fn results(typed: &Typed, found: Result<Found, ApiError>, kept: &[SavedView]) -> AnyView {
    let texts = language().search();
    part(texts.part(), found, Some(SEARCH_PATH), |found| {
        let groups = [
            (texts.exact(), exact(&found)),
            (language().saved_views().title(), views(&typed.words, kept)),
            (texts.stores(), stores(typed, &found)),
            (texts.pages(), if typed.date.is_some() { Vec::new() } else { pages(&typed.words) }),
        ];
        let count: usize = groups.iter().map(|(_, targets)| targets.len()).sum();
        let drawn = groups.into_iter().filter(|(_, targets)| !targets.is_empty()).map(group).collect_view();
        let none = (count == 0).then(|| view! { <Empty title=texts.empty() hint=texts.empty_hint()/> });
        view! {
            <div id="encontrado">
                <p class="visually-hidden" role="status">{texts.count(count)}</p>
                {none}
                {drawn}
            </div>
        }
        .into_any()
    })
}

fn group((title, targets): (&'static str, Vec<Target>)) -> AnyView {
    let targets = targets.into_iter().map(|target| {
        view! {
            <li>
                <a class="search-result" href=target.href data-encontrado="">
                    <span>{target.name}</span>
                    " "
                    <span class="muted">{target.hint}</span>
                </a>
            </li>
        }
    });
    view! {
        <h2 class="search-group">{title}</h2>
        <ul class="plain-list">{targets.collect_view()}</ul>
    }
    .into_any()
}

fn pages(words: &str) -> Vec<Target> {
    let language = language();
    let is_administrator = use_context::<Identity>().is_some_and(|identity| identity.actor.is_administrator());
    let mut found: Vec<(Match, Target)> = Vec::new();
    for place in places(language) {
        for (path, name) in &place.pages {
            if *path == USERS_PATH && !is_administrator {
                continue;
            }
            let both = format!("{} {name}", place.name);
            let rank = [*name, both.as_str()].into_iter().filter_map(|known| match_of(words, known)).min();
            // An entry and its first page may have one name.
            let hint = if place.name == *name { "" } else { place.name };
            let target = Target { href: (*path).to_owned(), name: (*name).to_owned(), hint: hint.to_owned() };
            found.extend(rank.map(|rank| (rank, target)));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, target)| target).collect()
}

fn views(words: &str, kept: &[SavedView]) -> Vec<Target> {
    let found = kept.iter().filter(|view| match_of(words, &view.name).is_some());
    found.map(|view| Target { href: view.address.clone(), name: view.name.clone(), hint: String::new() }).collect()
}

fn stores(typed: &Typed, found: &Found) -> Vec<Target> {
    let target = |branch: &domain::read_model::BranchChoice| {
        let id = branch.ubicacion_id.as_str();
        let (href, hint) = match typed.date {
            None => (store_path(&branch.ubicacion_id), id.to_owned()),
            Some(date) => (day_path(&branch.ubicacion_id, date, None), day(language(), date)),
        };
        Target { href, name: branch.ubicacion_nombre.clone(), hint }
    };
    found.branches.iter().map(target).collect()
}

fn exact(found: &Found) -> Vec<Target> {
    let language = language();
    let run = found.run.as_ref().map(|run| {
        let from = (run.fecha_desde, run.hora_desde.as_str());
        let window = period(language, from, (run.fecha_hasta, run.hora_hasta.as_str()));
        let hint = format!("{window} · {}", state_name(language, run.estado));
        Target { href: run_href(run.id), name: run.ubicacion_nombre.clone(), hint }
    });
    let plan = found.plan.as_ref().map(|plan| Target {
        href: plan_path(plan.reference()),
        name: language.search().plan(plan.hash.short()),
        hint: crate::i18n::plan_state_name(language, plan.estado).to_owned(),
    });
    run.into_iter().chain(plan).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_among_the_words_is_read_as_one() {
        for typed in ["bosque 2025-11-17", "2025-11-17 bosque", "bosque 17/11/2025"] {
            let read = read_typed(typed);
            assert_eq!((read.words.as_str(), read.date), ("bosque", Some(date(2025, 11, 17))), "{typed}");
        }
        for typed in ["bosque", "bosque 31/02/2025", "bosque 20251117"] {
            assert_eq!(read_typed(typed).date, None, "{typed}");
        }
    }

    #[test]
    fn pages_are_found_by_their_name_and_by_that_of_their_entry() {
        let owner = Owner::new();
        owner.set();
        let paths = |words: &str| pages(words).into_iter().map(|page| page.href).collect::<Vec<_>>();
        assert_eq!(paths("metricas"), ["/sistema/metricas"]);
        assert_eq!(paths("pendientes")[0], "/pendientes");
        assert_eq!(paths("decisiones"), ["/actividad/decisiones"]);
        assert!(paths("usuarios").is_empty(), "who administers nobody is led to no page of users");
        assert_eq!(paths("no hay tal"), [""; 0]);
    }
}
