//! Differences in money: a decimal number with its sign, to the cent, with the language's separators.

use std::fmt::Display;

use super::whole;
use crate::i18n::Language;

/// `+1.234,50` in Spanish, `+1,234.50` in English; from a decimal number of at most two places.
pub fn difference(language: Language, money: impl Display) -> String {
    let text = money.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("+", text.as_str()),
    };
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(integer) = integer.parse() else { return text };
    let mark = if language == Language::Es { ',' } else { '.' };
    let is_zero = integer == 0 && fraction.bytes().all(|digit| digit == b'0');
    let sign = if is_zero { "" } else { sign };
    format!("{sign}{}{mark}{fraction:0<2}", whole(language, integer))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1234.5", "+1.234,50")]
    #[case("-2.49", "−2,49")]
    #[case("0", "0,00")]
    #[case("-0.00", "0,00")]
    fn a_difference_has_a_sign_and_cents(#[case] money: &str, #[case] text: &str) {
        assert_eq!(difference(Language::Es, money), text);
    }
}
