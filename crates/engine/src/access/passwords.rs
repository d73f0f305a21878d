//! Hashes of passwords: argon2id with OWASP's least costly setting, on threads that may block, a few at once.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::UseCaseError;

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
const SALT_BYTES: usize = 16;

/// What the password of somebody unknown is compared with, so that they wait as long as everybody. No password has it: it
/// is the hash of 32 random bytes that were thrown away.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2Fsa2xrdHJhY2tpbmdzYQ$xq3b0s1mGQ0b5lqv7mXr9h0yq1o8cW2m3s5u7w9yBDE";

/// Hashes and compares.
pub(crate) struct PasswordHasher {
    turns: Arc<Semaphore>,
    wait: Duration,
}

impl PasswordHasher {
    pub(crate) fn new(at_once: usize, wait: Duration) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once.max(1))), wait }
    }

    /// The hash to store, in PHC notation.
    pub(crate) async fn hash(&self, password: SecretString, random: [u8; 32]) -> Result<String, UseCaseError> {
        let turn = self.turn().await?;
        run(turn, move || {
            let salt = SaltString::encode_b64(&random[..SALT_BYTES])?;
            Ok(argon2()?.hash_password(password.expose_secret().as_bytes(), &salt)?.to_string())
        })
        .await
    }

    /// Whether the password is the one of the hash. Without a hash it takes as long, and is never right.
    pub(crate) async fn is_right(&self, password: SecretString, hash: Option<String>) -> Result<bool, UseCaseError> {
        let turn = self.turn().await?;
        run(turn, move || {
            let known = PasswordHash::new(hash.as_deref().unwrap_or(NOBODYS_HASH))?;
            let is_right = argon2()?.verify_password(password.expose_secret().as_bytes(), &known).is_ok();
            Ok(is_right && hash.is_some())
        })
        .await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, UseCaseError> {
        let turn = tokio::time::timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(UseCaseError::SignInBusy)
    }
}

fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory, passes, lanes, None)?))
}

/// The turn is held as long as the thread works, also where nobody waits for it any more.
async fn run<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
) -> Result<T, UseCaseError> {
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    match done.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(UseCaseError::PasswordHash(error.to_string())),
        Err(error) => Err(UseCaseError::PasswordHash(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(at_once: usize) -> PasswordHasher {
        PasswordHasher::new(at_once, Duration::from_millis(50))
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_at_its_cost_and_knows_its_password() {
        let hash = hasher(1).hash(secret("caballo bateria grapa"), [7; 32]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher(1).is_right(secret("caballo bateria grapa"), Some(hash.clone())).await.unwrap());
        assert!(!hasher(1).is_right(secret("caballo bateria grapo"), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn the_hash_of_nobody_costs_the_same_and_is_never_right() {
        let known = PasswordHash::new(NOBODYS_HASH).unwrap();
        let cost = |hash: &PasswordHash<'_>| {
            let params = Params::try_from(hash).unwrap();
            (hash.algorithm.to_string(), (params.m_cost(), params.t_cost(), params.p_cost()), hash.hash.unwrap().len())
        };
        let made = hasher(1).hash(secret("x"), [1; 32]).await.unwrap();
        assert_eq!(cost(&known), cost(&PasswordHash::new(&made).unwrap()));
        assert!(!hasher(1).is_right(secret(""), None).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_waits_too_long_for_a_turn_is_told() {
        let hasher = hasher(1);
        let _taken = Arc::clone(&hasher.turns).acquire_owned().await.unwrap();
        let refused = hasher.is_right(secret("x"), None).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::SignInBusy));
    }
}
