//! Accepts connections, bounded in total and for each address, and closes those that send no complete head in time.
//!
//! A connection holds a file descriptor, and so do the database and the requests to the POS: what is accepted leaves them
//! theirs. Beyond the limit connections wait in the system's own queue; beyond that of their address they are closed.

use std::collections::HashMap;
use std::hash::Hash;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceBuilder;

use crate::host;

/// Descriptors that are left to the database, the POS, Sentry and the files of the site.
const DESCRIPTORS_KEPT: u64 = 256;
/// After a failure that another attempt at once would only repeat, as one for want of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Limits of incoming connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// At once.
    pub connections_max: usize,
    /// At once of one address.
    pub of_peer_max: usize,
    /// Until the head of a request is whole.
    pub head_timeout: Duration,
}

impl ConnectionLimits {
    /// The same, with no more connections than the process may have descriptors for.
    fn within_descriptors(self) -> Self {
        let Some(descriptors) = host::descriptors_max() else { return self };
        let most = descriptors.saturating_sub(DESCRIPTORS_KEPT).max(descriptors / 2).max(1);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if most < self.connections_max {
            tracing::warn!(
                descriptors,
                connections = most,
                "fewer connections than configured: raise the limit of open files"
            );
        }
        Self { connections_max: self.connections_max.min(most), ..self }
    }
}

/// Answers connections until `closing` is true, and waits for those that are open then.
pub async fn accept(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    mut closing: watch::Receiver<bool>,
) {
    let limits = limits.within_descriptors();
    let most = u32::try_from(limits.connections_max).unwrap_or(u32::MAX);
    let slots = Arc::new(Semaphore::new(most as usize));
    let peers = Arc::new(Peers::default());
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            () = closed(&mut closing) => break,
        };
        let Ok(slot) = slot else { break };
        match accepted {
            Ok((stream, peer)) => {
                if let Some(place) = Peers::take(&peers, peer.ip(), limits.of_peer_max) {
                    let held = Held { _slot: slot, _place: place };
                    tokio::spawn(answer(stream, peer, router.clone(), limits.head_timeout, closing.clone(), held));
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    // Each connection gives its slot back at its end.
    drop(slots.acquire_many(most).await);
}

/// Resolves once the server ends, also if the sender was dropped.
async fn closed(closing: &mut watch::Receiver<bool>) {
    drop(closing.wait_for(|is_closing| *is_closing).await);
}

/// What a connection holds as long as it is open.
struct Held {
    _slot: OwnedSemaphorePermit,
    _place: Place,
}

async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    head_timeout: Duration,
    mut closing: watch::Receiver<bool>,
    held: Held,
) {
    let with_peer = move |mut request: Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    };
    let service = TowerToHyperService::new(ServiceBuilder::new().map_request(with_peer).service(router));
    // Browsers and proxies speak HTTP/1.1 without TLS; what waits to see which version comes has no limit of time.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_timeout);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = closed(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, error, "a connection ended early");
    }
    drop(held);
}

/// How many connections, or streams, each address or person has.
#[derive(Debug)]
pub struct Peers<Peer: Eq + Hash = IpAddr>(Mutex<HashMap<Peer, usize>>);

impl<Peer: Eq + Hash> Default for Peers<Peer> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// One of those of an address or a person, as long as it is held.
#[derive(Debug)]
pub struct Place<Peer: Eq + Hash = IpAddr> {
    peers: Arc<Peers<Peer>>,
    peer: Peer,
}

impl<Peer: Eq + Hash + Clone> Peers<Peer> {
    /// One more of an address or a person; none where they have as many as they may.
    pub fn take(this: &Arc<Self>, peer: Peer, most: usize) -> Option<Place<Peer>> {
        let mut peers = this.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = peers.entry(peer.clone()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { peers: Arc::clone(this), peer })
    }
}

impl<Peer: Eq + Hash> Drop for Place<Peer> {
    fn drop(&mut self) {
        let mut peers = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = peers.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                peers.remove(&self.peer);
            }
        }
    }
}

/// Whether an error concerns only the connection that was to be accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LIMITS: ConnectionLimits =
        ConnectionLimits { connections_max: 8, of_peer_max: 4, head_timeout: Duration::from_millis(300) };

    async fn serving(limits: ConnectionLimits) -> (SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route(
            "/",
            axum::routing::get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
        );
        let (close, closing) = watch::channel(false);
        (address, close, tokio::spawn(accept(listener, router, limits, closing)))
    }

    async fn answer_to(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_handler_knows_the_peer_and_the_end_waits_for_nobody_who_is_gone() {
        let (address, close, served) = serving(LIMITS).await;
        assert!(answer_to(address).await.ends_with("127.0.0.1"));
        close.send_replace(true);
        served.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn who_does_not_say_what_it_wants_is_closed() {
        let (address, _close, _served) = serving(LIMITS).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nx").await.unwrap();
        for stream in [&mut silent, &mut slow] {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap();
        }
        assert!(answer_to(address).await.ends_with("127.0.0.1"));
    }

    #[tokio::test]
    async fn an_address_has_so_many_connections_and_no_more() {
        let (address, _close, _served) =
            serving(ConnectionLimits { head_timeout: Duration::from_secs(3600), ..LIMITS }).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(TcpStream::connect(address).await.unwrap());
        }
        let mut fifth = TcpStream::connect(address).await.unwrap();
        assert_eq!(fifth.read(&mut [0; 1]).await.unwrap_or(0), 0, "it is closed at once");
        held.pop();
        loop {
            // Its place is free once the server has seen it go.
            let mut stream = TcpStream::connect(address).await.unwrap();
            let asked = stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
            let mut answer = Vec::new();
            if asked.is_ok() && stream.read_to_end(&mut answer).await.is_ok() && !answer.is_empty() {
                break;
            }
        }
    }
}
