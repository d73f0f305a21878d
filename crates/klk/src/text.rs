//! Foreign text, cut down to what fits into an error message or a log line.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Characters of foreign text that an error message may carry.
pub(crate) const EXCERPT_CHARACTERS: usize = 200;

/// Stands before the two digits of a byte that is no text. It is no character, and comes in no text.
pub(crate) const BYTE_MARK: char = '\u{10FFFE}';

/// A code as a person sees it: without blanks at its ends, and without characters that take no room (control characters, zero
/// width, marks of direction and byte order).
pub(crate) fn as_seen(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_unseen = |character: char| {
        character.is_control() || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
    };
    if text.contains(is_unseen) {
        let seen: String = text.chars().filter(|character| !is_unseen(*character)).collect();
        return Cow::Owned(seen.trim().to_owned());
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A code as a key: written in full width or decomposed, it is the same one.
pub(crate) fn code_key(code: Cow<'_, str>) -> Cow<'_, str> {
    if code.is_ascii() {
        return code;
    }
    Cow::Owned(ComposingNormalizerBorrowed::new_nfkc().normalize(&code).trim().to_owned())
}

/// An invoice number as a key: in small letters, too, it is the same invoice.
pub(crate) fn invoice_key(number: Cow<'_, str>) -> Cow<'_, str> {
    let number = code_key(number);
    if number.contains(char::is_lowercase) { Cow::Owned(number.to_uppercase()) } else { number }
}

/// The beginning of a text on one line: runs of white space become one blank, and what is cut shows as `…`.
pub(crate) fn excerpt(text: &str) -> String {
    let mut short = String::new();
    let mut left = EXCERPT_CHARACTERS;
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
            left = left.saturating_sub(1);
        }
        for character in word.chars() {
            if left == 0 {
                short.push('…');
                return short;
            }
            match character {
                BYTE_MARK => short.push_str("\\x"),
                character => short.push(character),
            }
            left -= 1;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_of_a_code_is_not_of_it() {
        let seen = |text: &str| as_seen(Cow::Owned(text.to_owned())).into_owned();
        assert_eq!(seen("\u{FEFF} C10-01-00008064\u{200B}\t"), "C10-01-00008064");
        assert_eq!(seen("C10\u{200B}-01\u{0}"), "C10-01");
        assert_eq!(seen("\u{200B} "), "");
        assert_eq!(seen("CAJA 1-7"), "CAJA 1-7");
    }

    #[test]
    fn an_invoice_is_the_same_however_its_number_is_written() {
        let key = |text: &str| invoice_key(Cow::Owned(text.to_owned())).into_owned();
        for written in
            ["C10-01-Ñ8064", "c10-01-ñ8064", "C10-01-N\u{303}8064", "Ｃ１０-０１-Ñ８０６４", "C10\u{FF0D}01-Ñ8064"]
        {
            assert_eq!(key(written), "C10-01-Ñ8064", "{written}");
        }
        assert!(matches!(invoice_key(Cow::Borrowed("C10-01-00008064")), Cow::Borrowed(_)));
    }

    #[test]
    fn a_short_text_comes_out_on_one_line() {
        assert_eq!(excerpt("<html>\n  <h1>Bad  Gateway</h1>\r\n</html>\n"), "<html> <h1>Bad Gateway</h1> </html>");
    }

    #[test]
    fn a_byte_that_is_no_text_is_written_out() {
        assert_eq!(excerpt(&format!("JAM{BYTE_MARK}D3N")), "JAM\\xD3N");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let short = excerpt(&"ñ".repeat(10_000));
        assert_eq!(short.chars().count(), EXCERPT_CHARACTERS + 1);
        assert!(short.ends_with('…'));
    }
}
