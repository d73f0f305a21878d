//! Something that is kept of who asked for what.

use domain::access::AuditAction;
use domain::decision::Origin;
use jiff::Timestamp;
use uuid::Uuid;

/// A row of `auditoria`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The same for ever.
    pub id: Uuid,
    /// When; of what is counted, when it was stored.
    pub at: Timestamp,
    /// Who, as they presented themselves.
    pub actor: String,
    /// From where.
    pub origin: Origin,
    /// The address of whoever asked, where there is one.
    pub address: Option<String>,
    /// What happened.
    pub action: AuditAction,
    /// To whom or what.
    pub object: String,
    /// How often.
    pub times: u64,
}
