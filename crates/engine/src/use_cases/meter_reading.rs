//! What this process has counted of its work.

use crate::Engine;
use crate::meters::MeterReading;

impl Engine {
    /// What was counted; nothing is asked of the database.
    pub fn meter_reading(&self) -> MeterReading {
        let (kept_answers, computed_answers) = self.answers.counts();
        MeterReading {
            commits: self.meters.commits.read(),
            responses: self.meters.responses.read(),
            kept_answers,
            computed_answers,
            queued: self.queue.len() as u64,
        }
    }
}
