//! What a use case says of what it does not do, as a sentence: what is wrong, and what to do.

use std::fmt;

use domain::access::Role;
use domain::plan::PlanAction;
use domain::window::LocalPeriod;
use texts::{Language, invalid_parameter, plan_state_name};
use warehouse::WarehouseError;

use crate::UseCaseError;
use crate::error::Unjustifiable;

impl UseCaseError {
    /// The sentence, in a language.
    pub fn text(&self, language: Language) -> String {
        let texts = language.problem();
        match self {
            Self::InvalidParameter(error) => invalid_parameter(language, error),
            Self::UnknownBranch { given, known } => texts.unknown_branch(given, known),
            Self::UnknownBatch => texts.unknown_batch().to_owned(),
            Self::UnknownRun => texts.unknown_run().to_owned(),
            Self::UnknownPlan => texts.unknown_plan().to_owned(),
            Self::AmbiguousPlan => texts.ambiguous_plan().to_owned(),
            Self::PlanChanged { shown, left, next: Some(next) } => texts.plan_changed(shown, left, next.short()),
            Self::PlanChanged { next: None, .. } => texts.plan_done().to_owned(),
            Self::SelectionChanged { left: 0 } => texts.selection_gone().to_owned(),
            Self::SelectionChanged { left: 1 } => texts.selection_changed(language.gaps().window()),
            Self::SelectionChanged { left } => texts.selection_changed(language.gaps().windows(left)),
            Self::PlanState { state, action } => {
                texts.plan_state(plan_state_name(language, *state).to_lowercase(), verb(language, *action))
            }
            Self::NeverClosed { store } => texts.never_closed(store),
            Self::NotSignedIn => texts.not_signed_in().to_owned(),
            Self::Forbidden { needed } => texts.forbidden(role(language, *needed)),
            Self::NotYourStore { store } => texts.not_your_store(store),
            Self::NotAllStores => texts.not_all_stores().to_owned(),
            Self::WrongCredentials => texts.wrong_credentials().to_owned(),
            Self::WrongCode => texts.wrong_code().to_owned(),
            Self::TooManyAttempts { seconds } => texts.too_many_attempts(seconds),
            Self::ProviderSilent => texts.provider_silent().to_owned(),
            Self::ProviderRefused => texts.provider_refused().to_owned(),
            Self::AttemptOver => texts.attempt_over().to_owned(),
            Self::NotInvited { name } => texts.not_invited(name),
            Self::LinkedToAnother { name } => texts.linked_to_another(name),
            Self::SignInBusy => texts.sign_in_busy().to_owned(),
            Self::NameTaken { name } => texts.name_taken(name),
            Self::UnknownUser => texts.unknown_user().to_owned(),
            Self::UnknownToken => texts.unknown_token().to_owned(),
            Self::UnknownSession => texts.unknown_session().to_owned(),
            Self::LastAdministrator => texts.last_administrator().to_owned(),
            Self::UserChanged => texts.user_changed().to_owned(),
            Self::PasswordHash(_) => texts.password_hash().to_owned(),
            Self::Unrecoverable => texts.unrecoverable().to_owned(),
            Self::NotJustifiable(why) => unjustifiable(language, why),
            Self::UnknownChannel => texts.unknown_channel().to_owned(),
            Self::UnknownJustification => texts.unknown_justification().to_owned(),
            Self::AlreadyWithdrawn => texts.already_withdrawn().to_owned(),
            Self::DayNotOver(day) => texts.day_not_over(day),
            Self::NothingToExtract => texts.nothing_to_extract().to_owned(),
            Self::QueueFull { asked, waiting, limit } => texts.queue_full(asked, waiting, limit),
            Self::ShuttingDown => texts.shutting_down().to_owned(),
            Self::MonitoringTrial => texts.monitoring_trial().to_owned(),
            Self::Warehouse(WarehouseError::Damaged(_)) => texts.database_damaged().to_owned(),
            Self::Warehouse(WarehouseError::Away(_)) => texts.database_away().to_owned(),
            Self::Warehouse(_) => texts.database().to_owned(),
        }
    }
}

/// In Spanish, as commands, REST and Sentry have it.
impl fmt::Display for UseCaseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text(Language::Es))
    }
}

fn unjustifiable(language: Language, why: &Unjustifiable) -> String {
    let texts = language.problem();
    let ends = |period: &LocalPeriod| (period.date_from, period.from_text(), period.to_text());
    match why {
        Unjustifiable::NothingExpected => texts.nothing_expected().to_owned(),
        Unjustifiable::NoNumbers => texts.no_numbers().to_owned(),
        Unjustifiable::Loaded(period) => {
            let (date, from, to) = ends(period);
            texts.is_loaded(date, from, to)
        }
        Unjustifiable::InProgress(period) => {
            let (date, from, to) = ends(period);
            texts.is_in_progress(date, from, to)
        }
    }
}

fn verb(language: Language, action: PlanAction) -> &'static str {
    let texts = language.problem();
    match action {
        PlanAction::Pause => texts.action_pause(),
        PlanAction::Resume => texts.action_resume(),
        PlanAction::Cancel => texts.action_cancel(),
        other => other.as_str(),
    }
}

fn role(language: Language, role: Role) -> String {
    let texts = language.access();
    match role {
        Role::Wall => texts.wall(),
        Role::Reader => texts.reader(),
        Role::Operator => texts.operator(),
        Role::Administrator => texts.administrator(),
    }
    .to_lowercase()
}

#[cfg(test)]
mod tests {
    use domain::plan::PlanState;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        UseCaseError::PlanState { state: PlanState::Cancelled, action: PlanAction::Resume },
        "El plan está cancelado: ya no se puede reanudar.",
        "The plan is cancelled: you can no longer resume it."
    )]
    #[case(
        UseCaseError::Forbidden { needed: Role::Operator },
        "Su usuario no puede hacer esto: hace falta el rol operador. Pídalo a quien administra KLK Tracking.",
        "Your user cannot do this: it needs the role operator. Ask whoever administers KLK Tracking."
    )]
    #[case(
        UseCaseError::QueueFull { asked: 3, waiting: 9, limit: 10 },
        "Se pidieron 3 ejecuciones, hay 9 en cola y el máximo es 10. Pida un período más corto o espere a que avancen.",
        "3 runs were requested, 9 are queued and the limit is 10. Request a shorter period or wait until they advance."
    )]
    fn a_refusal_is_a_sentence_of_either_language(
        #[case] error: UseCaseError,
        #[case] spanish: &str,
        #[case] english: &str,
    ) {
        assert_eq!((error.to_string().as_str(), error.text(Language::En).as_str()), (spanish, english));
    }
}
