//! A server of Sentry's kind: responds as the test wants, and keeps what it accepted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Accept,
    /// Reads the request and never answers.
    Hang,
    Reset,
    Slow(Duration),
    /// Answers a byte at a time, for ever.
    Trickle,
    Status(u16),
    /// 429 with `Retry-After`, in seconds.
    RetryAfter(u64),
    /// Accepts, and asks to be left alone with transactions for a minute.
    LimitTransactions,
}

/// One item, and the envelope it came in.
#[derive(Clone, Debug)]
pub struct Item {
    pub item_type: String,
    pub payload: Value,
    pub envelope_header: Value,
}

#[derive(Default)]
struct Kept {
    bodies: Vec<String>,
    content_types: Vec<String>,
    requests: usize,
}

pub struct FakeSentry {
    port: u16,
    manner: Arc<Mutex<Manner>>,
    kept: Arc<(Mutex<Kept>, Condvar)>,
}

impl FakeSentry {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, manner: Arc::new(Mutex::new(manner)), kept: Arc::default() };
        let (manner, kept) = (Arc::clone(&server.manner), Arc::clone(&server.kept));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (manner, kept) = (Arc::clone(&manner), Arc::clone(&kept));
                thread::spawn(move || serve(stream, &manner, &kept));
            }
        });
        server
    }

    pub fn dsn(&self) -> String {
        format!("http://publickey0123@127.0.0.1:{}/42", self.port)
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Everything that was accepted, as one text.
    pub fn text(&self) -> String {
        self.kept.0.lock().unwrap().bodies.join("")
    }

    pub fn requests(&self) -> usize {
        self.kept.0.lock().unwrap().requests
    }

    pub fn content_types(&self) -> Vec<String> {
        self.kept.0.lock().unwrap().content_types.clone()
    }

    /// The accepted items of a type; those of containers one by one.
    pub fn items(&self, item_type: &str) -> Vec<Item> {
        let bodies = self.kept.0.lock().unwrap().bodies.clone();
        let all = bodies.iter().flat_map(|body| items_of(body));
        all.filter(|item| item.item_type == item_type)
            .flat_map(|item| match item.payload.get("items").and_then(Value::as_array) {
                Some(parts) => parts.iter().map(|part| Item { payload: part.clone(), ..item.clone() }).collect(),
                None => vec![item],
            })
            .collect()
    }

    pub fn payloads(&self, item_type: &str) -> Vec<Value> {
        self.items(item_type).into_iter().map(|item| item.payload).collect()
    }

    /// Waits until so many items of the type have come.
    pub fn wait_for(&self, item_type: &str, count: usize) -> Vec<Value> {
        let (lock, changed) = &*self.kept;
        for _ in 0..100 {
            let payloads = self.payloads(item_type);
            if payloads.len() >= count {
                return payloads;
            }
            drop(changed.wait_timeout(lock.lock().unwrap(), Duration::from_millis(100)).unwrap());
        }
        panic!("{count} {item_type} expected, came: {}", self.text());
    }
}

fn serve(stream: TcpStream, manner: &Mutex<Manner>, kept: &(Mutex<Kept>, Condvar)) {
    let mut reader = BufReader::new(stream);
    while let Some((content_type, body)) = read_request(&mut reader) {
        let manner = *manner.lock().unwrap();
        kept.0.lock().unwrap().requests += 1;
        let answer = match manner {
            Manner::Reset => {
                let _ = reader.get_ref().shutdown(Shutdown::Both);
                return;
            }
            Manner::Hang => {
                // Until the client has had enough.
                let _ = reader.read(&mut [0]);
                return;
            }
            Manner::Trickle => {
                trickle(reader.get_mut());
                return;
            }
            Manner::Status(status) => format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"),
            Manner::RetryAfter(seconds) => {
                format!("HTTP/1.1 429 X\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\n\r\n")
            }
            Manner::LimitTransactions => "HTTP/1.1 200 OK\r\nX-Sentry-Rate-Limits: 60:transaction:project\r\n\
                 Content-Length: 2\r\n\r\n{}"
                .to_owned(),
            Manner::Accept | Manner::Slow(_) => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        };
        if let Manner::Slow(pause) = manner {
            thread::sleep(pause);
        }
        let mut guard = kept.0.lock().unwrap();
        if answer.starts_with("HTTP/1.1 200") {
            guard.bodies.push(body);
            guard.content_types.push(content_type);
        }
        drop(guard);
        kept.1.notify_all();
        if reader.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Until the client has had enough.
fn trickle(stream: &mut TcpStream) {
    let beginning = b"HTTP/1.1 200 OK\r\nX-Filler: ".iter().chain(std::iter::repeat(&b'x'));
    for byte in beginning {
        if stream.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let (mut length, mut content_type) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        match line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value)) {
            Some((name, value)) if name == "content-length" => length = value.parse().ok()?,
            Some((name, value)) if name == "content-type" => content_type = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((content_type, String::from_utf8(body).ok()?))
}

fn items_of(body: &str) -> Vec<Item> {
    let mut lines = body.lines();
    let envelope_header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let mut items = Vec::new();
    while let (Some(header), Some(payload)) = (lines.next(), lines.next()) {
        let header: Value = serde_json::from_str(header).unwrap();
        items.push(Item {
            item_type: header["type"].as_str().unwrap().to_owned(),
            payload: serde_json::from_str(payload).unwrap(),
            envelope_header: envelope_header.clone(),
        });
    }
    items
}
