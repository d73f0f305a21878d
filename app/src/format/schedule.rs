//! When a schedule fires, in words.

use crate::i18n::Language;

/// A cron expression in words, where it is one of those that people set; else as it is.
pub fn schedule(language: Language, expression: &str) -> String {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    let words = match fields[..] {
        [minutes, "*", "*", "*", "*"] => numbers(minutes, 59).map(|minutes| hourly(language, &minutes)),
        [minute, hour, "*", "*", "*"] => match (numbers(minute, 59).as_deref(), numbers(hour, 23).as_deref()) {
            (Some([minute]), Some([hour])) => Some(language.cron().daily(format!("{hour:02}:{minute:02}"))),
            _ => None,
        },
        _ => None,
    };
    words.unwrap_or_else(|| expression.to_owned())
}

fn hourly(language: Language, minutes: &[u8]) -> String {
    let texts = language.cron();
    let listed: Vec<String> = minutes.iter().map(|minute| format!("{minute:02}")).collect();
    texts.hourly(match listed.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} {} {last}", first.join(", "), texts.and()),
        _ => listed.concat(),
    })
}

/// A list of numbers up to a last one; None for stars, steps and ranges.
fn numbers(field: &str, most: u8) -> Option<Vec<u8>> {
    field.split(',').map(|number| number.parse().ok().filter(|number| *number <= most)).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("5,35 * * * *", "Cada hora, al minuto 05 y 35")]
    #[case("0 * * * *", "Cada hora, al minuto 00")]
    #[case("0,20,40 * * * *", "Cada hora, al minuto 00, 20 y 40")]
    #[case("0 3 * * *", "Cada día a las 03:00")]
    #[case("*/7 * * * *", "*/7 * * * *")]
    #[case("0 3 * * 1", "0 3 * * 1")]
    #[case("", "")]
    fn what_people_set_is_told_in_words(#[case] expression: &str, #[case] words: &str) {
        assert_eq!(schedule(Language::Es, expression), words);
    }
}
