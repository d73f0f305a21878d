//! The POS and Sentry. They are other machines in life, so here they are another process: what they need is not what
//! monitoring costs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use klk_sim::{Sim, SimConfig};
use tokio::net::TcpListener;

use crate::fake_sentry::{FakeSentry, Manner};
use crate::test_clock::TestClock;

/// The argument that makes of this program the peers.
const ARGUMENT: &str = "peers";

/// Both, in progress until this is dropped.
pub struct Peers {
    pub dsn: String,
    pub pos: String,
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Peers {
    pub fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut process = command.arg(ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = || {
            let mut text = String::new();
            output.read_line(&mut text).unwrap();
            text.trim().to_owned()
        };
        let (dsn, pos) = (line(), line());
        Self { dsn, pos, process, output }
    }

    /// Ends them, and says how many requests reached Sentry.
    pub fn end(mut self) -> String {
        drop(self.process.stdin.take());
        let mut requests = String::new();
        self.output.read_to_string(&mut requests).unwrap();
        assert!(self.process.wait().unwrap().success());
        requests.trim().to_owned()
    }
}

/// Whether this process is to be the peers; it returns when it has been.
pub fn were_asked_for(now: &str) -> bool {
    let is_peers = std::env::args().nth(1).is_some_and(|argument| argument == ARGUMENT);
    if is_peers {
        tokio::runtime::Runtime::new().unwrap().block_on(be(TestClock::at(now)));
    }
    is_peers
}

async fn be(clock: TestClock) {
    let sentry = FakeSentry::start(Manner::Accept);
    let sim = Sim::new(SimConfig::five_stores(7), Arc::new(move || clock.time()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}\nhttp://{}", sentry.dsn(), listener.local_addr().unwrap());
    tokio::spawn(klk_sim::serve(listener, sim, std::future::pending()));
    // Until the other process has closed its end, or is gone.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()).unwrap()).await.unwrap();
    println!("{}", sentry.requests());
}
