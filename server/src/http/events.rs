//! `GET /api/eventos`: server-sent events that say which topic has changed, and every few seconds that the server is there, which
//! build it runs and how many changes there were. What it is now, the page asks.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use domain::problem::ProblemCode;
use engine::{Identity, Topic};
use futures::{Stream, stream};
use monitoring::EndpointTags;
use serde_json::json;
use texts::HttpTexts;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Interval};

use super::counts::{Counts, TOPICS};
use super::gate::Peer;
use super::{WebState, problems};
use crate::accept::{Peers, Place};

/// At most one message a topic in this time, and less often where many listen.
const QUIET: Duration = Duration::from_millis(500);
/// The event that says that the server is there. Proxies close connections that are silent for long, and a page that does not
/// hear it knows that nobody is at the other end.
const HEARTBEAT: &str = "latido";

/// How often it is looked whether the session of a silent stream has ended by itself.
const ACCESS_CHECK: Duration = Duration::from_secs(15);

const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A stream that ends with the server, and with the session or role of whoever listens.
pub(super) async fn stream(
    State(state): State<WebState>,
    Extension(peer): Extension<Peer>,
    Extension(identity): Extension<Identity>,
) -> Response {
    EndpointTags::about_everything("get_eventos").apply();
    // The limits of the address and of the person come first, so that neither can take all streams.
    let of_each_max = state.event_streams_of_peer_max;
    let of_address = Peers::take(&state.event_peers, peer.address, of_each_max);
    let of_person = Peers::take(&state.event_people, identity.actor.name.clone(), of_each_max);
    let permit = Arc::clone(&state.event_streams).try_acquire_owned();
    let (Some(of_address), Some(of_person), Ok(permit)) = (of_address, of_person, permit) else {
        return problems::answer(ProblemCode::Busy, HttpTexts::too_many_listeners);
    };
    let engine = state.engine.clone();
    let (streams, streams_max) = (Arc::clone(&state.event_streams), state.event_streams_max);
    let notified_per_second_max = state.events_per_second_max;
    let changes = Changes {
        receiver: state.engine.events(),
        closing: state.closing.clone(),
        access: state.engine.access_changes(),
        may_listen: Box::new(move || engine.is_still(&identity)),
        due: Vec::new(),
        heard: BTreeSet::new(),
        quiet: Box::new(move || {
            quiet(streams_max.saturating_sub(streams.available_permits()), notified_per_second_max)
        }),
        quiet_until: Instant::now(),
        _held: Some((of_address, of_person, permit)),
    };
    let pulse = Pulse {
        build: state.assets.build().to_owned(),
        counts: state.counts.clone(),
        // The first at once: the page knows that it is heard.
        beats: tokio::time::interval(state.event_heartbeat),
        seconds: state.event_heartbeat.as_secs(),
    };
    let mut response = Sse::new(messages(changes, pulse)).into_response();
    // A proxy that gathers answers before it passes them on would hold back what has just changed.
    response.headers_mut().insert(UNBUFFERED, HeaderValue::from_static("no"));
    response
}

/// The pause after a notification. Each page that is notified fetches itself, so all streams together are notified so many times
/// a second.
fn quiet(listeners: usize, notified_per_second_max: u32) -> Duration {
    let seconds = listeners as f64 / f64::from(notified_per_second_max.max(1));
    QUIET.max(Duration::from_secs_f64(seconds))
}

/// What one connection has heard and not yet said.
struct Changes {
    receiver: Receiver<Topic>,
    closing: watch::Receiver<bool>,
    /// Changes with users and sessions.
    access: watch::Receiver<u64>,
    /// Whether whoever listens may still do so.
    may_listen: Box<dyn Fn() -> bool + Send>,
    due: Vec<usize>,
    /// What was heard and may not be spoken of yet.
    heard: BTreeSet<usize>,
    /// For how long nothing is said after something was.
    quiet: Box<dyn Fn() -> Duration + Send>,
    quiet_until: Instant,
    /// Held as long as the connection is.
    _held: Option<(Place, Place<String>, OwnedSemaphorePermit)>,
}

/// What a connection says though nothing changes.
struct Pulse {
    build: String,
    counts: Counts,
    beats: Interval,
    seconds: u64,
}

impl Pulse {
    fn event(&self) -> Event {
        let heartbeat = json!({ "build": self.build, "cambios": self.counts.to_text(), "segundos": self.seconds });
        Event::default().event(HEARTBEAT).data(heartbeat.to_string())
    }
}

fn messages(changes: Changes, pulse: Pulse) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((changes, pulse), |(mut changes, mut pulse)| async move {
        let event = tokio::select! {
            biased;
            // Where beats come more often than the session is looked at otherwise, it is looked at here.
            _ = pulse.beats.tick() => (changes.may_listen)().then(|| pulse.event())?,
            topic = changes.next() => {
                let topic = TOPICS[topic?].as_str();
                Event::default().event(topic).data(topic)
            }
        };
        Some((Ok(event), (changes, pulse)))
    })
}

impl Changes {
    /// The next topic to speak of, by its place in [`TOPICS`]; None at the end.
    async fn next(&mut self) -> Option<usize> {
        if self.due.is_empty() {
            let heard = self.hear().await?;
            self.due = heard.into_iter().rev().collect();
            self.quiet_until = Instant::now() + (self.quiet)();
        }
        self.due.pop()
    }

    /// Waits for a change, then until it may be spoken of; whatever changes meanwhile is one with it. Nothing that was heard is
    /// lost where the waiting is given up.
    async fn hear(&mut self) -> Option<BTreeSet<usize>> {
        loop {
            let may_speak = !self.heard.is_empty();
            tokio::select! {
                biased;
                _ = self.closing.wait_for(|closing| *closing) => return None,
                // An error says that the engine is gone.
                changed = self.access.changed() => if changed.is_err() || !(self.may_listen)() { return None },
                () = tokio::time::sleep(ACCESS_CHECK) => if !(self.may_listen)() { return None },
                () = tokio::time::sleep_until(self.quiet_until), if may_speak => {
                    return (self.may_listen)().then(|| std::mem::take(&mut self.heard));
                }
                received = self.receiver.recv() => match received {
                    Ok(topic) => self.heard.extend(TOPICS.iter().position(|known| *known == topic)),
                    // Somebody slept through some of them: all may have changed.
                    Err(RecvError::Lagged(_)) => self.heard.extend(0..TOPICS.len()),
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    fn changes(receiver: Receiver<Topic>, closing: watch::Receiver<bool>) -> Changes {
        let (change, access) = watch::channel(0);
        // Nothing changes, as long as the test lasts.
        std::mem::forget(change);
        listened_by(receiver, closing, access, || true)
    }

    fn listened_by(
        receiver: Receiver<Topic>,
        closing: watch::Receiver<bool>,
        access: watch::Receiver<u64>,
        may_listen: impl Fn() -> bool + Send + 'static,
    ) -> Changes {
        let may_listen = Box::new(may_listen);
        Changes {
            receiver,
            closing,
            access,
            may_listen,
            due: Vec::new(),
            heard: BTreeSet::new(),
            quiet: Box::new(|| QUIET),
            quiet_until: Instant::now(),
            _held: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_topic_that_changes_often_is_told_once_in_a_while() {
        let (sender, receiver) = broadcast::channel(64);
        let (_open, closing) = watch::channel(false);
        let mut changes = changes(receiver, closing);
        sender.send(Topic::Runs).unwrap();
        assert_eq!(changes.next().await, Some(0));
        let told_at = Instant::now();
        for topic in [Topic::Runs, Topic::Progress, Topic::Runs, Topic::Runs] {
            sender.send(topic).unwrap();
        }
        assert_eq!((changes.next().await, changes.next().await), (Some(0), Some(2)));
        assert_eq!(Instant::now() - told_at, QUIET);
    }

    #[test]
    fn many_listeners_are_notified_less_often_each() {
        let quiet = [1, 10, 50, 500].map(|listeners| quiet(listeners, 20).as_millis());
        assert_eq!(quiet, [500, 500, 2_500, 25_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_missed_changes_is_told_that_everything_may_have_changed() {
        let (sender, receiver) = broadcast::channel(1);
        let (_open, closing) = watch::channel(false);
        let mut changes = changes(receiver, closing);
        for _ in 0..3 {
            sender.send(Topic::Gaps).unwrap();
        }
        assert_eq!((changes.next().await, changes.next().await, changes.next().await), (Some(0), Some(1), Some(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_stream_ends_with_the_server() {
        let (_sender, receiver) = broadcast::channel(1);
        let (open, closing) = watch::channel(false);
        let mut changes = changes(receiver, closing);
        open.send(true).unwrap();
        assert_eq!(changes.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_stream_ends_when_who_listens_may_not_any_more() {
        let (sender, receiver) = broadcast::channel(4);
        let (_open, closing) = watch::channel(false);
        let (change, access) = watch::channel(0);
        let mut changes = listened_by(receiver, closing, access, || false);
        change.send_modify(|count| *count += 1);
        sender.send(Topic::Runs).unwrap();
        assert_eq!(changes.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_ends_soon_after_its_session() {
        let (_sender, receiver) = broadcast::channel(4);
        let (_open, closing) = watch::channel(false);
        let (_change, access) = watch::channel(0);
        let started = Instant::now();
        assert_eq!(listened_by(receiver, closing, access, || false).next().await, None);
        assert_eq!(Instant::now() - started, ACCESS_CHECK);
    }
}
