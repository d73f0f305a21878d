//! The object around an answer's array: `meta` and the array, in any order, or an `error`.

use super::ParseError;
use super::field::text_or_json;
use super::problem::Problem;
use super::raw::Field;
use super::scanner::Scanner;

/// Takes the elements of an answer's array, one by one, while the body is read.
pub(super) trait Elements<'body> {
    /// The array's name.
    const ARRAY: &'static str;

    /// Takes the one at an index.
    fn read(&mut self, scanner: &mut Scanner<'body>, index: usize) -> Result<(), Problem>;
}

/// Reads a body, hands its elements over and gives its `meta` back.
pub(super) fn read_envelope<'body, E: Elements<'body>>(
    body: &'body str,
    elements: &mut E,
) -> Result<Scanner<'body>, ParseError> {
    // Which element is being read, for errors.
    let mut element = None;
    let mut array_seen = false;
    // An `Error` in another spelling than the contract's.
    let mut refusal = None;
    let mut scanner = Scanner::new(body);
    let what = format_args!("an object with 'meta' and '{}'", E::ARRAY);
    let whole = scanner.object(what, &["meta", "error"], |scanner, name| {
        if name != "error" && name.eq_ignore_ascii_case("error") {
            let value = scanner.value()?;
            refusal = refusal.take().or_else(|| refusal_message(Some(value)));
            return Ok(true);
        }
        if name != E::ARRAY {
            return Ok(false);
        }
        if array_seen {
            return Err(Problem::Discredit(format!("'{name}' comes twice")));
        }
        array_seen = true;
        scanner.array(format_args!("'{name}': an array"), |scanner, index| {
            element = Some(index);
            elements.read(scanner, index)
        })?;
        element = None;
        Ok(true)
    });
    let whole = whole.and_then(|members| scanner.end().map(|()| members));
    let [meta, error] = whole.map_err(|problem| ParseError::from_problem(body, element, problem))?;
    if let Some(message) = refusal_message(error).or(refusal) {
        return Err(ParseError::Refused { message });
    }
    if !array_seen {
        return Err(ParseError::of_body(body, format_args!("'{}' is missing", E::ARRAY)));
    }
    meta.map(Scanner::new).ok_or_else(|| ParseError::of_body(body, "'meta' is missing"))
}

/// What an `error` says. Null, false and "" say nothing; what is no text is shown as it came.
pub(super) fn refusal_message(error: Field<'_>) -> Option<String> {
    error.filter(|json| !matches!(*json, "false" | "\"\"")).map(text_or_json)
}
