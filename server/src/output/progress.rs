//! How far long work is: a bar on a terminal, a line every few seconds elsewhere, nothing where scripts listen.

use std::time::{Duration, Instant};

use domain::read_model::BatchProgress;
use indicatif::{ProgressBar, ProgressStyle};

use super::{BARS, is_terminal, remark};

const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows the progress of one batch, or of several as if they were one.
pub enum ProgressDisplay {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines {
        /// When the last line was written.
        last: Option<Instant>,
    },
    /// With `--json`.
    Silent,
}

/// The sums that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    windows: u64,
    done: u64,
    failed: u64,
    lines: u64,
    lines_per_second: f64,
    seconds_left: Option<u64>,
}

impl Figures {
    /// Of batches that are at work side by side.
    pub fn of(batches: &[BatchProgress]) -> Self {
        batches.iter().fold(Self::default(), |sum, batch| Self {
            windows: sum.windows + batch.ventanas,
            done: sum.done + batch.terminadas,
            failed: sum.failed + batch.fallidas,
            lines: sum.lines + batch.lineas,
            lines_per_second: sum.lines_per_second + batch.lineas_por_segundo,
            seconds_left: sum.seconds_left.max(batch.segundos_restantes),
        })
    }

    fn text(&self) -> String {
        let failed = if self.failed == 0 { String::new() } else { format!(" · {} con fallo", self.failed) };
        let left = self.seconds_left.map(|seconds| format!(" · faltan {}", duration_text(seconds))).unwrap_or_default();
        format!("{} líneas · {:.0} líneas/s{failed}{left}", grouped(self.lines), self.lines_per_second)
    }
}

impl ProgressDisplay {
    /// The display that fits who listens.
    pub fn new(is_json: bool) -> Self {
        if is_json {
            return Self::Silent;
        }
        if !is_terminal() {
            return Self::Lines { last: None };
        }
        let template = "{bar:32.green/black.bright} {pos}/{len} ventanas · {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = BARS.add(ProgressBar::new(0).with_style(style.progress_chars("━━─")));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self::Bar(bar)
    }

    /// Shows the present state.
    pub fn update(&mut self, figures: &Figures, now: Instant) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(figures.windows);
                bar.set_position(figures.done);
                bar.set_message(figures.text());
            }
            Self::Lines { last } => {
                if last.is_none_or(|last| now.duration_since(last) >= LINE_INTERVAL) {
                    *last = Some(now);
                    remark(&format!("{}/{} ventanas · {}", figures.done, figures.windows, figures.text()));
                }
            }
            Self::Silent => {}
        }
    }

    /// Shows the last state and makes room.
    pub fn finish(self, figures: &Figures) {
        let figures = Figures { seconds_left: None, ..*figures };
        let last = format!("{}/{} ventanas · {}", figures.done, figures.windows, figures.text());
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                BARS.remove(&bar);
                remark(&last);
            }
            Self::Lines { .. } => remark(&last),
            Self::Silent => {}
        }
    }
}

/// Digits in groups of three, as in Venezuela.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

fn duration_text(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1.000", "1.234.567"]);
    }

    #[test]
    fn durations_are_told_in_their_two_largest_units() {
        assert_eq!([5, 65, 3725].map(duration_text), ["5 s", "1 min 5 s", "1 h 2 min"]);
    }
}
