//! Questions as they come in, and what is refused of them.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::local_time::days_between;
use crate::window::SalesWindow;

/// Why a question gets no answer. The texts are the POS's own, in its language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A 400: nothing that can be asked.
    #[error("Solicitud no valida: {0}")]
    BadRequest(String),
    /// A 200 that says `{"error": …}`.
    #[error("La sucursal {0} no existe")]
    UnknownBranch(String),
    /// A 200 that says `{"error": …}`.
    #[error("El almacen {0} no existe")]
    UnknownWarehouse(String),
}

/// A question for sales. Hours, warehouse and article are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesRequest {
    /// The store's code.
    #[serde(rename = "sucursal")]
    pub branch: String,
    /// The first day, as `2025-11-17`.
    #[serde(rename = "fecha_desde")]
    pub date_from: String,
    /// The last day.
    #[serde(rename = "fecha_hasta")]
    pub date_to: String,
    /// The first moment of each day, as `12:00` or `12:00:00`.
    #[serde(rename = "hora_desde", default)]
    pub time_from: Option<String>,
    /// The last moment of each day, included.
    #[serde(rename = "hora_hasta", default)]
    pub time_to: Option<String>,
    /// Only lines sold from this warehouse.
    #[serde(rename = "almacen", default)]
    pub warehouse: Option<String>,
    /// Only lines of this article.
    #[serde(rename = "CodArticulo", default)]
    pub article: Option<String>,
}

impl SalesRequest {
    /// Some hours of one day of one store.
    pub fn hours(branch: &str, date: Date, time_from: &str, time_to: &str) -> Self {
        let (time_from, time_to) = (Some(time_from.to_owned()), Some(time_to.to_owned()));
        Self { time_from, time_to, ..Self::day(branch, date) }
    }

    /// A whole day of one store.
    pub fn day(branch: &str, date: Date) -> Self {
        let date = date.to_string();
        Self { branch: branch.to_owned(), date_from: date.clone(), date_to: date, ..Self::default() }
    }

    pub(crate) fn window(&self, days_max: u16) -> Result<SalesWindow, Refusal> {
        let (date_from, date_to) = (date(&self.date_from)?, date(&self.date_to)?);
        let (time_from, time_to) = (time(self.time_from.as_deref())?, time(self.time_to.as_deref())?);
        let window = SalesWindow::new(date_from, date_to, time_from, time_to);
        let days = days_between(date_from, date_to) + 1;
        if days < 1 || window.ticks_to < window.ticks_from {
            return Err(Refusal::BadRequest("el rango termina antes de empezar".to_owned()));
        }
        if days > i64::from(days_max) {
            return Err(Refusal::BadRequest(format!("el rango tiene mas de {days_max} dias")));
        }
        Ok(window)
    }

    pub(crate) fn summary(&self) -> String {
        let text = |hour: &Option<String>| hour.clone().unwrap_or_default();
        format!("{}..{} {}..{}", self.date_from, self.date_to, text(&self.time_from), text(&self.time_to))
    }
}

/// `YYYY-MM-DD` and nothing else.
pub(crate) fn date(text: &str) -> Result<Date, Refusal> {
    let invalid = || Refusal::BadRequest(format!("fecha '{text}'"));
    if text.len() == 10 { text.parse().map_err(|_| invalid()) } else { Err(invalid()) }
}

/// `HH:MM` or `HH:MM:SS`; nothing and an empty text are no time.
fn time(text: Option<&str>) -> Result<Option<Time>, Refusal> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let invalid = || Refusal::BadRequest(format!("hora '{text}'"));
    let has_shape = matches!(text.len(), 5 | 8) && text.bytes().skip(2).step_by(3).all(|byte| byte == b':');
    if has_shape { text.parse().map(Some).map_err(|_| invalid()) } else { Err(invalid()) }
}

/// One code or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Codes {
    One(String),
    Several(Vec<String>),
}

impl Codes {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(code) => vec![code],
            Self::Several(codes) => codes,
        }
    }
}

/// A question for the articles of warehouses.
#[derive(Debug, Deserialize)]
pub(crate) struct WarehouseArticlesRequest {
    #[serde(rename = "Codigoalmacen")]
    pub(crate) warehouses: Codes,
}

/// A question for the articles of stores.
#[derive(Debug, Deserialize)]
pub(crate) struct BranchArticlesRequest {
    #[serde(rename = "CodigoSucursal")]
    pub(crate) branches: Codes,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("12:00", "12:30", true)]
    #[case("12:00:00", "12:30:59", true)]
    #[case("", "23:59", true)]
    #[case("12:30", "12:00", false)]
    #[case("12", "13", false)]
    #[case("12:00", "24:00", false)]
    #[case("1:00", "2:00", false)]
    #[case("120000", "123000", false)]
    #[case("12:00:00.5", "12:30", false)]
    fn hours_have_minutes_and_perhaps_seconds(#[case] from: &str, #[case] to: &str, #[case] accepted: bool) {
        let request = SalesRequest::hours("SUC001", date(2025, 11, 17), from, to);
        assert_eq!(request.window(31).is_ok(), accepted);
    }

    #[rstest]
    #[case("2025-11-17", "2025-11-17", true)]
    #[case("2025-11-01", "2025-12-01", true)]
    #[case("2025-11-01", "2025-12-02", false)]
    #[case("2025-11-18", "2025-11-17", false)]
    #[case("17/11/2025", "17/11/2025", false)]
    #[case("2025-11-17T00:00", "2025-11-18", false)]
    fn ranges_of_days_are_limited(#[case] from: &str, #[case] to: &str, #[case] accepted: bool) {
        let mut request = SalesRequest::day("SUC001", date(2025, 11, 17));
        (request.date_from, request.date_to) = (from.to_owned(), to.to_owned());
        assert_eq!(request.window(31).is_ok(), accepted);
    }
}
