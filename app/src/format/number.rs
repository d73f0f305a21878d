//! Numbers with the language's separators.

use crate::i18n::Language;

/// A whole number: `1.234` in Spanish, `1,234` in English.
pub fn whole(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separators(language).0);
        }
        text.push(digit);
    }
    text
}

/// A number with as many decimals: `1.234,5` in Spanish, `1,234.5` in English. Not for money, which is never a float.
pub fn decimal(language: Language, number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(integer) = integer.parse() else { return text };
    let integer = whole(language, integer);
    match fraction {
        "" => format!("{sign}{integer}"),
        _ => format!("{sign}{integer}{}{fraction}", separators(language).1),
    }
}

/// Of thousands and of decimals.
pub(super) const fn separators(language: Language) -> (char, char) {
    match language {
        Language::Es => ('.', ','),
        Language::En => (',', '.'),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1_000, "1.000")]
    #[case(1_234_567, "1.234.567")]
    fn thousands_are_set_apart(#[case] number: u64, #[case] text: &str) {
        assert_eq!(whole(Language::Es, number), text);
        assert_eq!(whole(Language::En, number), text.replace('.', ","));
    }

    #[rstest]
    #[case(1_234.56, 1, "1.234,6")]
    #[case(-1_234.5, 1, "-1.234,5")]
    #[case(98.0, 1, "98,0")]
    #[case(98.4, 0, "98")]
    #[case(f64::NAN, 1, "NaN")]
    fn decimals_follow_the_language(#[case] number: f64, #[case] decimals: usize, #[case] text: &str) {
        assert_eq!(decimal(Language::Es, number, decimals), text);
    }
}
