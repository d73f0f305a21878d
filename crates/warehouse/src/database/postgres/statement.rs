//! Values written into the text of a statement.

use std::fmt::{Display, Write as _};

use crate::database::Value;

/// PostgreSQL has no text with a NUL character; this sign stands for it.
pub(super) const NUL_SIGN: char = '\u{2400}';

/// The statement with its values in place of its marks: `?` in order, or `$1` by number. What is between quotes stays.
pub(super) fn with_values(sql: &str, values: &[Value]) -> String {
    if values.is_empty() {
        return sql.to_owned();
    }
    let mut written = String::with_capacity(sql.len() + 24 * values.len());
    let (mut in_order, mut is_quoted) = (values.iter(), false);
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                is_quoted = !is_quoted;
                written.push(character);
            }
            '?' if !is_quoted => match in_order.next() {
                Some(value) => write_value(&mut written, value),
                None => written.push(character),
            },
            '$' if !is_quoted && characters.peek().is_some_and(char::is_ascii_digit) => {
                let mut number = 0;
                while let Some(digit) = characters.peek().and_then(|next| next.to_digit(10)) {
                    number = number * 10 + digit as usize;
                    characters.next();
                }
                match values.get(number.wrapping_sub(1)) {
                    Some(value) => write_value(&mut written, value),
                    None => write_into(&mut written, format_args!("${number}")),
                }
            }
            _ => written.push(character),
        }
    }
    written
}

/// Writing into a text does not fail.
pub(super) fn write_into(text: &mut String, value: impl Display) {
    write!(text, "{value}").unwrap_or_default();
}

fn write_value(sql: &mut String, value: &Value) {
    match value {
        Value::Null => sql.push_str("NULL"),
        Value::Truth(value) => sql.push_str(if *value { "true" } else { "false" }),
        Value::Whole(value) => write_into(sql, format_args!("({value})")),
        Value::Count(value) => write_into(sql, value),
        Value::Fraction(value) => write_into(sql, format_args!("'{value}'::float8")),
        Value::Text(value) => write_text(sql, value),
    }
}

/// As `standard_conforming_strings` has it: only a quote ends a text, and a backslash is a backslash.
fn write_text(sql: &mut String, text: &str) {
    sql.push('\'');
    for character in text.chars() {
        match character {
            '\'' => sql.push_str("''"),
            '\0' => sql.push(NUL_SIGN),
            _ => sql.push(character),
        }
    }
    sql.push('\'');
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[rstest]
    #[case("a = ? AND b = '?' AND c = ?", &[Value::Whole(-1), text("it's ? $1")], "a = (-1) AND b = '?' AND c = 'it''s ? $1'")]
    #[case("a = $2, b = $1, c = '$1'", &[text("uno"), Value::Null], "a = NULL, b = 'uno', c = '$1'")]
    #[case("a = ?, b = ?", &[Value::Truth(true), Value::Count(u64::MAX)], "a = true, b = 18446744073709551615")]
    #[case("a = ?", &[text("\\'; DROP TABLE ventas; --\0")], "a = '\\''; DROP TABLE ventas; --\u{2400}'")]
    fn values_stand_where_their_marks_were(#[case] sql: &str, #[case] values: &[Value], #[case] expected: &str) {
        assert_eq!(with_values(sql, values), expected);
    }
}
