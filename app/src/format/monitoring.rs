//! How it is with monitoring: one state of several, the worst that holds.

use domain::read_model::{CheckInState, MonitoringView, ReportDropReason, ReportFailureKind, ReportKind};

use crate::i18n::Language;

/// How it is with monitoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitoringState {
    /// There is no DSN.
    Off,
    /// Sentry cannot be reached.
    Unreachable,
    /// Something was dropped in the last day.
    Dropped,
    /// Sentry answers, but did not take the latest.
    Refusing,
    /// Nothing was sent since the process started.
    Untried,
    /// The latest was accepted.
    Well,
}

impl MonitoringState {
    /// The worst that holds.
    pub fn of(view: &MonitoringView) -> Self {
        let failed_last = view.ultima_falla.as_ref().is_some_and(|failure| Some(failure.en) > view.ultimo_envio);
        match view.alcanzable {
            _ if !view.configurado => Self::Off,
            Some(false) => Self::Unreachable,
            _ if !view.descartados.is_empty() => Self::Dropped,
            Some(true) if failed_last => Self::Refusing,
            Some(true) => Self::Well,
            None => Self::Untried,
        }
    }

    /// In a few words, and what it means.
    pub const fn words(self, language: Language) -> (&'static str, &'static str) {
        let texts = language.monitoring();
        match self {
            Self::Off => (texts.state_off(), texts.off_text()),
            Self::Unreachable => (texts.state_unreachable(), texts.unreachable_text()),
            Self::Dropped => (texts.state_dropped(), texts.dropped_text()),
            Self::Refusing => (texts.state_refusing(), texts.refusing_text()),
            Self::Untried => (texts.state_untried(), texts.untried_text()),
            Self::Well => (texts.state_well(), texts.well_text()),
        }
    }
}

/// What people call a kind of report.
pub const fn report_kind_name(language: Language, kind: ReportKind) -> &'static str {
    let texts = language.report_kind();
    match kind {
        ReportKind::Event => texts.event(),
        ReportKind::Transaction => texts.transaction(),
        ReportKind::CheckIn => texts.check_in(),
        ReportKind::Log => texts.log(),
        ReportKind::Metric => texts.metric(),
        ReportKind::Other => texts.other(),
    }
}

/// Why something was dropped, and what can be done.
pub const fn drop_reason_name(language: Language, reason: ReportDropReason) -> &'static str {
    let texts = language.drop_reason();
    match reason {
        ReportDropReason::QueueFull => texts.queue_full(),
        ReportDropReason::OutboxFull => texts.outbox_full(),
        ReportDropReason::OutboxFailed => texts.outbox_failed(),
        ReportDropReason::TooOld => texts.too_old(),
        ReportDropReason::Rejected => texts.rejected(),
        ReportDropReason::Unreadable => texts.unreadable(),
    }
}

/// Why Sentry did not take something.
pub const fn report_failure_name(language: Language, kind: ReportFailureKind) -> &'static str {
    let texts = language.report_failure();
    match kind {
        ReportFailureKind::Timeout => texts.timeout(),
        ReportFailureKind::UnknownHost => texts.unknown_host(),
        ReportFailureKind::Connection => texts.connection(),
        ReportFailureKind::Certificate => texts.certificate(),
        ReportFailureKind::RateLimited => texts.rate_limited(),
        ReportFailureKind::Unauthorised => texts.unauthorised(),
        ReportFailureKind::Rejected => texts.rejected(),
        ReportFailureKind::ServerError => texts.server_error(),
        ReportFailureKind::Other => texts.other(),
    }
}

/// The last check-in of a monitor.
pub const fn check_in_name(language: Language, state: CheckInState) -> &'static str {
    let texts = language.check_in();
    match state {
        CheckInState::InProgress => texts.in_progress(),
        CheckInState::Ok => texts.ok(),
        CheckInState::Error => texts.error(),
    }
}

/// What a monitor watches, by its slug; None for a slug that is not ours.
pub fn cron_name(language: Language, slug: &str) -> Option<&'static str> {
    let texts = language.cron();
    match slug {
        "ventas-klk-incremental" => Some(texts.sales()),
        "inventario-klk-completo" => Some(texts.inventory()),
        "reconciliacion-klk" => Some(texts.reconciliation()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::read_model::{DroppedReports, ReportFailure};
    use rstest::rstest;

    use super::*;
    use crate::sample;

    fn failure(second: i64) -> Option<ReportFailure> {
        Some(ReportFailure {
            motivo: ReportFailureKind::Timeout,
            detalle: "timeout: global".to_owned(),
            en: sample::second(second),
            en_local: jiff::civil::date(2025, 11, 17).at(12, 0, 0, 0),
        })
    }

    fn dropped() -> Vec<DroppedReports> {
        vec![DroppedReports { tipo: ReportKind::Log, motivo: ReportDropReason::QueueFull, cantidad: 1 }]
    }

    #[rstest]
    #[case::no_dsn(false, None, None, Vec::new(), MonitoringState::Off)]
    #[case::just_started(true, None, None, Vec::new(), MonitoringState::Untried)]
    #[case::all_well(true, Some(true), None, Vec::new(), MonitoringState::Well)]
    #[case::failed_before_the_last_was_sent(true, Some(true), failure(5), Vec::new(), MonitoringState::Well)]
    #[case::refused_since(true, Some(true), failure(15), Vec::new(), MonitoringState::Refusing)]
    #[case::lost_something(true, Some(true), failure(15), dropped(), MonitoringState::Dropped)]
    #[case::gone(true, Some(false), failure(15), dropped(), MonitoringState::Unreachable)]
    fn the_worst_that_holds_is_told(
        #[case] configurado: bool,
        #[case] alcanzable: Option<bool>,
        #[case] ultima_falla: Option<ReportFailure>,
        #[case] descartados: Vec<DroppedReports>,
        #[case] state: MonitoringState,
    ) {
        let ultimo_envio = alcanzable.map(|_| sample::second(10));
        let view =
            MonitoringView { configurado, alcanzable, ultima_falla, descartados, ultimo_envio, ..sample::monitoring() };
        assert_eq!(MonitoringState::of(&view), state);
    }
}
