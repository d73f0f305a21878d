//! Who asks, and what they may.

use domain::decision::Origin;

use crate::UseCaseError;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May look.
    Viewer,
    /// May look, extract and recover.
    Operator,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As it is stored with what they ask for: a name or a role, not an address.
    pub name: String,
    /// What they may.
    pub role: Role,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// Somebody of operations, at a page.
    pub fn operator(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Operator, origin: Origin::Web }
    }

    /// Somebody of operations, at the command line.
    pub fn at_console(name: impl Into<String>) -> Self {
        Self { origin: Origin::CommandLine, ..Self::operator(name) }
    }

    /// The system itself, as by a schedule.
    pub fn system() -> Self {
        Self { origin: Origin::System, ..Self::operator("sistema") }
    }

    pub(crate) fn may_operate(&self) -> Result<(), UseCaseError> {
        if self.role == Role::Operator { Ok(()) } else { Err(UseCaseError::Forbidden) }
    }
}
