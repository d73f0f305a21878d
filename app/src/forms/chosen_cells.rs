//! Cells of the grid that somebody chose, as the periods that they are.

use domain::BranchId;
use domain::read_model::PlanPeriod;
use jiff::ToSpan;
use jiff::civil::Date;

/// How long a period is at most: as far as a recovery may go back.
pub const PERIOD_DAYS_MAX: u32 = 31;
/// The longest cell.
const YEAR_DAYS: usize = 366;

/// Cells of the grid as periods: `store|day`, `store|day|last day`, or `store|day|HH:MM|HH:MM`. Days in a row of one store are
/// one period, as long as one may be.
pub fn periods_of<'cells>(cells: impl Iterator<Item = &'cells str>) -> Vec<PlanPeriod> {
    let mut cells: Vec<Vec<&str>> = cells.map(|cell| cell.split('|').collect()).collect();
    cells.sort_unstable();
    cells.dedup();
    let mut periods: Vec<PlanPeriod> = Vec::new();
    for cell in cells {
        let [branch, date, ref hours @ ..] = cell[..] else { continue };
        let period = |first: String, last: String| PlanPeriod {
            ubicacion_id: Some(BranchId::new(branch)),
            fecha_desde: first,
            fecha_hasta: Some(last),
            hora_desde: None,
            hora_hasta: None,
        };
        match *hours {
            [from, to] => periods.push(PlanPeriod {
                hora_desde: Some(from.to_owned()),
                hora_hasta: Some(to.to_owned()),
                ..period(date.to_owned(), date.to_owned())
            }),
            [last] => {
                let (Ok(first), Ok(last)) = (date.parse::<Date>(), last.parse::<Date>()) else { continue };
                let days = first.series(1.day()).take_while(|day| *day <= last).take(YEAR_DAYS);
                days.for_each(|day| add_day(&mut periods, period(day.to_string(), day.to_string())));
            }
            _ => add_day(&mut periods, period(date.to_owned(), date.to_owned())),
        }
    }
    periods
}

/// Adds a whole day, to the period before it where it is the day after.
fn add_day(periods: &mut Vec<PlanPeriod>, day: PlanPeriod) {
    if let Some(last) = periods.last_mut()
        && last.ubicacion_id == day.ubicacion_id
        && last.hora_desde.is_none()
        && is_next_day(last, &day.fecha_desde)
    {
        last.fecha_hasta = day.fecha_hasta;
        return;
    }
    periods.push(day);
}

/// Whether a day comes after a period that may be longer.
fn is_next_day(period: &PlanPeriod, date: &str) -> bool {
    let read = |text: &str| text.parse::<Date>().ok();
    let first = read(&period.fecha_desde);
    let next = period.fecha_hasta.as_deref().and_then(read).and_then(|last| last.tomorrow().ok());
    let Some((first, next)) = first.zip(next) else { return false };
    let days = next.since(first).map_or(i32::MAX, |span| span.get_days());
    read(date) == Some(next) && days < PERIOD_DAYS_MAX.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_their_days_and_no_period_is_longer_than_a_recovery_may_be() {
        let cells = ["t1|2025-11-10|2025-12-28", "t2|2025-11-03|2025-11-09", "t2|2025-11-10", "t3|x|2025-11-10"];
        let periods = periods_of(cells.into_iter());
        let shown: Vec<_> =
            periods.iter().map(|period| (period.fecha_desde.as_str(), period.fecha_hasta.as_deref())).collect();
        assert_eq!(
            shown,
            [
                ("2025-11-10", Some("2025-12-10")),
                ("2025-12-11", Some("2025-12-28")),
                ("2025-11-03", Some("2025-11-10")),
            ]
        );
    }

    #[test]
    fn days_in_a_row_of_a_store_are_one_period_and_parts_of_days_keep_their_hours() {
        let cells = [
            "t2|2025-11-17",
            "t1|2025-11-18",
            "t1|2025-11-17",
            "t1|2025-11-20",
            "t1|2025-11-18",
            "t3|2025-11-17|10:00|11:30",
            "x",
        ];
        let periods = periods_of(cells.into_iter());
        let shown: Vec<_> = periods
            .iter()
            .map(|period| {
                let branch = period.ubicacion_id.as_ref().map(BranchId::as_str).unwrap_or_default();
                (branch, period.fecha_desde.as_str(), period.fecha_hasta.as_deref(), period.hora_desde.as_deref())
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("t1", "2025-11-17", Some("2025-11-18"), None),
                ("t1", "2025-11-20", Some("2025-11-20"), None),
                ("t2", "2025-11-17", Some("2025-11-17"), None),
                ("t3", "2025-11-17", Some("2025-11-17"), Some("10:00")),
            ]
        );
    }
}
