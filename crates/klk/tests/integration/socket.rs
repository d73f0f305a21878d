//! A server below HTTP: it takes a request and writes bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How a connection ends after the bytes.
#[derive(Clone, Copy, PartialEq)]
pub enum Ending {
    Close,
    Reset,
    Hang,
}

pub struct Socket {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Socket {
    /// Answers every request with the bytes.
    pub async fn start(answer: impl Into<Vec<u8>>, ending: Ending) -> Self {
        let answer = answer.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut hanging = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                read_request(&mut stream).await;
                counter.fetch_add(1, Ordering::SeqCst);
                stream.write_all(&answer).await.unwrap();
                stream.flush().await.unwrap();
                match ending {
                    Ending::Close => stream.shutdown().await.unwrap(),
                    Ending::Reset => stream.set_zero_linger().unwrap(),
                    Ending::Hang => hanging.push(stream),
                }
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// Up to the end of the body of a question, which is a JSON object.
async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"}") {
        let count = stream.read(&mut buffer).await.unwrap();
        if count == 0 {
            break;
        }
        request.extend_from_slice(&buffer[..count]);
    }
}
