//! `/tiendas/{id}/{fecha}`: a store's day, half hour by half hour, and what proves each.

use domain::read_model::CoverageDay;
use engine::Topic;
use jiff::civil::Date;
use leptos::prelude::*;

use crate::api::read_coverage;
use crate::format::day;
use crate::page::{Page, own_address, part};
use crate::preferences::language;
use crate::query::{GAPS, Query, RECOVER_PATH, day_path};
use crate::values::Values;
use crate::views::{PageHeader, day_grid, day_totals, may_operate_store, proofs};

/// The page of a store's day.
pub async fn day_page(values: Values) -> Page {
    let texts = language().day();
    let coverage = read_coverage(values.get("id"), values.get("fecha")).await;
    let chosen = values.get("hora");
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), coverage, None, |day| show(&day, chosen.as_deref()))}
    };
    Page::new(GAPS.path, texts.title(), &[Topic::Gaps], content)
}

fn show(day: &CoverageDay, chosen: Option<&str>) -> AnyView {
    let half_hour = day.medias_horas.iter().find(|half_hour| Some(half_hour.hora_desde.as_str()) == chosen);
    view! {
        <section class="panel panel-padded day" aria-labelledby="dia">
            {heading(day)}
            {day_totals(day)}
            {day_grid(day, chosen)}
            {proofs(half_hour)}
        </section>
    }
    .into_any()
}

/// Which store and day, the ways to its neighbours and to the store's gaps, and the button that recovers the day.
fn heading(shown: &CoverageDay) -> AnyView {
    let language = language();
    let texts = language.day();
    let to = |date: Option<Date>, label: &'static str| {
        let href = date.map(|date| day_path(&shown.ubicacion_id, date, None));
        href.map(|href| view! { <a class="link" href=href>{label}</a> })
    };
    let (branch, date) = (shown.ubicacion_id.to_string(), shown.fecha.to_string());
    let recover = may_operate_store(&shown.ubicacion_id).then(|| {
        view! {
            <form method="post" action=RECOVER_PATH data-dialogo="">
                <input type="hidden" name="que" value="periodo"/>
                <input type="hidden" name="tienda" value=branch/>
                <input type="hidden" name="desde" value=date.clone()/>
                <input type="hidden" name="hasta" value=date/>
                <input type="hidden" name="volver" value=own_address()/>
                <button class="button button-small" id="recuperar-dia" type="submit" aria-haspopup="dialog">
                    {language.plan().recover_day()}
                </button>
            </form>
        }
    });
    let gaps = Query::of(GAPS, &[("ubicacion_id", shown.ubicacion_id.as_str())]).href();
    view! {
        <div class="day-head">
            <h2 id="dia">{texts.heading(&shown.ubicacion_nombre, day(language, shown.fecha))}</h2>
            <div class="day-links">
                {to(shown.fecha.yesterday().ok(), texts.previous())}
                {to(shown.fecha.tomorrow().ok(), texts.next())}
                <a class="link" href=gaps>{texts.gaps()}</a>
                {recover}
            </div>
        </div>
    }
    .into_any()
}
