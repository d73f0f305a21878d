//! What is masked in free text: messages, descriptions, values of tags.

use std::sync::LazyLock;

use regex::{Captures, Regex};

const HIDDEN: &str = "[oculto]";
const HIDDEN_EMAIL: &str = "[correo]";
/// A shorter "secret" would mask parts of ordinary words.
const SECRET_CHARACTERS_MIN: usize = 4;

/// Whether a pattern can find anything at all in a text: a look that costs much less than the pattern.
type Look = fn(&str) -> bool;

/// A pattern, and what stands for what it finds.
struct Mask {
    may_match: Look,
    pattern: Regex,
    replacement: String,
}

/// In the order in which they are used: a URL's password must not be taken for an e-mail address.
static MASKS: LazyLock<Vec<Mask>> = LazyLock::new(|| {
    let masks: [(Look, &str, String); 8] = [
        // https://user:password@host
        (|text| text.contains('@'), r"([a-zA-Z][a-zA-Z0-9+.\-]*://)[^\s/@]+@", format!("${{1}}{HIDDEN}@")),
        // /path?query and https://host/path?query#fragment
        (|text| text.contains('?'), r#"([^\s?#"'<>]*/[^\s?#"'<>]*)\?[^\s"'<>]*"#, "$1".to_owned()),
        // https://host/path#fragment
        (|text| text.contains('#'), r#"([a-zA-Z][a-zA-Z0-9+.\-]*://[^\s?#"'<>]*)#[^\s"'<>]*"#, "$1".to_owned()),
        // Cookie: a=b; c=d
        (may_assign, r"(?i)\b((?:set-)?cookie)\b(\W{0,3}[:=]\s*)[^\r\n]+", format!("${{1}}${{2}}{HIDDEN}")),
        // Authorization: Bearer abc, api_key=abc, "password": "abc"
        (
            may_assign,
            concat!(
                r"(?i)\b((?:proxy-)?authorization|x-api-key|api[-_ ]?key|password|passwd|pwd|clave|contraseña|secret",
                r"|(?:access|refresh|auth|csrf|session)?[-_ ]?token|session[-_ ]?id)\b",
                r#"(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',;&)}\]]+"#,
            ),
            format!("${{1}}${{2}}{HIDDEN}"),
        ),
        (may_bear, r"(?i)\b(bearer)\s+[A-Za-z0-9._~+/=\-]{6,}", format!("${{1}} {HIDDEN}")),
        // A signed token, wherever it stands
        (|text| text.contains("eyJ"), r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*", HIDDEN.to_owned()),
        // name@example.com, also as it stands in an address
        (
            |text| text.contains(['@', '%']),
            r"[\p{L}\p{N}._%+\-]+(?:@|%40)(?:[\p{L}\p{N}\-]+\.)+\p{L}[\p{L}\p{N}\-]+",
            HIDDEN_EMAIL.to_owned(),
        ),
    ];
    // Constant patterns: each is used by a test, so one that does not compile cannot go unseen.
    let compiled = masks.into_iter().map(|(may_match, pattern, replacement)| {
        Regex::new(pattern).ok().map(|pattern| Mask { may_match, pattern, replacement })
    });
    compiled.flatten().collect()
});

fn may_assign(text: &str) -> bool {
    text.contains([':', '='])
}

fn may_bear(text: &str) -> bool {
    text.as_bytes().windows(6).any(|word| word.eq_ignore_ascii_case(b"bearer"))
}

/// What is masked in free text.
pub(super) struct TextMasks {
    known_secrets: Vec<String>,
}

impl TextMasks {
    pub(super) fn new(known_secrets: Vec<String>) -> Self {
        let mut secrets: Vec<String> =
            known_secrets.into_iter().filter(|secret| secret.chars().count() >= SECRET_CHARACTERS_MIN).collect();
        // The longest first: one may hold another.
        secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { known_secrets: secrets }
    }

    /// The text with everything masked; None where there was nothing to mask.
    pub(super) fn masked(&self, text: &str) -> Option<String> {
        let mut masked: Option<String> = None;
        for secret in &self.known_secrets {
            let current = masked.as_deref().unwrap_or(text);
            if current.contains(secret.as_str()) {
                masked = Some(current.replace(secret.as_str(), HIDDEN));
            }
        }
        if !may_hold_something(text) {
            return masked;
        }
        for mask in MASKS.iter() {
            let current = masked.as_deref().unwrap_or(text);
            if !(mask.may_match)(current) {
                continue;
            }
            let replaced = mask.pattern.replace_all(current, |captures: &Captures<'_>| {
                let mut filled = String::new();
                captures.expand(&mask.replacement, &mut filled);
                filled
            });
            if let std::borrow::Cow::Owned(replaced) = replaced {
                masked = Some(replaced);
            }
        }
        masked
    }
}

/// Takes query and fragment off an address; what has a space in it is a sentence, and is masked as one.
pub(super) fn cut_address(text: &mut String) {
    if !text.contains(char::is_whitespace)
        && let Some(end) = text.find(['?', '#'])
    {
        text.truncate(end);
    }
}

/// Most texts are identifiers and names: a look at their characters saves the patterns.
fn may_hold_something(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'@' | b'%' | b'?' | b'=' | b':' | b' ' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let masks = TextMasks::new(vec!["klk-secret".to_owned(), "abc".to_owned()]);
        masks.masked(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn each_pattern_compiles() {
        assert_eq!(MASKS.len(), 8);
    }

    #[test]
    fn addresses_of_people_are_masked() {
        assert_eq!(masked("avisar a maría.pérez@tienda.com.ve, gracias"), "avisar a [correo], gracias");
        assert_eq!(masked("usuario ana%40example.com"), "usuario [correo]");
        assert_eq!(masked("klk-tracking@0.1.0"), "klk-tracking@0.1.0");
    }

    #[test]
    fn queries_and_passwords_of_addresses_are_masked() {
        assert_eq!(masked("GET https://u:p@h.example/a/b?c=d&e=f#g no"), "GET https://[oculto]@h.example/a/b no");
        assert_eq!(masked("GET /api/gaps?correo=x&y"), "GET /api/gaps");
        assert_eq!(masked("en https://h.example/a#correo=x."), "en https://h.example/a");
        assert_eq!(masked("¿todo bien? sí"), "¿todo bien? sí");
    }

    #[test]
    fn credentials_are_masked() {
        assert_eq!(masked("Authorization: Bearer abcdef.123"), "Authorization: [oculto]");
        assert_eq!(masked(r#"{"x-api-key": "s3cr3t", "a": 1}"#), r#"{"x-api-key": "[oculto]", "a": 1}"#);
        assert_eq!(masked("cookie: a=b; sid=c"), "cookie: [oculto]");
        assert_eq!(masked("password=hunter2&x=1"), "password=[oculto]&x=1");
        assert_eq!(masked("got bearer qwertyuiop"), "got bearer [oculto]");
        assert_eq!(masked("jwt eyJhbGciOi.eyJzdWIi.c2ln"), "jwt [oculto]");
        assert_eq!(masked("key klk-secret refused"), "key [oculto] refused");
    }

    /// The look that saves a pattern must never hide from it what it would find.
    #[test]
    fn a_pattern_is_never_kept_from_what_it_finds() {
        let pieces = [
            "a",
            "b",
            "@",
            "%40",
            "://",
            "/",
            "?",
            "#",
            "=",
            ":",
            " ",
            ".",
            "x.ve",
            "Bearer ",
            "eyJa",
            "BEARER\u{a0}",
            "cookie",
            "c=d",
            "token",
            "Contraseña",
            "klk",
            "bea",
            "rer",
            "ñ",
            "abcdefg",
            "\n",
            "\"",
            "-",
            "1",
        ];
        let mut random = 7_u64;
        let mut next = || {
            // Knuth's generator: the same texts each time.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize
        };
        let mut found = 0;
        for _ in 0..20_000 {
            let text: String = (0..2 + next() % 9).map(|_| pieces[next() % pieces.len()]).collect();
            for mask in MASKS.iter().filter(|mask| mask.pattern.is_match(&text)) {
                assert!((mask.may_match)(&text), "{text:?} {}", mask.pattern);
                found += 1;
            }
        }
        assert!(found > 1_000, "{found}");
    }

    #[test]
    fn what_people_need_stays() {
        for text in [
            "respuesta 200, 132 líneas, 45000 bytes en 830 ms",
            "timeout after 30s: tienda_01 09:30-10:00",
            "POST /v1/ventas",
            "abc",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
