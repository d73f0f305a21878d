//! What people and scripts read: answers on stdout, everything else on stderr. Nothing else in the program prints.

pub mod progress;
pub mod table;

use std::io::{IsTerminal, Write};

use indicatif::MultiProgress;
use serde::Serialize;

/// The bars that are on the terminal; lines of the log go above them.
pub static BARS: std::sync::LazyLock<MultiProgress> = std::sync::LazyLock::new(MultiProgress::new);

/// The longest line of the log, in bytes: what a caller sent may be in it.
const LOG_LINE_BYTES_MAX: usize = 8 * 1024;

/// A line of the answer. Who reads it may have read enough and gone, as `head` does; the work goes on.
pub fn answer(line: &str) {
    BARS.suspend(|| drop(writeln!(std::io::stdout(), "{line}")));
}

/// The one JSON document of `--json`.
pub fn json(document: &impl Serialize) -> anyhow::Result<()> {
    answer(&serde_json::to_string_pretty(document)?);
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
}

impl LogWriter {
    /// For lines that people read.
    pub const TEXT: Self = Self { bytes_max: LOG_LINE_BYTES_MAX };
    /// For documents of JSON, in which line breaks are escaped already.
    pub const JSON: Self = Self { bytes_max: usize::MAX };
}

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = one_line(bytes, self.bytes_max);
        BARS.suspend(|| std::io::stderr().write_all(&line))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// A record with its line breaks escaped, and cut where it is too long. The log hands over a record whole.
fn one_line(record: &[u8], bytes_max: usize) -> Vec<u8> {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let shown = record.get(..bytes_max).unwrap_or(record);
    let is_cut = shown.len() < record.len();
    let mut line = Vec::with_capacity(shown.len() + 8);
    for byte in shown {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            other => line.push(*other),
        }
    }
    if is_cut {
        line.extend_from_slice(" …".as_bytes());
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(record: &str) -> String {
        String::from_utf8_lossy(&one_line(record.as_bytes(), LOG_LINE_BYTES_MAX)).into_owned()
    }

    #[test]
    fn a_record_is_one_line_whatever_is_in_it() {
        assert_eq!(shown("INFO ventas\n"), "INFO ventas\n");
        assert_eq!(shown("INFO x\r\nERROR forged\n"), "INFO x\\r\\nERROR forged\n");
    }

    #[test]
    fn a_long_record_is_cut() {
        let long = shown(&"x".repeat(100_000));
        assert!(long.len() < LOG_LINE_BYTES_MAX + 8 && long.ends_with("x …\n"), "{}", long.len());
    }
}
