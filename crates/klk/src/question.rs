//! What can be asked for, in the words of the POS.

use domain::{BranchCode, WarehouseCode};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde::{Serialize, Serializer};

/// A question for the sales of one store on one local day.
///
/// There is no question over several days: the POS applies the hours to each day of a range, and what comes back is
/// not what was meant. Both ends of the hours are inclusive at the POS, so an answer can hold lines at exactly `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesQuestion {
    /// The store.
    pub branch: BranchCode,
    /// The local day.
    pub date: Date,
    /// From this time on; None means from the start of the day.
    pub from: Option<Time>,
    /// Up to and including this time; None means up to the end of the day, with its last second.
    pub to: Option<Time>,
    /// Only lines of this warehouse.
    pub warehouse: Option<WarehouseCode>,
    /// Only lines of this article.
    pub article: Option<String>,
}

impl SalesQuestion {
    /// A whole day of a store.
    pub fn of_day(branch: BranchCode, date: Date) -> Self {
        Self { branch, date, from: None, to: None, warehouse: None, article: None }
    }

    /// The first hour as it is sent; None where it is left out.
    pub(crate) fn first_hour(&self) -> Option<String> {
        self.from.map(hour_text)
    }

    /// The last hour as it is sent; None where it is left out.
    pub(crate) fn last_hour(&self) -> Option<String> {
        // "23:59" or even "23:59:59" would lose what is sold after it, so an end of day is not sent at all.
        self.to.and_then(whole_second_after).map(hour_text)
    }

    /// Narrows the question to some hours; without an end it goes up to the end of the day.
    #[must_use]
    pub fn between(mut self, from: Time, to: Option<Time>) -> Self {
        self.from = Some(from);
        self.to = to;
        self
    }
}

impl Serialize for SalesQuestion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = SalesBody {
            sucursal: self.branch.as_str(),
            fecha_desde: self.date,
            fecha_hasta: self.date,
            hora_desde: self.first_hour(),
            hora_hasta: self.last_hour(),
            almacen: self.warehouse.as_ref().map(WarehouseCode::as_str),
            articulo: self.article.as_deref(),
        };
        body.serialize(serializer)
    }
}

#[derive(Serialize)]
struct SalesBody<'question> {
    sucursal: &'question str,
    fecha_desde: Date,
    fecha_hasta: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    hora_desde: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hora_hasta: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    almacen: Option<&'question str>,
    #[serde(rename = "CodArticulo", skip_serializing_if = "Option::is_none")]
    articulo: Option<&'question str>,
}

/// A question for the articles of a warehouse.
#[derive(Serialize)]
pub(crate) struct WarehouseBody<'question> {
    #[serde(rename = "Codigoalmacen")]
    pub(crate) warehouse: &'question WarehouseCode,
}

/// `HH:MM`, or `HH:MM:SS` where there are seconds; fractions are dropped.
fn hour_text(time: Time) -> String {
    let minutes = format!("{:02}:{:02}", time.hour(), time.minute());
    if time.second() == 0 { minutes } else { format!("{minutes}:{:02}", time.second()) }
}

/// The time itself, or the next whole second of a time with a fraction, so that what the POS cannot express is asked
/// for rather than lost. None where that is the end of the day.
fn whole_second_after(time: Time) -> Option<Time> {
    let whole = time.with().subsec_nanosecond(0).build().ok()?;
    if whole == time { Some(time) } else { whole.checked_add(1.second()).ok() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use rstest::rstest;

    use super::*;

    fn day() -> SalesQuestion {
        SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17))
    }

    #[rstest]
    #[case(
        day().between(time(12, 0, 0, 0), Some(time(12, 30, 0, 0))),
        r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"12:00","hora_hasta":"12:30"}"#
    )]
    #[case(day(), r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17"}"#)]
    #[case(
        day().between(time(23, 30, 0, 0), None),
        r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"23:30"}"#
    )]
    #[case(
        day().between(time(7, 5, 9, 900), Some(time(12, 30, 0, 1))),
        r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"07:05:09","hora_hasta":"12:30:01"}"#
    )]
    #[case(
        day().between(time(23, 30, 0, 0), Some(time(23, 59, 59, 999_999_999))),
        r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"23:30"}"#
    )]
    #[case(
        SalesQuestion { warehouse: Some(WarehouseCode::new("TANT")), article: Some("000002".to_owned()), ..day() },
        r#"{"sucursal":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","almacen":"TANT","CodArticulo":"000002"}"#
    )]
    fn a_question_is_asked_in_the_words_of_the_pos(#[case] question: SalesQuestion, #[case] body: &str) {
        assert_eq!(serde_json::to_string(&question).unwrap(), body);
    }
}
