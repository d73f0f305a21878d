//! A click that changes something, as a transaction of its own.

use std::pin::pin;
use std::task::Poll;

use super::bindings;

/// A click that changes something: what the server does for it is part of the same trace, up to the run that it queues.
#[derive(Debug)]
pub struct UserAction {
    number: u32,
    succeeded: bool,
}

impl UserAction {
    /// Starts now. The attributes are told with failures in it too: codes, never what somebody typed.
    pub fn start(name: &'static str, attributes: &[(&str, String)]) -> Self {
        let pairs = attributes.iter().flat_map(|(name, value)| [(*name).to_owned(), value.clone()]).collect();
        Self { number: bindings::start_action(name, pairs), succeeded: false }
    }

    /// Does the work within the action and ends it.
    pub async fn around<T, E>(mut self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut work = pin!(work);
        let number = self.number;
        let outcome = std::future::poll_fn(|context| {
            let mut polled = Poll::Pending;
            bindings::within_action(number, &mut || polled = work.as_mut().poll(context));
            polled
        })
        .await;
        self.succeeded = outcome.is_ok();
        outcome
    }
}

/// Also where the work is given up, because its page is left.
impl Drop for UserAction {
    fn drop(&mut self) {
        bindings::end_action(self.number, self.succeeded);
    }
}
