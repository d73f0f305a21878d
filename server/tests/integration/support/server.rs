//! A running `klk serve`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use super::Klk;

/// A server that goes away with its test.
pub struct Server {
    child: Mutex<Child>,
    pub address: String,
    /// Presents the token of an administrator.
    pub client: Client,
}

impl Server {
    /// Starts it on a free port, and waits until it listens. Its client is an administrator's.
    pub fn start(klk: &Klk, arguments: &[&str]) -> Self {
        // Whoever is at the machine of the demo is let in without one.
        let token = (!arguments.contains(&"--demo")).then(|| klk.token("pruebas", "administrador", ""));
        Self::start_with(klk, arguments, token.as_deref())
    }

    /// The same, whose client presents this token, or nothing.
    pub fn start_with(klk: &Klk, arguments: &[&str], token: Option<&str>) -> Self {
        Self::spawn(klk.server_command(arguments), token)
            .unwrap_or_else(|ended| panic!("the server ended: {}", ended.said))
    }

    /// The same with a command of its own, of a server that may not come to listen.
    pub fn try_start(klk: &Klk, command: Command) -> Result<Self, Ended> {
        // Before it is there: the database has one owner. Once there was room for one, it is the same again.
        Self::spawn(command, Some(&klk.first_token()))
    }

    fn spawn(mut command: Command, token: Option<&str>) -> Result<Self, Ended> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut seen = Vec::new();
        let address = loop {
            let Some(line) = lines.next() else {
                let code = child.wait().unwrap().code().unwrap_or(-1);
                return Err(Ended { code, said: seen.join("\n") });
            };
            if let Some(address) = line.strip_prefix("open ") {
                break address.to_owned();
            }
            seen.push(line);
        };
        // Somebody has to read on, or the server waits for room.
        std::thread::spawn(move || lines.for_each(drop));
        drop(rustls::crypto::ring::default_provider().install_default());
        Ok(Self { child: Mutex::new(child), address, client: client_with(token) })
    }

    /// A request to a path below its address.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// Gets a path whose answer is JSON, with its status.
    pub async fn get_json(&self, path: &str) -> (u16, Value) {
        get_status(self.get(path).await).await
    }

    /// Posts JSON.
    pub async fn post_json(&self, path: &str, body: &Value) -> (u16, Value) {
        get_status(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// Asks a path again and again until its answer is as it should be.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..600 {
            let (_, answer) = self.get_json(path).await;
            if is_so(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} did not come to what was waited for: {}", self.get_json(path).await.1)
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.child.lock().unwrap().try_wait().unwrap().is_some()
    }

    /// Kills it as nobody can refuse.
    pub fn kill(self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Asks it to end, as a service manager does, and waits until it has.
    pub fn terminate(self) -> i32 {
        self.signal("-TERM");
        self.child.lock().unwrap().wait().unwrap().code().unwrap_or(-1)
    }

    /// It does nothing at all, and its connections stay, until it is to go on.
    pub fn stand_still(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let id = self.child.lock().unwrap().id();
        Command::new("kill").args([name, &id.to_string()]).status().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where the test ended it already, there is nothing to kill.
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(child.kill());
        drop(child.wait());
    }
}

/// How a server ended that did not come to listen.
pub struct Ended {
    pub code: i32,
    pub said: String,
}

/// A client that presents a token, or nothing, and is led nowhere.
pub fn client_with(token: Option<&str>) -> Client {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    }
    let client = Client::builder().timeout(Duration::from_secs(30)).default_headers(headers);
    client.redirect(Policy::none()).build().unwrap()
}

/// Status and JSON body of an answer.
pub async fn get_status(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}, {error}: {text}"));
    (status, body)
}
