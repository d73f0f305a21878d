//! The built binary, in a folder of its own.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The binary with its settings; everything it writes is in a folder that goes away.
pub struct Klk {
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// The first token that was made, with which commands speak to a server.
    token: OnceLock<String>,
}

/// How a command ended.
pub struct Run {
    pub code: i32,
    pub answer: String,
    pub errors: String,
}

impl Run {
    /// The answer, which must be one JSON document and nothing beside it.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.answer, self.errors))
    }
}

impl Klk {
    /// Without a file and without variables.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new(), token: OnceLock::new() }
    }

    /// With this klk.toml.
    pub fn with_file(self, text: &str) -> Self {
        std::fs::write(self.folder.path().join("klk.toml"), text).unwrap();
        self
    }

    /// With this variable.
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, ready to be started. Nothing of whoever runs the tests reaches it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_klk"));
        let foreign = |name: &str| ["KLK_", "SENTRY_", "LEPTOS_"].iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(foreign)) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.envs(self.token.get().map(|token| ("KLK_API_TOKEN", token)));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// `klk serve` on a free port, ready to be started.
    pub fn server_command(&self, arguments: &[&str]) -> Command {
        let all: Vec<&str> = ["serve", "--direccion", "127.0.0.1:0"].iter().chain(arguments).copied().collect();
        self.command(&all)
    }

    /// Makes a token for scripts, with a role and the stores that it may change.
    pub fn token(&self, name: &str, role: &str, stores: &str) -> String {
        let made = self.run(&["tokens", "crear", name, "--rol", role, "--tiendas", stores, "--json"]);
        let token = made.json()["token"].as_str().unwrap_or_else(|| panic!("no token: {}", made.errors)).to_owned();
        self.token.get_or_init(|| token.clone());
        token
    }

    /// The first token that was made, of an administrator where there is none yet.
    pub fn first_token(&self) -> String {
        self.token.get().cloned().unwrap_or_else(|| self.token("pruebas", "administrador", ""))
    }

    /// Adds a user with a password.
    pub fn add_user(&self, name: &str, role: &str, stores: &str, password: &str) {
        let mut command = self.command(&["usuarios", "crear", name, "--rol", role, "--tiendas", stores]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            answer: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Gives a command the environment of another one.
pub fn copy_environment(from: &Command, to: &mut Command) {
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
}

/// The command with a limit on the size of the files that it writes, in blocks, which fails as a full disk does.
#[cfg(unix)]
pub fn on_a_full_disk(plain: &Command, blocks: u32) -> Command {
    let mut limited = Command::new("sh");
    limited.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh");
    limited.arg(plain.get_program()).args(plain.get_args()).current_dir(plain.get_current_dir().unwrap());
    copy_environment(plain, &mut limited);
    limited
}
