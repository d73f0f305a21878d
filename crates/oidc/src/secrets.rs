//! What one attempt to sign in has to itself.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// What one attempt to sign in has to itself, each of 256 random bits.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Goes to the provider and comes back: which attempt it is.
    pub state: String,
    /// Goes to the provider and comes back in the signed identity: that it was made for this attempt.
    pub nonce: String,
    /// Only its hash goes through the browser, so that a code is of no use to whoever sees it (PKCE).
    pub verifier: String,
}

impl Secrets {
    /// Of three times 256 random bits.
    pub fn new([state, nonce, verifier]: [[u8; 32]; 3]) -> Self {
        let text = |bytes: [u8; 32]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        Self { state: text(state), nonce: text(nonce), verifier: text(verifier) }
    }
}
