//! Sales by day and hour against the week before, and how late they arrived.

use engine::{Compared, Punctuality, SalesFigures, TimeToRecover, Trading};
use jiff::civil::Date;
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
    if trading.days.iter().all(|day| day.sales.lines == 0 && day.before.is_none()) {
        return view! { <Empty title=texts.sales_none() hint=texts.sales_none_hint()/> }.into_any();
    }
    let days: Vec<Bar> = trading
        .days
        .iter()
        .map(|one| Bar {
            label: format!("{} {}", weekday(language, one.place), one.place.day()),
            name: day(language, one.place),
            sales: one.sales,
            before: one.before,
        })
        .collect();
    let hours: Vec<Bar> = trading
        .hours
        .iter()
        .map(|one| Bar {
            label: format!("{:02}", one.place),
            name: format!("{:02}:00–{:02}:00", one.place, one.place + 1),
            sales: one.sales,
            before: one.before,
        })
        .collect();
    let busiest = trading.hours.iter().max_by_key(|hour| hour.sales.usd);
    let busiest = busiest.map(|hour| texts.busiest(format!("{:02}:00", hour.place), dollars(language, hour.sales.usd)));
    let sum = |count: fn(&SalesFigures) -> u64| whole(language, trading.days.iter().map(|day| count(&day.sales)).sum());
    view! {
        <dl class="cards" aria-label=texts.sold()>
            <FigureCard
                label=texts.invoices()
                figure=sum(|sales| sales.invoices)
                tone=Tone::Neutral
                hint=change(language, percent_more(&trading.days, |sales| sales.invoices.into()))
            />
            <FigureCard
                label=texts.lines()
                figure=sum(|sales| sales.lines)
                tone=Tone::Neutral
                hint=change(language, percent_more(&trading.days, |sales| sales.lines.into()))
            />
        </dl>
        <div class="columns">
            {bar_chart(&days, total(language, trading), texts.day())}
            {bar_chart(&hours, busiest.unwrap_or_default(), texts.hour())}
        </div>
    }
    .into_any()
}

/// What the week sold, and whether that is more or less than the week before.
fn total(language: Language, trading: &Trading) -> String {
    let texts = language.metrics();
    let usd = dollars(language, trading.days.iter().map(|day| day.sales.usd).sum::<Decimal>());
    match percent_more(&trading.days, |sales| sales.usd) {
        None => texts.total_alone(usd),
        Some(percent) if percent.is_zero() => texts.total_same(usd),
        Some(percent) if percent.is_sign_positive() => texts.total_more(usd, size(percent)),
        Some(percent) => texts.total_less(usd, size(percent)),
    }
}

/// Against the week before, in words.
fn change(language: Language, percent: Option<Decimal>) -> String {
    let texts = language.metrics();
    match percent {
        None => texts.change_none().to_owned(),
        Some(percent) if percent.is_zero() => texts.change_same().to_owned(),
        Some(percent) if percent.is_sign_positive() => texts.change_more(size(percent)),
        Some(percent) => texts.change_less(size(percent)),
    }
}

fn size(percent: Decimal) -> String {
    percent.abs().normalize().to_string()
}

/// By how many whole percent days have more than the same days of the week before, negative where less; None where there is
/// nothing to compare with. Only days that are known of both are compared.
fn percent_more(days: &[Compared<Date>], measure: fn(&SalesFigures) -> Decimal) -> Option<Decimal> {
    let both = days.iter().filter_map(|day| Some((measure(&day.sales), measure(day.before.as_ref()?))));
    let (own, before) = both.fold((Decimal::ZERO, Decimal::ZERO), |sum, day| (sum.0 + day.0, sum.1 + day.1));
    (!before.is_zero()).then(|| ((own - before) * Decimal::ONE_HUNDRED / before).round())
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
                <td data-label=texts.delay() class="number">{time(language, store.punctuality.delay_seconds)}</td>
                <td data-label=texts.recovery() class="number">
                    <span class="stack">
                        <span>{recovery(language, &store.recovered)}</span>
                        <span class="muted">
                            <span class="visually-hidden">{texts.week_before()} " "</span>
                            {recovery(language, &store.recovered_before)}
                        </span>
                    </span>
                </td>
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
                label=texts.delay()
                figure=time(language, own.delay_seconds)
                tone=Tone::Neutral
                hint=texts.delay_hint(time(language, before.delay_seconds))
            />
            <FigureCard
                label=texts.recovery()
                figure=recovery(language, &trading.recovered)
                tone=Tone::Neutral
                hint=texts.recovery_hint(recovery(language, &trading.recovered_before))
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
                    <th scope="col" class="number">{texts.delay()}</th>
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

fn recovery(language: Language, recovered: &TimeToRecover) -> String {
    time(language, recovered.mean_seconds())
}

fn time(language: Language, seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "—".to_owned(), |seconds| duration(language, seconds))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn compared(invoices: u64, before: Option<u64>) -> Compared<Date> {
        let sold =
            |invoices: u64| SalesFigures { usd: Decimal::from(invoices) / Decimal::TWO, invoices, lines: 3 * invoices };
        Compared { place: date(2025, 6, 3), sales: sold(invoices), before: before.map(sold) }
    }

    #[test]
    fn only_days_that_are_known_of_both_weeks_are_compared() {
        let days = [compared(12, Some(10)), compared(500, None), compared(0, Some(6))];
        assert_eq!(percent_more(&days, |sales| sales.invoices.into()), Some(Decimal::from(-25)));
        assert_eq!(percent_more(&days[..2], |sales| sales.lines.into()), Some(Decimal::from(20)));
        assert_eq!(percent_more(&days[1..2], |sales| sales.usd), None);
    }

    #[test]
    fn a_change_is_said_in_whole_percent() {
        let text = |invoices: u64, before: Option<u64>| {
            change(Language::En, percent_more(&[compared(invoices, before)], |sales| sales.usd))
        };
        assert_eq!(text(3, Some(2)), "50 % more than the week before");
        assert_eq!(text(2, Some(3)), "33 % less than the week before");
        assert_eq!(text(1_001, Some(1_000)), "The same as the week before");
        assert_eq!(text(1, None), "There is no week before to compare with");
    }
}
