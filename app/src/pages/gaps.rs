//! `/gaps`: what is missing, why, and the button that gets it back.

use domain::read_model::{GapList, GapView};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::justifications::{Justification, JustifiedSection};
use crate::api::{ApiError, list_gaps, recover_gap};
use crate::components::{
    GapCards, GapFilters, GapsTable, PageHeader, PageTitle, Part, RecoverDialog, Skeleton, Toasts,
};
use crate::format::absolute;
use crate::live::{Live, Now, Topic};
use crate::preferences::language;
use crate::query::{AT, GAPS, Query};

/// The page of gaps.
#[component]
pub fn GapsPage() -> impl IntoView {
    let texts = language().gaps();
    let address = use_query_map();
    let query = Memo::new(move |_| address.with(|address| Query::read(GAPS, address)));
    let gaps = Resource::new(move || query.get(), ask);
    expect_context::<Live>().refetch(Topic::Gaps, gaps);
    let chosen = RwSignal::new(None::<GapView>);
    let justified = RwSignal::new(None::<GapView>);

    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            resource=gaps
            name=texts.part_totals()
            skeleton=Skeleton::Cards
            show=show_totals
        />
        <Part
            resource=gaps
            name=texts.part()
            skeleton=Skeleton::Table
            way_out=Signal::derive(move || query.read().way_out())
            show=move |list| view! { <GapsList list query chosen justified/> }.into_any()
        />
        <JustifiedSection query/>
        <Recovery chosen/>
        <Justification chosen=justified/>
    }
    .into_any()
}

async fn ask(query: Query) -> Result<GapList, ApiError> {
    list_gaps(query.get("etl_tipo"), query.get("ubicacion_id"), query.get("max_horas"), query.get("en")).await
}

fn show_totals(list: Memo<GapList>) -> AnyView {
    view! { <GapCards totals=Signal::derive(move || list.read().totales.clone())/> }.into_any()
}

/// Filters and table of an answer.
#[component]
fn GapsList(
    list: Memo<GapList>,
    query: Memo<Query>,
    chosen: RwSignal<Option<GapView>>,
    justified: RwSignal<Option<GapView>>,
) -> impl IntoView {
    let now = Now::from_answer(move || list.with(|list| list.generado_en));
    let navigate = use_navigate();
    let change = Callback::new(move |(name, value): (&'static str, String)| {
        let href = query.read().href_with(name, Some(&value));
        navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });

    view! {
        <PastNotice list query/>
        <section class="panel" aria-label=language().gaps().title()>
            <GapFilters
                branches=Signal::derive(move || list.with(|list| list.tiendas.clone()))
                value=Callback::new(move |name: &'static str| query.read().get(name).unwrap_or_default())
                hours=Signal::derive(move || list.with(|list| list.max_horas))
                change
                updated=Signal::derive(move || list.with(|list| (list.generado_en, list.generado_en_local)))
                clear=Signal::derive(move || query.read().way_out())
            />
            <GapsTable
                gaps=Signal::derive(move || list.with(|list| list.gaps.clone()))
                now
                recover=Callback::new(move |gap| chosen.set(Some(gap)))
                justify=Callback::new(move |gap| justified.set(Some(gap)))
                is_past=Signal::derive(move || query.read().get(AT).is_some())
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

/// The confirmation, and what it sets in motion.
#[component]
fn Recovery(chosen: RwSignal<Option<GapView>>) -> impl IntoView {
    let live = expect_context::<Live>();
    let toasts = expect_context::<Toasts>();
    let texts = language().recover();
    let failure = RwSignal::new(None::<ApiError>);
    let recover = Action::new(move |gap: &GapView| {
        let gap = gap.clone();
        async move {
            failure.set(None);
            let answer = recover_gap(
                Some(gap.etl_tipo.to_string()),
                Some(gap.ubicacion_id.to_string()),
                Some(gap.fecha_desde.to_string()),
                Some(gap.fecha_hasta.to_string()),
                Some(gap.hora_desde),
                Some(gap.hora_hasta),
            )
            .await;
            match answer {
                Ok(answer) => {
                    chosen.set(None);
                    toasts.say(match answer.ejecuciones.len() {
                        0 => texts.already().to_owned(),
                        1 => texts.queued_one().to_owned(),
                        count => texts.queued(count),
                    });
                }
                Err(error) => failure.set(Some(error)),
            }
            // Also after a failure: what is shown may be what is out of date.
            live.changed(Topic::Gaps);
            live.changed(Topic::Progress);
        }
    });

    view! {
        <RecoverDialog
            chosen=chosen.into()
            is_working=recover.pending().into()
            failure=failure.into()
            confirm=Callback::new(move |gap| {
                recover.dispatch(gap);
            })
            close=Callback::new(move |()| {
                failure.set(None);
                chosen.set(None);
            })
        />
    }
}
