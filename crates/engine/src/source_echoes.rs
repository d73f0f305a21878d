//! Which fields of a request the POS repeats in its responses. One that leaves out what others had may belong to another request.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::EtlKind;
use domain::echo::Echoes;
use domain::run_message::RunMessage;

/// What responses of this process and of earlier ones have repeated.
#[derive(Debug, Default)]
pub(crate) struct SourceEchoes(Mutex<HashSet<(EtlKind, String)>>);

impl SourceEchoes {
    /// With what earlier processes kept.
    pub(crate) fn knowing(shown: Vec<(EtlKind, String)>) -> Self {
        Self(Mutex::new(shown.into_iter().collect()))
    }

    /// What is wrong with a response that leaves out a field that others of its kind had.
    pub(crate) fn hidden_in(&self, kind: EtlKind, echoes: &Echoes) -> Option<RunMessage> {
        let shown = self.lock();
        let mut fields = echoes.missing.iter().map(|field| (kind, (*field).to_owned()));
        fields.find(|field| shown.contains(field)).map(|(_, campo)| RunMessage::WithoutEcho { campo })
    }

    /// Notes what a response repeats. Those that are new, to be kept for later processes.
    pub(crate) fn note(&self, kind: EtlKind, echoes: &Echoes) -> Vec<&'static str> {
        let mut shown = self.lock();
        echoes.said.iter().copied().filter(|field| shown.insert((kind, (*field).to_owned()))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<(EtlKind, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_hidden_where_others_of_the_kind_had_it() {
        let echoes = SourceEchoes::knowing(vec![(EtlKind::Sales, "almacen".to_owned())]);
        let hides = |kind, field| echoes.hidden_in(kind, &Echoes::of([(field, false)])).is_some();
        assert!(hides(EtlKind::Sales, "almacen"));
        assert!(!hides(EtlKind::Inventory, "almacen"));
        assert!(!hides(EtlKind::Sales, "fecha_hasta"));
        let said = Echoes::of([("fecha_hasta", true), ("almacen", true)]);
        assert_eq!(echoes.note(EtlKind::Sales, &said), ["fecha_hasta"]);
        assert!(echoes.note(EtlKind::Sales, &said).is_empty());
        assert!(hides(EtlKind::Sales, "fecha_hasta"));
    }
}
