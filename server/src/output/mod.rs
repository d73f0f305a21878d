//! What people and scripts read: answers on stdout, everything else on stderr. Nothing else in the program prints.

pub mod progress;
pub mod table;

use std::io::{IsTerminal, Write};

use indicatif::MultiProgress;
use serde::Serialize;

/// The bars that are on the terminal; lines of the log go above them.
pub static BARS: std::sync::LazyLock<MultiProgress> = std::sync::LazyLock::new(MultiProgress::new);

/// A line of the answer.
#[expect(clippy::print_stdout, reason = "this is where answers are printed")]
pub fn answer(line: &str) {
    BARS.suspend(|| println!("{line}"));
}

/// The one JSON document of `--json`.
pub fn json(document: &impl Serialize) -> anyhow::Result<()> {
    answer(&serde_json::to_string_pretty(document)?);
    Ok(())
}

/// A line for people beside the answer: progress, warnings, errors.
#[expect(clippy::print_stderr, reason = "this is where people are told things")]
pub fn remark(line: &str) {
    BARS.suspend(|| eprintln!("{line}"));
}

/// Whether somebody looks at what is drawn.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Asks for a yes; None where nobody can be asked.
pub fn confirm(question: &str) -> Option<bool> {
    if !std::io::stdin().is_terminal() || !is_terminal() {
        return None;
    }
    remark(&format!("{question} [s/N]"));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(matches!(line.trim().to_lowercase().as_str(), "s" | "si" | "sí" | "y" | "yes"))
}

/// Where the log goes: stderr, above the bars.
#[derive(Clone, Copy, Debug)]
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        BARS.suspend(|| std::io::stderr().write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
