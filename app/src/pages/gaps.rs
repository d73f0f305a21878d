//! `/pendientes`: what is missing, why, and the buttons that get it back.

use domain::BranchId;
use domain::gap::GapOrder;
use domain::read_model::GapList;
use engine::{SavedView, Topic};
use futures::join;
use leptos::prelude::*;

use crate::api::{list_gaps, list_saved_views};
use crate::format::absolute;
use crate::islands::{COUNT, RecoverSelection};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{AT, CHOOSE, GAPS, PAGE, PLANS_PATH, Query, RECOVER_PATH};
use crate::values::Values;
use crate::views::{
    GAPS_FORM, PageHeader, export_links, folded_filters, gap_cards, gap_filters, gaps_table, may_operate,
    may_operate_store, read_only_notice, saved_views,
};

/// The page of gaps.
pub async fn gaps_page(values: Values) -> Page {
    let texts = language().gaps();
    let query = values.query(GAPS);
    let get = |name| query.get(name);
    // The worst first; the contract of programs has the latest first.
    let order = get("ordenar").or_else(|| Some(GapOrder::Value.to_string()));
    let gaps = list_gaps(get("etl_tipo"), get("ubicacion_id"), get("max_horas"), order, get(AT));
    let (gaps, views) = join!(gaps, list_saved_views());
    let views = views.unwrap_or_default();
    // It is no filter: whoever filters goes on without it.
    let chosen = values.get(CHOOSE);
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), gaps, query.way_out(), |gaps| list(&query, &gaps, chosen.as_deref(), &views))}
    };
    Page::new(GAPS.path, texts.title(), &[Topic::Gaps], content)
}

/// Figures, filters and table of an answer; the gaps of the cause `chosen` are chosen beforehand.
fn list(query: &Query, list: &GapList, chosen: Option<&str>, views: &[SavedView]) -> AnyView {
    let is_past = query.get(AT).is_some();
    view! {
        {gap_cards(&list.totales)}
        {is_past.then(|| past_notice(query, list))}
        <section class="panel" aria-label=language().gaps().title()>
            {(!is_past).then(|| actions(query, list))}
            {folded_filters(query, view! {
                {gap_filters(query, &list.tiendas, list.max_horas, (list.generado_en, list.generado_en_local))}
                {saved_views(query, views)}
            })}
            {gaps_table(list, query, chosen, is_past)}
            {(!is_past).then(|| export_links("pendientes", query))}
        </section>
    }
    .into_any()
}

/// What can be done with the list; nothing where it is of a store that somebody else operates.
fn actions(query: &Query, list: &GapList) -> Option<AnyView> {
    if !may_operate() {
        return Some(read_only_notice());
    }
    let is_own = query.get("ubicacion_id").is_none_or(|store| may_operate_store(&BranchId::new(store)));
    is_own.then(|| recover_bar(query, list))
}

/// What can be done with gaps together, and the way to the plans that came of it. The form is the rows' too.
fn recover_bar(query: &Query, list: &GapList) -> AnyView {
    let texts = language().plan();
    let filters = query.pairs().iter().filter(|(name, _)| *name != PAGE).map(|(name, value)| {
        view! { <input type="hidden" name=*name value=value.clone()/> }
    });
    let today = list.generado_en_local.date().to_string();
    view! {
        <form class="recover-bar" id=GAPS_FORM method="post" action=RECOVER_PATH data-dialogo="">
            {filters.collect_view()}
            <input type="hidden" name="volver" value=query.href()/>
            <input type="hidden" name="tienda" value=query.get("ubicacion_id")/>
            <input type="hidden" name="desde" value=today.clone()/>
            <input type="hidden" name="hasta" value=today/>
            <a class="link" href=PLANS_PATH>{texts.see_plans()}</a>
            <RecoverSelection plain=texts.title_selection() counted=texts.recover_selection(COUNT)/>
            <button class="button" id="recuperar-todo" type="submit" name="que" value="todo" aria-haspopup="dialog">
                {texts.recover_everything()}
            </button>
            <button class="button" id="recuperar-periodo" type="submit" name="que" value="periodo" aria-haspopup="dialog">
                {texts.recover_period()}
            </button>
        </form>
    }
    .into_any()
}

/// Says that the list is of a moment of the past, and leads back to now.
fn past_notice(query: &Query, list: &GapList) -> AnyView {
    let language = language();
    let texts = language.past();
    view! {
        <div class="notice" role="status">
            <p>{texts.showing(absolute(language, list.generado_en_local))}</p>
            <a class="button" href=query.href_with(AT, None)>{texts.back()}</a>
        </div>
    }
    .into_any()
}
