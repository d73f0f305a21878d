//! What can be done to a plan that was started.

/// The last word of the REST path, and what it does.
#[derive(Clone, Copy, Debug)]
pub enum PlanVerb {
    /// `pausar`
    Pause,
    /// `reanudar`
    Resume,
    /// `cancelar`
    Cancel,
}

impl PlanVerb {
    /// As it is in the REST path.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pausar",
            Self::Resume => "reanudar",
            Self::Cancel => "cancelar",
        }
    }
}
