//! Where a notice to people who are not looking stands.

/// Where one message to one channel stands: the column `estado` of `avisos`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryState {
    /// It waits for its first or next attempt.
    Waiting,
    /// The channel took it.
    Delivered,
    /// It is not tried again.
    GivenUp,
}
crate::state::wire_names!(DeliveryState { Waiting => "pendiente", Delivered => "enviado", GivenUp => "fallido" });
