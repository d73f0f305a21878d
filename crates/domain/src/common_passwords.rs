//! The passwords that are used most: those of eight characters or more among the 30,000 that zxcvbn lists, and the first 10,000 of
//! any length, sorted (zxcvbn 3.1, copyright Dropbox and contributors, MIT licence).

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Shorter words stand in many a good password.
const WORD_CHARACTERS_MIN: usize = 4;

/// Whether a password in lower case is one of them, one with digits and signs around it, or one several times in a row.
pub(crate) fn is_common(password: &str) -> bool {
    let word = password.trim_matches(|character: char| !character.is_alphabetic());
    let is_word = word.chars().count() >= WORD_CHARACTERS_MIN && COMMON.contains(word);
    is_word || COMMON.contains(password) || is_repeated(password)
}

fn is_repeated(password: &str) -> bool {
    let unit = |times: usize| password.get(..password.len() / times).filter(|unit| unit.repeat(times) == password);
    (2..=password.len() / WORD_CHARACTERS_MIN).filter_map(unit).any(|unit| COMMON.contains(unit))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn there_are_more_than_three_thousand_that_a_short_rule_would_allow() {
        assert!(COMMON.iter().filter(|password| password.len() >= 8).count() > 3000);
        let lines: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert!(lines.is_sorted() && lines.iter().all(|line| *line == line.to_lowercase()));
    }

    #[rstest]
    #[case("1qaz2wsx3edc", true)]
    #[case("dragon123456", true)]
    #[case("2024!monkey!2024", true)]
    #[case("sunshinesunshine", true)]
    #[case("123456123456", true)]
    #[case("qazwsxedcrfv", true)]
    #[case("caballo bateria grapa", false)]
    #[case("mi perro come 3 veces", false)]
    #[case("ñandúñandúñandú", false)]
    #[case("a1b9c8d7e6f5g4", false)]
    fn what_is_used_most_is_known_with_what_people_put_around_it(#[case] password: &str, #[case] is_known: bool) {
        assert_eq!(is_common(password), is_known);
    }
}
