//! Lines and articles of a response that cannot be read: what is known of them, within bounds.

use std::borrow::Cow;
use std::collections::HashSet;

use domain::sale::{SmolStr, UnreadableLine};
use domain::stock::UnreadableArticle;
use serde_json::value::RawValue;

use super::field::{article_code, invoice_number, required_integer};
use super::problem::Problem;
use super::scanner::Scanner;
use crate::text::{BYTE_MARK, excerpt};

/// Elements of which it is said what is wrong; all of them are counted.
pub(super) const ELEMENTS_MAX: usize = 20;

/// A line's invoice and number.
type Key = (SmolStr, i32);

/// Why an element cannot be read.
pub(super) enum Reason {
    /// What the reading says.
    Problem(Problem),
    /// It can be read, and some of its bytes are no text.
    MarkedBytes,
}

impl Reason {
    /// The field that is wrong, and the beginning of what came in its place.
    pub(super) fn field_and_value(&self, element: &str) -> (Option<String>, Option<String>) {
        match self {
            Self::Problem(Problem::Value(problem)) => (problem.field.map(str::to_owned), problem.came.clone()),
            Self::Problem(_) => field_at(element, syntax_error_of(element)),
            Self::MarkedBytes => field_at(element, element.find(BYTE_MARK)),
        }
    }

    /// For whoever mends it, of a response that is refused for it.
    pub(super) fn detail(&self, field: Option<&str>, value: Option<&str>) -> String {
        match self {
            Self::Problem(problem) => problem.detail().unwrap_or_default(),
            Self::MarkedBytes => {
                format!("'{}': UTF-8 was expected, {} came", field.unwrap_or_default(), value.unwrap_or_default())
            }
        }
    }
}

/// Reads an element. Where that and nothing else cannot be read: its text, and why.
pub(super) fn read_or_set_aside<'body, Item>(
    scanner: &mut Scanner<'body>,
    has_marks: bool,
    read: impl Fn(&mut Scanner<'body>) -> Result<Item, Problem>,
) -> Result<Result<Item, (&'body str, Reason)>, Problem> {
    scanner.peek()?;
    let start = scanner.place();
    let reason = match read(scanner) {
        Ok(_) if has_marks && scanner.since(start).contains(BYTE_MARK) => Reason::MarkedBytes,
        Ok(item) => return Ok(Ok(item)),
        Err(problem @ (Problem::EndsTooSoon | Problem::Discredit(_))) => return Err(problem),
        Err(problem) if !scanner.skip_element(start) => return Err(problem),
        Err(problem) => Reason::Problem(problem),
    };
    Ok(Err((scanner.since(start), reason)))
}

/// The lines of one response that cannot be read.
#[derive(Default)]
pub(super) struct UnreadableLines {
    pub(super) count: u64,
    pub(super) first: Vec<UnreadableLine>,
    /// What can be read of them beside: another line with such a key is in doubt.
    pub(super) keys: HashSet<Key>,
    /// Element and detail of the first, for a response of which no line can be read.
    pub(super) refusal: Option<(usize, String)>,
}

impl UnreadableLines {
    /// Sets aside the element at an index.
    #[cold]
    pub(super) fn add(&mut self, index: usize, element: &str, reason: &Reason) {
        let invoice = named_value(element, "numero_factura").and_then(|json| invoice_number(Some(json)).ok());
        let line = named_value(element, "linea").and_then(|json| required_integer(Some(json)).ok());
        self.count += 1;
        let (field, value) = reason.field_and_value(element);
        if self.refusal.is_none() {
            let place = match (&invoice, line) {
                (Some(invoice), Some(line)) => format!(" (in {invoice}/{line})"),
                _ => String::new(),
            };
            self.refusal = Some((index, format!("{}{place}", reason.detail(field.as_deref(), value.as_deref()))));
        }
        if self.first.len() < ELEMENTS_MAX {
            let invoice = invoice.as_deref().map(excerpt);
            self.first.push(UnreadableLine { place: index as u64 + 1, invoice, line, field, value });
        }
        if let (Some(invoice), Some(line)) = (invoice, line) {
            self.keys.insert((SmolStr::new(invoice), line));
        }
    }
}

/// The articles of one response that cannot be read.
#[derive(Default)]
pub(super) struct UnreadableArticles {
    pub(super) count: u64,
    pub(super) first: Vec<UnreadableArticle>,
    /// What can be read of them beside: another article with such a code is in doubt.
    pub(super) codes: HashSet<String>,
    /// Element and detail of the first, for a response of which no article can be read.
    pub(super) refusal: Option<(usize, String)>,
}

impl UnreadableArticles {
    /// Sets aside the element at an index.
    #[cold]
    pub(super) fn add(&mut self, index: usize, element: &str, reason: &Reason) {
        let code = named_value(element, "Codigo").and_then(|json| article_code(Some(json)).ok());
        self.count += 1;
        let (field, value) = reason.field_and_value(element);
        if self.refusal.is_none() {
            self.refusal = Some((index, reason.detail(field.as_deref(), value.as_deref())));
        }
        if self.first.len() < ELEMENTS_MAX {
            let code = code.as_deref().map(excerpt);
            self.first.push(UnreadableArticle { place: index as u64 + 1, code, field, value });
        }
        self.codes.extend(code.map(Cow::into_owned));
    }
}

/// The value behind the first name like this, also in what is no JSON as a whole.
fn named_value<'body>(element: &'body str, name: &str) -> Option<&'body str> {
    element.match_indices(name).find_map(|(at, _)| {
        let is_quoted = element[..at].ends_with('"') && !element[..at].ends_with("\\\"");
        let rest = element[at + name.len()..].strip_prefix('"').filter(|_| is_quoted)?;
        Scanner::new(rest.trim_start().strip_prefix(':')?).value().ok()
    })
}

/// Where a text stops being JSON.
fn syntax_error_of(element: &str) -> Option<usize> {
    let error = serde_json::from_str::<&RawValue>(element).err()?;
    let lines_before: usize = element.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (lines_before + error.column()).saturating_sub(1).min(element.len());
    (0..=at).rev().find(|at| element.is_char_boundary(*at))
}

/// The field whose value stands at a place, and the beginning of that value.
fn field_at(element: &str, at: Option<usize>) -> (Option<String>, Option<String>) {
    let Some(at) = at else { return (None, Some(excerpt(element))) };
    let before = &element[..at];
    // The colon of a name stands behind a quote; one within a text does not, as a rule.
    let colon = before.match_indices(':').rev().find(|(colon, _)| before[..*colon].trim_end().ends_with('"'));
    let Some((colon, _)) = colon else { return (None, Some(excerpt(&element[at..]))) };
    let name = before[..colon].trim_end().strip_suffix('"').and_then(|name| name.rsplit('"').next());
    let value = element[colon + 1..].trim_start();
    let end = match value.strip_prefix('"') {
        Some(text) => text.find('"').map(|end| end + 2),
        None => value.find([',', '}', ']']),
    };
    (name.map(excerpt), Some(excerpt(&value[..end.unwrap_or(value.len())])))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn unnamed() -> Reason {
        Reason::Problem(Problem::Shape("expected value".to_owned()))
    }

    #[rstest]
    #[case(r#"{"numero_factura":"C1-8 ","linea":1,"cantidad":[{"cantidad_vendida":NaN}]}"#, "cantidad_vendida", "NaN")]
    #[case(r#"{"numero_factura" : "C1-8", "linea" : 1, "hora" : 12:05}"#, "hora", "12:05")]
    #[case("{\"linea\":1,\"numero_factura\":\"C1-8\",\n\"serial\":\"a\tb\"}", "serial", "\"a b\"")]
    fn a_line_that_is_no_json_is_told_with_what_can_be_read(
        #[case] element: &str,
        #[case] field: &str,
        #[case] value: &str,
    ) {
        let mut unreadable = UnreadableLines::default();
        unreadable.add(6, element, &unnamed());
        let expected = UnreadableLine {
            place: 7,
            invoice: Some("C1-8".to_owned()),
            line: Some(1),
            field: Some(field.to_owned()),
            value: Some(value.to_owned()),
        };
        assert_eq!(unreadable.first, [expected]);
        assert!(unreadable.keys.contains(&(SmolStr::new("C1-8"), 1)));
    }

    #[test]
    fn a_name_within_a_text_is_no_name() {
        let element = r#"{"serial":"\"linea\":7","linea":2}"#;
        assert_eq!(named_value(element, "linea"), Some("2"));
    }

    #[test]
    fn of_very_many_lines_only_some_are_kept() {
        let mut unreadable = UnreadableLines::default();
        for index in 0..1_000 {
            unreadable.add(index, "NaN", &unnamed());
        }
        assert_eq!((unreadable.count, unreadable.first.len()), (1_000, ELEMENTS_MAX));
    }
}
