//! Monitoring's own words in those of the contract.

use domain::read_model::{CheckInState, ReportDropReason, ReportFailureKind, ReportKind};
use monitoring::{CheckInStatus, DropReason, ItemKind};

pub(super) const fn report_kind(kind: ItemKind) -> ReportKind {
    match kind {
        ItemKind::Event => ReportKind::Event,
        ItemKind::Transaction => ReportKind::Transaction,
        ItemKind::CheckIn => ReportKind::CheckIn,
        ItemKind::Log => ReportKind::Log,
        ItemKind::Metric => ReportKind::Metric,
        ItemKind::Other => ReportKind::Other,
    }
}

pub(super) const fn drop_reason(reason: DropReason) -> ReportDropReason {
    match reason {
        DropReason::QueueFull => ReportDropReason::QueueFull,
        DropReason::OutboxFull => ReportDropReason::OutboxFull,
        DropReason::OutboxFailed => ReportDropReason::OutboxFailed,
        DropReason::TooOld => ReportDropReason::TooOld,
        DropReason::Rejected => ReportDropReason::Rejected,
        DropReason::Unreadable => ReportDropReason::Unreadable,
    }
}

pub(super) const fn check_in_state(status: CheckInStatus) -> CheckInState {
    match status {
        CheckInStatus::InProgress => CheckInState::InProgress,
        CheckInStatus::Ok => CheckInState::Ok,
        CheckInStatus::Error => CheckInState::Error,
    }
}

/// What the sender wrote down, `HTTP 503` or the HTTP client's own words, as a kind that can be said in any language.
/// Words that are not known are no fault: the detail is shown beside the kind.
pub(super) fn failure_kind(reason: &str) -> ReportFailureKind {
    if let Some(status) = reason.strip_prefix("HTTP ").and_then(|status| status.parse::<u16>().ok()) {
        return match status {
            429 => ReportFailureKind::RateLimited,
            401 | 403 => ReportFailureKind::Unauthorised,
            408 => ReportFailureKind::Timeout,
            500..=599 => ReportFailureKind::ServerError,
            _ => ReportFailureKind::Rejected,
        };
    }
    let reason = reason.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if has(&["timeout", "timed out"]) {
        ReportFailureKind::Timeout
    } else if has(&["host not found", "failed to lookup", "name or service not known"]) {
        ReportFailureKind::UnknownHost
    } else if has(&["certificate", "tls", "rustls"]) {
        ReportFailureKind::Certificate
    } else if has(&["connection", "io:", "protocol", "broken pipe", "peer disconnected"]) {
        ReportFailureKind::Connection
    } else {
        ReportFailureKind::Other
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("HTTP 429", ReportFailureKind::RateLimited)]
    #[case("HTTP 403", ReportFailureKind::Unauthorised)]
    #[case("HTTP 502", ReportFailureKind::ServerError)]
    #[case("HTTP 413", ReportFailureKind::Rejected)]
    #[case("timeout: global", ReportFailureKind::Timeout)]
    #[case("host not found", ReportFailureKind::UnknownHost)]
    #[case("io: Connection refused (os error 111)", ReportFailureKind::Connection)]
    #[case("rustls: invalid peer certificate: UnknownIssuer", ReportFailureKind::Certificate)]
    #[case("something new", ReportFailureKind::Other)]
    fn what_the_sender_says_has_a_kind(#[case] reason: &str, #[case] kind: ReportFailureKind) {
        assert_eq!(failure_kind(reason), kind);
    }
}
