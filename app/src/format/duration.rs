//! How long something takes.

use super::decimal;
use crate::i18n::Language;

/// `<1 ms`, `440 ms`, `1,4 s`, `12 s`, `2 min 05 s`, `1 h 03 min`: about three digits, of what matters.
pub fn duration(language: Language, seconds: f64) -> String {
    if seconds < 0.0005 {
        return "<1 ms".to_owned();
    }
    if seconds < 0.9995 {
        return format!("{:.0} ms", seconds * 1_000.0);
    }
    if seconds < 9.95 {
        return format!("{} s", decimal(language, seconds, 1));
    }
    // Rounding comes first, so that 59.7 s is a minute and not "60 s".
    whole_duration(seconds.round() as u64)
}

/// The same for what is counted in whole seconds: `0 s`, `4 s`.
pub fn whole_duration(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, "<1 ms")]
    #[case(0.0034, "3 ms")]
    #[case(0.44, "440 ms")]
    #[case(0.9996, "1,0 s")]
    #[case(9.94, "9,9 s")]
    #[case(9.96, "10 s")]
    #[case(59.4, "59 s")]
    #[case(59.7, "1 min 00 s")]
    #[case(125.0, "2 min 05 s")]
    #[case(3_780.0, "1 h 03 min")]
    fn the_unit_fits_the_length(#[case] seconds: f64, #[case] text: &str) {
        assert_eq!(duration(Language::Es, seconds), text);
    }
}
