//! Days within a text that was stored for whoever reads the table.

use jiff::civil::Date;

use super::day;
use crate::i18n::Language;

/// Characters of a day as ISO 8601 writes it.
const DAY_LENGTH: usize = "2025-11-17".len();

/// The text with its days as the rest of a page writes them: `ventas PARAISO 2025-11-17` becomes `ventas PARAISO 17 nov 2025`.
pub fn with_days(language: Language, text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (is_own, found) = match rest.get(..DAY_LENGTH) {
            Some(part) => (!written.ends_with(|before: char| before.is_alphanumeric() || before == '-'), part),
            None => (false, ""),
        };
        let is_whole = !rest.get(DAY_LENGTH..).unwrap_or_default().starts_with(|next: char| next.is_ascii_digit());
        let length = match found.parse::<Date>() {
            Ok(date) if is_own && is_whole => {
                written.push_str(&day(language, date));
                match has_hour(rest) {
                    true => {
                        written.push_str(", ");
                        DAY_LENGTH + 1
                    }
                    false => DAY_LENGTH,
                }
            }
            _ => {
                written.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    written
}

/// Whether an hour follows the day that a text begins with, as in `2025-11-17 16:00`.
fn has_hour(text: &str) -> bool {
    let Some([separator, rest @ ..]) = text.as_bytes().get(DAY_LENGTH..) else { return false };
    matches!(separator, b' ' | b'T') && matches!(rest, [a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("ventas PARAISO 2026-11-27", "ventas PARAISO 27 nov 2026")]
    #[case::hours(
        "ventas PARAISO 2026-11-27 16:00 a 2026-11-27 16:30",
        "ventas PARAISO 27 nov 2026, 16:00 a 27 nov 2026, 16:30"
    )]
    #[case::no_day("plan 3f9a1c7e20bd", "plan 3f9a1c7e20bd")]
    #[case::part_of_another(
        "01936f7e-2025-11-17-x 12025-11-17 2025-11-178",
        "01936f7e-2025-11-17-x 12025-11-17 2025-11-178"
    )]
    #[case::no_such_day("2026-13-40", "2026-13-40")]
    #[case::letters("Ñandú ñ 2026-01-02é", "Ñandú ñ 2 ene 2026é")]
    #[case::moment("2026-11-27T16:00", "27 nov 2026, 16:00")]
    fn days_are_written_as_on_the_page(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(with_days(Language::Es, text), expected);
    }
}
