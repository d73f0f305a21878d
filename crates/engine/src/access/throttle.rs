//! How often somebody may try: by name and address, so that nobody keeps the owner of a name out from elsewhere; by name over
//! all addresses, so that one password is not guessed from many places; and by address, so that one place does not guess many.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use warehouse::AttemptQuota;

use super::secrets::hash_of;
use super::settings::AccessSettings;

/// Names and addresses that are remembered; beyond it, those that may try as often as anybody are forgotten.
const KEYS_KEPT: usize = 4096;
/// Who has one address of IPv6 has all of its /64.
const IPV6_PREFIX: u128 = !0 << 64;

type Limiter<K, C> = RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// Counts attempts.
pub(crate) struct Throttle<C: Clock = MonotonicClock> {
    by_name_and_address: Limiter<(String, Option<IpAddr>), C>,
    by_name: Limiter<String, C>,
    by_address: Limiter<IpAddr, C>,
    clock: C,
}

impl Throttle {
    pub(crate) fn new(settings: &AccessSettings) -> Self {
        Self::with_clock(settings, MonotonicClock)
    }
}

impl<C: Clock + Clone> Throttle<C> {
    fn with_clock(settings: &AccessSettings, clock: C) -> Self {
        let quota = |most: u32| {
            let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
            let each = settings.attempts_period / most.get();
            Quota::with_period(each).unwrap_or(Quota::per_second(most)).allow_burst(most)
        };
        Self {
            by_name_and_address: RateLimiter::hashmap_with_clock(quota(settings.attempts_per_name_max), clock.clone()),
            by_name: RateLimiter::hashmap_with_clock(quota(settings.attempts_per_name_total_max), clock.clone()),
            by_address: RateLimiter::hashmap_with_clock(quota(settings.attempts_per_address_max), clock.clone()),
            clock,
        }
    }

    /// Counts an attempt, or says how long until there may be one. The address comes first, so that one address cannot keep
    /// others from many names, and the name over all addresses last, so that one address uses up little of it.
    pub(crate) fn take(&self, name: Option<&str>, address: Option<IpAddr>) -> Result<(), Duration> {
        let address = address.map(network);
        if let Some(address) = address {
            self.take_of(&self.by_address, &address)?;
        }
        let Some(name) = name.map(ToOwned::to_owned) else { return Ok(()) };
        let key = (name, address);
        self.take_of(&self.by_name_and_address, &key)?;
        self.take_of(&self.by_name, &key.0)
    }

    fn take_of<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K, C>, key: &K) -> Result<(), Duration> {
        if limiter.len() >= KEYS_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// The same as what [`Throttle::take`] counts, for processes that count together: in the same order.
pub(crate) fn quotas(settings: &AccessSettings, name: Option<&str>, address: Option<IpAddr>) -> Vec<AttemptQuota> {
    let address = address.map(network);
    let shown = address.map(|address| address.to_string()).unwrap_or_default();
    let quota = |key: String, most: u32| {
        let most = most.max(1);
        AttemptQuota { key: hash_of(&key), each: settings.attempts_period / most, most }
    };
    let mut quotas = Vec::new();
    if address.is_some() {
        quotas.push(quota(format!("address {shown}"), settings.attempts_per_address_max));
    }
    if let Some(name) = name {
        quotas.push(quota(format!("name and address {name} {shown}"), settings.attempts_per_name_max));
        quotas.push(quota(format!("name {name}"), settings.attempts_per_name_total_max));
    }
    quotas
}

/// What counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & IPV6_PREFIX)),
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn throttle(clock: &FakeRelativeClock) -> Throttle<FakeRelativeClock> {
        let settings = AccessSettings {
            attempts_per_name_max: 3,
            attempts_per_name_total_max: 6,
            attempts_per_address_max: 5,
            ..AccessSettings::default()
        };
        Throttle::with_clock(&settings, clock.clone())
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_name_is_guessed_a_few_times_from_one_address_and_its_owner_comes_in_from_another() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        let guess = || throttle.take(Some("ana"), address("192.0.2.9"));
        for _ in 0..3 {
            assert!(guess().is_ok());
        }
        assert_eq!(guess().unwrap_err(), Duration::from_secs(200));
        assert!(throttle.take(Some("ana"), address("192.0.2.1")).is_ok());
        assert!(throttle.take(Some("luis"), address("192.0.2.9")).is_ok());
        clock.advance(Duration::from_secs(600));
        assert!(guess().is_ok());
    }

    #[test]
    fn a_name_is_guessed_a_few_times_more_from_everywhere_and_then_slowly() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        let guess = |number: u32| throttle.take(Some("ana"), address(&format!("192.0.2.{number}")));
        for number in 0..6 {
            assert!(guess(number).is_ok());
        }
        let wait = guess(6).unwrap_err();
        assert_eq!(wait, Duration::from_secs(100));
        clock.advance(wait);
        assert!(guess(7).is_ok());
        assert!(guess(8).is_err());
    }

    #[test]
    fn an_address_guesses_a_few_names_and_so_does_a_network_of_ipv6() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        for number in 0..5 {
            assert!(throttle.take(Some(&format!("n{number}")), address(&format!("2001:db8::{number}"))).is_ok());
        }
        assert!(throttle.take(Some("n9"), address("2001:db8::ffff")).is_err());
        assert!(throttle.take(Some("n9"), address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let clock = FakeRelativeClock::default();
        let throttle = throttle(&clock);
        for number in 0..KEYS_KEPT {
            throttle.take(Some(&number.to_string()), None).unwrap();
        }
        clock.advance(Duration::from_secs(3600));
        throttle.take(Some("one more"), None).unwrap();
        assert!(throttle.by_name.len() <= 2);
    }
}
