//! The HTTP server.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;

use super::access::{PublicAddress, list};
use super::source::Source;
use super::{count, seconds, size, variables};
use crate::accept::ConnectionLimits;

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where it listens.
    pub address: SocketAddr,
    /// The largest body of a request.
    pub body_bytes_max: usize,
    /// The longest that an answer may take.
    pub request_timeout: Duration,
    /// Streams of events at once.
    pub event_streams_max: usize,
    /// Notifications a second of all streams of events together.
    pub events_per_second_max: u32,
    /// Streams of events at once of one address.
    pub event_streams_of_peer_max: usize,
    /// Rows that a list may have as a file.
    pub export_rows_max: usize,
    /// How often a stream says that the server is there.
    pub event_heartbeat: Duration,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// Origins beside our own that may change something.
    pub trusted_origins: Vec<String>,
    /// From where the server may be asked.
    pub public: PublicAddress,
}

impl HttpSettings {
    pub(super) fn read(source: &mut Source) -> Option<Self> {
        use variables::{
            ADDRESS, BODY_BYTES_MAX, CONNECTIONS_MAX, CONNECTIONS_OF_PEER_MAX, EVENT_HEARTBEAT_SECONDS,
            EVENT_STREAMS_MAX, EVENT_STREAMS_OF_PEER_MAX, EVENTS_PER_SECOND_MAX, EXPORT_ROWS_MAX, HEAD_TIMEOUT_SECONDS,
            REQUEST_TIMEOUT_SECONDS, TRUSTED_ORIGINS,
        };
        let address = source.parsed(&ADDRESS);
        let trusted_origins = list(source.optional_text(&TRUSTED_ORIGINS));
        for origin in trusted_origins.iter().filter(|origin| !is_origin(origin)) {
            source.add_problem(
                &TRUSTED_ORIGINS,
                &format!("'{origin}' no es un origen; escriba https://klk.ejemplo.com, como lo envía un navegador"),
            );
        }
        Some(Self {
            body_bytes_max: size(source, &BODY_BYTES_MAX),
            request_timeout: seconds(source, &REQUEST_TIMEOUT_SECONDS),
            event_streams_max: size(source, &EVENT_STREAMS_MAX),
            events_per_second_max: count(source, &EVENTS_PER_SECOND_MAX),
            event_streams_of_peer_max: size(source, &EVENT_STREAMS_OF_PEER_MAX),
            export_rows_max: size(source, &EXPORT_ROWS_MAX),
            event_heartbeat: seconds(source, &EVENT_HEARTBEAT_SECONDS),
            connections: ConnectionLimits {
                connections_max: size(source, &CONNECTIONS_MAX),
                of_peer_max: size(source, &CONNECTIONS_OF_PEER_MAX),
                head_timeout: seconds(source, &HEAD_TIMEOUT_SECONDS),
            },
            public: PublicAddress::read(source),
            trusted_origins,
            address: address?,
        })
    }
}

/// Whether a browser can send this: in small letters, without a path, and without the port that its scheme has anyway.
fn is_origin(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}
