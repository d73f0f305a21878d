//! What was asked, for tests that count questions.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::{Endpoint, Question};
use crate::fault_book::FaultId;

/// How many questions are remembered one by one.
const RECENT_MAX: usize = 200;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// When it came.
    pub received_at: Timestamp,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The path it was asked at.
    pub path: String,
    /// The stores it was about; empty is all of them.
    pub branches: Vec<String>,
    /// Its days and hours, or its warehouses.
    pub question: String,
    /// The fault that hit it.
    pub fault: Option<FaultId>,
}

/// How often something was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCount {
    /// What was asked.
    pub endpoint: Endpoint,
    /// The store it was about; `*` is all of them.
    pub branch: String,
    /// How often.
    pub count: u64,
}

/// All that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestReport {
    /// Since the start, by endpoint and store.
    pub counts: Vec<RequestCount>,
    /// The last ones, oldest first.
    pub recent: Vec<RequestRecord>,
}

#[derive(Default)]
pub(crate) struct Journal {
    counts: BTreeMap<(Endpoint, String), u64>,
    recent: VecDeque<RequestRecord>,
}

impl Journal {
    pub(crate) fn record(&mut self, question: &Question, received_at: Timestamp, fault: Option<FaultId>) {
        let all = ["*".to_owned()];
        let branches = if question.branches.is_empty() { &all[..] } else { &question.branches[..] };
        for branch in branches {
            *self.counts.entry((question.endpoint, branch.clone())).or_default() += 1;
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(RequestRecord {
            received_at,
            endpoint: question.endpoint,
            path: question.path.to_owned(),
            branches: question.branches.clone(),
            question: question.summary.clone(),
            fault,
        });
    }

    pub(crate) fn report(&self) -> RequestReport {
        let counts = self
            .counts
            .iter()
            .map(|((endpoint, branch), count)| RequestCount {
                endpoint: *endpoint,
                branch: branch.clone(),
                count: *count,
            })
            .collect();
        RequestReport { counts, recent: self.recent.iter().cloned().collect() }
    }
}
