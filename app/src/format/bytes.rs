//! How much room something takes.

use super::decimal;
use crate::i18n::Language;

/// `340 B`, `12 kB`, `1,4 MB`.
pub fn bytes(language: Language, bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", decimal(language, bytes as f64 / 1e6, 1)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0 B")]
    #[case(999, "999 B")]
    #[case(12_900, "12 kB")]
    #[case(1_400_000, "1,4 MB")]
    fn the_unit_fits_the_size(#[case] size: u64, #[case] text: &str) {
        assert_eq!(bytes(Language::Es, size), text);
    }
}
