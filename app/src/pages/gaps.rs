//! `/gaps`: what is missing, why, and the button that gets it back.

use std::collections::BTreeSet;

use domain::BranchId;
use domain::gap::GapOrder;
use domain::read_model::{BranchChoice, GapList, GapView};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::justifications::{Justification, JustifiedSection};
use super::recovery::Recovery;
use crate::api::{ApiError, list_gaps};
use crate::components::{
    Asked, AskedDays, GapCards, GapFilters, GapsTable, PageHeader, PageTitle, Part, RecoverBar, Skeleton,
};
use crate::format::absolute;
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{AT, GAPS, Query};

/// How far back "everything" goes at most: as far as a recovery may.
const EVERYTHING_DAYS_MAX: u32 = 31;

/// The page of gaps.
#[component]
pub fn GapsPage() -> impl IntoView {
    let texts = language().gaps();
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(GAPS, address)));
    let gaps = Loading::new(move || query.get(), ask);
    expect_context::<Live>().refetch(Topic::Gaps, gaps);
    let chosen = RwSignal::new(None::<Asked>);
    let branches = Signal::derive(move || gaps.get().and_then(Result::ok).map(|list| list.tiendas).unwrap_or_default());
    let selection = RwSignal::new(BTreeSet::<String>::new());
    let justified = RwSignal::new(None::<GapView>);

    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=gaps
            name=texts.part_totals()
            skeleton=Skeleton::Cards
            show=show_totals
        />
        <Part
            loading=gaps
            name=texts.part()
            skeleton=Skeleton::Table
            way_out=Signal::derive(move || query.read().way_out())
            show=move |list| view! { <GapsList list query chosen selection justified/> }.into_any()
        />
        <JustifiedSection query/>
        <Recovery asked=chosen branches started=Callback::new(move |()| selection.set(BTreeSet::new()))/>
        <Justification chosen=justified/>
    }
    .into_any()
}

async fn ask(query: Query) -> Result<GapList, ApiError> {
    let (kind, branch, hours) = (query.get("etl_tipo"), query.get("ubicacion_id"), query.get("max_horas"));
    list_gaps(kind, branch, hours, query.get("ordenar"), query.get(AT)).await
}

fn show_totals(list: Memo<GapList>) -> AnyView {
    view! { <GapCards totals=Signal::derive(move || list.read().totales.clone())/> }.into_any()
}

/// Filters and table of an answer.
#[component]
fn GapsList(
    list: Memo<GapList>,
    query: Memo<Query>,
    chosen: RwSignal<Option<Asked>>,
    selection: RwSignal<BTreeSet<String>>,
    justified: RwSignal<Option<GapView>>,
) -> impl IntoView {
    let now = Now::from_answer(move || list.with(|list| list.generado_en));
    let navigate = use_navigate();
    let change = Callback::new(move |(name, value): (&'static str, String)| {
        let href = query.read().href_with(name, Some(&value));
        navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    // What has gone from the list, or is in work by now, is not selected any more.
    let selected = Memo::new(move |_| {
        let gaps = list.with(|list| list.gaps.clone()).into_iter();
        gaps.filter(|gap| gap.recuperable && selection.read().contains(&gap.id)).collect::<Vec<_>>()
    });
    let is_past = Signal::derive(move || query.read().get(AT).is_some());
    let recover_bar = move || {
        (!is_past.get()).then(|| {
            view! {
                <RecoverBar
                    selected=Signal::derive(move || selected.read().len())
                    recover_selection=Callback::new(move |()| {
                        chosen.set(Some(Asked::Selection(selected.get_untracked())));
                    })
                    recover_everything=Callback::new(move |()| {
                        // What the list shows, and not what its filters leave out.
                        let days = list.with_untracked(|list| list.max_horas.div_ceil(24)).clamp(1, EVERYTHING_DAYS_MAX);
                        let chosen_id = untrack(|| query.read().get("ubicacion_id"));
                        let is_chosen = |store: &&BranchChoice| Some(store.ubicacion_id.as_str()) == chosen_id.as_deref();
                        let store = list.with_untracked(|list| list.tiendas.iter().find(is_chosen).cloned());
                        chosen.set(Some(Asked::LastDays(days, store)));
                    })
                    recover_days=Callback::new(move |()| {
                        let today = list.with_untracked(|list| list.generado_en_local.date().to_string());
                        let branch = untrack(|| query.read().get("ubicacion_id")).map(BranchId::new);
                        chosen.set(Some(Asked::Days(AskedDays { branch, first: today.clone(), last: today })));
                    })
                />
            }
        })
    };

    view! {
        <PastNotice list query/>
        <section class="panel" aria-label=language().gaps().title()>
            <GapFilters
                branches=Signal::derive(move || list.with(|list| list.tiendas.clone()))
                value=Callback::new(move |name: &'static str| query.read().get(name).unwrap_or_default())
                order=Signal::derive(move || query.read().get("ordenar"))
                hours=Signal::derive(move || list.with(|list| list.max_horas))
                change
                updated=Signal::derive(move || list.with(|list| (list.generado_en, list.generado_en_local)))
                clear=Signal::derive(move || query.read().way_out())
            />
            {recover_bar}
            <GapsTable
                gaps=Signal::derive(move || list.with(|list| list.gaps.clone()))
                now
                order=Signal::derive(move || list.with(|list| list.ordenar))
                sorted=Callback::new(move |order: GapOrder| {
                    let chosen = (order != GapOrder::default()).then_some(order.as_str());
                    query.read().href_with("ordenar", chosen)
                })
                recover=Callback::new(move |gap| chosen.set(Some(Asked::Gap(Box::new(gap)))))
                selection
                justify=Callback::new(move |gap| justified.set(Some(gap)))
                is_past
            />
        </section>
    }
    .into_any()
}

/// Says that the list is of a moment of the past, and leads back to now.
#[component]
fn PastNotice(list: Memo<GapList>, query: Memo<Query>) -> impl IntoView {
    let language = language();
    let texts = language.past();
    move || {
        query.read().get(AT).map(|_| {
            let moment = absolute(language, list.with(|list| list.generado_en_local));
            view! {
                <div class="notice" role="status">
                    <p>{texts.showing(moment)}</p>
                    <a class="button" href=query.read().href_with(AT, None)>{texts.back()}</a>
                </div>
            }
        })
    }
}
