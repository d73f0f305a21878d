//! Since when the POS does not respond, as far as its probes show.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::read_model::{Connectivity, ConnectivityState};
use jiff::{SignedDuration, Timestamp};

/// How long a probe says anything of now. Pages that are open probe more often; where none is, nobody does.
const VALID_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Results of probes, the latest last.
#[derive(Debug, Default)]
pub(crate) struct PosOutage(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    failing_since: Option<Timestamp>,
    probed_at: Option<Timestamp>,
}

impl PosOutage {
    pub(crate) fn record(&self, probe: &Connectivity) {
        let mut known = self.lock();
        known.failing_since = match probe.estado {
            ConnectivityState::Available => None,
            ConnectivityState::Timeout | ConnectivityState::Error => known.failing_since.or(Some(probe.verificado_en)),
        };
        known.probed_at = Some(probe.verificado_en);
    }

    /// Since when it does not respond; None while it does. What is read from its runs (`failing_half_hour`) says it where no
    /// probe is recent enough: at night no store gets a request.
    pub(crate) fn since(&self, now: Timestamp, failing_half_hour: Option<Timestamp>) -> Option<Timestamp> {
        let Known { failing_since, probed_at } = *self.lock();
        let is_recent = probed_at.is_some_and(|at| now.duration_since(at) <= VALID_FOR);
        match failing_since.filter(|_| is_recent) {
            Some(since) => Some(failing_half_hour.map_or(since, |half_hour| half_hour.min(since))),
            None if is_recent => None,
            None => failing_half_hour,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn probe(estado: ConnectivityState, minute: i64) -> Connectivity {
        Connectivity {
            estado,
            latencia_ms: 5,
            error_tipo: None,
            detalle: None,
            desfase_reloj_s: None,
            verificado_en: at(minute),
        }
    }

    #[test]
    fn an_outage_lasts_from_the_first_probe_that_failed_to_the_first_that_did_not() {
        let outage = PosOutage::default();
        assert_eq!(outage.since(at(0), None), None, "nobody has probed");
        outage.record(&probe(ConnectivityState::Timeout, 1));
        outage.record(&probe(ConnectivityState::Error, 3));
        assert_eq!(outage.since(at(4), None), Some(at(1)));
        outage.record(&probe(ConnectivityState::Available, 5));
        assert_eq!(outage.since(at(5), None), None);
    }

    #[test]
    fn an_old_probe_says_nothing_of_now() {
        let outage = PosOutage::default();
        outage.record(&probe(ConnectivityState::Timeout, 1));
        assert_eq!(outage.since(at(6), None), Some(at(1)));
        assert_eq!(outage.since(at(7), None), None);
    }

    #[test]
    fn runs_that_fail_say_it_until_a_recent_probe_says_otherwise() {
        let outage = PosOutage::default();
        assert_eq!(outage.since(at(40), Some(at(30))), Some(at(30)));
        outage.record(&probe(ConnectivityState::Timeout, 41));
        assert_eq!(outage.since(at(41), Some(at(30))), Some(at(30)), "the half hour began before the probe");
        outage.record(&probe(ConnectivityState::Available, 42));
        assert_eq!(outage.since(at(43), Some(at(30))), None);
        assert_eq!(outage.since(at(60), Some(at(30))), Some(at(30)), "the probe is old");
    }
}
