//! A store's day: where each half hour stands, and what proves it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::cause::RunFacts;
use domain::certificate::{ProofOutcome, count_outcome};
use domain::filter::{CoverageFilter, InvalidParameter, Requirement};
use domain::gap::Attempt;
use domain::later_change::LaterChange;
use domain::read_model::{
    Certificate, CommitProof, CountProof, CoverageDay, HalfHourView, MissingNumbers, SequenceProof, StateCount,
};
use domain::run_message::RunText;
use domain::sequence::{NumberHole, NumberRestart};
use domain::value::HalfHourSales;
use domain::window::{LocalPeriod, day_interval, half_hours};
use domain::window_state::{WindowFacts, WindowState};
use domain::{Branch, EtlKind, Interval, RunId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use warehouse::{Commit, Subject};

use crate::answer_cache::Question;
use crate::gaps::{EvidenceRequest, EvidenceScope};
use crate::window_states::WindowStates;
use crate::{Actor, Engine, UseCaseError, gap_views, number_holes};

/// What is known of a day.
struct Day {
    branch: Arc<Branch>,
    states: WindowStates,
    holes: Vec<NumberHole>,
    waived_holes: Vec<NumberHole>,
    open_holes: Vec<NumberHole>,
    restarts: Vec<NumberRestart>,
    numbers_are_looked_at: bool,
    /// Half hours with invoices whose numbers have no order.
    without_order: HashSet<DateTime>,
    commits: Vec<Commit>,
    facts: HashMap<RunId, RunFacts>,
}

impl Engine {
    /// Each half hour of a store's local day with its state and its certificate.
    pub async fn coverage(&self, actor: &Actor, filter: CoverageFilter) -> Result<CoverageDay, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("coverage", &filter, &[Subject::Runs, Subject::Sales, Subject::Decisions]);
        self.cached(question, self.coverage_now(filter)).await
    }

    async fn coverage_now(&self, filter: CoverageFilter) -> Result<CoverageDay, UseCaseError> {
        let now = self.clock.now();
        let branch = self.branches.require(&filter.branch)?;
        let zone = &branch.zone;
        let day = day_interval(filter.date, zone)
            .ok_or(InvalidParameter { name: "fecha", requirement: Requirement::WithinCalendar })?;
        let known = self.day(Arc::clone(&branch), day, now).await?;
        let local = Interval::new(zone.to_datetime(day.start()), zone.to_datetime(day.end()));
        let sold = match local {
            Some(local) => self.warehouse.sales_history(vec![branch.id.clone()], day, local).await?.remove(&branch.id),
            None => None,
        }
        .unwrap_or_default();

        let windows = half_hours(day, zone).into_iter();
        let sales_of = |window: &Interval<Timestamp>| {
            sold.half_hours.get(&zone.to_datetime(window.start())).copied().unwrap_or_default()
        };
        let medias_horas: Vec<HalfHourView> = windows.map(|window| known.view(window, sales_of(&window))).collect();
        let sum = |read: fn(&HalfHourSales) -> Decimal| sold.half_hours.values().map(read).sum::<Decimal>().round_dp(2);
        Ok(CoverageDay {
            etl_tipo: EtlKind::Sales,
            ubicacion_id: branch.id.clone(),
            ubicacion_nombre: branch.name.clone(),
            fecha: filter.date,
            estados: counts(&medias_horas),
            dia_probado: medias_horas.iter().all(|half_hour| half_hour.estado.is_proven()),
            lineas: medias_horas.iter().map(|half_hour| half_hour.lineas).sum(),
            facturas: medias_horas.iter().map(|half_hour| half_hour.facturas).sum(),
            total_bs: sum(|sales| sales.total_bs),
            total_usd: sum(|sales| sales.total_usd),
            medias_horas,
            generado_en: now,
            generado_en_local: zone.to_datetime(now),
        })
    }

    async fn day(&self, branch: Arc<Branch>, day: Interval<Timestamp>, now: Timestamp) -> Result<Day, UseCaseError> {
        let settled = now.checked_sub(self.settings.gap_grace).unwrap_or(now);
        let mut read = self
            .evidence(EvidenceRequest::current(
                EtlKind::Sales,
                std::slice::from_ref(&branch),
                day,
                settled,
                EvidenceScope::Everything,
            ))
            .await?;
        let Some((_, evidence)) = read.by_branch.pop() else {
            return Err(InvalidParameter { name: "ubicacion_id", requirement: Requirement::StoreWithData }.into());
        };
        let local = Interval::new(branch.zone.to_datetime(day.start()), branch.zone.to_datetime(day.end()));
        let without_order = match local {
            Some(local) => self.warehouse.half_hours_without_order(branch.id.clone(), local).await?,
            None => HashSet::new(),
        };
        let commits = self.warehouse.commits(EtlKind::Sales, branch.id.clone(), day).await?;
        let ended = evidence.attempts.iter().filter(|attempt| attempt.state.is_final()).map(|attempt| attempt.run);
        let facts = self.warehouse.run_facts(ended.collect()).await?;
        let holes = read.holes.remove(&branch.id).unwrap_or_default();
        let waived_holes = read.waived_holes.remove(&branch.id).unwrap_or_default();
        Ok(Day {
            states: WindowStates {
                evidence,
                expected: read.calendars.of(&branch).expected(day, &branch.zone),
                holes: number_holes::spans_of(&holes, &branch.zone),
                waived_holes: number_holes::spans_of(&waived_holes, &branch.zone),
                settled,
            },
            holes,
            waived_holes,
            open_holes: read.open_holes.remove(&branch.id).unwrap_or_default(),
            restarts: read.restarts.remove(&branch.id).unwrap_or_default(),
            numbers_are_looked_at: !self.settings.sequence_exempt.contains(&branch.id),
            branch,
            without_order,
            commits,
            facts: facts.into_iter().map(|facts| (facts.run, facts)).collect(),
        })
    }
}

impl Day {
    fn view(&self, window: Interval<Timestamp>, sales: HalfHourSales) -> HalfHourView {
        let latest = self.states.latest(&window);
        let holes: Vec<&NumberHole> = self.holes.iter().filter(|hole| self.lies_in(hole, &window)).collect();
        let changes = &self.states.evidence.changes;
        let changed = changes.iter().find(|change| change.difference.half_hour.overlaps(&window));
        let facts = self.states.facts(&window, sales.lines);
        let period = LocalPeriod::of(window, &self.branch.zone);
        HalfHourView {
            inicio: window.start(),
            hora_desde: period.from_text(),
            hora_hasta: period.to_text(),
            estado: WindowState::of(EtlKind::Sales, &facts),
            lineas: sales.lines,
            facturas: sales.invoices,
            total_usd: sales.total_usd.round_dp(2),
            certificado: self.certificate(&window, latest, &holes, changed, &facts),
        }
    }

    fn lies_in(&self, hole: &NumberHole, window: &Interval<Timestamp>) -> bool {
        number_holes::span_of(hole, &self.branch.zone).is_some_and(|span| span.overlaps(window))
    }

    fn certificate(
        &self,
        window: &Interval<Timestamp>,
        latest: Option<&Attempt>,
        holes: &[&NumberHole],
        changed: Option<&LaterChange>,
        known: &WindowFacts,
    ) -> Certificate {
        let commits: Vec<&Commit> = self.commits.iter().filter(|commit| commit.facts.window.overlaps(window)).collect();
        let tried = latest.and_then(|attempt| self.facts.get(&attempt.run));
        let counts = commits.last().map(|commit| &commit.facts).or(tried);
        let local = |instant: Timestamp| self.branch.zone.to_datetime(instant);
        let nothing_to_prove = counts.is_none() && !known.is_expected;
        let said = counts.and_then(|facts| facts.message.as_ref());
        let ejecucion = CommitProof {
            resultado: if nothing_to_prove { ProofOutcome::NotApplicable } else { known.is_covered.into() },
            ejecucion_id: counts.map(|facts| facts.run),
            ejecucion_estado: counts.map(|facts| facts.state),
            terminada_en_local: commits
                .last()
                .map(|commit| commit.committed_at)
                .or(counts.and_then(|facts| facts.ended_at))
                .map(local),
            mensaje: said.map(|said| said.sentence.clone()),
            detalle: said.and_then(RunText::message),
            cargas: u32::try_from(commits.len()).unwrap_or(u32::MAX),
            fuente_cambio: changed.is_some() || commits.iter().skip(1).any(|commit| commit.lines_changed > 0),
        };
        let announced = counts.and_then(|facts| facts.announced);
        let received = counts.and_then(|facts| facts.received);
        // What the source says now counts, not what it said when it was loaded.
        let (outcome, announced, received, of) = match changed.map(|change| &change.difference) {
            Some(now) => (ProofOutcome::Fails, Some(now.announced), Some(now.loaded), Some(now.measured)),
            None => (count_outcome(announced, received), announced, received, counts.map(|facts| facts.window)),
        };
        let of = of.map(|window| LocalPeriod::of(window, &self.branch.zone));
        let conteo = CountProof {
            resultado: outcome,
            anunciadas: announced,
            recibidas: received,
            ventana_desde: of.map(|period| period.from_text()),
            ventana_hasta: of.map(|period| period.to_text()),
        };
        let waived = self.waived_holes.iter().filter(|hole| self.lies_in(hole, window));
        let waived = waived.map(|hole| MissingNumbers { justificada: true, ..gap_views::numbers(hole) });
        let is_whole = holes.is_empty() && !known.has_waived_hole;
        let restarts: Vec<&NumberRestart> = (self.restarts.iter())
            .filter(|restart| {
                let span = restart.half_hours().and_then(|span| number_holes::instants_of(span, &self.branch.zone));
                span.is_some_and(|span| span.overlaps(window))
            })
            .collect();
        // Numbers without an order prove nothing, and neither does a register that starts again: what it made last is not known.
        // Nor is it known whose the numbers between this half hour and one that is not loaded are.
        let is_in_order = self.numbers_are_looked_at
            && restarts.is_empty()
            && !self.without_order.contains(&local(window.start()))
            && !self.open_holes.iter().any(|hole| self.lies_in(hole, window));
        let secuencia = SequenceProof {
            resultado: match (is_whole, known.is_covered && known.loaded > 0 && is_in_order) {
                (false, _) => ProofOutcome::Fails,
                (true, true) => ProofOutcome::Holds,
                (true, false) => ProofOutcome::NotApplicable,
            },
            faltantes: holes.iter().map(|hole| gap_views::numbers(hole)).chain(waived).collect(),
            reinicios: restarts.into_iter().map(gap_views::restart).collect(),
        };
        Certificate { ejecucion, conteo, secuencia }
    }
}

fn counts(half_hours: &[HalfHourView]) -> Vec<StateCount> {
    let count = |state: WindowState| half_hours.iter().filter(|half_hour| half_hour.estado == state).count();
    let counted = WindowState::ALL.iter().map(|state| (*state, count(*state)));
    counted
        .filter(|(_, count)| *count > 0)
        .map(|(estado, count)| StateCount { estado, medias_horas: u32::try_from(count).unwrap_or(u32::MAX) })
        .collect()
}
