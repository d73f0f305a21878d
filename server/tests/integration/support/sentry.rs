//! A server of Sentry's kind: answers every envelope alike, and keeps what it accepted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that goes away with the process.
pub struct FakeSentry {
    port: u16,
    accepted: Arc<Mutex<Vec<String>>>,
}

impl FakeSentry {
    /// `head` is the answer's status line and headers but for its length; without one it never answers.
    pub fn start(head: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&accepted);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(stream, head, &kept));
            }
        });
        Self { port, accepted }
    }

    pub fn dsn(&self) -> String {
        format!("http://publickey0123456789@127.0.0.1:{}/42", self.port)
    }

    /// Everything that was accepted, as one text.
    pub fn text(&self) -> String {
        self.accepted.lock().unwrap().join("")
    }
}

fn serve(stream: TcpStream, head: Option<&str>, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    while let Some(body) = read_body(&mut reader) {
        let Some(head) = head else {
            // Until the client has had enough.
            let _ = reader.read(&mut [0]);
            return;
        };
        if head.starts_with("200") {
            kept.lock().unwrap().push(body);
        }
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n");
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read_body(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}
