//! This test binary again, as another process.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Where the child finds the database.
pub const DATABASE: &str = "WAREHOUSE_TEST_DATABASE";
/// What is before a line that the child says to its parent; the test harness writes lines too.
const SAYS: &str = "child> ";

/// A process that runs one of the tests that are children's work.
pub struct ChildProcess {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl ChildProcess {
    /// Starts the named test of this binary over a database.
    pub fn start(test: &str, database: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
            .env(DATABASE, database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, output }
    }

    /// Waits for the next thing the child says. Fails where it has ended instead.
    pub fn hear(&mut self) -> String {
        loop {
            let line = self.output.next().unwrap().unwrap();
            if let Some((_, said)) = line.split_once(SAYS) {
                return said.to_owned();
            }
        }
    }

    /// Ends it as `kill -9` does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Lets a child that waits for it end.
    pub fn finish(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }
}

/// In the child: the database it was given.
pub fn given_database() -> std::path::PathBuf {
    std::env::var_os(DATABASE).unwrap().into()
}

/// In the child: says something to the parent.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub fn say(text: &str) {
    println!("{SAYS}{text}");
}

/// In the child: waits until the parent lets it end.
pub fn wait_for_finish() {
    let mut ignored = String::new();
    std::io::stdin().read_line(&mut ignored).unwrap();
}
