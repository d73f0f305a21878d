//! Whether it makes sense to try Sentry now: pauses after failures, and the limits it asks for.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::status::ItemKind;

/// Where Sentry says 429 and not for how long.
const DEFAULT_LIMIT: Duration = Duration::from_secs(60);
/// However long Sentry asks for, we ask again after this.
const LIMIT_MAX: Duration = Duration::from_secs(3600);

/// What an answer asks us to leave alone, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RateLimit {
    /// None stands for everything.
    pub(super) kind: Option<ItemKind>,
    pub(super) duration: Duration,
}

pub(super) struct RateLimiter {
    blocked_until: Option<Instant>,
    limited_until: HashMap<ItemKind, Instant>,
    failures: u32,
    delay_min: Duration,
    delay_max: Duration,
}

impl RateLimiter {
    pub(super) fn new(delay_min: Duration, delay_max: Duration) -> Self {
        Self { blocked_until: None, limited_until: HashMap::new(), failures: 0, delay_min, delay_max }
    }

    /// When this kind may be tried; None for now.
    pub(super) fn opens_at(&self, kind: ItemKind, now: Instant) -> Option<Instant> {
        let limits = [self.blocked_until, self.limited_until.get(&kind).copied()];
        limits.into_iter().flatten().filter(|until| *until > now).max()
    }

    pub(super) fn is_open(&self, kind: ItemKind, now: Instant) -> bool {
        self.opens_at(kind, now).is_none()
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.blocked_until = None;
    }

    /// Leaves Sentry alone for twice as long as the last time.
    pub(super) fn failed(&mut self, now: Instant) {
        let doubled = self.delay_min.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        self.blocked_until = Some(now + doubled.min(self.delay_max));
    }

    pub(super) fn limit(&mut self, limits: &[RateLimit], now: Instant) {
        for limit in limits {
            let until = now + limit.duration.min(LIMIT_MAX);
            match limit.kind {
                None => self.blocked_until = Some(until),
                Some(kind) => {
                    self.limited_until.insert(kind, until);
                }
            }
        }
    }
}

/// The limits of an answer: `X-Sentry-Rate-Limits`, else `Retry-After`, else a minute where the status is 429.
pub(super) fn limits_of(status: u16, rate_limits: Option<&str>, retry_after: Option<&str>) -> Vec<RateLimit> {
    let named: Vec<RateLimit> =
        rate_limits.into_iter().flat_map(|text| text.split(',')).flat_map(limit_group).collect();
    let everything = |duration| vec![RateLimit { kind: None, duration }];
    match (status, retry_after) {
        _ if !named.is_empty() => named,
        (429, Some(text)) => everything(seconds(text).unwrap_or(DEFAULT_LIMIT)),
        (429, None) => everything(DEFAULT_LIMIT),
        _ => Vec::new(),
    }
}

/// `seconds:category;category:scope:reason`; no category stands for all.
fn limit_group(group: &str) -> Vec<RateLimit> {
    let mut fields = group.trim().split(':');
    let Some(duration) = fields.next().and_then(seconds) else { return Vec::new() };
    match fields.next().map(str::trim) {
        None | Some("") => vec![RateLimit { kind: None, duration }],
        Some(categories) => categories
            .split(';')
            .filter_map(kind_of_category)
            .map(|kind| RateLimit { kind: Some(kind), duration })
            .collect(),
    }
}

fn kind_of_category(category: &str) -> Option<ItemKind> {
    match category {
        "error" | "default" => Some(ItemKind::Event),
        "transaction" => Some(ItemKind::Transaction),
        "monitor" => Some(ItemKind::CheckIn),
        "log_item" | "log_byte" => Some(ItemKind::Log),
        "trace_metric" => Some(ItemKind::Metric),
        _ => None,
    }
}

fn seconds(text: &str) -> Option<Duration> {
    text.trim().parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_a_success() {
        let mut limiter = RateLimiter::new(Duration::from_secs(1), Duration::from_secs(3));
        let now = Instant::now();
        for seconds in [1, 2, 3, 3] {
            limiter.failed(now);
            assert_eq!(limiter.opens_at(ItemKind::Event, now), Some(now + Duration::from_secs(seconds)));
        }
        limiter.succeeded();
        assert!(limiter.is_open(ItemKind::Event, now));
    }

    #[test]
    fn a_limit_holds_back_its_kind_only() {
        let limits = limits_of(200, Some("60:transaction;span:organization:quota, 5:error:project"), None);
        let mut limiter = RateLimiter::new(Duration::ZERO, Duration::ZERO);
        let now = Instant::now();
        limiter.limit(&limits, now);
        assert_eq!(limiter.opens_at(ItemKind::Transaction, now), Some(now + Duration::from_secs(60)));
        assert_eq!(limiter.opens_at(ItemKind::Event, now), Some(now + Duration::from_secs(5)));
        assert!(limiter.is_open(ItemKind::Log, now));
    }

    #[test]
    fn a_429_without_a_time_waits_a_minute_and_one_with_a_date_as_well() {
        let minute = vec![RateLimit { kind: None, duration: DEFAULT_LIMIT }];
        assert_eq!(limits_of(429, None, None), minute);
        assert_eq!(limits_of(429, None, Some("Wed, 21 Oct 2026 07:28:00 GMT")), minute);
        assert_eq!(limits_of(429, Some("7::organization"), None)[0].duration, Duration::from_secs(7));
        assert_eq!(limits_of(429, None, Some("3"))[0].duration, Duration::from_secs(3));
        assert_eq!(limits_of(200, None, Some("3")), Vec::new());
    }
}
