//! Foreign text, cut down to what fits into an error message or a log line.

/// Characters of foreign text that an error message may carry.
pub(crate) const EXCERPT_CHARACTERS: usize = 200;

/// Stands before the two digits of a byte that is no text. It is no character, and comes in no text.
pub(crate) const BYTE_MARK: char = '\u{10FFFE}';

/// A text without blanks, and without characters that take no room (zero width, marks of direction and byte order), at its ends.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_unseen = |character| matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    text.trim_matches(|character: char| character.is_whitespace() || is_unseen(character))
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
    fn what_nobody_sees_at_the_ends_of_a_text_is_not_of_it() {
        assert_eq!(trimmed("\u{FEFF} C10-01-00008064\u{200B}\t"), "C10-01-00008064");
        assert_eq!(trimmed("C10\u{200B}-01"), "C10\u{200B}-01");
        assert_eq!(trimmed("\u{200B}"), "");
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
