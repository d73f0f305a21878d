//! Tokens and one-time codes. What is stored and looked for is their SHA-256: they are random, so nothing slower is needed.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Letters and digits that cannot be taken for one another when they are read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Of 5 bits each: 120 bits.
const CODE_CHARACTERS: usize = 24;
const GROUP: usize = 4;

/// The SHA-256 as hexadecimal digits.
pub(crate) fn hash_of(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

/// 256 bits as hexadecimal digits.
pub(crate) fn token(random: [u8; 32]) -> String {
    hexadecimal(&random)
}

/// A code that somebody reads and types: `ABCD-EFGH-…`.
pub(crate) fn one_time_code(random: [u8; 32]) -> String {
    let characters: Vec<char> =
        random.iter().take(CODE_CHARACTERS).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = characters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// A code as it was made, however it was typed.
pub(crate) fn usual_form(code: &str) -> String {
    let typed = code.chars().filter(|character| character.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase());
    let characters: Vec<char> = typed.take(2 * CODE_CHARACTERS).collect();
    let groups: Vec<String> = characters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = one_time_code([200; 32]);
        assert_eq!(code.len(), 29);
        assert_eq!(usual_form(&format!("  {} ", code.to_lowercase().replace('-', " "))), code);
    }

    #[test]
    fn a_token_has_all_its_bits_and_its_hash_is_not_the_token() {
        let made = token([0xa5; 32]);
        assert_eq!(made, "a5".repeat(32));
        assert_eq!(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
