//! `/conciliaciones`: whether the source changed the last days of each store after they were over.

use domain::read_model::{ReconciliationList, ReconciliationView};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::api::{list_reconciliations, reconcile};
use crate::components::{
    PageHeader, PageTitle, Part, ReconciliationFilters, ReconciliationsTable, Skeleton, SourceAlarm, Toasts,
};
use crate::format::day;
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{Query, RECONCILIATIONS};
use crate::sentry::UserAction;

/// The page of comparisons.
#[component]
pub fn ReconciliationsPage() -> impl IntoView {
    let texts = language().reconciliations();
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(RECONCILIATIONS, address)));
    let list =
        Loading::new(move || query.get(), |query| list_reconciliations(query.get("ubicacion_id"), query.get("dias")));
    expect_context::<Live>().refetch(Topic::Runs, list);
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=list
            name=texts.part()
            skeleton=Skeleton::Table
            way_out=Signal::derive(move || query.read().way_out())
            show=move |list| view! { <Days list query/> }.into_any()
        />
    }
    .into_any()
}

#[component]
fn Days(list: Memo<ReconciliationList>, query: Memo<Query>) -> impl IntoView {
    let (live, toasts) = (expect_context::<Live>(), expect_context::<Toasts>());
    let language = language();
    let texts = language.reconciliations();
    let navigate = use_navigate();
    let change = Callback::new(move |(name, value): (&'static str, String)| {
        let href = query.read().href_with(name, Some(&value));
        navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let compare = Action::new(move |one: &ReconciliationView| {
        let one = one.clone();
        async move {
            let store = one.ubicacion_id.to_string();
            let action = UserAction::start("conciliar_dia", &[("ubicacion_id", store.clone())]);
            let answer = action.around(reconcile(Some(store), Some(one.fecha.to_string()))).await;
            toasts.say(match answer {
                Ok(answer) if answer.lote_id.is_none() => texts.busy().to_owned(),
                Ok(_) => texts.asked(&one.ubicacion_nombre, day(language, one.fecha)),
                Err(error) => format!("{}: {error}", texts.failed()),
            });
            live.changed(Topic::Runs);
            live.changed(Topic::Progress);
        }
    });
    view! {
        <SourceAlarm list/>
        <section class="panel" aria-label=texts.title()>
            <ReconciliationFilters
                branches=Signal::derive(move || list.with(|list| list.tiendas.clone()))
                value=Callback::new(move |name: &'static str| query.read().get(name).unwrap_or_default())
                change
                updated=Signal::derive(move || list.with(|list| (list.generado_en, list.generado_en_local)))
                clear=Signal::derive(move || query.read().way_out())
            />
            <ReconciliationsTable
                list
                ask=Callback::new(move |one| {
                    compare.dispatch(one);
                })
                is_working=compare.pending().into()
            />
        </section>
    }
    .into_any()
}
