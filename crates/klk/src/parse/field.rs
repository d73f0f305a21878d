//! From a field as it came to a value.

use std::borrow::Cow;

use domain::sale::{SmolStr, millionths};
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;

use super::clock::{parse_date, parse_time};
use super::decimal::parse_decimal;
use super::problem::Expected;
use super::raw::Field;
use crate::text::{as_seen, code_key, invoice_key};

/// Reads a field of an object with one of the functions below; an error carries the field's name.
macro_rules! read {
    ($reader:ident, $object:ident . $field:ident) => {
        $crate::parse::field::$reader($object.$field).map_err(|expected| {
            $crate::parse::problem::FieldProblem::new(stringify!($field), expected, $object.$field)
        })?
    };
}
pub(super) use read;

const TEXT: Expected = "a text";
const CODE_CHARACTERS_MAX: usize = 64;
const NUMBER: Expected = "a number";

/// A text, borrowed where it has no escapes; `""` is None.
pub(super) fn borrowed_text(field: Field<'_>) -> Result<Option<Cow<'_, str>>, Expected> {
    let Some(json) = field else { return Ok(None) };
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return Err(TEXT) };
    if inner.is_empty() {
        Ok(None)
    } else if inner.contains('\\') {
        serde_json::from_str(json).map(|text: String| Some(Cow::Owned(text))).map_err(|_| TEXT)
    } else {
        Ok(Some(Cow::Borrowed(inner)))
    }
}

/// A text that has to be there, without what nobody sees of it: codes and invoice numbers are keys.
pub(super) fn required_text(field: Field<'_>) -> Result<Cow<'_, str>, Expected> {
    borrowed_text(field)?.map(as_seen).filter(|text| !text.is_empty()).ok_or("a text that is not empty")
}

/// An invoice number that has to be there, as a key.
pub(super) fn invoice_number(field: Field<'_>) -> Result<Cow<'_, str>, Expected> {
    required_text(field).map(invoice_key)
}

/// The code of an article that has to be there, as a key.
pub(super) fn article_code(field: Field<'_>) -> Result<Cow<'_, str>, Expected> {
    required_text(field).map(code_key)
}

/// A code that has to be there: it becomes part of identifiers, addresses and log lines.
pub(super) fn code(field: Field<'_>) -> Result<Cow<'_, str>, Expected> {
    let has_control = borrowed_text(field)?.is_some_and(|text| text.trim().contains(char::is_control));
    let code = article_code(field)?;
    (code.chars().count() <= CODE_CHARACTERS_MAX && !has_control)
        .then_some(code)
        .ok_or("a code of at most 64 characters, none of them a control character")
}

/// A name for people; `""` where there is none. Line ends and other control characters become blanks.
pub(super) fn name(field: Field<'_>) -> Result<String, Expected> {
    let name = borrowed_text(field)?.unwrap_or_default();
    let plain: String = name.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    Ok(plain.trim().to_owned())
}

/// A text that has to be there and may be empty: an empty code is odd, and no reason to refuse all other lines.
pub(super) fn present_text(field: Field<'_>) -> Result<Cow<'_, str>, Expected> {
    if field.is_none() { Err(TEXT) } else { Ok(borrowed_text(field)?.unwrap_or_default()) }
}

/// A text; `""` is None.
pub(super) fn text(field: Field<'_>) -> Result<Option<SmolStr>, Expected> {
    Ok(borrowed_text(field)?.map(SmolStr::from))
}

/// A text of an article; `""` and `"N/A"` are None.
pub(super) fn article_text(field: Field<'_>) -> Result<Option<String>, Expected> {
    Ok(borrowed_text(field)?.filter(|text| text != "N/A").map(Cow::into_owned))
}

/// What a text says, or the value as it came where it is none.
pub(super) fn text_or_json(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// A number.
pub(super) fn number(field: Field<'_>) -> Result<Option<Decimal>, Expected> {
    let Some(json) = field else { return Ok(None) };
    if !json.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return Err(NUMBER);
    }
    let decimal = parse_decimal(json).filter(|decimal| millionths(*decimal).is_some());
    decimal.map(Some).ok_or("a number of at most 12 digits before its point")
}

/// A number that has to be there.
pub(super) fn required_number(field: Field<'_>) -> Result<Decimal, Expected> {
    number(field)?.ok_or(NUMBER)
}

/// An integer that has to be there; `2.0` is one, too.
pub(super) fn required_integer(field: Field<'_>) -> Result<i32, Expected> {
    const INTEGER: Expected = "an integer";
    let decimal = number(field)?.filter(Decimal::is_integer).ok_or(INTEGER)?;
    decimal.try_into().map_err(|_| INTEGER)
}

/// How many elements the POS announces.
pub(super) fn required_count(field: Field<'_>) -> Result<u64, Expected> {
    field.and_then(|json| json.parse().ok()).ok_or("a non-negative integer")
}

/// True or false.
pub(super) fn boolean(field: Field<'_>) -> Result<Option<bool>, Expected> {
    match field {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err("true or false"),
    }
}

/// A date that has to be there.
pub(super) fn required_date(field: Field<'_>) -> Result<Date, Expected> {
    borrowed_text(field).ok().flatten().and_then(|text| parse_date(&text)).ok_or("a date as \"2025-11-17\"")
}

/// An hour that has to be there.
pub(super) fn required_time(field: Field<'_>) -> Result<Time, Expected> {
    borrowed_text(field).ok().flatten().and_then(|text| parse_time(&text)).ok_or("an hour as \"12:19:56.8966141\"")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::parse::problem::FieldProblem;

    #[rstest]
    #[case(r#""""#, None)]
    #[case(r#""QUESO BLANCO""#, Some("QUESO BLANCO"))]
    #[case(r#""JAM\u00d3N \"X\" 1\/2""#, Some("JAMÓN \"X\" 1/2"))]
    #[case(r#""N/A""#, Some("N/A"))]
    fn a_text_is_none_only_where_it_is_empty(#[case] json: &str, #[case] expected: Option<&str>) {
        assert_eq!(text(Some(json)).unwrap().as_deref(), expected);
    }

    #[test]
    fn an_absent_field_is_none_and_not_applicable_is_for_articles() {
        assert_eq!(text(None), Ok(None));
        assert_eq!(number(None), Ok(None));
        assert_eq!(article_text(Some(r#""N/A""#)), Ok(None));
    }

    #[rstest]
    #[case("12")]
    #[case("[]")]
    #[case("true")]
    #[case(r#""\ud800""#)]
    fn what_is_no_text_is_refused(#[case] json: &str) {
        assert_eq!(text(Some(json)), Err(TEXT));
    }

    #[rstest]
    #[case(r#""12.08""#)]
    #[case("{}")]
    #[case("false")]
    fn what_is_no_number_is_refused(#[case] json: &str) {
        assert_eq!(number(Some(json)), Err(NUMBER));
    }

    #[rstest]
    #[case("399", Some(399))]
    #[case("0", Some(0))]
    #[case("-1", None)]
    #[case("3.5", None)]
    #[case(r#""399""#, None)]
    fn a_count_is_a_non_negative_integer(#[case] json: &str, #[case] count: Option<u64>) {
        assert_eq!(required_count(Some(json)).ok(), count);
    }

    #[rstest]
    #[case("7", Some(7))]
    #[case("7.0", Some(7))]
    #[case("7.5", None)]
    #[case("99999999999", None)]
    #[case(r#""7""#, None)]
    fn an_integer_has_no_fraction(#[case] json: &str, #[case] integer: Option<i32>) {
        assert_eq!(required_integer(Some(json)).ok(), integer);
    }

    #[test]
    fn a_problem_names_the_field_and_what_came_in_short() {
        let long = format!("\"{}\"", "x".repeat(5000));
        let message = FieldProblem::new("stock", NUMBER, Some(&long)).to_string();
        assert!(message.starts_with("'stock': a number was expected, \"xxx"), "{message}");
        assert!(message.len() < 300, "{message}");
        assert_eq!(
            FieldProblem::new("stock", NUMBER, None).to_string(),
            "'stock': a number was expected, nothing came"
        );
    }
}
