//! What people and scripts read: answers on stdout, everything else on stderr. Nothing else in the program prints.

pub mod progress;
pub mod table;

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::MultiProgress;
use serde::Serialize;

/// The bars that are on the terminal; lines of the log go above them.
pub static BARS: std::sync::LazyLock<MultiProgress> = std::sync::LazyLock::new(MultiProgress::new);

/// The longest line of the log, in bytes: what a caller sent may be in it.
const LOG_LINE_BYTES_MAX: usize = 8 * 1024;

/// Whether a part of the answer could not be written.
static IS_ANSWER_LOST: AtomicBool = AtomicBool::new(false);

/// A line of the answer. Who reads it may have read enough and gone, as `head` does; the work goes on.
pub fn answer(line: &str) {
    write_answer(&plain(line, |character| character == '\n'));
}

fn write_answer(line: &str) {
    match BARS.suspend(|| writeln!(std::io::stdout(), "{line}")) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => IS_ANSWER_LOST.store(true, Ordering::Relaxed),
        _ => {}
    }
}

/// Whether a part of the answer could not be written, as on a full disk: the command has not said what it says it has.
pub fn is_answer_lost() -> bool {
    IS_ANSWER_LOST.load(Ordering::Relaxed)
}

/// The one JSON document of `--json`.
pub fn json(document: &impl Serialize) -> anyhow::Result<()> {
    // As it is: programs read it.
    write_answer(&serde_json::to_string_pretty(document)?);
    Ok(())
}

/// A line for people beside the answer: progress, warnings, errors.
pub fn remark(line: &str) {
    BARS.suspend(|| drop(writeln!(std::io::stderr(), "{line}")));
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

/// Where the log goes: stderr, above the bars. A record is one line, whatever a caller put into its values.
#[derive(Clone, Copy, Debug)]
pub struct LogWriter {
    /// The longest line; a document of JSON has to stay whole.
    bytes_max: usize,
    /// Whether control characters are written out. In a document of JSON they are already.
    escapes: bool,
}

impl LogWriter {
    /// For lines that people read.
    pub const TEXT: Self = Self { bytes_max: LOG_LINE_BYTES_MAX, escapes: true };
    /// For documents of JSON.
    pub const JSON: Self = Self { bytes_max: usize::MAX, escapes: false };
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = match self.escapes {
            true => one_line(bytes, self.bytes_max, is_terminal()),
            false => bytes.to_vec(),
        };
        BARS.suspend(|| std::io::stderr().write_all(&line))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// A record with its line breaks and what else steers a terminal written out, and cut where it is too long. The log hands over a
/// record whole. On a terminal the log's own colours stay: it writes out those that came with a value.
fn one_line(record: &[u8], bytes_max: usize, has_colours: bool) -> Vec<u8> {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let shown = record.get(..bytes_max).unwrap_or(record);
    let is_cut = shown.len() < record.len();
    let mut line = plain(&String::from_utf8_lossy(shown), |character| character == '\u{1b}' && has_colours);
    if is_cut {
        line.push_str(" …");
    }
    line.push('\n');
    line.into_bytes()
}

/// A text in which nothing steers a terminal or turns the direction of writing, but for tabs and what is allowed.
fn plain(text: &str, is_allowed: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' if !is_allowed('\n') => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push('\t'),
            character if is_allowed(character) => shown.push(character),
            control if control.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(control))),
            // Marks that turn the direction of what follows.
            turning @ ('\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                shown.push_str(&format!("\\u{{{:x}}}", u32::from(turning)));
            }
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(record: &str) -> String {
        String::from_utf8_lossy(&one_line(record.as_bytes(), LOG_LINE_BYTES_MAX, false)).into_owned()
    }

    #[test]
    fn a_record_is_one_line_whatever_is_in_it() {
        assert_eq!(shown("INFO ventas\n"), "INFO ventas\n");
        assert_eq!(shown("INFO x\r\nERROR forged\n"), "INFO x\\r\\nERROR forged\n");
    }

    #[test]
    fn what_would_steer_a_terminal_is_written_out() {
        assert_eq!(shown("INFO \u{1b}[2J\u{7}x\ty\n"), "INFO \\x1b[2J\\x07x\ty\n");
        assert_eq!(shown("INFO \u{9b}2J \u{202e}año\n"), "INFO \\x9b2J \\u{202e}año\n");
        assert_eq!(plain("a\nb\u{1b}c", |character| character == '\n'), "a\nb\\x1bc");
    }

    #[test]
    fn a_long_record_is_cut() {
        let long = shown(&"x".repeat(100_000));
        assert!(long.len() < LOG_LINE_BYTES_MAX + 8 && long.ends_with("x …\n"), "{}", long.len());
    }
}
