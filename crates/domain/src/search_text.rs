//! Finds names by what somebody types: without regard to case and accents, by the beginnings of words.

/// How well a name answers what was typed; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It begins so.
    Beginning,
    /// Each word that was typed begins one of its words.
    Words,
    /// It contains each of them.
    Inside,
}

/// How `typed` matches a name; None where it does not. What is empty matches everything.
pub fn match_of(typed: &str, name: &str) -> Option<Match> {
    let (typed, name) = (folded(typed), folded(name));
    let typed = typed.trim();
    if name.starts_with(typed) {
        return Some(Match::Beginning);
    }
    let begins = |word: &str| name.split(|part: char| !part.is_alphanumeric()).any(|part| part.starts_with(word));
    if typed.split_whitespace().all(begins) {
        return Some(Match::Words);
    }
    typed.split_whitespace().all(|word| name.contains(word)).then_some(Match::Inside)
}

/// In small letters and without the accents of Spanish.
fn folded(text: &str) -> String {
    let plain = |letter| match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        other => other,
    };
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("", "PERIFERICO", Some(Match::Beginning))]
    #[case::case_and_accents("periférico", "PERIFERICO", Some(Match::Beginning))]
    #[case::accents_of_the_name("metricas", "Métricas", Some(Match::Beginning))]
    #[case::later_word("mar", "PUERTO LA MAR", Some(Match::Words))]
    #[case::words_in_any_order("mar puerto", "PUERTO LA MAR", Some(Match::Words))]
    #[case::inside("ferico", "PERIFERICO", Some(Match::Inside))]
    #[case::identifier("tienda_08", "tienda_08", Some(Match::Beginning))]
    #[case::another("bosque", "PERIFERICO", None)]
    #[case::one_word_of_two("bosque mar", "PUERTO LA MAR", None)]
    fn a_name_is_found_by_what_is_typed(#[case] typed: &str, #[case] name: &str, #[case] expected: Option<Match>) {
        assert_eq!(match_of(typed, name), expected);
    }
}
