//! How many changes of each topic there were since the process started. A page says how many it has seen, and the stream of events
//! how many there are: what changed while nobody listened is noticed, and nothing is asked for twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::Topic;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// The topics, in the order of their counts in the text.
pub(super) const TOPICS: [Topic; 3] = [Topic::Runs, Topic::Gaps, Topic::Progress];

/// The counts.
#[derive(Clone, Debug, Default)]
pub struct Counts(Arc<[AtomicU64; TOPICS.len()]>);

impl Counts {
    /// Counts until the engine ends.
    pub(super) async fn count(self, mut changes: Receiver<Topic>) {
        loop {
            match changes.recv().await {
                Ok(topic) => self.add(|known| known == topic),
                // Of which topic they were, nobody knows.
                Err(RecvError::Lagged(_)) => self.add(|_| true),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn add(&self, is_meant: impl Fn(Topic) -> bool) {
        for (topic, count) in TOPICS.into_iter().zip(self.0.iter()) {
            if is_meant(topic) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// As pages and the stream say them.
    pub(super) fn to_text(&self) -> String {
        let counts = self.0.iter().map(|count| count.load(Ordering::Relaxed).to_string());
        counts.collect::<Vec<_>>().join(".")
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    #[tokio::test]
    async fn each_topic_is_counted_by_itself() {
        let (sender, receiver) = broadcast::channel(8);
        let counts = Counts::default();
        for topic in [Topic::Gaps, Topic::Gaps, Topic::Progress] {
            sender.send(topic).unwrap();
        }
        drop(sender);
        counts.clone().count(receiver).await;
        assert_eq!(counts.to_text(), "0.2.1");
    }

    #[tokio::test]
    async fn changes_that_were_missed_are_of_every_topic() {
        let (sender, receiver) = broadcast::channel(1);
        let counts = Counts::default();
        for _ in 0..3 {
            sender.send(Topic::Runs).unwrap();
        }
        drop(sender);
        counts.clone().count(receiver).await;
        assert_eq!(counts.to_text(), "2.1.1");
    }
}
