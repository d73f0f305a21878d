//! What proves the cause of a gap, in a sentence made of stored facts.

use domain::cause::CauseKind;
use domain::read_model::{GapView, MissingNumbers};
use domain::sequence::BreakKind;

use super::{absolute, dollars, whole};
use crate::i18n::{Language, shown_message};
use crate::preferences::language;

/// What a cause is called.
pub const fn cause_name(language: Language, cause: CauseKind) -> &'static str {
    let texts = language.cause();
    match cause {
        CauseKind::Unreachable => texts.unreachable(),
        CauseKind::PosError => texts.pos_error(),
        CauseKind::Timeout => texts.timeout(),
        CauseKind::ShortAnswer => texts.short_answer(),
        CauseKind::MalformedAnswer => texts.malformed_answer(),
        CauseKind::Database => texts.database(),
        CauseKind::Interrupted => texts.interrupted(),
        CauseKind::Cancelled => texts.cancelled(),
        CauseKind::SchedulerDown => texts.scheduler_down(),
        CauseKind::NotScheduled => texts.not_scheduled(),
        CauseKind::BeforeWatching => texts.before_watching(),
        CauseKind::NumberHole => texts.number_hole(),
        CauseKind::SourceChanged => texts.source_changed(),
    }
}

/// What the cause of a gap is called. A key that is not accepted is an error that somebody here can mend.
pub const fn cause_of_gap(language: Language, gap: &GapView) -> &'static str {
    match gap.evidencia.estado_http {
        Some(401 | 403) if matches!(gap.evidencia.tipo, CauseKind::PosError) => language.cause().key_refused(),
        _ => cause_name(language, gap.evidencia.tipo),
    }
}

/// What proves the cause of a gap.
pub fn evidence_of_gap(language: Language, gap: &GapView) -> String {
    let texts = language.cause();
    let proof = &gap.evidencia;
    let moment = |local| absolute(language, local);
    match (proof.tipo, proof.disparo_anterior_local, proof.disparo_siguiente_local) {
        (CauseKind::SchedulerDown, Some(last), Some(next)) => texts.silent_between(moment(last), moment(next)),
        (CauseKind::SchedulerDown, Some(last), None) => texts.silent_since(moment(last)),
        (CauseKind::NotScheduled, _, Some(next)) => texts.fired_for_others(moment(next)),
        (CauseKind::BeforeWatching, _, Some(first)) => texts.before_first(moment(first)),
        (CauseKind::SchedulerDown | CauseKind::NotScheduled | CauseKind::BeforeWatching, ..) => {
            texts.never_fired().to_owned()
        }
        (CauseKind::NumberHole, ..) => match missing_invoices(&gap.facturas_faltantes) {
            1 => texts.invoice_lacks().to_owned(),
            count => texts.invoices_lack(whole(language, count)),
        },
        (CauseKind::SourceChanged, ..) => {
            let lines = |count: Option<u64>| whole(language, count.unwrap_or_default());
            let counts = texts.source_now(lines(proof.anunciadas), lines(proof.cargadas));
            let money = proof.usd_cargado.zip(proof.usd_ahora).filter(|(loaded, now)| loaded != now);
            let money =
                money.map(|(loaded, now)| texts.source_money(dollars(language, now), dollars(language, loaded)));
            let seen = proof.vista_en_local.map(|local| texts.seen(moment(local)));
            [Some(counts), money, seen].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        _ => {
            let counts = match (proof.anunciadas, proof.recibidas) {
                (Some(announced), Some(received)) if proof.tipo == CauseKind::ShortAnswer && received < announced => {
                    Some(texts.counts(whole(language, received), whole(language, announced)))
                }
                // All lines came, and something else is wrong with them: the run says what.
                _ if proof.tipo == CauseKind::ShortAnswer => {
                    shown_message(language, gap.causa_mensaje.as_ref(), gap.causa_detalle.as_ref())
                }
                _ => None,
            };
            let result = counts.or_else(|| {
                proof.estado_http.map(|status| match status {
                    401 | 403 => texts.status_key(status),
                    status => texts.status(status),
                })
            });
            let ended = proof.terminada_en_local.map(|local| texts.ended(moment(local)));
            [result, ended].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

/// Missing invoices.
pub fn missing_invoices(numbers: &[MissingNumbers]) -> u64 {
    numbers.iter().map(|numbers| numbers.hasta - numbers.desde + 1).sum()
}

/// `C10-01: 8064 – 8066`, and whether it is a jump.
pub fn numbers_of(numbers: &MissingNumbers) -> String {
    let text = numbers_in_a_row(&numbers.caja, numbers.desde, numbers.hasta);
    if numbers.tipo == BreakKind::Jump { language().proof().jump(text) } else { text }
}

/// The same of a register and its first and last number.
pub fn numbers_in_a_row(register: &str, from: u64, to: u64) -> String {
    if from == to { format!("{register}: {from}") } else { format!("{register}: {from} – {to}") }
}

#[cfg(test)]
mod tests {
    use domain::read_model::CauseEvidence;
    use domain::run_message::RunMessage;
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;
    use crate::i18n::run_message;
    use crate::sample;

    fn noon() -> Option<jiff::civil::DateTime> {
        Some(date(2025, 11, 17).at(12, 5, 0, 0))
    }

    #[rstest]
    #[case(
        CauseEvidence { disparo_anterior_local: noon(), ..sample::evidence(CauseKind::SchedulerDown) },
        "El planificador no corre desde 17 nov 2025, 12:05."
    )]
    #[case(
        CauseEvidence { anunciadas: Some(1_212), recibidas: Some(180), ..sample::evidence(CauseKind::ShortAnswer) },
        "Llegaron 180 de las 1.212 líneas anunciadas."
    )]
    #[case(
        CauseEvidence { estado_http: Some(503), terminada_en_local: noon(), ..sample::evidence(CauseKind::PosError) },
        "Respondió HTTP 503. Último intento: 17 nov 2025, 12:05."
    )]
    #[case(
        CauseEvidence { estado_http: Some(401), ..sample::evidence(CauseKind::PosError) },
        "Respondió HTTP 401: revise la clave de API."
    )]
    #[case(
        CauseEvidence {
            anunciadas: Some(1_212),
            cargadas: Some(1_180),
            usd_cargado: Some("100.5".parse().unwrap()),
            usd_ahora: Some("120".parse().unwrap()),
            vista_en_local: noon(),
            ..sample::evidence(CauseKind::SourceChanged)
        },
        "El KLK tiene ahora 1.212 líneas; cargadas hay 1.180. Valen USD\u{a0}120; lo cargado vale USD\u{a0}101. Se vio: 17 nov 2025, 12:05."
    )]
    #[case(sample::evidence(CauseKind::BeforeWatching), "No hay ninguna corrida del planificador registrada.")]
    fn a_cause_is_proven_by_what_is_stored(#[case] evidencia: CauseEvidence, #[case] text: &str) {
        let gap = GapView { evidencia, ..sample::gap() };
        assert_eq!(evidence_of_gap(Language::Es, &gap), text);
    }

    #[rstest]
    #[case(401, "El POS no aceptó la clave de API")]
    #[case(403, "El POS no aceptó la clave de API")]
    #[case(503, "El POS respondió con error")]
    fn a_key_that_is_not_accepted_is_called_so(#[case] status: u16, #[case] text: &str) {
        let evidencia = CauseEvidence { estado_http: Some(status), ..sample::evidence(CauseKind::PosError) };
        let gap = GapView { evidencia, ..sample::gap() };
        assert_eq!(cause_of_gap(Language::Es, &gap), text);
    }

    #[test]
    fn where_all_lines_came_the_run_says_what_is_wrong() {
        let proof =
            CauseEvidence { anunciadas: Some(8), recibidas: Some(8), ..sample::evidence(CauseKind::ShortAnswer) };
        let message = RunMessage::WithoutMoment;
        let gap = GapView { evidencia: proof, causa_mensaje: Some(message.clone()), ..sample::gap() };
        assert_eq!(evidence_of_gap(Language::Es, &gap), run_message(Language::Es, &message));
    }
}
