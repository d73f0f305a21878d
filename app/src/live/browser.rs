//! Hearing the server, in the browser: one EventSource and one pulse a second.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt as _;
use gloo_net::eventsource::State;
use gloo_net::eventsource::futures::EventSource;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Connection, Live, Topic};

/// Where the server speaks.
const EVENTS_PATH: &str = "/api/eventos";
/// How often to ask, and to connect anew, while nothing is heard.
const FALLBACK_SECONDS: u32 = 15;
/// A first connection may take so long before the page says that it has none.
const PATIENCE_SECONDS: u32 = 3;

/// The topics heard since the last pulse; many events become one question a topic.
type Heard = Rc<[Cell<bool>; 3]>;

/// Listens as long as the page lives.
pub(super) fn listen(live: Live) {
    let heard = Heard::default();
    let source = RefCell::new(connect(&heard));
    // The app is never unmounted, so neither is the pulse.
    set_interval(move || beat(live, &heard, &source), Duration::from_secs(1));
}

fn connect(heard: &Heard) -> Option<EventSource> {
    let mut source = EventSource::new(EVENTS_PATH).ok()?;
    for topic in Topic::ALL {
        let mut events = source.subscribe(topic.as_str()).ok()?;
        let heard = Rc::clone(heard);
        spawn_local(async move {
            while let Some(Ok(_)) = events.next().await {
                heard[topic as usize].set(true);
            }
        });
    }
    Some(source)
}

fn beat(live: Live, heard: &Heard, source: &RefCell<Option<EventSource>>) {
    if crate::sentry::has_crashed() {
        // Dropping the stream closes it. What was borrowed when the app died stays so.
        if let Ok(mut source) = source.try_borrow_mut() {
            source.take();
        }
        return;
    }
    live.pulse.update(|pulse| *pulse += 1);
    let pulse = live.pulse.get_untracked();
    let state = source.borrow().as_ref().map_or(State::Closed, EventSource::state);
    let before = live.connection.get_untracked();
    let now = match (state, before) {
        (State::Open, _) => Connection::Live,
        (_, Connection::Starting) if pulse < PATIENCE_SECONDS => Connection::Starting,
        _ => Connection::Lost,
    };
    if now != before {
        live.connection.set(now);
    }

    let poll = now != Connection::Live && pulse.is_multiple_of(FALLBACK_SECONDS);
    // What happened between rendering and connecting was not heard either.
    let catch_up = now == Connection::Live && before != Connection::Live;
    for topic in Topic::ALL {
        if heard[topic as usize].take() || poll || catch_up {
            live.changed(topic);
        }
    }
    // The browser connects again by itself, except after an answer that is no stream of events.
    if poll && state == State::Closed {
        *source.borrow_mut() = connect(heard);
    }
}
