//! Attempts to sign in by the provider that are under way: who left for it, from which browser, and for how long they
//! may be away. They are kept in memory, so a code that comes back counts once, and after a restart one begins again.
//! Where processes share a database, it keeps them instead (`sign_on.rs`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

use oidc::Secrets;

use crate::settings::AttemptLimits;

/// Somebody who left for the provider.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub secrets: Secrets,
    /// What the cookie of their browser has.
    pub browser: String,
    /// The page to lead them to, as it was asked for.
    pub back: String,
    pub address: IpAddr,
    pub begun: Instant,
}

/// All of them.
pub(super) struct Attempts {
    limits: AttemptLimits,
    by_state: HashMap<String, Attempt>,
}

impl Attempts {
    pub(super) fn new(limits: AttemptLimits) -> Self {
        Self { limits, by_state: HashMap::new() }
    }

    /// Remembers one. False where there are too many of other addresses; of the same address the oldest is forgotten.
    pub(super) fn add(&mut self, attempt: Attempt) -> bool {
        let AttemptLimits { lifetime, all_max, of_address_max } = self.limits;
        self.by_state.retain(|_, known| attempt.begun.duration_since(known.begun) < lifetime);
        let mut of_address: Vec<_> =
            self.by_state.iter().filter(|(_, known)| known.address == attempt.address).collect();
        if of_address.len() >= of_address_max {
            of_address.sort_by_key(|(_, known)| known.begun);
            if let Some(oldest) = of_address.first().map(|(state, _)| (*state).clone()) {
                self.by_state.remove(&oldest);
            }
        }
        if self.by_state.len() >= all_max {
            return false;
        }
        self.by_state.insert(attempt.secrets.state.clone(), attempt);
        true
    }

    /// The attempt of somebody who came back, with what their browser's cookie has. It is gone afterwards, whoever
    /// asked for it.
    pub(super) fn take(&mut self, state: &str, browser: Option<&str>, now: Instant) -> Option<Attempt> {
        let attempt = self.by_state.remove(state)?;
        let is_here = browser == Some(attempt.browser.as_str());
        (is_here && now.duration_since(attempt.begun) < self.limits.lifetime).then_some(attempt)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: AttemptLimits =
        AttemptLimits { lifetime: Duration::from_secs(600), all_max: 1000, of_address_max: 50 };

    fn attempt(state: &str, address: [u8; 4], begun: Instant) -> Attempt {
        let secrets = Secrets { state: state.to_owned(), ..Secrets::new([[0; 32]; 3]) };
        Attempt { secrets, browser: "galleta".to_owned(), back: String::new(), address: address.into(), begun }
    }

    #[test]
    fn an_attempt_counts_once_in_its_browser_and_for_a_while() {
        let (now, here) = (Instant::now(), Some("galleta"));
        let mut attempts = Attempts::new(LIMITS);
        for state in ["a", "b", "c", "d"] {
            assert!(attempts.add(attempt(state, [192, 0, 2, 1], now)));
        }
        assert!(attempts.take("a", here, now).is_some());
        assert!(attempts.take("a", here, now).is_none(), "once");
        assert!(attempts.take("b", Some("otra"), now).is_none());
        assert!(attempts.take("b", here, now).is_none(), "another browser has used it up");
        assert!(attempts.take("c", None, now).is_none());
        assert!(attempts.take("d", here, now + LIMITS.lifetime).is_none(), "it is over");
        assert!(attempts.take("e", here, now).is_none());
    }

    #[test]
    fn nobody_keeps_others_from_signing_in_by_beginning_often() {
        let now = Instant::now();
        let mut attempts = Attempts::new(LIMITS);
        assert!(attempts.add(attempt("mine", [192, 0, 2, 1], now)));
        for number in 0..1000 {
            assert!(attempts.add(attempt(&number.to_string(), [192, 0, 2, 2], now)));
        }
        assert_eq!(attempts.by_state.len(), 1 + LIMITS.of_address_max);
        assert!(attempts.take("mine", Some("galleta"), now).is_some());
        assert!(attempts.take("999", Some("galleta"), now).is_some());
    }

    #[test]
    fn what_is_remembered_is_bounded_and_ends() {
        let now = Instant::now();
        let mut attempts = Attempts::new(LIMITS);
        let address = |number: usize| [10, 0, u8::try_from(number / 256).unwrap(), u8::try_from(number % 256).unwrap()];
        let added = (0..LIMITS.all_max + 10)
            .filter(|number| attempts.add(attempt(&number.to_string(), address(*number), now)))
            .count();
        assert_eq!(added, LIMITS.all_max);
        assert!(attempts.add(attempt("later", [10, 9, 9, 9], now + LIMITS.lifetime)));
        assert_eq!(attempts.by_state.len(), 1);
    }
}
