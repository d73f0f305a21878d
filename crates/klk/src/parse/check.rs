//! What makes a response a response to this request: every field of `meta` that echoes the request, filters that were not
//! requested, and where the lines lie. What does not fit is refused with both values, before anything of it is believed.
//!
//! A field that is present has to agree with the request. One that is absent is let through beside lines, which say themselves
//! of which day and hour they are; without lines it is all that says what the response is about, and has to be there. Which fields
//! are absent is said (`Echoes`): where others of the source have them, the engine takes the response for no proof.

use domain::echo::Echoes;
use domain::sale::{OutsideLine, SaleLine};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::ParseError;
use super::clock::{parse_date, parse_time};
use super::envelope::refusal_message;
use super::field::{read, text, text_or_json};
use super::problem::{FieldProblem, Problem};
use super::raw::{Field, RawObject, raw_object};
use super::scanner::Scanner;
use super::unreadable::ELEMENTS_MAX;
use crate::SalesQuestion;
use crate::text::excerpt;

raw_object!(SalesMeta, "the object 'meta'", {
    sucursal_codigo, fecha_desde, fecha_hasta, hora_desde, hora_hasta, CodArticulo, almacen, total_registros,
    fecha_generacion, error,
});

/// What `meta` says of the response itself.
pub(super) struct SalesFacts {
    /// Lines that it is said to have.
    pub(super) announced: u64,
    /// When it was made.
    pub(super) generated_at: Option<Timestamp>,
    /// What it repeats of the request.
    pub(super) echoes: Echoes,
}

/// Reads a `meta`; refuses one that belongs to another question.
pub(super) fn read_sales_meta(scanner: &mut Scanner<'_>, question: &SalesQuestion) -> Result<SalesFacts, ParseError> {
    let meta = SalesMeta::read(scanner).map_err(ParseError::of_meta)?;
    if let Some(message) = refusal_message(meta.error) {
        return Err(ParseError::Refused { message });
    }
    check_echo(&meta, question)?;
    let announced = announced_in(&meta).map_err(ParseError::of_meta)?;
    if announced == 0 {
        require_echo(&meta, question)?;
    }
    let generated_at = moment_of("fecha_generacion", meta.fecha_generacion).map_err(ParseError::of_meta)?;
    Ok(SalesFacts { announced, generated_at, echoes: echoes_of(&meta, question) })
}

/// When a response was made; None where it does not say. The source's clock is UTC, also where it leaves out the `Z`.
pub(super) fn moment_of(name: &'static str, field: Field<'_>) -> Result<Option<Timestamp>, Problem> {
    let wrong = || FieldProblem::new(name, "a moment in UTC as 2025-11-18T12:27:18Z", field);
    let Some(text) = text(field).map_err(|_| wrong())? else { return Ok(None) };
    let text = text.trim();
    let in_utc = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    let moment = text.parse().ok().or_else(in_utc);
    Ok(Some(moment.ok_or_else(wrong)?))
}

fn echoes_of(meta: &SalesMeta<'_>, question: &SalesQuestion) -> Echoes {
    let always = [
        ("sucursal_codigo", meta.sucursal_codigo),
        ("fecha_desde", meta.fecha_desde),
        ("fecha_hasta", meta.fecha_hasta),
        ("CodArticulo", meta.CodArticulo),
        ("almacen", meta.almacen),
    ];
    let hours =
        [question.from.map(|_| ("hora_desde", meta.hora_desde)), question.to.map(|_| ("hora_hasta", meta.hora_hasta))];
    Echoes::of(always.into_iter().chain(hours.into_iter().flatten()).map(|(name, field)| (name, field.is_some())))
}

/// Refuses a response without lines that does not say of which store, days and hours it is.
fn require_echo(meta: &SalesMeta<'_>, question: &SalesQuestion) -> Result<(), ParseError> {
    let date = question.date.to_string();
    let requested = [
        ("sucursal_codigo", meta.sucursal_codigo, Some(question.branch.as_str().to_owned())),
        ("fecha_desde", meta.fecha_desde, Some(date.clone())),
        ("fecha_hasta", meta.fecha_hasta, Some(date)),
        ("hora_desde", meta.hora_desde, question.first_hour()),
        ("hora_hasta", meta.hora_hasta, question.last_hour()),
    ];
    match requested.into_iter().find(|(_, answered, asked)| answered.is_none() && asked.is_some()) {
        Some((field, _, asked)) => Err(other(field, &asked.unwrap_or_default(), "")),
        None => Ok(()),
    }
}

fn announced_in(meta: &SalesMeta<'_>) -> Result<u64, Problem> {
    Ok(read!(required_count, meta.total_registros))
}

fn check_echo(meta: &SalesMeta<'_>, question: &SalesQuestion) -> Result<(), ParseError> {
    let date = question.date.to_string();
    let (from, to) = (question.first_hour(), question.last_hour());
    let warehouse = question.warehouse.as_ref().map(|code| code.as_str());
    check("sucursal_codigo", meta.sucursal_codigo, Some(question.branch.as_str()), is_same_code)?;
    check("fecha_desde", meta.fecha_desde, Some(&date), is_same_date)?;
    check("fecha_hasta", meta.fecha_hasta, Some(&date), is_same_date)?;
    check_hour("hora_desde", meta.hora_desde, from.as_deref(), &["00:00:00"])?;
    check_hour("hora_hasta", meta.hora_hasta, to.as_deref(), &["23:59:59", "24:00", "24:00:00"])?;
    check("CodArticulo", meta.CodArticulo, question.article.as_deref(), is_same_code)?;
    check("almacen", meta.almacen, warehouse, is_same_code)
}

/// Refuses a response without articles that does not say whose they would be.
pub(super) fn require_one(filters: [(&'static str, Field<'_>); 2], code: &str) -> Result<(), ParseError> {
    let [(field, _), _] = filters;
    if filters.iter().any(|(_, filter)| filter.is_some()) { Ok(()) } else { Err(other(field, code, "")) }
}

/// Refuses articles of other warehouses or stores than the requested one.
pub(super) fn check_codes(field: &'static str, filter: Field<'_>, code: &str) -> Result<(), ParseError> {
    let Some(json) = filter else { return Ok(()) };
    let text = text_or_json(json);
    // An array, or an array inside a string.
    let codes: Vec<String> = serde_json::from_str(json).or_else(|_| serde_json::from_str(&text)).unwrap_or(vec![text]);
    if codes.len() == 1 && is_same_code(&codes[0], code) {
        return Ok(());
    }
    Err(other(field, code, &codes.join(", ")))
}

/// How many lines lie outside of the requested time, whose hours include their last second, and the first of them. Refuses a
/// response of which no line lies within.
pub(super) fn outside_of(lines: &[SaleLine], question: &SalesQuestion) -> Result<(u64, Vec<OutsideLine>), ParseError> {
    let asked = AskedTime::of(question);
    let outside = || lines.iter().filter(|line| !asked.holds(line));
    let count = outside().count();
    match outside().next() {
        Some(first) if count == lines.len() => {
            let from = question.first_hour().unwrap_or_else(|| "00:00".to_owned());
            let to = question.last_hour().unwrap_or_else(|| "24:00".to_owned());
            let asked = format!("{} {from}–{to}", question.date);
            Err(other("ventas", &asked, &format!("{} {}", first.fecha, first.hora)))
        }
        _ => {
            let named = outside().take(ELEMENTS_MAX).map(|line| OutsideLine {
                invoice: excerpt(&line.numero_factura),
                line: line.linea,
                moment: line.local_moment(),
            });
            Ok((count as u64, named.collect()))
        }
    }
}

/// What a question asks for, reckoned once for all lines.
struct AskedTime {
    date: Date,
    /// From this second on.
    from: Option<Time>,
    /// Before this time: the POS compares whole seconds or whole fractions, which differs only within the last second.
    before: Option<Time>,
}

impl AskedTime {
    fn of(question: &SalesQuestion) -> Self {
        Self {
            date: question.date,
            from: question.from.map(|from| from.with().subsec_nanosecond(0).build().unwrap_or(from)),
            before: question.to.map(|to| to.saturating_add(1.second())),
        }
    }

    fn holds(&self, line: &SaleLine) -> bool {
        line.fecha == self.date
            && self.from.is_none_or(|from| line.hora >= from)
            && self.before.is_none_or(|before| line.hora < before)
    }
}

fn check(
    field: &'static str,
    answered: Field<'_>,
    asked: Option<&str>,
    is_same: fn(&str, &str) -> bool,
) -> Result<(), ParseError> {
    let Some(answered) = answered.map(text_or_json) else { return Ok(()) };
    let answered = answered.trim();
    let fits = match asked {
        Some(asked) => is_same(answered, asked),
        None => answered.is_empty(),
    };
    if fits { Ok(()) } else { Err(other(field, asked.unwrap_or_default(), answered)) }
}

/// `whole_day`: values that an hour which was not requested may have, because they exclude nothing.
fn check_hour(
    field: &'static str,
    answered: Field<'_>,
    asked: Option<&str>,
    whole_day: &[&str],
) -> Result<(), ParseError> {
    let is_harmless = |json| {
        let text = text_or_json(json);
        whole_day.iter().any(|hour| *hour == text.trim() || is_same_time(&text, hour))
    };
    if asked.is_none() && answered.is_some_and(is_harmless) {
        Ok(())
    } else {
        check(field, answered, asked, is_same_time)
    }
}

fn is_same_code(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

fn is_same_date(one: &str, other: &str) -> bool {
    let date = |text: &str| -> Option<Date> { parse_date(text.trim()) };
    date(one).is_some_and(|one| date(other) == Some(one))
}

fn is_same_time(one: &str, other: &str) -> bool {
    let time = |text: &str| -> Option<Time> {
        let text = text.trim();
        parse_time(text).or_else(|| parse_time(&format!("{text}:00")))
    };
    time(one).is_some_and(|one| time(other) == Some(one))
}

fn other(field: &'static str, asked: &str, answered: &str) -> ParseError {
    ParseError::OtherQuestion { field, asked: asked.to_owned(), answered: excerpt(answered) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#""[\"APP-TPF\"]""#, true)]
    #[case(r#"["APP-TPF"]"#, true)]
    #[case(r#""app-tpf ""#, true)]
    #[case(r#"["APP-TPF","APP-PPF"]"#, false)]
    #[case(r#""[\"TTZ\"]""#, false)]
    #[case("[]", false)]
    #[case("7", false)]
    fn articles_are_of_the_one_warehouse(#[case] filter: &str, #[case] fits: bool) {
        assert_eq!(check_codes("almacences_filtrados", Some(filter), "APP-TPF").is_ok(), fits);
    }

    #[rstest]
    #[case("12:00", "12:00:00", true)]
    #[case(" 12:00 ", "12:00", true)]
    #[case("11:40", "12:00", false)]
    #[case("", "12:00", false)]
    fn hours_are_compared_as_times(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        assert_eq!(is_same_time(one, other), same);
    }
}
