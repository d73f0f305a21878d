//! A cursor over the text of a body.
//!
//! A day of sales is 40 MB of short values behind long names that come in the same order in every element. The scanner
//! takes the next name in a single comparison where it is the expected one, and gives every value as a borrowed piece of
//! the text; measured on such a day, serde's derived visitors took nearly twice the time. What is unusual (escapes,
//! exponents, nested values, errors) is left to serde_json.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use super::problem::{FieldProblem, Problem};
use crate::text::excerpt;

/// Reads JSON from front to back.
pub(super) struct Scanner<'body> {
    text: &'body str,
    position: usize,
    /// Bytes of the body before the text, for errors.
    before: usize,
}

impl<'body> Scanner<'body> {
    pub(super) fn new(text: &'body str) -> Self {
        Self::behind(0, text)
    }

    /// Of a text with so many bytes of the body before it.
    pub(super) fn behind(before: usize, text: &'body str) -> Self {
        Self { text, position: 0, before }
    }

    /// The next byte that is no white space; it is not taken.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Problem> {
        while let Some(&byte) = self.text.as_bytes().get(self.position) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.position += 1;
        }
        Err(Problem::EndsTooSoon)
    }

    /// Checks that nothing follows.
    pub(super) fn end(&mut self) -> Result<(), Problem> {
        match self.peek() {
            Err(Problem::EndsTooSoon) => Ok(()),
            _ => Err(self.unexpected("the end")),
        }
    }

    /// The text of the next value, whatever it is.
    pub(super) fn value(&mut self) -> Result<&'body str, Problem> {
        let first = self.peek()?;
        let rest = &self.text[self.position..];
        let plain_length = match first {
            b'"' => plain_string_length(rest.as_bytes()),
            b'-' | b'0'..=b'9' => plain_number_length(rest.as_bytes()),
            _ => None,
        };
        let value = match plain_length {
            Some(length) => &rest[..length],
            // serde_json calls "1." at the end an invalid number, but the rest of it may be missing.
            None if rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
                return Err(Problem::EndsTooSoon);
            }
            None => match serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>().next() {
                Some(value) => value?.get(),
                None => return Err(Problem::EndsTooSoon),
            },
        };
        self.position += value.len();
        Ok(value)
    }

    /// Reads an object. The values of the given names go to the slots (None for null), those of others are offered to
    /// `other`, which says whether it took one.
    pub(super) fn object<const COUNT: usize>(
        &mut self,
        what: fmt::Arguments<'_>,
        names: &[&'static str; COUNT],
        mut other: impl FnMut(&mut Self, &str) -> Result<bool, Problem>,
    ) -> Result<[Option<&'body str>; COUNT], Problem> {
        let mut slots = [None; COUNT];
        let mut seen = [false; COUNT];
        let mut expected = 0;
        let mut more = self.enter(b'{', b'}', what)?;
        while more {
            let place = match names.get(expected) {
                Some(name) if self.take_name(name) => Some(expected),
                _ => {
                    let name = self.name()?;
                    let place = names.iter().position(|known| *known == name);
                    if place.is_none() && !other(self, &name)? {
                        self.value()?;
                    }
                    place
                }
            };
            if let Some(place) = place {
                if std::mem::replace(&mut seen[place], true) {
                    return Err(Problem::Discredit(format!("'{}' comes twice", names[place])));
                }
                slots[place] = Some(self.value()?).filter(|value| *value != "null");
                expected = place + 1;
            }
            more = self.another(b'}')?;
        }
        Ok(slots)
    }

    /// Reads an array; `element` has to take each element, and gets its index.
    pub(super) fn array(
        &mut self,
        what: fmt::Arguments<'_>,
        mut element: impl FnMut(&mut Self, usize) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut more = self.enter(b'[', b']', what)?;
        let mut index = 0;
        while more {
            element(self, index)?;
            index += 1;
            more = self.another(b']')?;
        }
        Ok(())
    }

    /// Where the next value begins.
    pub(super) fn place(&self) -> usize {
        self.position
    }

    /// The text since a place.
    pub(super) fn since(&self, place: usize) -> &'body str {
        &self.text[place..self.position]
    }

    /// Goes on behind the element of an array that begins at a place, whatever is wrong in it; false where its end
    /// cannot be found. Brackets count where they stand outside of strings.
    pub(super) fn skip_element(&mut self, start: usize) -> bool {
        self.position = start;
        if self.value().is_ok() && self.is_at_end_of_element() {
            return true;
        }
        let (mut depth, mut is_in_string, mut is_escaped) = (0_usize, false, false);
        for (offset, byte) in self.text.as_bytes()[start..].iter().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_in_string => is_escaped = true,
                b'"' => is_in_string = !is_in_string,
                _ if is_in_string => {}
                b'{' | b'[' => depth += 1,
                b',' | b']' | b'}' if depth == 0 => {
                    self.position = start + offset;
                    return *byte != b'}';
                }
                b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        false
    }

    fn is_at_end_of_element(&mut self) -> bool {
        matches!(self.peek(), Ok(b',' | b']'))
    }

    /// Takes an opening bracket and says whether something is inside. `what` is what it opens, for an error.
    pub(super) fn enter(&mut self, open: u8, close: u8, what: fmt::Arguments<'_>) -> Result<bool, Problem> {
        if self.peek()? != open {
            return Err(Problem::Value(FieldProblem::unnamed(what, self.value()?)));
        }
        self.position += 1;
        let is_empty = self.peek()? == close;
        self.position += usize::from(is_empty);
        Ok(!is_empty)
    }

    /// Takes a comma, or the closing bracket; says whether it was the comma.
    pub(super) fn another(&mut self, close: u8) -> Result<bool, Problem> {
        let byte = self.peek()?;
        if byte != b',' && byte != close {
            return Err(self.unexpected("a comma or the end of an object or array"));
        }
        self.position += 1;
        Ok(byte == b',')
    }

    /// Takes a name with its colon, if it is this one in its plainest form.
    #[inline]
    fn take_name(&mut self, name: &str) -> bool {
        if self.peek().is_err() {
            return false;
        }
        let rest = &self.text.as_bytes()[self.position..];
        let is_it = rest.len() > name.len() + 2
            && rest[0] == b'"'
            && rest[1..=name.len()] == *name.as_bytes()
            && rest[name.len() + 1] == b'"'
            && rest[name.len() + 2] == b':';
        if is_it {
            self.position += name.len() + 3;
        }
        is_it
    }

    /// Takes any name with its colon.
    pub(super) fn name(&mut self) -> Result<Cow<'body, str>, Problem> {
        if self.peek()? != b'"' {
            return Err(self.unexpected("a name"));
        }
        let json = self.value()?;
        let name = if json.contains('\\') {
            Cow::Owned(serde_json::from_str(json)?)
        } else {
            Cow::Borrowed(json.trim_matches('"'))
        };
        if self.peek()? != b':' {
            return Err(self.unexpected("a colon"));
        }
        self.position += 1;
        Ok(name)
    }

    #[cold]
    fn unexpected(&self, expected: &str) -> Problem {
        let came = excerpt(&self.text[self.position..]);
        Problem::Shape(format!("{expected} was expected at byte {}, there is: {came}", self.before + self.position))
    }
}

/// The length of a string without escapes, quotes included.
#[inline]
fn plain_string_length(rest: &[u8]) -> Option<usize> {
    let inner = rest.get(1..)?;
    let length = special_position(inner)?;
    (inner[length] == b'"').then_some(length + 2)
}

/// Where the first quote, backslash or control character is. Eight bytes are looked at in one step: most of a body are the
/// texts of its values.
#[inline]
fn special_position(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH_BITS: u64 = ONES << 7;
    // The high bit of each byte that is less than the limit, of the first such byte at least: those behind it may be wrong.
    let less_than = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH_BITS;
    let (words, rest) = text.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let is_byte = |byte: u8| less_than(word ^ (ONES * u64::from(byte)), 1);
        let found = is_byte(b'"') | is_byte(b'\\') | less_than(word, 0x20);
        if found != 0 {
            return Some(place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let in_rest = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(text.len() - rest.len() + in_rest)
}

/// The length of a number without exponent that something follows.
fn plain_number_length(rest: &[u8]) -> Option<usize> {
    let digits_from = |start: usize| rest[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start = usize::from(rest[0] == b'-');
    let whole = digits_from(start);
    if whole == 0 || (whole > 1 && rest[start] == b'0') {
        return None;
    }
    let mut end = start + whole;
    if rest.get(end) == Some(&b'.') {
        let fraction = digits_from(end + 1);
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    matches!(rest.get(end)?, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t').then_some(end)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NAMES: [&str; 3] = ["a", "b", "c"];

    fn object(text: &str) -> Result<[Option<&str>; 3], Problem> {
        let mut scanner = Scanner::new(text);
        let slots = scanner.object(format_args!("an object"), &NAMES, |_, _| Ok(false))?;
        scanner.end()?;
        Ok(slots)
    }

    #[rstest]
    #[case(r#"{"a":1,"b":"x","c":[1,{"d":"]"}]}"#, [Some("1"), Some("\"x\""), Some(r#"[1,{"d":"]"}]"#)])]
    #[case(" {\n\"c\" : 1 ,\t\"b\":-0.50 , \"a\" :1e5\r} ", [Some("1e5"), Some("-0.50"), Some("1")])]
    #[case(r#"{"ab":1,"":2,"\u0061":3,"b":"\"}"}"#, [Some("3"), Some(r#""\"}""#), None])]
    #[case(r#"{"a":null,"c":false}"#, [None, None, Some("false")])]
    #[case("{}", [None, None, None])]
    fn values_come_out_as_they_are_written(#[case] text: &str, #[case] expected: [Option<&str>; 3]) {
        assert_eq!(object(text).unwrap(), expected);
    }

    #[rstest]
    #[case(r#"{"a":1,"a":2}"#)]
    #[case(r#"{"a":null,"a":2}"#)]
    #[case(r#"{"a":1,}"#)]
    #[case(r#"{"a":1 "b":2}"#)]
    #[case(r#"{"a" 1}"#)]
    #[case(r#"{a:1}"#)]
    #[case(r#"{,"a":1}"#)]
    #[case(r#"{"a":01}"#)]
    #[case(r#"{"a":1.}"#)]
    #[case(r#"{"a":.5}"#)]
    #[case(r#"{"a":+1}"#)]
    #[case(r#"{"a":--1}"#)]
    #[case(r#"{"a":1x}"#)]
    #[case(r#"{"a":nulL}"#)]
    #[case(r#"{"a":NaN}"#)]
    #[case(r#"{"a":'x'}"#)]
    #[case("{\"a\":\"line\nbreak\"}")]
    #[case(r#"{"a":"\x"}"#)]
    #[case(r#"{"d":[1,]}"#)]
    #[case(r#"{"a":1]"#)]
    #[case(r#"{} {}"#)]
    #[case("[]")]
    #[case("<html>")]
    fn what_is_no_json_object_is_refused(#[case] text: &str) {
        assert!(matches!(object(text), Err(problem) if problem != Problem::EndsTooSoon), "{:?}", object(text));
    }

    #[test]
    fn a_text_that_stops_anywhere_ends_too_soon() {
        let whole = r#"{"a" :1.5,"d":[{"e":"\u00e1"},null],"b":"x\"y", "c":true}"#;
        assert!(object(whole).is_ok());
        for length in 0..whole.len() {
            assert_eq!(object(&whole[..length]), Err(Problem::EndsTooSoon), "{}", &whole[..length]);
        }
    }

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        let plainly = |text: &[u8]| text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        for length in 0..36 {
            for first in 0..length {
                for byte in [0, 1, 0x1f, 0x20, b'!', b'"', b'#', b'[', b'\\', b']', 0x7f, 0x80, 0x9f, 0xa2, 0xdc, 0xff]
                {
                    let mut text = vec![b'a'; length];
                    text[first] = byte;
                    text[(first + 1) % length] = b'\n';
                    assert_eq!(special_position(&text), plainly(&text), "{text:?}");
                }
            }
        }
    }

    #[rstest]
    #[case(r#"{"a":NaN},2]"#, Some(9))]
    #[case(r#"{"a":"],}{","b":[{}]} , 2]"#, Some(22))]
    #[case(r#"{"a":"\"],"}]"#, Some(12))]
    #[case("NaN,2]", Some(3))]
    #[case("\"line\nbreak\"]", Some(12))]
    #[case(r#"{"a":"x"#, None)]
    #[case(r#"{"a":1"#, None)]
    #[case("}", None)]
    fn an_element_is_skipped_where_its_end_is_plain(#[case] text: &str, #[case] end: Option<usize>) {
        let mut scanner = Scanner::new(text);
        assert_eq!(scanner.skip_element(0).then_some(scanner.position), end);
    }

    #[test]
    fn an_array_counts_its_elements() {
        let mut seen = Vec::new();
        let mut scanner = Scanner::new(r#" [ 1 , "x",[] ] "#);
        let take = |scanner: &mut Scanner<'_>, index| {
            seen.push((index, scanner.value()?.to_owned()));
            Ok(())
        };
        scanner.array(format_args!("an array"), take).unwrap();
        assert_eq!(scanner.end(), Ok(()));
        assert_eq!(seen, [(0, "1".to_owned()), (1, "\"x\"".to_owned()), (2, "[]".to_owned())]);
    }
}
