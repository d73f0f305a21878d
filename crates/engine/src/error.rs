//! What can go wrong in a use case, and what its caller learns of it.

use domain::access::Role;
use domain::branch_clock::InvalidZoneChange;
use domain::filter::InvalidParameter;
use domain::plan::{PlanAction, PlanHash, PlanState};
use domain::problem::ProblemCode;
use domain::window::LocalPeriod;
use texts::{Language, zone_change};
use warehouse::WarehouseError;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database refused.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// A cron expression cannot be read.
    #[error("the schedule {schedule} has the expression '{expression}': {reason}")]
    InvalidSchedule {
        /// Which schedule.
        schedule: &'static str,
        /// Its expression.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no branch to watch.
    #[error("no branch is configured")]
    NoBranches,
    /// A branch cannot change to the zone that klk.toml has now.
    #[error("{}", Language::Es.problem().invalid_zone(branch, zone_change(Language::Es, reason)))]
    InvalidZone {
        /// Which branch.
        branch: String,
        /// Why not.
        reason: InvalidZoneChange,
    },
}

/// Why a request fails. `text` is the sentence for people (error_text.rs).
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// A parameter cannot be read or is out of its bounds.
    InvalidParameter(#[from] InvalidParameter),
    /// There is no such branch.
    UnknownBranch {
        /// What came.
        given: String,
        /// What may come.
        known: String,
    },
    /// There is no such batch.
    UnknownBatch,
    /// There is no such run.
    UnknownRun,
    /// No plan has such a hash, or it was shown too long ago.
    UnknownPlan,
    /// Two plans begin with the digits.
    AmbiguousPlan,
    /// What would run is not what was shown.
    PlanChanged {
        /// Windows that were shown.
        shown: u64,
        /// Windows of them that would run now.
        left: u64,
        /// The plan of those; None where nothing is left.
        next: Option<PlanHash>,
    },
    /// What is missing of a selection is not what was shown.
    SelectionChanged {
        /// Windows that are missing now.
        left: u64,
    },
    /// The state of the plan does not allow it.
    PlanState {
        /// Where it stands.
        state: PlanState,
        /// What was asked for.
        action: PlanAction,
    },
    /// The store never closes, so its windows would wait for ever.
    NeverClosed {
        /// Its name.
        store: String,
    },
    /// Nobody has signed in.
    NotSignedIn,
    /// The role of whoever asks is not enough.
    Forbidden {
        /// The least role that may.
        needed: Role,
    },
    /// Whoever asks may do it in other stores.
    NotYourStore {
        /// Its name.
        store: String,
    },
    /// It is about all stores, and whoever asks has only some.
    NotAllStores,
    /// The name, the password, or both are wrong; which of them is not said.
    WrongCredentials,
    /// No such one-time code, or it ended.
    WrongCode,
    /// Too many attempts for the name, or from the address.
    TooManyAttempts {
        /// Until the next one.
        seconds: u64,
    },
    /// The provider of identities does not respond, or not as one does.
    ProviderSilent,
    /// The provider, or we, did not believe whoever came back from it.
    ProviderRefused,
    /// The attempt to sign in by the provider ended, was used, or was begun in another browser.
    AttemptOver,
    /// The provider vouches for somebody who has no user here that may sign in.
    NotInvited {
        /// What they are called there.
        name: String,
    },
    /// The user of that name is another person at the provider.
    LinkedToAnother {
        /// The name.
        name: String,
    },
    /// Too many passwords are being looked at.
    SignInBusy,
    /// Another user has the name.
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such user.
    UnknownUser,
    /// There is no such token.
    UnknownToken,
    /// There is no such session, or it is somebody else's.
    UnknownSession,
    /// Nobody could administer any more.
    LastAdministrator,
    /// Another process changed the user since they were read here.
    UserChanged,
    /// A password could not be hashed; what was wrong is not for callers.
    PasswordHash(String),
    /// A snapshot of stock cannot be taken for the past.
    Unrecoverable,
    /// What cannot be justified.
    NotJustifiable(Unjustifiable),
    /// There is no such channel for notices.
    UnknownChannel,
    /// There is no such justification.
    UnknownJustification,
    /// It was taken back already.
    AlreadyWithdrawn,
    /// A day that is not over cannot be compared.
    DayNotOver(jiff::civil::Date),
    /// Nothing in the period has ended yet.
    NothingToExtract,
    /// Too many runs wait already.
    QueueFull {
        /// How many were asked for.
        asked: usize,
        /// How many wait.
        waiting: usize,
        /// How many may.
        limit: usize,
    },
    /// The process is about to end.
    ShuttingDown,
    /// Nothing is wrong: somebody wanted to see an internal error in Sentry.
    MonitoringTrial,
    /// The database refused; what it says is not for callers.
    Warehouse(#[from] WarehouseError),
}

/// Why a period cannot be justified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unjustifiable {
    /// Nothing is expected of it.
    NothingExpected,
    /// No invoice number is missing entirely within it.
    NoNumbers,
    /// This part of it is loaded.
    Loaded(LocalPeriod),
    /// This part of it is queued or in progress.
    InProgress(LocalPeriod),
}

impl UseCaseError {
    /// The plan to look at instead.
    pub(crate) fn plan_hash(&self) -> Option<PlanHash> {
        match self {
            Self::PlanChanged { next, .. } => next.clone(),
            _ => None,
        }
    }

    /// The kind of answer it becomes.
    pub const fn code(&self) -> ProblemCode {
        match self {
            Self::InvalidParameter(_) => ProblemCode::InvalidParameter,
            Self::UnknownBranch { .. }
            | Self::UnknownBatch
            | Self::UnknownRun
            | Self::UnknownPlan
            | Self::UnknownJustification
            | Self::UnknownChannel
            | Self::UnknownUser
            | Self::UnknownToken
            | Self::UnknownSession => ProblemCode::NotFound,
            Self::NotSignedIn
            | Self::WrongCredentials
            | Self::WrongCode
            | Self::ProviderRefused
            | Self::AttemptOver => ProblemCode::NotSignedIn,
            Self::TooManyAttempts { .. } => ProblemCode::TooManyAttempts,
            Self::Forbidden { .. }
            | Self::NotYourStore { .. }
            | Self::NotAllStores
            | Self::NotInvited { .. }
            | Self::LinkedToAnother { .. } => ProblemCode::Forbidden,
            Self::Unrecoverable
            | Self::NameTaken { .. }
            | Self::LastAdministrator
            | Self::UserChanged
            | Self::NothingToExtract
            | Self::AmbiguousPlan
            | Self::PlanState { .. }
            | Self::SelectionChanged { .. }
            | Self::NeverClosed { .. }
            | Self::NotJustifiable(_)
            | Self::AlreadyWithdrawn
            | Self::DayNotOver(_) => ProblemCode::Conflict,
            Self::PlanChanged { .. } => ProblemCode::PlanChanged,
            Self::QueueFull { .. }
            | Self::ShuttingDown
            | Self::SignInBusy
            | Self::ProviderSilent
            | Self::Warehouse(WarehouseError::Away(_)) => ProblemCode::Busy,
            Self::Warehouse(_) | Self::PasswordHash(_) | Self::MonitoringTrial => ProblemCode::Internal,
        }
    }
}
