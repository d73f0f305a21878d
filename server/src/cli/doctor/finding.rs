//! What a check found.

use serde::Serialize;

/// How good or bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// As it should be.
    #[serde(rename = "bien")]
    Fine,
    /// It works, but probably not as meant.
    #[serde(rename = "aviso")]
    Warning,
    /// It does not work.
    #[serde(rename = "mal")]
    Failure,
}

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    #[serde(rename = "que")]
    pub subject: &'static str,
    /// How good or bad it is.
    #[serde(rename = "resultado")]
    pub verdict: Verdict,
    /// What was found.
    #[serde(rename = "detalle")]
    pub detail: String,
    /// What to do; empty where nothing is to be done.
    #[serde(rename = "que_hacer")]
    pub advice: String,
}

impl Finding {
    /// As it should be.
    pub fn fine(subject: &'static str, detail: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Fine, detail: detail.into(), advice: String::new() }
    }

    /// It works, but probably not as meant.
    pub fn warning(subject: &'static str, detail: impl Into<String>, advice: &str) -> Self {
        Self { subject, verdict: Verdict::Warning, detail: detail.into(), advice: advice.to_owned() }
    }

    /// It does not work.
    pub fn failure(subject: &'static str, detail: impl Into<String>, advice: &str) -> Self {
        Self { subject, verdict: Verdict::Failure, detail: detail.into(), advice: advice.to_owned() }
    }

    /// For people.
    pub fn line(&self) -> String {
        let mark = match self.verdict {
            Verdict::Fine => "✓",
            Verdict::Warning => "!",
            Verdict::Failure => "✗",
        };
        let advice = if self.advice.is_empty() { String::new() } else { format!("\n    → {}", self.advice) };
        format!("{mark} {}: {}{advice}", self.subject, self.detail)
    }
}
