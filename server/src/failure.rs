//! How a command ends, as scripts see it.

use std::process::ExitCode;

use domain::problem::ProblemCode;
use engine::UseCaseError;
use warehouse::WarehouseError;

use crate::settings::InvalidSettings;

/// What was asked for was done, and there is nothing to complain of.
pub const SUCCESS: u8 = 0;
/// Nobody expected this.
pub const UNEXPECTED: u8 = 1;
/// The command line or the settings cannot be used; clap uses the same number.
pub const USAGE: u8 = 2;
/// Done, but something failed, is partial, or is missing.
pub const INCOMPLETE: u8 = 3;
/// Another process has the database.
pub const DATABASE_IN_USE: u8 = 4;

/// The database does not work any more in this process; one that is started anew opens it again.
pub const DATABASE_BROKEN: u8 = 5;

/// The exit codes as help shows them.
pub const EXIT_CODES_HELP: &str = "\
Códigos de salida:
  0  todo bien
  1  error inesperado
  2  la orden o la configuración no sirve
  3  algo falló o quedó parcial (gaps: hay gaps; doctor: hay algo que corregir)
  4  otro proceso usa la base de datos (con el servidor en marcha: --servidor URL)
  5  la base de datos dejó de funcionar, o PostgreSQL no responde: hay que volver a arrancar";

/// A command that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All good.
    Success,
    /// Something failed, is partial, or is missing; the output says what.
    Incomplete,
}

/// A command that was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line or the settings cannot be used.
    #[error("{0}")]
    Usage(String),
    /// Another process has the database.
    #[error(
        "otro proceso usa la base de datos {path}: si es el servidor (klk serve), pregúntele a él con --servidor DIRECCIÓN o \
         KLK_SERVIDOR, si la orden lo tiene (klk recuperar en vez de klk etl); klk tokens se hace en su página \
         /usuarios, y lo demás con el servidor detenido. Si es otro, espere a que termine"
    )]
    DatabaseInUse {
        /// The database file.
        path: String,
    },
    /// The server of the database cannot be reached.
    #[error(
        "la base de datos {place} no responde: {detail}\nCompruebe que PostgreSQL esté en marcha y que KLK_DATABASE tenga su dirección, \
         la persona y la clave; el certificado se comprueba siempre que hay cifrado (sslmode). El servicio lo intenta otra vez con \
         Restart=on-failure"
    )]
    DatabaseUnreachable {
        /// Where it is, without a password.
        place: String,
        /// Why.
        detail: String,
    },
    /// DuckDB gave up the file after an error, as for want of room on the disk.
    #[error(
        "la base de datos dejó de funcionar tras un error: nada de lo cargado se pierde; revise el espacio en el \
         disco y vuelva a arrancar (el servicio lo hace solo con Restart=on-failure)"
    )]
    DatabaseBroken,
    /// The work ended with something missing; the text says what.
    #[error("{0}")]
    Incomplete(String),
    /// Nobody expected this.
    #[error("{0:#}")]
    Unexpected(anyhow::Error),
}

impl From<InvalidSettings> for Failure {
    fn from(error: InvalidSettings) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(error)
    }
}

impl Outcome {
    /// For the shell.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Success => SUCCESS.into(),
            Self::Incomplete => INCOMPLETE.into(),
        }
    }
}

impl Failure {
    /// For the shell.
    pub fn exit_code(&self) -> ExitCode {
        let code = match self {
            Self::Usage(_) => USAGE,
            Self::DatabaseInUse { .. } => DATABASE_IN_USE,
            Self::DatabaseBroken | Self::DatabaseUnreachable { .. } => DATABASE_BROKEN,
            Self::Incomplete(_) => INCOMPLETE,
            Self::Unexpected(_) => UNEXPECTED,
        };
        code.into()
    }
}

/// What a use case refuses, as scripts see it.
pub fn use_case_failure(error: UseCaseError) -> Failure {
    if let UseCaseError::Warehouse(WarehouseError::Away(away)) = &error {
        return Failure::DatabaseUnreachable { place: "de KLK_DATABASE".to_owned(), detail: away.to_string() };
    }
    match error.code() {
        ProblemCode::InvalidParameter | ProblemCode::NotFound | ProblemCode::NotSignedIn | ProblemCode::Forbidden => {
            Failure::Usage(error.to_string())
        }
        ProblemCode::Conflict | ProblemCode::PlanChanged | ProblemCode::TooManyAttempts | ProblemCode::Busy => {
            Failure::Incomplete(error.to_string())
        }
        ProblemCode::Internal => internal_failure(&error),
    }
}

/// What the database or a library says is for the log: the sentence is for people.
fn internal_failure(error: &UseCaseError) -> Failure {
    if matches!(error, UseCaseError::Warehouse(WarehouseError::Broken(_))) {
        return Failure::DatabaseBroken;
    }
    let source = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(source, "a command failed");
    Failure::Unexpected(anyhow::anyhow!(error.to_string()))
}
