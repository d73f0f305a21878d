//! `/planes`: what was recovered together, and what is in work.

use domain::read_model::PlanList;
use leptos::prelude::*;

use super::plan_orders::PlanOrders;
use crate::api::list_plans;
use crate::components::{PageHeader, PageTitle, Part, PlansTable, Skeleton};
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;

/// The page of plans.
#[component]
pub fn PlansPage() -> impl IntoView {
    let texts = language().plans();
    let plans = Loading::new(|| (), |()| list_plans(None));
    expect_context::<Live>().refetch(Topic::Progress, plans);
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part loading=plans name=texts.part() skeleton=Skeleton::Table show=show/>
    }
    .into_any()
}

fn show(list: Memo<PlanList>) -> AnyView {
    let now = Now::from_answer(move || list.read().generado_en);
    let control = expect_context::<PlanOrders>().control();
    view! {
        <section class="panel" aria-label=language().plans().title()>
            <PlansTable plans=Signal::derive(move || list.get().planes) now control/>
        </section>
    }
    .into_any()
}
