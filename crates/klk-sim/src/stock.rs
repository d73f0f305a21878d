//! The stock of a warehouse: each article sinks as it is sold and is filled up again every few days.

use jiff::Timestamp;

use crate::catalogue::{Article, Unit};
use crate::dice::{hash, text_key};
use crate::micros::{ONE, THOUSANDTH};

/// Half hours since 1970, the grain that stock changes at.
fn half_hours(now: Timestamp) -> u64 {
    now.as_second().unsigned_abs() / 1_800
}

/// One in a hundred articles is not kept in a warehouse.
pub(crate) fn is_kept(seed: u64, warehouse: &str, place: usize) -> bool {
    !hash(&[seed, text_key(warehouse), place as u64, 1]).is_multiple_of(100)
}

/// How much of an article there is; below zero for a quarter of the articles, whose sales are booked before their purchases.
pub(crate) fn amount(seed: u64, warehouse: &str, place: usize, article: &Article, now: Timestamp) -> i64 {
    let chance = hash(&[seed, text_key(warehouse), place as u64, 2]);
    let period = 48 * (2 + chance % 6);
    let sold_per_half_hour = 1 + (chance >> 8) % 4;
    let phase = (half_hours(now) + (chance >> 16) % period) % period;
    let reserve = (chance >> 32) % 60;
    let sold = sold_per_half_hour * phase / 4;
    let most = sold_per_half_hour * period / 4 + reserve;
    let units = if (chance >> 48).is_multiple_of(4) { -((sold + 1) as i64) } else { (most - sold) as i64 };
    match article.unit {
        Unit::Piece => units * ONE,
        // Kilos with grams: towards zero by less than one, so that the sign stays.
        Unit::Kilo => units * ONE - units.signum() * ((chance >> 24) % 1_000) as i64 * THOUSANDTH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn amounts(warehouse: &str, now: &str) -> Vec<i64> {
        let now = now.parse().unwrap();
        let articles = Catalogue::new(7, 3_900).articles;
        articles.iter().enumerate().map(|(place, article)| amount(7, warehouse, place, article, now)).collect()
    }

    #[test]
    fn a_quarter_of_the_articles_is_below_zero() {
        for now in ["2025-11-17T12:00:00Z", "2025-11-20T03:10:00Z"] {
            let negative = amounts("APP-TPF", now).iter().filter(|amount| **amount < 0).count();
            assert!((880..1_070).contains(&negative), "{negative}");
        }
    }

    #[test]
    fn two_warehouses_differ_and_the_next_half_hour_differs_a_little() {
        let noon = amounts("APP-TPF", "2025-11-17T16:00:00Z");
        let differing = |other: Vec<i64>| noon.iter().zip(other).filter(|(left, right)| **left != *right).count();
        assert_eq!(differing(amounts("APP-TPF", "2025-11-17T16:29:59Z")), 0);
        assert!((500..3_500).contains(&differing(amounts("APP-TPF", "2025-11-17T16:30:00Z"))));
        assert!(differing(amounts("APP-PPF", "2025-11-17T16:00:00Z")) > 3_500);
    }

    #[test]
    fn what_is_weighed_has_grams() {
        assert!(amounts("APP-TPF", "2025-11-17T16:00:00Z").iter().any(|amount| amount % ONE != 0));
    }
}
