//! When failures of live half hours are an incident: one store that fails again and again, or most stores at once. An incident
//! begins once and ends once, however many half hours it lasts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{BranchId, ErrorClass};

/// From when on failures are an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentLimits {
    /// Half hours in a row that a store fails; 0, never.
    pub store_failures: u32,
    /// Percent of the stores that were asked for one half hour; 0, never.
    pub stores_percent: u32,
}

impl Default for IncidentLimits {
    fn default() -> Self {
        Self { store_failures: 3, stores_percent: 75 }
    }
}

/// Of one store there is no "most stores".
const STORES_MIN: usize = 2;

/// How a store's live half hour ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its sales are loaded.
    Answered,
    /// They are not.
    Failed(ErrorClass),
    /// It says nothing of the store: nobody sells at that time, the run was cancelled, or its response waits to be believed.
    NotJudged,
}

/// What begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incident {
    /// A store has failed as many half hours in a row as the limit says.
    StoreFails {
        /// Which one.
        branch: BranchId,
        /// Half hours in a row.
        failures: u32,
        /// The start of the first of them.
        since: Timestamp,
        /// How the latest failed.
        class: ErrorClass,
    },
    /// A store that was said to fail has answered.
    StoreAnswers {
        /// Which one.
        branch: BranchId,
        /// The start of the first half hour that failed.
        since: Timestamp,
    },
    /// Most of the stores that were asked for a half hour fail. While they do, no single store is said to.
    MostStoresFail {
        /// Those that failed.
        failed: usize,
        /// Those that were asked and are judged.
        asked: usize,
        /// The start of the half hour.
        since: Timestamp,
        /// How most of them failed.
        class: ErrorClass,
    },
    /// Most stores answer again.
    MostStoresAnswer {
        /// The start of the half hour in which they first failed.
        since: Timestamp,
    },
}

/// What is known of incidents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// Stores whose latest half hours failed.
    stores: BTreeMap<BranchId, Streak>,
    /// Since when most of them fail.
    most_fail_since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Streak {
    failures: u32,
    since: Timestamp,
    class: ErrorClass,
    is_reported: bool,
}

impl Incidents {
    /// Takes in how a half hour of all stores ended, and gives what begins and ends with it.
    pub fn judge(
        &mut self,
        half_hour: Timestamp,
        ended: &[(BranchId, Verdict)],
        limits: IncidentLimits,
    ) -> Vec<Incident> {
        let mut found = Vec::new();
        let mut classes: BTreeMap<&'static str, (usize, ErrorClass)> = BTreeMap::new();
        let (mut asked, mut failed) = (BTreeSet::new(), BTreeSet::new());
        for (branch, verdict) in ended {
            match *verdict {
                Verdict::NotJudged => {}
                Verdict::Answered => {
                    asked.insert(branch);
                    if let Some(Streak { since, is_reported: true, .. }) = self.stores.remove(branch) {
                        found.push(Incident::StoreAnswers { branch: branch.clone(), since });
                    }
                }
                Verdict::Failed(class) => {
                    asked.insert(branch);
                    failed.insert(branch);
                    classes.entry(class.as_str()).or_insert((0, class)).0 += 1;
                    let first = Streak { failures: 0, since: half_hour, class, is_reported: false };
                    let streak = self.stores.entry(branch.clone()).or_insert(first);
                    (streak.failures, streak.class) = (streak.failures.saturating_add(1), class);
                }
            }
        }
        let (asked, failed) = (asked.len(), failed.len());
        if asked >= STORES_MIN {
            let percent = limits.stores_percent as usize;
            let most_fail = percent > 0 && failed * 100 >= percent * asked;
            match (most_fail, self.most_fail_since) {
                (true, None) => {
                    self.most_fail_since = Some(half_hour);
                    let class = classes.values().max_by_key(|(count, _)| *count).map(|(_, class)| *class);
                    let class = class.unwrap_or(ErrorClass::Connection);
                    found.push(Incident::MostStoresFail { failed, asked, since: half_hour, class });
                }
                (false, Some(since)) => {
                    self.most_fail_since = None;
                    found.push(Incident::MostStoresAnswer { since });
                }
                _ => {}
            }
        }
        if self.most_fail_since.is_none() && limits.store_failures > 0 {
            for (branch, streak) in &mut self.stores {
                if streak.failures >= limits.store_failures && !streak.is_reported {
                    streak.is_reported = true;
                    let Streak { failures, since, class, .. } = *streak;
                    found.push(Incident::StoreFails { branch: branch.clone(), failures, since, class });
                }
            }
        }
        found
    }
}

impl Incidents {
    /// Whether most stores fail.
    pub const fn do_most_fail(&self) -> bool {
        self.most_fail_since.is_some()
    }

    /// The start of the half hour since which most stores fail; None where most of those that fail do get a response.
    pub fn most_silent_since(&self) -> Option<Timestamp> {
        let is_silent = |streak: &&Streak| matches!(streak.class, ErrorClass::Timeout | ErrorClass::Connection);
        let silent = self.stores.values().filter(is_silent).count();
        self.most_fail_since.filter(|_| silent * 2 > self.stores.len())
    }

    /// Whether a store is part of an incident that was reported: its own, or that of most stores.
    pub fn includes(&self, branch: &BranchId) -> bool {
        self.stores.get(branch).is_some_and(|streak| streak.is_reported || self.do_most_fail())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const GOOD: Verdict = Verdict::Answered;
    const BAD: Verdict = Verdict::Failed(ErrorClass::Timeout);
    const NONE: Verdict = Verdict::NotJudged;

    /// What is said of stores whose half hours ended like this, one character an incident: `1`, `2` for a store that fails and
    /// `!1` for its end, `A` for most stores and `!A` for theirs.
    fn said(looks: &[&[Verdict]]) -> Vec<String> {
        let mut incidents = Incidents::default();
        let judge = |(number, look): (usize, &&[Verdict])| {
            let half_hour = Timestamp::from_second(1800 * number as i64).unwrap();
            let ended: Vec<_> =
                (1..).zip(*look).map(|(branch, verdict)| (BranchId::new(format!("{branch}")), *verdict)).collect();
            let found = incidents.judge(half_hour, &ended, IncidentLimits::default());
            found.iter().map(short).collect::<Vec<_>>().join(" ")
        };
        looks.iter().enumerate().map(judge).collect()
    }

    fn short(incident: &Incident) -> String {
        match incident {
            Incident::StoreFails { branch, .. } => branch.to_string(),
            Incident::StoreAnswers { branch, .. } => format!("!{branch}"),
            Incident::MostStoresFail { .. } => "A".to_owned(),
            Incident::MostStoresAnswer { .. } => "!A".to_owned(),
        }
    }

    #[test]
    fn a_store_that_fails_three_times_in_a_row_is_said_once_and_its_end_once() {
        let (bad, good): (&[_], &[_]) = (&[BAD, GOOD, GOOD], &[GOOD, GOOD, GOOD]);
        assert_eq!(said(&[bad, bad, good, bad, bad, bad, bad, good, good]), ["", "", "", "", "", "1", "", "!1", ""]);
    }

    #[test]
    fn when_most_stores_fail_no_single_one_is_said_to() {
        let (all, most, one, none): (&[_], &[_], &[_], &[_]) =
            (&[BAD; 4], &[BAD, BAD, BAD, GOOD], &[BAD, GOOD, GOOD, GOOD], &[GOOD; 4]);
        assert_eq!(said(&[all, all, most, all, one, none, none]), ["A", "", "", "", "!A 1", "!1", ""]);
    }

    #[test]
    fn what_is_not_judged_neither_fails_nor_heals() {
        let (bad, night): (&[_], &[_]) = (&[BAD, GOOD, GOOD], &[NONE, NONE, NONE]);
        assert_eq!(said(&[bad, bad, night, night, bad, night]), ["", "", "", "", "1", ""]);
    }

    #[test]
    fn the_pos_is_silent_where_most_stores_get_no_response_and_not_where_they_get_a_wrong_one() {
        let silent_since = |looks: &[Verdict]| {
            let mut incidents = Incidents::default();
            for (half_hour, verdict) in looks.iter().enumerate() {
                let ended = ["a", "b"].map(|branch| (BranchId::new(branch), *verdict));
                let half_hour = Timestamp::from_second(1800 * half_hour as i64).unwrap();
                incidents.judge(half_hour, &ended, IncidentLimits::default());
            }
            incidents.most_silent_since()
        };
        assert_eq!(silent_since(&[BAD, BAD]), Some(Timestamp::UNIX_EPOCH));
        assert_eq!(silent_since(&[Verdict::Failed(ErrorClass::InvalidData)]), None);
        assert_eq!(silent_since(&[BAD, GOOD]), None);
    }

    #[test]
    fn of_one_store_there_is_no_most() {
        assert_eq!(said(&[&[BAD], &[BAD], &[BAD]]), ["", "", "1"]);
    }

    proptest! {
        #[test]
        fn each_incident_begins_and_ends_in_turn(
            looks in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![GOOD, BAD, NONE]), 1..6), 0..60),
        ) {
            let looks: Vec<&[Verdict]> = looks.iter().map(Vec::as_slice).collect();
            let mut open: BTreeMap<String, bool> = BTreeMap::new();
            for incident in said(&looks).iter().flat_map(|look| look.split_whitespace()) {
                let (name, begins) = match incident.strip_prefix('!') {
                    Some(name) => (name, false),
                    None => (incident, true),
                };
                let is_open = open.insert(name.to_owned(), begins).unwrap_or(false);
                prop_assert_ne!(is_open, begins, "{}", incident);
            }
        }
    }
}
