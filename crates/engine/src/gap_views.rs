//! Gaps as they are shown.

use domain::cause::CauseKind;
use domain::gap::{Gap, GapCause, GapClass, GapEvidence, GapState, GapWork, GapWorkStage, Urgency};
use domain::read_model::{CauseEvidence, GapView, MissingNumbers, RegisterRestart};
use domain::run_message::RunText;
use domain::sequence::{NumberHole, NumberRestart};
use domain::value::{GapValue, ValueProfile};
use domain::window::{LocalPeriod, half_hours};
use domain::{Branch, EtlKind, Interval};
use jiff::{SignedDuration, Timestamp};

use crate::{gap_causes, gap_values, number_holes};

/// Of when, and how long after its end a half hour still is no gap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) grace: SignedDuration,
}

/// Half hours that are missing.
pub(crate) fn of_coverage(
    kind: EtlKind,
    branch: &Branch,
    gap: Gap,
    evidence: CauseEvidence,
    value: GapValue,
    moment: Moment,
) -> GapView {
    let (causa, error_tipo, said, ejecucion_id) = match gap.cause {
        GapCause::NeverRan => ("nunca_ejecutado".to_owned(), None, None, None),
        GapCause::SourceChanged { run } => (CauseKind::SourceChanged.as_str().to_owned(), None, None, Some(run)),
        GapCause::Attempted { state, error, message, run } => (state.as_str().to_owned(), error, message, Some(run)),
    };
    GapView {
        ventanas: gap.windows,
        causa,
        error_tipo,
        causa_mensaje: said.as_ref().and_then(RunText::message),
        causa_detalle: said.map(|said| said.sentence),
        intentos: gap.attempts,
        ejecucion_id,
        valor: value.estimate.map(gap_values::view),
        ventanas_sin_historia: value.windows_unknown,
        ..view(GapClass::Coverage, kind, branch, gap.interval, gap.work, evidence, moment)
    }
}

/// Missing invoice numbers: one gap for all of the same half hours.
pub(crate) fn of_sequence(
    branch: &Branch,
    holes: &[NumberHole],
    evidence: &GapEvidence,
    profile: &ValueProfile<'_>,
    moment: Moment,
) -> Vec<GapView> {
    let view = |(span, windows): (Interval<Timestamp>, u32)| {
        let mut together: Vec<&NumberHole> =
            holes.iter().filter(|hole| number_holes::span_of(hole, &branch.zone) == Some(span)).collect();
        together.sort_by(|one, other| (&one.register, one.from).cmp(&(&other.register, other.from)));
        let missing = together.iter().map(|hole| hole.missing()).sum();
        let tried = evidence.attempts.iter().filter(|attempt| attempt.interval.overlaps(&span));
        let work = GapWork::of(tried);
        let valor = profile.value_of_invoices(missing).map(gap_values::view);
        let evidence = gap_causes::without_evidence(CauseKind::NumberHole);
        GapView {
            ventanas: windows,
            causa: CauseKind::NumberHole.as_str().to_owned(),
            ventanas_sin_historia: if valor.is_none() { windows } else { 0 },
            valor,
            facturas_faltantes: together.into_iter().map(numbers).collect(),
            ..view(GapClass::Sequence, EtlKind::Sales, branch, span, work, evidence, moment)
        }
    };
    places(branch, holes).into_iter().map(view).collect()
}

/// The stretches that holes lie in, each once, with its half hours.
pub(crate) fn places(branch: &Branch, holes: &[NumberHole]) -> Vec<(Interval<Timestamp>, u32)> {
    let mut spans: Vec<Interval<Timestamp>> =
        holes.iter().filter_map(|hole| number_holes::span_of(hole, &branch.zone)).collect();
    spans.sort_unstable();
    spans.dedup();
    let windows = |span| u32::try_from(half_hours(span, &branch.zone).len()).unwrap_or(u32::MAX);
    spans.into_iter().map(|span| (span, windows(span))).collect()
}

/// Missing numbers, as they are shown.
pub(crate) fn numbers(hole: &NumberHole) -> MissingNumbers {
    MissingNumbers {
        tipo: hole.kind,
        caja: hole.register.clone(),
        desde: hole.from,
        hasta: hole.to,
        despues_de: hole.after,
        antes_de: hole.before,
        justificada: false,
    }
}

/// A register that started again, as it is shown.
pub(crate) fn restart(restart: &NumberRestart) -> RegisterRestart {
    RegisterRestart {
        caja: restart.register.clone(),
        ultimo: restart.last,
        primero: restart.first,
        despues_de: restart.after,
        antes_de: restart.before,
    }
}

fn view(
    class: GapClass,
    kind: EtlKind,
    branch: &Branch,
    interval: Interval<Timestamp>,
    work: Option<GapWork>,
    evidence: CauseEvidence,
    Moment { now, grace }: Moment,
) -> GapView {
    let period = LocalPeriod::of(interval, &branch.zone);
    // It became one when its first window should have been there, or now, where a run for it failed before that.
    let first_end = interval.start().checked_add(domain::HALF_HOUR).unwrap_or(interval.end());
    let detected = first_end.checked_add(grace).unwrap_or(first_end).min(now);
    let age = now.duration_since(first_end);
    let estado = match work.map(|work| work.stage) {
        _ if !kind.is_recoverable() => GapState::Unrecoverable,
        Some(GapWorkStage::Running) => GapState::Running,
        Some(GapWorkStage::Queued) => GapState::Queued,
        Some(GapWorkStage::Held) => GapState::Held,
        None => GapState::Pending,
    };
    let mark = if class == GapClass::Sequence { "secuencia." } else { "" };
    GapView {
        id: format!("{mark}{kind}.{}.{}", branch.id, interval.start().as_second()),
        clase: class,
        etl_tipo: kind,
        ubicacion_id: branch.id.clone(),
        ubicacion_nombre: branch.name.clone(),
        inicio: interval.start(),
        fin: interval.end(),
        fecha_desde: period.date_from,
        fecha_hasta: period.date_to,
        hora_desde: period.from_text(),
        hora_hasta: period.to_text(),
        ventanas: 0,
        detectado_en: detected,
        detectado_en_local: branch.zone.to_datetime(detected),
        antiguedad_horas: (age.as_secs_f64() / 36.0).round() / 100.0,
        urgencia: Urgency::of_age(age),
        estado,
        causa: String::new(),
        error_tipo: None,
        causa_detalle: None,
        causa_mensaje: None,
        intentos: 0,
        ejecucion_id: None,
        ejecucion_en_curso_id: work.map(|work| work.run),
        recuperable: estado == GapState::Pending,
        valor: None,
        ventanas_sin_historia: 0,
        evidencia: evidence,
        facturas_faltantes: Vec::new(),
    }
}
