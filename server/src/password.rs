//! Asking for a password: on a terminal without showing it, else from standard input, for scripts.

use std::io::{BufRead, IsTerminal, stdin};

use anyhow::Context;
use secrecy::SecretString;

use crate::failure::Failure;
use crate::output::remark;

/// Asks for a password; on a terminal twice, because nobody sees what they type.
pub fn ask(question: &str) -> Result<SecretString, Failure> {
    if !stdin().is_terminal() {
        return Ok(SecretString::from(line()?));
    }
    remark(question);
    let _hidden = HiddenInput::start();
    let first = line()?;
    remark("Otra vez: ");
    if line()? == first {
        Ok(SecretString::from(first))
    } else {
        Err(Failure::Usage("las dos claves no son iguales".to_owned()))
    }
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).context("no se pudo leer la clave")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct HiddenInput {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl HiddenInput {
    #[cfg(unix)]
    fn start() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(stdin()).ok();
        if let Some(mut hidden) = before.clone() {
            hidden.local_modes.remove(LocalModes::ECHO);
            // Where it cannot be hidden, it is shown: there is no other way to ask.
            let _ = tcsetattr(stdin(), OptionalActions::Flush, &hidden);
        }
        Self { before }
    }

    #[cfg(not(unix))]
    fn start() -> Self {
        Self {}
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}
