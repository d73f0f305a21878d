//! The object around an answer's array: `meta` and the array, in any order, or an `error`. It is read while it arrives: an
//! element is read once it is there as a whole, and is not kept as text.

use super::ParseError;
use super::field::text_or_json;
use super::problem::Problem;
use super::raw::Field;
use super::scanner::Scanner;
use crate::body::Body;

/// Takes the elements of an answer's array, one by one, while the body is read.
pub(super) trait Elements {
    /// The array's name.
    const ARRAY: &'static str;

    /// Takes the one at an index. `has_marks` says whether bytes that are no text may be marked in it. What cannot be read yet
    /// changes nothing: it is read again.
    fn read(&mut self, scanner: &mut Scanner<'_>, index: usize, has_marks: bool) -> Result<(), Problem>;
}

/// Reads a body, hands its elements over and gives the text of its `meta` back.
pub(super) fn read_envelope<E: Elements>(body: &mut Body, elements: &mut E) -> Result<String, ParseError> {
    let mut envelope = Envelope::default();
    let whole = envelope.read(body, elements);
    let whole = whole.and_then(|()| read_end(body));
    if let Some(failure) = body.failure() {
        return Err(ParseError::of_failure(failure, body));
    }
    whole.map_err(|problem| ParseError::from_problem(body, envelope.element, problem))?;
    let Envelope { meta, error, other_error, failed, message, has_array, .. } = envelope;
    let said = refusal_message(error.value()).or(refusal_message(other_error.as_deref()));
    if let Some(message) = said.or_else(|| failed.map(|failed| refusal_message(message.as_deref()).unwrap_or(failed))) {
        return Err(ParseError::Refused { message });
    }
    if !has_array {
        return Err(ParseError::of_body(body, format_args!("'{}' is missing", E::ARRAY)));
    }
    meta.into_value().ok_or_else(|| ParseError::of_body(body, "'meta' is missing"))
}

/// What is known of the object around the array.
#[derive(Default)]
struct Envelope {
    meta: Member,
    error: Member,
    /// An `Error` in another spelling than the contract's.
    other_error: Option<String>,
    /// The member by which the response says that it failed, as `"success": false`.
    failed: Option<String>,
    /// What it says of that, as `message`.
    message: Option<String>,
    has_array: bool,
    /// Which element is being read, for errors.
    element: Option<usize>,
}

impl Envelope {
    fn read<E: Elements>(&mut self, body: &mut Body, elements: &mut E) -> Result<(), Problem> {
        let what = format_args!("an object with 'meta' and '{}'", E::ARRAY);
        let mut more = step(body, |scanner, _| scanner.enter(b'{', b'}', what))?;
        while more {
            let name = step(body, |scanner, _| scanner.name().map(|name| name.into_owned()))?;
            match name.as_str() {
                "meta" => self.meta.take("meta", body)?,
                "error" => self.error.take("error", body)?,
                name if name == E::ARRAY => self.read_array(body, elements)?,
                name => {
                    let value = step(body, |scanner, _| scanner.value().map(str::to_owned))?;
                    self.note(name, value);
                }
            }
            more = step(body, |scanner, _| scanner.another(b'}'))?;
        }
        Ok(())
    }

    /// Of a member that the contract does not have, what makes the response no answer.
    fn note(&mut self, name: &str, value: String) {
        if says_failed(name, &value) {
            self.failed = Some(format!("\"{name}\": {value}"));
        } else if name.eq_ignore_ascii_case("error") && refusal_message(self.other_error.as_deref()).is_none() {
            self.other_error = Some(value);
        } else if ["message", "mensaje", "detail", "detalle"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            self.message = Some(value);
        }
    }

    fn read_array<E: Elements>(&mut self, body: &mut Body, elements: &mut E) -> Result<(), Problem> {
        let name = E::ARRAY;
        if std::mem::replace(&mut self.has_array, true) {
            return Err(Problem::Discredit(format!("'{name}' comes twice")));
        }
        let mut more = step(body, |scanner, _| scanner.enter(b'[', b']', format_args!("'{name}': an array")))?;
        for index in 0.. {
            if !more {
                break;
            }
            self.element = Some(index);
            step(body, |scanner, has_marks| elements.read(scanner, index, has_marks))?;
            more = step(body, |scanner, _| scanner.another(b']'))?;
        }
        self.element = None;
        Ok(())
    }
}

/// A member that may come once.
#[derive(Default)]
struct Member {
    has_come: bool,
    text: Option<String>,
}

impl Member {
    fn take(&mut self, name: &'static str, body: &mut Body) -> Result<(), Problem> {
        if std::mem::replace(&mut self.has_come, true) {
            return Err(Problem::Discredit(format!("'{name}' comes twice")));
        }
        self.text = Some(step(body, |scanner, _| scanner.value().map(str::to_owned))?);
        Ok(())
    }

    /// None for null.
    fn value(&self) -> Field<'_> {
        self.text.as_deref().filter(|text| *text != "null")
    }

    fn into_value(self) -> Option<String> {
        self.text.filter(|text| text != "null")
    }
}

/// Reads a step from what came of a body. A text that ends too soon, or has no plain end, is read again with more of it.
fn step<T>(body: &mut Body, mut read: impl FnMut(&mut Scanner<'_>, bool) -> Result<T, Problem>) -> Result<T, Problem> {
    loop {
        let mut scanner = Scanner::behind(body.position(), body.unread());
        let problem = match read(&mut scanner, body.has_marks()) {
            Ok(value) => {
                let taken = scanner.place();
                body.advance(taken);
                return Ok(value);
            }
            Err(problem) => problem,
        };
        if matches!(problem, Problem::Discredit(_)) || !body.grow() {
            return Err(problem);
        }
    }
}

/// Checks that nothing follows.
fn read_end(body: &mut Body) -> Result<(), Problem> {
    loop {
        let mut scanner = Scanner::behind(body.position(), body.unread());
        scanner.end()?;
        let taken = scanner.place();
        body.advance(taken);
        if !body.grow() {
            return Ok(());
        }
    }
}

/// Whether a member says that the request failed, in the ways that HTTP APIs do where they have no `error`.
fn says_failed(name: &str, value: &str) -> bool {
    let is_named = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let value = value.trim_matches('"').to_ascii_lowercase();
    (is_named(&["success", "ok", "exito"]) && matches!(value.as_str(), "false" | "0"))
        || (is_named(&["status", "estado", "resultado"])
            && matches!(value.as_str(), "error" | "fail" | "failed" | "fallido"))
}

/// What an `error` says. Null, false and "" say nothing; what is no text is shown as it came.
pub(super) fn refusal_message(error: Field<'_>) -> Option<String> {
    error.filter(|json| !matches!(*json, "null" | "false" | "\"\"")).map(text_or_json)
}
