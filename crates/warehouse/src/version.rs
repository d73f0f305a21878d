//! How often the stored data has changed, by subject. A result that was computed from it can be reused until the versions of
//! the subjects that it was read from change.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// A subject of the stored data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Subject {
    /// Runs, and with them the queue.
    Runs,
    /// Lines, coverage, and what follows from them.
    Sales,
    /// Snapshots of stock.
    Stock,
    /// Justifications, calendars, and the record of decisions.
    Decisions,
    /// Plans and their record.
    Plans,
    /// Firings of schedules.
    Schedules,
}

impl Subject {
    /// Every subject.
    pub const ALL: &[Self] = &[Self::Runs, Self::Sales, Self::Stock, Self::Decisions, Self::Plans, Self::Schedules];
}

const SUBJECTS: usize = Subject::ALL.len();

/// The version of some subjects. Two that are equal were read from the same data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    changes: [u64; SUBJECTS],
    decided: u64,
}

impl Version {
    /// Whether every change of the other version had happened when this one was read.
    pub fn includes(&self, other: &Self) -> bool {
        self.includes_decisions(other) && self.changes.iter().zip(&other.changes).all(|(own, other)| own >= other)
    }

    /// Likewise for the changes that somebody decided; what runs changed while they ran may be missing.
    pub fn includes_decisions(&self, other: &Self) -> bool {
        self.decided >= other.decided
    }
}

/// What one write changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    subjects: &'static [Subject],
    /// False for what a run writes while it runs: nobody waits for exactly this write.
    is_decided: bool,
}

impl Change {
    /// By the name of the write. A name that is not listed changes everything, which is never wrong.
    pub(crate) fn of(write: &'static str) -> Self {
        use Subject::{Runs, Sales, Schedules, Stock};
        let by_run = |subjects| Self { subjects, is_decided: false };
        match write {
            "tomar_ejecucion" | "terminar_ejecucion_fallida" | "olvidar_ejecuciones" => by_run(&[Runs]),
            "reemplazar_ventana_ventas" | "agregar_ventas_parciales" | "anotar_cambios_de_fuente" | "poner_en_duda" => {
                by_run(&[Runs, Sales])
            }
            "reemplazar_existencias" => by_run(&[Runs, Sales, Stock]),
            "poner_foto_en_duda" | "olvidar_cambios_de_existencias" => by_run(&[Stock]),
            "anotar_programacion" | "olvidar_disparos" => by_run(&[Schedules]),
            // When sessions were last used is in no kept answer; it is written as long as anybody looks at a page.
            "actividad"
            | "guardar_listado"
            | "anotar_recuperacion_avisada"
            | "anotar_avisos"
            | "anotar_envio_de_aviso"
            | "olvidar_avisos" => by_run(&[]),
            _ => Self { subjects: Subject::ALL, is_decided: true },
        }
    }
}

/// What stands in a note for a change that somebody decided.
const DECIDED: &str = "d";

/// What another process has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The subjects.
    pub subjects: Vec<Subject>,
    /// Whether somebody decided something; false for what runs write while they run.
    pub is_decided: bool,
}

impl Elsewhere {
    /// Anything.
    pub(crate) fn everything() -> Self {
        Self { subjects: Subject::ALL.to_vec(), is_decided: true }
    }
}

/// Counts the changes, and separates its own from those of other processes. The count of a write goes up after its commit and
/// before its caller hears of it.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    changes: [AtomicU64; SUBJECTS],
    decided: AtomicU64,
    /// Who we are in notes.
    own: Uuid,
}

impl Versions {
    /// Under a name that no other process has.
    pub(crate) fn of_process(own: Uuid) -> Self {
        Self { own, ..Self::default() }
    }

    /// What other processes hear of some changes.
    pub(crate) fn note(&self, changes: impl IntoIterator<Item = Change>) -> String {
        let mut parts = BTreeSet::new();
        for change in changes {
            parts.extend(change.subjects.iter().map(|subject| (*subject as usize).to_string()));
            parts.extend(change.is_decided.then(|| DECIDED.to_owned()));
        }
        format!("{}:{}", self.own, parts.into_iter().collect::<Vec<_>>().join(","))
    }

    /// What a note says; None of our own. What is not known of it is left out.
    pub(crate) fn heard(&self, note: &str) -> Option<Elsewhere> {
        let (process, parts) = note.split_once(':')?;
        if process.parse() == Ok(self.own) {
            return None;
        }
        let subject = |part: &str| Subject::ALL.get(part.parse::<usize>().ok()?).copied();
        let is_decided = parts.split(',').any(|part| part == DECIDED);
        Some(Elsewhere { subjects: parts.split(',').filter_map(subject).collect(), is_decided })
    }

    pub(crate) fn record(&self, change: Change) {
        self.count(change.subjects, change.is_decided);
    }

    /// The same of a change that another process has made.
    pub(crate) fn record_elsewhere(&self, change: &Elsewhere) {
        self.count(&change.subjects, change.is_decided);
    }

    fn count(&self, subjects: &[Subject], is_decided: bool) {
        for subject in subjects {
            if let Some(count) = self.changes.get(*subject as usize) {
                count.fetch_add(1, Ordering::AcqRel);
            }
        }
        if is_decided {
            self.decided.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// To be read before the data is.
    pub(crate) fn of(&self, subjects: &[Subject]) -> Version {
        let mut version = Version { decided: self.decided.load(Ordering::Acquire), ..Version::default() };
        for subject in subjects {
            let place = *subject as usize;
            if let (Some(own), Some(count)) = (version.changes.get_mut(place), self.changes.get(place)) {
                *own = count.load(Ordering::Acquire);
            }
        }
        version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_changes_the_subjects_of_its_name_only() {
        let versions = Versions::default();
        let (runs, stock) = (versions.of(&[Subject::Runs]), versions.of(&[Subject::Stock]));
        versions.record(Change::of("tomar_ejecucion"));
        assert!(!runs.includes(&versions.of(&[Subject::Runs])));
        assert!(stock.includes(&versions.of(&[Subject::Stock])));
    }

    #[test]
    fn a_write_that_nobody_listed_changes_everything() {
        let versions = Versions::default();
        let before: Vec<Version> = Subject::ALL.iter().map(|subject| versions.of(&[*subject])).collect();
        versions.record(Change::of("a write of tomorrow"));
        for (subject, before) in Subject::ALL.iter().zip(before) {
            assert!(!before.includes(&versions.of(&[*subject])), "{subject:?}");
            assert!(!before.includes_decisions(&versions.of(&[*subject])), "{subject:?}");
        }
    }

    #[test]
    fn another_process_hears_what_a_write_changes() {
        let (one, other) = (Versions::of_process(Uuid::from_u128(1)), Versions::of_process(Uuid::from_u128(2)));
        let note = one.note([Change::of("reemplazar_ventana_ventas"), Change::of("tomar_ejecucion")]);
        let heard = Elsewhere { subjects: vec![Subject::Runs, Subject::Sales], is_decided: false };
        assert_eq!((other.heard(&note), one.heard(&note)), (Some(heard), None));
        assert_eq!(other.heard(&one.note([Change::of("a write of tomorrow")])), Some(Elsewhere::everything()));
        let of_a_later_version = format!("{}:99,x", Uuid::from_u128(3));
        assert_eq!(other.heard(&of_a_later_version), Some(Elsewhere { subjects: Vec::new(), is_decided: false }));
    }

    #[test]
    fn what_a_run_writes_is_no_decision() {
        let versions = Versions::default();
        let before = versions.of(&[Subject::Runs]);
        versions.record(Change::of("reemplazar_ventana_ventas"));
        let after = versions.of(&[Subject::Runs]);
        assert!(!before.includes(&after) && before.includes_decisions(&after));
        assert!(after.includes(&before));
    }
}
