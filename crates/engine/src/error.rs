//! What can go wrong in a use case, and what its caller is told of it.

use domain::access::Role;
use domain::branch_clock::InvalidZoneChange;
use domain::filter::InvalidParameter;
use domain::plan::{PlanHash, PlanState};
use domain::problem::ProblemCode;
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
    #[error("zona de la tienda {branch} en klk.toml: {reason}; con vigente_desde = \"1970-01-01\" vale desde siempre")]
    InvalidZone {
        /// Which branch.
        branch: String,
        /// Why not.
        reason: InvalidZoneChange,
    },
}

/// Why something that was asked for is not done. `Display` is for people, in Spanish, and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum UseCaseError {
    /// A parameter cannot be read or is out of its bounds.
    #[error("{0}")]
    InvalidParameter(#[from] InvalidParameter),
    /// There is no such branch.
    #[error("No hay ninguna tienda '{given}'. Las tiendas configuradas son: {known}.")]
    UnknownBranch {
        /// What came.
        given: String,
        /// What may come.
        known: String,
    },
    /// There is no such batch.
    #[error("No hay ningún lote con ese identificador.")]
    UnknownBatch,
    /// There is no such run.
    #[error("No hay ninguna ejecución con ese identificador.")]
    UnknownRun,
    /// No plan has such a hash, or it was shown too long ago.
    #[error(
        "No hay ningún plan con ese hash. Pida otra vez la vista previa: una que nadie inicia se olvida en unos días."
    )]
    UnknownPlan,
    /// Two plans begin with the digits.
    #[error("Más de un plan empieza con esos dígitos; dé el hash completo.")]
    AmbiguousPlan,
    /// What would run is not what was shown.
    #[error("{}", plan_changed(*.shown, .next.as_ref(), *.left))]
    PlanChanged {
        /// Windows that were shown.
        shown: u64,
        /// Windows of them that would run now.
        left: u64,
        /// The plan of those; None where nothing is left.
        next: Option<PlanHash>,
    },
    /// The state of the plan does not allow it.
    #[error("El plan está {state}: ya no se puede {action}.")]
    PlanState {
        /// Where it stands.
        state: PlanState,
        /// What was asked for, as a verb.
        action: &'static str,
    },
    /// The store never closes, so its windows would wait for ever.
    #[error("{store} no cierra en toda la semana: no tiene horas fuera de horario. Quite esa opción, o la tienda.")]
    NeverClosed {
        /// Its name.
        store: String,
    },
    /// Nobody has signed in.
    #[error("Hace falta entrar primero.")]
    NotSignedIn,
    /// The role of whoever asks is not enough.
    #[error("Su usuario no puede hacer esto: hace falta el rol {needed}. Pídalo a quien administra KLK Tracking.")]
    Forbidden {
        /// The least role that may.
        needed: Role,
    },
    /// Whoever asks may do it in other stores.
    #[error("Su usuario no puede cambiar nada de {store}. Pídalo a quien administra KLK Tracking.")]
    NotYourStore {
        /// Its name.
        store: String,
    },
    /// It is about all stores, and whoever asks has only some.
    #[error("Esto es de todas las tiendas y su usuario solo tiene algunas. Pídalo a quien administra KLK Tracking.")]
    NotAllStores,
    /// The name, the password, or both are wrong; which, is not told.
    #[error("El usuario o la clave no son correctos.")]
    WrongCredentials,
    /// No such one-time code, or it ended.
    #[error("El usuario o el código no son correctos, o el código ya se usó o venció.")]
    WrongCode,
    /// Too many attempts for the name, or from the address.
    #[error("Hubo demasiados intentos. Espere {seconds} segundos y vuelva a intentarlo.")]
    TooManyAttempts {
        /// Until the next one.
        seconds: u64,
    },
    /// Too many passwords are being looked at.
    #[error("Muchas personas están entrando a la vez. Vuelva a intentarlo en un momento.")]
    SignInBusy,
    /// Another user has the name.
    #[error("Ya hay un usuario {name}.")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such user.
    #[error("No hay ningún usuario con ese nombre.")]
    UnknownUser,
    /// There is no such token.
    #[error("No hay ningún token con ese identificador.")]
    UnknownToken,
    /// There is no such session, or it is somebody else's.
    #[error("Esa sesión ya terminó, o no es suya.")]
    UnknownSession,
    /// Nobody could administer any more.
    #[error("Es el último administrador: nombre otro antes.")]
    LastAdministrator,
    /// A password could not be hashed; what was wrong is not for callers.
    #[error("No se pudo comprobar la clave. El equipo técnico ya fue avisado.")]
    PasswordHash(String),
    /// A snapshot of stock cannot be taken for the past.
    #[error(
        "Las existencias de un momento pasado no se pueden volver a consultar: esa foto es irrecuperable. \
         La próxima se toma en la siguiente media hora."
    )]
    Unrecoverable,
    /// What cannot be justified.
    #[error("{0}")]
    NotJustifiable(String),
    /// There is no such channel for notices.
    #[error("No hay ningún canal de avisos con ese nombre en klk.toml.")]
    UnknownChannel,
    /// There is no such justification.
    #[error("No hay ninguna justificación con ese identificador.")]
    UnknownJustification,
    /// It was taken back already.
    #[error("Esa justificación ya fue retirada.")]
    AlreadyWithdrawn,
    /// A day that is not over cannot be compared.
    #[error("El {0} todavía no ha terminado en esa tienda: se concilian días cerrados.")]
    DayNotOver(jiff::civil::Date),
    /// Nothing in the period has ended yet.
    #[error("Ese período todavía no ha terminado: no hay medias horas completas que extraer.")]
    NothingToExtract,
    /// Too many runs wait already.
    #[error(
        "Se pidieron {asked} ejecuciones, hay {waiting} en cola y el máximo es {limit}. Pida un período más corto o \
         espere a que avancen."
    )]
    QueueFull {
        /// How many were asked for.
        asked: usize,
        /// How many wait.
        waiting: usize,
        /// How many may.
        limit: usize,
    },
    /// The process is about to end.
    #[error("KLK Tracking se está deteniendo. Vuelva a intentarlo en un momento.")]
    ShuttingDown,
    /// Nothing is wrong: somebody wanted to see an internal error in Sentry.
    #[error("Error de prueba: el servidor falló a propósito, como se le pidió. Nada está dañado.")]
    MonitoringTrial,
    /// The database refused; what it says is not for callers.
    #[error("No se pudo consultar la base de datos. El equipo técnico ya fue avisado.")]
    Warehouse(#[from] WarehouseError),
}

fn plan_changed(shown: u64, next: Option<&PlanHash>, left: u64) -> String {
    match next {
        Some(next) => format!(
            "Desde la vista previa cambió lo que falta: eran {shown} ventanas y ahora son {left}. No se inició nada. \
             Revise el plan nuevo ({}) e inícielo.",
            next.short()
        ),
        None => "Desde la vista previa se recuperó todo lo del plan, está en curso o ya no se espera. No hay nada que iniciar."
            .to_owned(),
    }
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
            Self::NotSignedIn | Self::WrongCredentials | Self::WrongCode => ProblemCode::NotSignedIn,
            Self::TooManyAttempts { .. } => ProblemCode::TooManyAttempts,
            Self::Forbidden { .. } | Self::NotYourStore { .. } | Self::NotAllStores => ProblemCode::Forbidden,
            Self::Unrecoverable
            | Self::NameTaken { .. }
            | Self::LastAdministrator
            | Self::NothingToExtract
            | Self::AmbiguousPlan
            | Self::PlanState { .. }
            | Self::NeverClosed { .. }
            | Self::NotJustifiable(_)
            | Self::AlreadyWithdrawn
            | Self::DayNotOver(_) => ProblemCode::Conflict,
            Self::PlanChanged { .. } => ProblemCode::PlanChanged,
            Self::QueueFull { .. } | Self::ShuttingDown | Self::SignInBusy => ProblemCode::Busy,
            Self::Warehouse(_) | Self::PasswordHash(_) | Self::MonitoringTrial => ProblemCode::Internal,
        }
    }
}
