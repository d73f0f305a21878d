//! The coverage as it was known at a moment: a slider of half hours, steps of one, and a field for any other.

use engine::CoverageGrid;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use leptos::prelude::*;

use crate::format::absolute;
use crate::preferences::language;
use crate::query::{AT, COVERAGE, PAGE, Query};

/// The parameter that the slider sends where there are no scripts: half hours since 1970 on the chain's clock.
const HALF_HOUR: &str = "media_hora";
const HALF_HOUR_SECONDS: i64 = 1800;
/// How far back the slider goes: seven days.
const SLIDER_HALF_HOURS: i64 = 336;

/// The moment that an address is about, as the field writes it: what the slider says comes first. What the slider cannot
/// have said is handed on as it is, to be refused.
pub fn moment_of(value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let Some(given) = value(HALF_HOUR) else { return value(AT) };
    Some(given.parse().ok().and_then(moment_at).map_or(given, minute))
}

fn moment_at(half_hour: i64) -> Option<DateTime> {
    let second = half_hour.checked_mul(HALF_HOUR_SECONDS)?;
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(second).ok()?))
}

/// Whole half hours from 1970 to a moment on the same clock.
fn half_hours_to(moment: DateTime) -> Option<i64> {
    let second = TimeZone::UTC.to_timestamp(moment).ok()?.as_second();
    Some(second.div_euclid(HALF_HOUR_SECONDS))
}

/// The half hours before and after a moment; none after the last that has begun.
fn neighbours(at: DateTime, now: DateTime) -> (Option<DateTime>, Option<DateTime>) {
    let (Some(begun), Some(last)) = (half_hours_to(at), half_hours_to(now)) else { return (None, None) };
    let is_whole = moment_at(begun) == Some(at);
    let before = if is_whole { begun - 1 } else { begun };
    (moment_at(before), (begun < last).then(|| moment_at(begun + 1)).flatten())
}

/// The question how it was at a moment of the past.
pub fn moment(grid: &CoverageGrid, query: &Query) -> AnyView {
    let texts = language().coverage();
    let kept = || {
        let kept = query.pairs().iter().filter(|(name, _)| *name != AT && *name != PAGE);
        kept.map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone()/> }).collect_view()
    };
    let shown = minute(grid.at_local);
    view! {
        <details class="grid-moment" id="otro-momento" open=grid.is_past>
            <summary>{texts.at_moment()}</summary>
            <form class="grid-moment-form" method="get" action=COVERAGE.path>
                {kept()}
                {slider(grid, query)}
                <button class="button only-without-script" type="submit">{texts.show()}</button>
            </form>
            <form class="grid-moment-form" method="get" action=COVERAGE.path>
                {kept()}
                <label class="field">
                    <span class="field-label">{texts.as_known()}</span>
                    <input class="input" id="campo-en" type="datetime-local" name=AT value=shown required/>
                </label>
                <button class="button" type="submit">{texts.show()}</button>
            </form>
        </details>
    }
    .into_any()
}

/// Half hours of the last seven days, with one step back and one forth beside them.
fn slider(grid: &CoverageGrid, query: &Query) -> Option<AnyView> {
    let language = language();
    let texts = language.coverage();
    let (at, last) = (half_hours_to(grid.at_local)?, half_hours_to(grid.now_local)?);
    let (before, after) = neighbours(grid.at_local, grid.now_local);
    let step = |to: Option<DateTime>, label: &'static str, sign: &'static str| {
        to.map(|to| {
            let href = query.href_with(AT, Some(&minute(to)));
            view! { <a class="button" href=href aria-label=label title=label>{sign}</a> }
        })
    };
    Some(
        view! {
            {step(before, texts.half_hour_before(), "−")}
            <label class="field">
                <span class="field-label">{texts.slider()}</span>
                <input
                    id="campo-media-hora"
                    type="range"
                    name=HALF_HOUR
                    min=(last - SLIDER_HALF_HOURS).to_string()
                    max=last.to_string()
                    value=at.to_string()
                    aria-valuetext=absolute(language, grid.at_local)
                />
            </label>
            {step(after, texts.half_hour_after(), "+")}
        }
        .into_any(),
    )
}

/// Says that the grid is of the past, with the way back to now.
pub fn past_notice(grid: &CoverageGrid, query: &Query) -> AnyView {
    let language = language();
    let texts = language.past();
    view! {
        <div class="notice" role="status">
            <p>{texts.showing(absolute(language, grid.at_local))}</p>
            <a class="button" href=query.href_with(AT, None)>{texts.back()}</a>
        </div>
    }
    .into_any()
}

fn minute(moment: DateTime) -> String {
    let minute = moment.round(Unit::Minute).unwrap_or(moment);
    format!("{}T{:02}:{:02}", minute.date(), minute.hour(), minute.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_field(&[(AT, "2025-11-17T12:00")], Some("2025-11-17T12:00"))]
    #[case::the_slider(&[(HALF_HOUR, "979656")], Some("2025-11-17T12:00"))]
    #[case::the_slider_over_the_field(&[(AT, "2025-11-16T01:00"), (HALF_HOUR, "979657")], Some("2025-11-17T12:30"))]
    #[case::what_no_slider_says_is_refused_later(&[(HALF_HOUR, "ayer")], Some("ayer"))]
    #[case::nor_what_is_beyond_all_time(&[(HALF_HOUR, "9223372036854775807")], Some("9223372036854775807"))]
    #[case::now(&[], None)]
    fn an_address_says_a_moment(#[case] values: &[(&str, &str)], #[case] moment: Option<&str>) {
        let value = |name: &str| values.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(moment_of(value).as_deref(), moment);
    }

    #[test]
    fn a_step_leads_to_the_next_half_hour_and_never_beyond_now() {
        let at = |hour, minute| date(2025, 11, 17).at(hour, minute, 0, 0);
        assert_eq!(neighbours(at(12, 0), at(18, 10)), (Some(at(11, 30)), Some(at(12, 30))));
        assert_eq!(neighbours(at(12, 47), at(12, 47)), (Some(at(12, 30)), None));
        assert_eq!(neighbours(at(12, 30), at(12, 47)), (Some(at(12, 0)), None));
    }
}
