//! Channels against real servers: HTTP and SMTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mail;
mod webhook;

use std::time::Duration;

use notices::{Channel, Outgoing, Route, Rules, Text};
use uuid::Uuid;

/// A channel into this machine.
fn channel(route: Route) -> Channel {
    let rules = Rules { at_once: true, digest: true };
    Channel { name: "guardia".to_owned(), rules, route, allows_private: true, timeout: Duration::from_secs(20) }
}

fn message() -> Outgoing {
    Outgoing {
        id: Uuid::from_u128(7),
        at: "2025-11-18T16:00:00Z".parse().unwrap(),
        text: Text { title: "Faltan 8 medias horas".to_owned(), body: "El POS no responde: «ñ».".to_owned() },
        link: "https://klk.example/pendientes".to_owned(),
    }
}
