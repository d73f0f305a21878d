//! The certificate of a half hour: each proof with its outcome and the facts that it rests on.

use domain::certificate::ProofOutcome;
use domain::read_model::{Certificate, HalfHourView};
use domain::window_state::WindowState;
use leptos::prelude::*;

use super::Pill;
use crate::format::{absolute, numbers_of, whole};
use crate::i18n::{shown_message, state_name, window_state_name};
use crate::preferences::language;

/// What proves a half hour; None where none is chosen.
pub fn proofs(half_hour: Option<&HalfHourView>) -> AnyView {
    let shown = match half_hour {
        Some(half_hour) => draw(half_hour),
        None => view! { <p class="muted">{language().day().choose()}</p> }.into_any(),
    };
    view! { <section class="proofs" aria-live="polite">{shown}</section> }.into_any()
}

fn draw(half_hour: &HalfHourView) -> AnyView {
    let language = language();
    let texts = language.proof();
    let Certificate { ejecucion, conteo, secuencia } = &half_hour.certificado;
    let period = format!("{} – {}", half_hour.hora_desde, half_hour.hora_hasta);

    let mut committed = Vec::new();
    match (ejecucion.ejecucion_id, ejecucion.ejecucion_estado) {
        (Some(run), Some(state)) => {
            committed.push(format!("{}: {}", texts.by_run(run), state_name(language, state)));
        }
        _ => committed.push(texts.none().to_owned()),
    }
    committed.extend(ejecucion.terminada_en_local.map(|at| texts.at(absolute(language, at))));
    committed.extend(shown_message(language, ejecucion.detalle.as_ref(), ejecucion.mensaje.as_ref()));
    committed.extend((ejecucion.cargas > 1).then(|| texts.times(ejecucion.cargas)));
    committed.extend(ejecucion.fuente_cambio.then(|| texts.source_changed().to_owned()));

    let mut counted = Vec::new();
    if let (Some(announced), Some(received)) = (conteo.anunciadas, conteo.recibidas) {
        counted.push(texts.counts(whole(language, received), whole(language, announced)));
    }
    if let (Some(from), Some(to)) = (conteo.ventana_desde.clone(), conteo.ventana_hasta.clone()) {
        counted.push(texts.of_window(from, to));
    }
    counted.push(texts.loaded(whole(language, half_hour.lineas), whole(language, half_hour.facturas)));

    let missing = secuencia.faltantes.iter().map(|numbers| match numbers.justificada {
        true => format!("{} ({})", numbers_of(numbers), window_state_name(language, WindowState::Waived)),
        false => numbers_of(numbers),
    });
    let restarted =
        secuencia.reinicios.iter().map(|restart| texts.restart(&restart.caja, restart.ultimo, restart.primero));
    let missing = missing.chain(restarted).collect();
    view! {
        <h2>{language.day().certificate(period)} " " <Pill tone=half_hour.estado label=window_state_name(language, half_hour.estado)/></h2>
        <dl class="proof-list">
            {proof(texts.commit(), ejecucion.resultado, committed)}
            {proof(texts.count(), conteo.resultado, counted)}
            {proof(texts.sequence(), secuencia.resultado, missing)}
        </dl>
    }
    .into_any()
}

fn proof(what: &'static str, outcome: ProofOutcome, facts: Vec<String>) -> AnyView {
    let texts = language().proof();
    let word = match outcome {
        ProofOutcome::Holds => texts.holds(),
        ProofOutcome::Fails => texts.fails(),
        ProofOutcome::NotApplicable => texts.not_applicable(),
    };
    let facts = facts.into_iter().map(|fact| view! { <dd class="muted">{fact}</dd> }).collect_view();
    view! { <div><dt>{what} " " <Pill tone=outcome label=word/></dt>{facts}</div> }.into_any()
}
