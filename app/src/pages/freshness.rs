//! `/inventario`: how old the stock of each warehouse is.

use domain::read_model::FreshnessList;
use leptos::prelude::*;

use crate::api::read_freshness;
use crate::components::{FreshnessCards, FreshnessTable, PageHeader, PageTitle, Part, Skeleton};
use crate::live::{Live, Topic};
use crate::loading::Loading;
use crate::preferences::language;

/// The page of stock.
#[component]
pub fn FreshnessPage() -> impl IntoView {
    let texts = language().freshness();
    let list = Loading::new(|| (), |()| read_freshness(None));
    expect_context::<Live>().refetch(Topic::Runs, list);
    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part loading=list name=texts.part() skeleton=Skeleton::Table show=show/>
    }
    .into_any()
}

fn show(list: Memo<FreshnessList>) -> AnyView {
    view! {
        <FreshnessCards list/>
        <FreshnessTable list/>
    }
    .into_any()
}
