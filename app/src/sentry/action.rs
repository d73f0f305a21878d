//! A click that changes something, as a transaction of its own.

use std::pin::{Pin, pin};
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
    pub async fn around<T: Send, E: Send>(mut self, work: impl Future<Output = Result<T, E>> + Send) -> Result<T, E> {
        let mut outcome = None;
        within(self.number, &mut pin!(async { outcome = Some(work.await) })).await;
        // It is there: within() ends with the work.
        let Some(outcome) = outcome else { std::future::pending().await };
        self.succeeded = outcome.is_ok();
        outcome
    }
}

/// Does the work, each step of it within the action.
async fn within(number: u32, work: &mut Pin<&mut (dyn Future<Output = ()> + Send)>) {
    std::future::poll_fn(|context| {
        let mut polled = Poll::Pending;
        bindings::within_action(number, &mut || polled = work.as_mut().poll(context));
        polled
    })
    .await;
}

/// Also where the work is given up, because its page is left.
impl Drop for UserAction {
    fn drop(&mut self) {
        bindings::end_action(self.number, self.succeeded);
    }
}
