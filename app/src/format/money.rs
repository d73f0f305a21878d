//! Money, from the text of a decimal: it never is a float.

use super::number::separators;
use super::whole;
use crate::i18n::Language;

/// Between "USD" and its number: a line never ends there.
const NO_BREAK: char = '\u{a0}';

/// Whole US dollars, as estimates are shown: `USD 1.234`.
pub fn dollars(language: Language, amount: impl std::fmt::Display) -> String {
    format!("USD{NO_BREAK}{}", rounded(language, amount))
}

/// To the nearest whole: `1.234`.
pub fn rounded(language: Language, amount: impl std::fmt::Display) -> String {
    let text = amount.to_string();
    let (integer, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let Ok(integer) = integer.parse::<u64>() else { return text };
    let half = fraction.as_bytes().first().is_some_and(|digit| *digit >= b'5');
    whole(language, integer + u64::from(half))
}

/// To the cent, with the language's separators: `1.234,50`.
pub fn cents(language: Language, amount: impl std::fmt::Display) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(integer) = integer.parse::<u64>() else { return text };
    let fraction: String = fraction.chars().chain("00".chars()).take(2).collect();
    format!("{sign}{}{}{fraction}", whole(language, integer), separators(language).1)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", "USD\u{a0}0", "0,00")]
    #[case("1234.5", "USD\u{a0}1.235", "1.234,50")]
    #[case("1234.49", "USD\u{a0}1.234", "1.234,49")]
    #[case("-3.5", "USD\u{a0}-3.5", "-3,50")]
    fn money_is_told_from_its_text(#[case] amount: &str, #[case] whole: &str, #[case] to_the_cent: &str) {
        assert_eq!(dollars(Language::Es, amount), whole);
        assert_eq!(cents(Language::Es, amount), to_the_cent);
    }
}
