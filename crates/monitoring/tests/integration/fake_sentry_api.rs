//! Sentry's public API as far as provisioning needs it: it gives back what it was given in the way Sentry does, with
//! other names, numbers of its own, and in another order.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Map, Value, json};

/// Small, so that lists take several pages.
const PAGE_ITEMS: usize = 3;

/// A request that would change something.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeRequest {
    pub method: String,
    pub path: String,
    pub body: Value,
}

#[derive(Default)]
struct State {
    /// By collection, as they are stored.
    items: Map<String, Value>,
    next_id: u64,
    writes: Vec<ChangeRequest>,
    tokens: Vec<String>,
    /// Requests whose method and path contain the text get this answer.
    refusals: Vec<(&'static str, u16, &'static str)>,
}

#[derive(Clone)]
pub struct FakeSentryApi {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl FakeSentryApi {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let of_thread = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = of_thread.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What was asked to be changed since the last time.
    pub fn take_writes(&self) -> Vec<ChangeRequest> {
        std::mem::take(&mut self.state().writes)
    }

    pub fn tokens(&self) -> Vec<String> {
        self.state().tokens.clone()
    }

    pub fn refuse(&self, text: &'static str, status: u16, body: &'static str) {
        self.state().refusals.push((text, status, body));
    }

    /// Somebody changes something by hand.
    pub fn edit(&self, collection: &str, change: impl FnOnce(&mut Vec<Value>)) {
        change(self.state().items.get_mut(collection).unwrap().as_array_mut().unwrap());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some((head, body)) = read_request(&mut reader) {
            let (status, link, answer) = self.answer(&head, &body);
            let text = answer.to_string();
            let response = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nRetry-After: 7\r\n{link}Content-Length: {}\r\n\r\n{text}",
                text.len()
            );
            if reader.get_mut().write_all(response.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, head: &[String], body: &str) -> (u16, String, Value) {
        let mut state = self.state();
        let mut words = head[0].split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let token = head.iter().find_map(|line| line.strip_prefix("authorization: Bearer "));
        state.tokens.push(token.unwrap_or_default().to_owned());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = format!("{method} {path}");
        if let Some((_, status, body)) = state.refusals.iter().find(|(text, ..)| request.contains(text)) {
            return (*status, String::new(), json!({ "detail": body }));
        }
        let parts: Vec<&str> = path.trim_matches('/').split('/').skip(2).collect();
        match (method, parts.as_slice()) {
            ("GET", ["projects", "cadena", "klk" | "42"]) => found(json!({ "id": "42", "slug": "klk" })),
            ("GET", ["organizations", "cadena"]) => found(json!({ "slug": "cadena" })),
            ("GET", ["organizations", "cadena", collection @ ..]) => state.get(collection, query),
            ("POST" | "PUT", ["organizations", "cadena", rest @ ..]) => {
                let body: Value = serde_json::from_str(body).unwrap();
                let write = ChangeRequest { method: method.to_owned(), path: path.to_owned(), body: body.clone() };
                state.writes.push(write);
                if method == "POST" { state.create(rest, &body) } else { state.replace(rest, &body) }
            }
            _ => (404, String::new(), json!({ "detail": "The requested resource does not exist" })),
        }
    }
}

impl State {
    fn get(&self, path: &[&str], query: &str) -> (u16, String, Value) {
        let (name, rest) = collection_of(path);
        let empty = Vec::new();
        let items = self.items.get(name).and_then(Value::as_array).unwrap_or(&empty);
        if let Some(key) = rest.first() {
            return match items.iter().find(|item| item["id"] == *key) {
                Some(item) => found(item.clone()),
                None => (404, String::new(), Value::Null),
            };
        }
        let start: usize = query.split("cursor=").nth(1).map_or(0, |text| text.parse().unwrap());
        let page: Vec<Value> =
            items.iter().skip(start).take(PAGE_ITEMS).cloned().map(|item| in_short(name, item)).collect();
        let next = start + PAGE_ITEMS;
        let link = format!(
            "Link: <http://x/?cursor=0>; rel=\"previous\"; results=\"false\"; cursor=\"0\", \
             <http://x/?cursor={next}>; rel=\"next\"; results=\"{}\"; cursor=\"{next}\"\r\n",
            next < items.len()
        );
        (200, link, json!(page))
    }

    fn create(&mut self, path: &[&str], body: &Value) -> (u16, String, Value) {
        let (name, _) = collection_of(path);
        self.next_id += 1;
        let item = as_answered(name, self.next_id + 1000, body);
        let items = self.items.entry(name).or_insert_with(|| json!([]));
        items.as_array_mut().unwrap().push(item.clone());
        (201, String::new(), item)
    }

    fn replace(&mut self, path: &[&str], body: &Value) -> (u16, String, Value) {
        let (name, rest) = collection_of(path);
        let items = self.items.get_mut(name).unwrap().as_array_mut().unwrap();
        let item = items.iter_mut().find(|item| item["id"] == rest[0] || item["slug"] == rest[0]).unwrap();
        let id = item["id"].as_str().unwrap().parse().unwrap();
        *item = as_answered(name, id, body);
        found(item.clone())
    }
}

fn found(item: Value) -> (u16, String, Value) {
    (200, String::new(), item)
}

/// The name of a collection, and what follows it in the path.
fn collection_of<'a>(path: &'a [&'a str]) -> (&'a str, &'a [&'a str]) {
    match path {
        ["discover", "saved", rest @ ..] => ("saved", rest),
        ["projects", "klk", "detectors"] => ("detectors", &[]),
        [name, rest @ ..] => (name, rest),
        [] => panic!("there is no such collection"),
    }
}

/// Dashboards are listed without their widgets.
fn in_short(collection: &str, item: Value) -> Value {
    match collection {
        "dashboards" => json!({ "id": item["id"], "title": item["title"], "widgetDisplay": [] }),
        _ => item,
    }
}

/// What Sentry makes of a body.
fn as_answered(collection: &str, id: u64, body: &Value) -> Value {
    let mut item = if collection == "monitors" { body.clone() } else { camel_case(body) };
    item["id"] = json!(id.to_string());
    item["dateCreated"] = json!("2025-11-17T12:00:00Z");
    match collection {
        "monitors" => item["project"] = json!({ "id": "42", "slug": body["project"] }),
        "detectors" => {
            let queries = item["dataSources"].as_array().unwrap().clone();
            let source =
                |query| json!({ "id": "9", "type": "snuba_query_subscription", "queryObj": { "snubaQuery": query } });
            item["dataSources"] = queries.into_iter().map(source).collect();
            item["conditionGroup"]["conditions"].as_array_mut().unwrap().reverse();
            item["config"]["comparisonDelta"] = Value::Null;
        }
        "workflows" => {
            let ids = item["detectorIds"].as_array().unwrap().iter().rev();
            item["detectorIds"] = ids.map(|id| json!(id.to_string())).collect();
            item["triggers"]["conditions"].as_array_mut().unwrap().reverse();
        }
        _ => {}
    }
    item
}

fn camel_case(value: &Value) -> Value {
    let capitalised = |word: &str| word[..1].to_uppercase() + &word[1..];
    let name = |key: &str| {
        let mut words = key.split('_');
        let first = words.next().unwrap().to_owned();
        words.fold(first, |text, word| text + &capitalised(word))
    };
    match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (name(key), camel_case(value))).collect(),
        Value::Array(items) => items.iter().map(camel_case).collect(),
        other => other.clone(),
    }
}

/// The lines of the head, names of headers in lower case, and the body.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(Vec<String>, String)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => head.push(format!("{}: {value}", name.to_lowercase())),
            None if line.trim().is_empty() => break,
            None => head.push(line.trim_end().to_owned()),
        }
    }
    let length =
        head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}
