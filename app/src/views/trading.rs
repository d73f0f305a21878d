//! Sales by day and hour against the week before, and how late they arrived.

use engine::{Punctuality, Trading};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::chart::{Bar, bar_chart};
use super::{Empty, FigureCard, Section, Tone};
use crate::format::{day, decimal, dollars, duration, weekday, whole};
use crate::i18n::Language;
use crate::preferences::language;
use crate::query::store_path;

/// From which share in percent on sales count as punctual.
const GOOD_PERCENT: f64 = 99.0;

/// All of it.
pub fn trading_sections(trading: &Trading) -> AnyView {
    let texts = language().metrics();
    let (sales, punctuality) = (sales(trading), punctuality(trading));
    view! {
        <Section title=texts.sales() intro=texts.sales_intro()>{sales}</Section>
        <section class="panel" aria-label=texts.punctuality()>
            <div class="panel-head"><h2>{texts.punctuality()}</h2></div>
            {punctuality}
        </section>
    }
    .into_any()
}

fn sales(trading: &Trading) -> AnyView {
    let language = language();
    let texts = language.metrics();
    if trading.days.iter().all(|day| day.usd.is_zero() && day.before.is_none()) {
        return view! { <Empty title=texts.sales_none() hint=texts.sales_none_hint()/> }.into_any();
    }
    let days: Vec<Bar> = trading
        .days
        .iter()
        .map(|one| Bar {
            label: format!("{} {}", weekday(language, one.place), one.place.day()),
            name: day(language, one.place),
            usd: one.usd,
            before: one.before,
        })
        .collect();
    let hours: Vec<Bar> = trading
        .hours
        .iter()
        .map(|one| Bar {
            label: format!("{:02}", one.place),
            name: format!("{:02}:00–{:02}:00", one.place, one.place + 1),
            usd: one.usd,
            before: one.before,
        })
        .collect();
    let busiest = trading.hours.iter().max_by_key(|hour| hour.usd);
    let busiest = busiest.map(|hour| texts.busiest(format!("{:02}:00", hour.place), dollars(language, hour.usd)));
    view! {
        <div class="columns">
            {bar_chart(&days, total(language, trading), texts.day())}
            {bar_chart(&hours, busiest.unwrap_or_default(), texts.hour())}
        </div>
    }
    .into_any()
}

/// What the week sold, and whether that is more or less than the week before. Only days that are known of both are compared.
fn total(language: Language, trading: &Trading) -> String {
    let texts = language.metrics();
    let usd: Decimal = trading.days.iter().map(|day| day.usd).sum();
    let both = trading.days.iter().filter_map(|day| Some((day.usd, day.before?)));
    let (own, before) = both.fold((Decimal::ZERO, Decimal::ZERO), |sum, day| (sum.0 + day.0, sum.1 + day.1));
    if before.is_zero() {
        return texts.total_alone(dollars(language, usd));
    }
    let percent = ((own - before) * Decimal::ONE_HUNDRED / before).round();
    let (usd, change) = (dollars(language, usd), percent.abs().normalize().to_string());
    match percent.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Greater => texts.total_more(usd, change),
        std::cmp::Ordering::Less => texts.total_less(usd, change),
        std::cmp::Ordering::Equal => texts.total_same(usd),
    }
}

fn punctuality(trading: &Trading) -> AnyView {
    let language = language();
    let texts = language.metrics();
    if trading.punctuality.windows == 0 {
        return view! { <Empty title=texts.punctuality_none() hint=texts.punctuality_none_hint()/> }.into_any();
    }
    let (own, before) = (&trading.punctuality, &trading.punctuality_before);
    let is_good = own.percent().is_some_and(|percent| percent >= GOOD_PERCENT);
    let rows = trading.stores.iter().map(|store| {
        let width = store.punctuality.percent().unwrap_or_default().clamp(0.0, 100.0);
        view! {
            <tr>
                <th scope="row" data-label=texts.store()>
                    <a class="row-link" href=store_path(&store.branch)>{store.name.clone()}</a>
                </th>
                <td data-label=texts.in_time()>
                    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <path class="bar-ground" d="M0 0h100v8h-100z"></path>
                        <path class="bar-value" d=format!("M0 0h{width:.1}v8h-{width:.1}z")></path>
                    </svg>
                    " "
                    {share(language, &store.punctuality)}
                </td>
                <td data-label=texts.half_hours() class="number">{whole(language, store.punctuality.windows)}</td>
                <td data-label=texts.late() class="number">
                    {whole(language, store.punctuality.windows - store.punctuality.in_time)}
                </td>
                <td data-label=texts.recovery() class="number">{recovery(language, &store.punctuality)}</td>
            </tr>
        }
    });
    view! {
        <dl class="cards section-body" aria-label=texts.punctuality()>
            <FigureCard
                label=texts.in_time()
                figure=share(language, own)
                tone=if is_good { Tone::Good } else { Tone::Warning }
                hint=texts.sla_hint(trading.sla_minutes, share(language, before))
            />
            <FigureCard
                label=texts.recovery()
                figure=recovery(language, own)
                tone=Tone::Neutral
                hint=texts.recovery_hint(recovery(language, before))
            />
        </dl>
        <table class="table">
            <caption class="visually-hidden">{texts.punctuality_caption()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.store()}</th>
                    <th scope="col">{texts.in_time()}</th>
                    <th scope="col" class="number">{texts.half_hours()}</th>
                    <th scope="col" class="number">{texts.late()}</th>
                    <th scope="col" class="number">{texts.recovery()}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn share(language: Language, punctuality: &Punctuality) -> String {
    punctuality.percent().map_or_else(|| "—".to_owned(), |percent| format!("{} %", decimal(language, percent, 1)))
}

fn recovery(language: Language, punctuality: &Punctuality) -> String {
    punctuality.recovery_seconds.map_or_else(|| "—".to_owned(), |seconds| duration(language, seconds))
}
