//! Limits of signing in.

use std::time::Duration;

use jiff::SignedDuration;

/// Limits of signing in.
#[derive(Clone, Copy, Debug)]
pub struct AccessSettings {
    /// After which a session ends, whatever is done with it.
    pub session_max: SignedDuration,
    /// After which a session ends that nothing was asked with.
    pub idle_max: SignedDuration,
    /// Sessions of one user at once; the oldest ends where another one begins.
    pub sessions_per_user_max: usize,
    /// How long a one-time code counts.
    pub code_valid: SignedDuration,
    /// The shortest password.
    pub password_characters_min: usize,
    /// Passwords that are hashed at once: each takes 19 MiB and some tens of milliseconds of a core.
    pub hashes_at_once: usize,
    /// How long somebody waits for their turn.
    pub hash_wait: Duration,
    /// Attempts in [`AccessSettings::attempts_period`] for one name from one address.
    pub attempts_per_name_max: u32,
    /// Attempts in that time for one name from all addresses.
    pub attempts_per_name_total_max: u32,
    /// Attempts in that time from one address.
    pub attempts_per_address_max: u32,
    /// In which so many attempts become possible again.
    pub attempts_period: Duration,
    /// Requests a minute of one person or token, which may come at once; 0 is no limit.
    pub requests_per_person_max: u32,
    /// How often what was counted, and when sessions were used, is stored.
    pub store_interval: Duration,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            session_max: SignedDuration::from_hours(12),
            idle_max: SignedDuration::from_hours(2),
            sessions_per_user_max: 20,
            code_valid: SignedDuration::from_hours(72),
            password_characters_min: 12,
            hashes_at_once: 2,
            hash_wait: Duration::from_secs(5),
            attempts_per_name_max: 10,
            attempts_per_name_total_max: 200,
            attempts_per_address_max: 50,
            attempts_period: Duration::from_secs(600),
            requests_per_person_max: 30_000,
            store_interval: Duration::from_secs(60),
        }
    }
}
