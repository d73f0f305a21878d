//! Users, tokens and the audit as an administrator sees them. No hash is in them.

use domain::access::{AuditAction, Role, StoreScope};
use domain::decision::Origin;
use jiff::civil::DateTime;
use uuid::Uuid;

/// Everything that the page of users shows. Times are of the chain's clock.
#[derive(Clone, Debug)]
pub struct AccessOverview {
    /// By name.
    pub users: Vec<UserView>,
    /// The latest first.
    pub tokens: Vec<TokenView>,
    /// The latest first.
    pub audit: Vec<AuditView>,
    /// Stores that an operator may be limited to: id and name.
    pub stores: Vec<(String, String)>,
}

/// A user.
#[derive(Clone, Debug)]
pub struct UserView {
    /// What they sign in with.
    pub name: String,
    /// What they may.
    pub role: Role,
    /// Where they may change something.
    pub stores: StoreScope,
    /// Whether they may sign in.
    pub is_enabled: bool,
    /// Whether they have set a password.
    pub has_password: bool,
    /// Whether they have signed in by the provider of identities.
    pub is_linked: bool,
    /// Until when their one-time code counts.
    pub code_until: Option<DateTime>,
    /// How many browsers are signed in.
    pub sessions: usize,
    /// The last request of any of them.
    pub seen_at: Option<DateTime>,
}

/// A token for scripts.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// Which one.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// What it may.
    pub role: Role,
    /// Where it may change something.
    pub stores: StoreScope,
    /// Who made it.
    pub created_by: String,
    /// When it ends.
    pub expires_at: DateTime,
    /// Whether it counts now.
    pub is_valid: bool,
}

/// An entry of the audit.
#[derive(Clone, Debug)]
pub struct AuditView {
    /// When.
    pub at: DateTime,
    /// Who.
    pub actor: String,
    /// From where.
    pub origin: Origin,
    /// From which address.
    pub address: Option<String>,
    /// What.
    pub action: AuditAction,
    /// To whom or what.
    pub object: String,
    /// How often.
    pub times: u64,
}
