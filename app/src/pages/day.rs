//! `/tiendas/{id}/{fecha}`: a store's day, half hour by half hour, and what proves each.

use domain::read_model::{BranchChoice, CoverageDay};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::recovery::Recovery;
use crate::api::read_coverage;
use crate::components::{Asked, AskedDays, DayGrid, DayTotals, PageHeader, PageTitle, Part, Proofs, Skeleton};
use crate::format::day;
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{GAPS, Query, day_path};

/// The page of a store's day.
#[component]
pub fn DayPage() -> impl IntoView {
    let texts = language().day();
    let params = use_params_map();
    let asked = Memo::new(move |_| params.with(|params| (params.get("id"), params.get("fecha"))));
    let address = use_query_map();
    let chosen = Signal::derive(move || address.with(|address| address.get("hora")));
    let coverage = Loading::new(move || asked.get(), |(branch, date)| read_coverage(branch, date));
    expect_context::<Live>().refetch(Topic::Gaps, coverage);
    let recovered = RwSignal::new(None::<Asked>);
    let branches = Signal::derive(move || {
        let day = coverage.get().and_then(Result::ok).into_iter();
        day.map(|day| BranchChoice { ubicacion_id: day.ubicacion_id, ubicacion_nombre: day.ubicacion_nombre }).collect()
    });

    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part
            loading=coverage
            name=texts.part()
            skeleton=Skeleton::Table
            show=move |day| view! { <Day day chosen recovered/> }.into_any()
        />
        <Recovery asked=recovered branches started=Callback::new(|()| ())/>
    }
    .into_any()
}

#[component]
fn Day(day: Memo<CoverageDay>, chosen: Signal<Option<String>>, recovered: RwSignal<Option<Asked>>) -> impl IntoView {
    let half_hour = Signal::derive(move || {
        let from = chosen.get()?;
        day.with(|day| day.medias_horas.iter().find(|half_hour| half_hour.hora_desde == from).cloned())
    });
    view! {
        <section class="panel panel-padded day" aria-labelledby="dia">
            {move || day.with(|day| heading(day, recovered))}
            <DayTotals day/>
            <DayGrid day chosen/>
            <Proofs half_hour/>
        </section>
    }
    .into_any()
}

/// Which store and day, the ways to its neighbours and to the store's gaps, and the button that recovers the day.
fn heading(shown: &CoverageDay, recovered: RwSignal<Option<Asked>>) -> AnyView {
    let language = language();
    let texts = language.day();
    let to = |date: Option<Date>, label: &'static str| {
        let href = date.map(|date| day_path(&shown.ubicacion_id, date, None));
        href.map(|href| view! { <a class="link" href=href>{label}</a> })
    };
    let (branch, date) = (shown.ubicacion_id.clone(), shown.fecha.to_string());
    let recover = move |_| {
        let days = AskedDays { branch: Some(branch.clone()), first: date.clone(), last: date.clone() };
        recovered.set(Some(Asked::Days(days)));
    };
    let gaps = Query::of(GAPS, &[("ubicacion_id", shown.ubicacion_id.as_str())]).href();
    view! {
        <div class="day-head">
            <h2 id="dia">{texts.heading(&shown.ubicacion_nombre, day(language, shown.fecha))}</h2>
            <p class="day-links">
                {to(shown.fecha.yesterday().ok(), texts.previous())}
                {to(shown.fecha.tomorrow().ok(), texts.next())}
                <a class="link" href=gaps>{texts.gaps()}</a>
                <button class="button button-small needs-script" type="button" aria-haspopup="dialog" on:click=recover>
                    {language.plan().recover_day()}
                </button>
            </p>
        </div>
    }
    .into_any()
}
