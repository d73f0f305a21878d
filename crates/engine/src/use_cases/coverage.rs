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
use domain::{Branch, BranchClock, EtlKind, Interval, RunId};
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
        Certificate {
            ejecucion: self.commit_proof(&commits, counts, changed, known),
            conteo: count_proof(counts, changed, &self.branch.zone),
            secuencia: self.sequence_proof(window, holes, known),
        }
    }

    /// What the run says that counts: the last commit, or where there is none the latest attempt.
    fn commit_proof(
        &self,
        commits: &[&Commit],
        counts: Option<&RunFacts>,
        changed: Option<&LaterChange>,
        known: &WindowFacts,
    ) -> CommitProof {
        let nothing_to_prove = counts.is_none() && !known.is_expected;
        let said = counts.and_then(|facts| facts.message.as_ref());
        CommitProof {
            resultado: if nothing_to_prove { ProofOutcome::NotApplicable } else { known.is_covered.into() },
            ejecucion_id: counts.map(|facts| facts.run),
            ejecucion_estado: counts.map(|facts| facts.state),
            terminada_en_local: commits
                .last()
                .map(|commit| commit.committed_at)
                .or(counts.and_then(|facts| facts.ended_at))
                .map(|instant| self.branch.zone.to_datetime(instant)),
            mensaje: said.map(|said| said.sentence.clone()),
            detalle: said.and_then(RunText::message),
            cargas: u32::try_from(commits.len()).unwrap_or(u32::MAX),
            fuente_cambio: changed.is_some() || commits.iter().skip(1).any(|commit| commit.lines_changed > 0),
        }
    }

    fn sequence_proof(
        &self,
        window: &Interval<Timestamp>,
        holes: &[&NumberHole],
        known: &WindowFacts,
    ) -> SequenceProof {
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
            && !self.without_order.contains(&self.branch.zone.to_datetime(window.start()))
            && !self.open_holes.iter().any(|hole| self.lies_in(hole, window));
        SequenceProof {
            resultado: match (is_whole, known.is_covered && known.loaded > 0 && is_in_order) {
                (false, _) => ProofOutcome::Fails,
                (true, true) => ProofOutcome::Holds,
                (true, false) => ProofOutcome::NotApplicable,
            },
            faltantes: holes.iter().map(|hole| gap_views::numbers(hole)).chain(waived).collect(),
            reinicios: restarts.into_iter().map(gap_views::restart).collect(),
        }
    }
}

/// What the source says now counts, not what it said when it was loaded.
fn count_proof(counts: Option<&RunFacts>, changed: Option<&LaterChange>, clock: &BranchClock) -> CountProof {
    let announced = counts.and_then(|facts| facts.announced);
    let received = counts.and_then(|facts| facts.received);
    let (resultado, anunciadas, recibidas, of) = match changed.map(|change| &change.difference) {
        Some(now) => (ProofOutcome::Fails, Some(now.announced), Some(now.loaded), Some(now.measured)),
        None => (count_outcome(announced, received), announced, received, counts.map(|facts| facts.window)),
    };
    let of = of.map(|window| LocalPeriod::of(window, clock));
    CountProof {
        resultado,
        anunciadas,
        recibidas,
        ventana_desde: of.map(|period| period.from_text()),
        ventana_hasta: of.map(|period| period.to_text()),
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

#[cfg(test)]
mod tests {
    use domain::gap::GapEvidence;
    use domain::later_change::Difference;
    use domain::sequence::BreakKind;
    use domain::{IntervalSet, RunState};
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;
    use crate::testing::{branch, evidence, half_hours_from, run_id};

    /// Store `a` announced and sold three lines in its first half hour, with invoices in order.
    fn day() -> Day {
        let (branch, window) = (branch("a"), half_hours_from(0, 1));
        let facts = RunFacts {
            run: run_id(1),
            window,
            state: RunState::Succeeded,
            error: None,
            message: None,
            http_status: None,
            announced: Some(3),
            received: Some(3),
            ended_at: None,
        };
        let evidence =
            GapEvidence { covered: [window].into_iter().collect(), ..evidence(half_hours_from(0, 2), Vec::new()) };
        Day {
            branch: Arc::new(branch),
            states: WindowStates {
                expected: evidence.expected.clone(),
                evidence,
                holes: IntervalSet::empty(),
                waived_holes: IntervalSet::empty(),
                settled: half_hours_from(0, 2).end(),
            },
            holes: Vec::new(),
            waived_holes: Vec::new(),
            open_holes: Vec::new(),
            restarts: Vec::new(),
            numbers_are_looked_at: true,
            without_order: HashSet::new(),
            commits: vec![Commit { facts, committed_at: window.end(), lines_changed: 3 }],
            facts: HashMap::new(),
        }
    }

    fn certificate(day: &Day, number: i32) -> Certificate {
        let lines = if number == 0 { 3 } else { 0 };
        day.view(half_hours_from(number, 1), HalfHourSales { lines, ..HalfHourSales::default() }).certificado
    }

    fn at(minute: i8) -> DateTime {
        date(1970, 1, 1).at(0, minute, 0, 0)
    }

    /// A missing number in the first half hour.
    fn hole() -> NumberHole {
        NumberHole { register: "1".to_owned(), kind: BreakKind::Hole, from: 7, to: 7, after: at(10), before: at(20) }
    }

    #[test]
    fn a_half_hour_is_proven_by_its_commit_its_count_and_its_numbers() {
        let whole = certificate(&day(), 0);
        let outcomes =
            |proof: &Certificate| (proof.ejecucion.resultado, proof.conteo.resultado, proof.secuencia.resultado);
        assert_eq!(outcomes(&whole), (ProofOutcome::Holds, ProofOutcome::Holds, ProofOutcome::Holds));
        assert_eq!((whole.ejecucion.cargas, whole.ejecucion.fuente_cambio), (1, false));
        let missing = certificate(&day(), 1);
        assert_eq!((missing.ejecucion.resultado, missing.ejecucion.ejecucion_id), (ProofOutcome::Fails, None));
        // Outside of trading hours nothing has to be proven.
        let closed = certificate(&day(), 5);
        assert_eq!(closed.ejecucion.resultado, ProofOutcome::NotApplicable);
    }

    #[test]
    fn what_the_source_says_now_counts_and_not_what_it_said_when_it_was_loaded() {
        let (mut day, half_hour) = (day(), half_hours_from(0, 1));
        let difference = Difference { half_hour, measured: half_hours_from(0, 48), loaded: 3, announced: 5, usd: None };
        let change = LaterChange { difference, run: run_id(2), seen_at: half_hour.end(), is_waived: false };
        day.states.evidence.changes = vec![change];
        let changed = certificate(&day, 0);
        let count = &changed.conteo;
        assert_eq!((count.resultado, count.anunciadas, count.recibidas), (ProofOutcome::Fails, Some(5), Some(3)));
        assert_eq!((count.ventana_desde.as_deref(), count.ventana_hasta.as_deref()), (Some("00:00"), Some("24:00")));
        assert!(changed.ejecucion.fuente_cambio);
    }

    #[test]
    fn a_later_load_that_changed_lines_says_that_the_source_changed() {
        let mut day = day();
        let again = |lines_changed| Commit { lines_changed, ..day.commits[0].clone() };
        let (same, other) = (again(0), again(1));
        day.commits.push(same);
        assert!(!certificate(&day, 0).ejecucion.fuente_cambio);
        day.commits.push(other);
        let loaded = certificate(&day, 0).ejecucion;
        assert_eq!((loaded.cargas, loaded.fuente_cambio), (3, true));
    }

    #[rstest]
    #[case::a_missing_number(|day: &mut Day| day.holes = vec![hole()], ProofOutcome::Fails)]
    #[case::one_that_may_lie_elsewhere(|day: &mut Day| day.open_holes = vec![hole()], ProofOutcome::NotApplicable)]
    #[case::no_order(|day: &mut Day| day.without_order = HashSet::from([at(0)]), ProofOutcome::NotApplicable)]
    #[case::not_looked_at(|day: &mut Day| day.numbers_are_looked_at = false, ProofOutcome::NotApplicable)]
    #[case::a_register_that_starts_again(
        |day: &mut Day| {
            day.restarts =
                vec![NumberRestart { register: "1".to_owned(), last: 9, first: 1, after: at(5), before: at(6) }];
        },
        ProofOutcome::NotApplicable
    )]
    fn numbers_prove_something_only_where_they_are_in_order(
        #[case] change: fn(&mut Day),
        #[case] expected: ProofOutcome,
    ) {
        let mut day = day();
        change(&mut day);
        assert_eq!(certificate(&day, 0).secuencia.resultado, expected);
    }

    #[test]
    fn justified_numbers_are_named_as_such() {
        let mut day = day();
        day.waived_holes = vec![hole()];
        day.states.waived_holes = number_holes::spans_of(&day.waived_holes, &day.branch.zone);
        let sequence = certificate(&day, 0).secuencia;
        assert_eq!((sequence.resultado, sequence.faltantes[0].justificada), (ProofOutcome::Fails, true));
    }
}
