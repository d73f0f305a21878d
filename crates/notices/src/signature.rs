//! The headers of Standard Webhooks: who sends, when, and that nobody changed it on the way.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The identifier of a message; the same at each attempt, so that a receiver can drop what it has already.
pub const ID_HEADER: &str = "webhook-id";
/// Seconds since the epoch.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// `v1,` and the HMAC-SHA256 in base64.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
const PREFIX: &str = "whsec_";

/// Why something is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("debe ser whsec_ y base64, de 24 a 64 bytes")]
pub struct InvalidSecret;

/// The key of a secret: the base64 after `whsec_`.
pub fn key(secret: &SecretString) -> Result<Vec<u8>, InvalidSecret> {
    let text = secret.expose_secret();
    let key = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).map_err(|_| InvalidSecret)?;
    if (24..=64).contains(&key.len()) { Ok(key) } else { Err(InvalidSecret) }
}

/// The value of [`SIGNATURE_HEADER`].
pub fn sign(secret: &SecretString, id: &str, at: Timestamp, body: &str) -> Result<String, InvalidSecret> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| InvalidSecret)?;
    mac.update(format!("{id}.{}.{body}", at.as_second()).as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    /// The vector of the libraries of Standard Webhooks.
    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signature = |secret: &SecretString| {
            sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#).unwrap()
        };
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(&secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), expected);
        assert_eq!(signature(&secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")), expected);
    }

    #[test]
    fn what_is_no_key_or_too_short_is_refused() {
        for text in ["whsec_c2hvcnQ=", "whsec_not base64", ""] {
            assert_eq!(key(&secret(text)), Err(InvalidSecret), "{text}");
        }
    }
}
