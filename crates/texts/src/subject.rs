//! What a decision is about and who took it, as the system wrote it into rows, with its own few words in the reader's language.

use crate::Language;

/// What a stored decision is about, as `ventas 3 tiendas 2025-11-17 08:00 a 2025-11-17 09:00`. The names in it are nobody's to
/// translate: a word is one of the system's only where the system puts it. What is stored as windows are half hours to people.
pub fn subject(language: Language, stored: &str) -> String {
    let (known, texts) = (Language::Es.subject(), language.subject());
    let words: Vec<&str> = stored.split(' ').collect();
    let is_count = |word: Option<&&str>| word.is_some_and(|word| word.parse::<u64>().is_ok());
    let is_date =
        |word: Option<&&str>| word.is_some_and(|word| word.trim_end_matches(':').parse::<jiff::civil::Date>().is_ok());
    let is_counted =
        |word: Option<&&str>| word.is_some_and(|word| [known.stores(), known.window(), known.windows()].contains(word));
    let written = words.iter().enumerate().map(|(index, word)| {
        let (before, after) = (index.checked_sub(1).and_then(|index| words.get(index)), words.get(index + 1));
        let text = match *word {
            word if index == 0 && word == known.sales() => texts.sales(),
            word if index == 0 && word == known.inventory() => texts.inventory(),
            word if index == 0 && word == known.sequence() => texts.sequence(),
            word if is_count(before) && word == known.stores() => texts.stores(),
            word if is_count(before) && word == known.window() => texts.half_hour(),
            word if is_count(before) && word == known.windows() => texts.half_hours(),
            word if is_date(after) && word == known.to() => texts.to(),
            word if is_date(after) && word == known.from() => texts.from(),
            word if is_date(after) && word == known.on() => texts.on(),
            word if is_count(Some(&word)) && is_counted(after) => return grouped(language, word),
            word => word,
        };
        text.to_owned()
    });
    written.collect::<Vec<String>>().join(" ")
}

/// Digits with the language's separator of thousands.
fn grouped(language: Language, digits: &str) -> String {
    let separator = match language {
        Language::Es => '.',
        Language::En => ',',
    };
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// Who did something: a person's own name, or what the system calls itself and those without a name.
pub fn person(language: Language, stored: &str) -> String {
    let (known, texts) = (Language::Es.person(), language.person());
    let name = match stored {
        stored if stored == known.system() => texts.system(),
        stored if stored == known.anonymous() => texts.anonymous(),
        stored if stored == known.no_valid_name() => texts.no_valid_name(),
        stored if stored == known.others() => texts.others(),
        stored => stored,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "ventas 3 tiendas 2025-11-17 08:00 a 2025-11-17 09:00",
        "sales 3 stores 2025-11-17 08:00 to 2025-11-17 09:00"
    )]
    #[case("secuencia BOSQUE 2025-11-17 08:00-09:00", "invoice numbers BOSQUE 2025-11-17 08:00-09:00")]
    #[case("CENTRO desde 2025-11-17", "CENTRO from 2025-11-17")]
    #[case("BOSQUE el 2025-12-25: cerrado Navidad", "BOSQUE on 2025-12-25: cerrado Navidad")]
    #[case("Las ventas de a 2 tiendas", "Las ventas de a 2 stores")]
    fn only_the_systems_own_words_are_written_anew(#[case] stored: &str, #[case] english: &str) {
        assert_eq!(subject(Language::Es, stored), stored);
        assert_eq!(subject(Language::En, stored), english);
    }

    #[rstest]
    #[case("ventas tienda_01 1 ventana", "ventas tienda_01 1 media hora", "sales tienda_01 1 half hour")]
    #[case(
        "ventas 12 tiendas 2361 ventanas",
        "ventas 12 tiendas 2.361 medias horas",
        "sales 12 stores 2,361 half hours"
    )]
    fn windows_are_half_hours_to_people(#[case] stored: &str, #[case] spanish: &str, #[case] english: &str) {
        assert_eq!(subject(Language::Es, stored), spanish);
        assert_eq!(subject(Language::En, stored), english);
    }

    #[test]
    fn a_person_keeps_their_name() {
        assert_eq!(person(Language::En, "sistema"), "system");
        assert_eq!(person(Language::En, "maria"), "maria");
    }
}
