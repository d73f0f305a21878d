//! What is there of windows that are about to be committed, and how their coverage is added.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::database::Connection;
use domain::{BranchId, EtlKind, Interval, IntervalSet, RunId};
use jiff::Timestamp;

use super::Load;
use crate::Result;
use crate::columns::{append, identifiers, instants, local_micros, of_all, text};
use crate::instants::{identified, interval, micros};
use crate::literal::{list, with_values};
use crate::run_place;
use crate::sales_window::SalesWindow;
use crate::set_aside::ReadRow;
use crate::summaries::HALF_HOUR_MICROS;

/// What is stored around some windows.
#[derive(Default)]
pub(super) struct Known {
    /// Coverage that shares a point with one of the windows or touches it, windows that touch as one.
    covered: HashMap<BranchId, Vec<Interval<Timestamp>>>,
    /// Half hours, in local microseconds, that have lines or a loss in doubt.
    taken: HashSet<(BranchId, i64)>,
    /// Runs that are there, and whether they compare: the receipt of one that does is kept also where nothing differs.
    compares: HashMap<RunId, bool>,
}

impl Known {
    /// Reads everything in one statement and splits its rows here: planning is most of what a short statement costs.
    pub(super) fn around(connection: &Connection, loads: &[Load<'_>]) -> Result<Self> {
        let intervals: IntervalSet<Timestamp> = loads.iter().map(|load| load.window.interval).collect();
        let (Some(first), Some(last)) = (intervals.intervals().first(), intervals.intervals().last()) else {
            return Ok(Self::default());
        };
        let branches: HashSet<&BranchId> = loads.iter().map(|load| &load.window.branch).collect();
        let branches = list(branches);
        let half_hours: HashSet<i64> = loads.iter().flat_map(|load| half_hours_of(load.window)).collect();
        let half_hours: Vec<String> = half_hours.into_iter().map(|at| format!("make_timestamp({at})")).collect();
        let of_half_hours = format!("ubicacion_id IN ({branches}) AND media_hora IN ({})", half_hours.join(", "));
        let ids: Vec<RunId> = loads.iter().map(|load| load.run).collect();
        let of_runs = run_place::of_runs(&ids);
        let mut statement = connection.prepare(&with_values(
            &format!(
                "SELECT 'covered', ubicacion_id, epoch_us(desde), epoch_us(hasta) FROM cobertura_continua
                 WHERE etl_tipo = ? AND ubicacion_id IN ({branches})
                   AND desde <= make_timestamptz(?) AND hasta >= make_timestamptz(?)
                 UNION ALL
                 SELECT 'taken', ubicacion_id, epoch_us(media_hora), 0 FROM ventas_por_media_hora WHERE {of_half_hours}
                 UNION ALL
                 SELECT 'taken', ubicacion_id, epoch_us(media_hora), 0 FROM perdidas_en_duda WHERE {of_half_hours}
                 UNION ALL
                 SELECT 'run', ejecucion.id::VARCHAR,
                    (coalesce(lotes.motivo, '') IN ('reconciliacion', 'conciliacion'))::INTEGER::BIGINT, 0
                 FROM (SELECT id, lote_id FROM etl_ejecuciones WHERE {of_runs}) AS ejecucion
                 LEFT JOIN lotes ON lotes.id = ejecucion.lote_id"
            ),
            &[&EtlKind::Sales.as_str(), &micros(last.end()), &micros(first.start())],
        ))?;
        let mut known = Self::default();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (what, of, from, to): (String, String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            match what.as_str() {
                "covered" => {
                    let covered = interval("cobertura_continua", from, to).or_set_aside("cobertura_continua")?;
                    known.covered.entry(BranchId::new(of)).or_default().extend(covered);
                }
                "taken" => drop(known.taken.insert((BranchId::new(of), from))),
                _ => drop(known.compares.insert(identified("id", &of)?, from != 0)),
            }
        }
        Ok(known)
    }

    /// Whether nothing is there of a window: no coverage, no line, no doubt; and its run is a known one that does not
    /// compare. Of a run that is not known nothing is committed; its end says so.
    pub(super) fn is_fresh(&self, load: &Load<'_>) -> bool {
        let Load { window, run, .. } = load;
        let mut covered = self.covered.get(&window.branch).into_iter().flatten();
        self.compares.get(run) == Some(&false)
            && !covered.any(|part| part.overlaps(&window.interval))
            && !half_hours_of(window).any(|half_hour| self.taken.contains(&(window.branch.clone(), half_hour)))
    }

    /// Covers windows that are fresh, as [`crate::coverage::cover`] does each.
    pub(super) fn cover(&self, connection: &Connection, covered: &[(&Load<'_>, Timestamp)]) -> Result<()> {
        let kind = EtlKind::Sales.as_str();
        append(
            connection,
            "cobertura",
            vec![
                ("etl_tipo", of_all(covered, kind)),
                ("ubicacion_id", text(covered, |(load, _)| Some(load.window.branch.as_str()))),
                ("desde", instants(covered, |(load, _)| micros(load.window.interval.start()))),
                ("hasta", instants(covered, |(load, _)| micros(load.window.interval.end()))),
                ("ejecucion_id", identifiers(covered, |(load, _)| load.run.0)),
                ("registrada_en", instants(covered, |(_, at)| micros(*at))),
            ],
        )?;
        let mut added: BTreeMap<&str, (&BranchId, Vec<Interval<Timestamp>>)> = BTreeMap::new();
        for (load, _) in covered {
            let branch = &load.window.branch;
            added.entry(branch.as_str()).or_insert((branch, Vec::new())).1.push(load.window.interval);
        }
        let changes: Vec<Joined<'_>> =
            added.into_values().flat_map(|(branch, windows)| self.joined(branch, &windows)).collect();
        self.join(connection, &changes)
    }

    /// What a branch's coverage is afterwards, where the windows change it.
    fn joined<'branch>(&self, branch: &'branch BranchId, windows: &[Interval<Timestamp>]) -> Vec<Joined<'branch>> {
        let before = self.covered.get(branch).map_or(&[][..], Vec::as_slice);
        let after: IntervalSet<Timestamp> = before.iter().chain(windows).copied().collect();
        let lies_in = |part: &Interval<Timestamp>, whole: &Interval<Timestamp>| {
            whole.start() <= part.start() && part.end() <= whole.end()
        };
        let changed = after.intervals().iter().filter(|whole| windows.iter().any(|window| lies_in(window, whole)));
        let joined = changed.map(|whole| Joined {
            branch,
            whole: *whole,
            parts: before.iter().filter(|part| lies_in(part, whole)).copied().collect(),
        });
        joined.collect()
    }

    /// A stretch that grows is changed in its place, so that the table does not fill with rows that are gone.
    fn join(&self, connection: &Connection, joined: &[Joined<'_>]) -> Result<()> {
        let kind = EtlKind::Sales.as_str();
        let part = |branch: &BranchId, part: &Interval<Timestamp>| {
            with_values(
                "(?, make_timestamptz(?), make_timestamptz(?))",
                &[branch, &micros(part.start()), &micros(part.end())],
            )
        };
        let (grown, others): (Vec<_>, Vec<_>) = joined.iter().partition(|joined| joined.parts.len() == 1);
        if !grown.is_empty() {
            let values: Vec<String> = grown
                .iter()
                .flat_map(|joined| joined.parts.iter().map(move |before| (joined, before)))
                .map(|(joined, before)| {
                    let (from, to) = (micros(joined.whole.start()), micros(joined.whole.end()));
                    let values: [&dyn crate::literal::Literal; 4] =
                        [&joined.branch, &micros(before.start()), &from, &to];
                    with_values("(?, make_timestamptz(?), make_timestamptz(?), make_timestamptz(?))", &values)
                })
                .collect();
            connection.execute_batch(&format!(
                "UPDATE cobertura_continua SET desde = tramo.desde, hasta = tramo.hasta
                 FROM (VALUES {}) AS tramo(ubicacion_id, antes, desde, hasta)
                 WHERE cobertura_continua.etl_tipo = '{kind}' AND cobertura_continua.ubicacion_id = tramo.ubicacion_id
                   AND cobertura_continua.desde = tramo.antes",
                values.join(", ")
            ))?;
        }
        let gone = others.iter().flat_map(|joined| joined.parts.iter().map(|before| part(joined.branch, before)));
        let gone: Vec<String> = gone.collect();
        if !gone.is_empty() {
            connection.execute_batch(&format!(
                "DELETE FROM cobertura_continua WHERE etl_tipo = '{kind}' AND (ubicacion_id, desde, hasta) IN ({})",
                gone.join(", ")
            ))?;
        }
        if others.is_empty() {
            return Ok(());
        }
        append(
            connection,
            "cobertura_continua",
            vec![
                ("etl_tipo", of_all(&others, kind)),
                ("ubicacion_id", text(&others, |joined| Some(joined.branch.as_str()))),
                ("desde", instants(&others, |joined| micros(joined.whole.start()))),
                ("hasta", instants(&others, |joined| micros(joined.whole.end()))),
            ],
        )
    }
}

/// A stretch of coverage that windows make, and the stretches that become part of it.
struct Joined<'branch> {
    branch: &'branch BranchId,
    whole: Interval<Timestamp>,
    parts: Vec<Interval<Timestamp>>,
}

/// The starts of a window's half hours, in local microseconds.
fn half_hours_of(window: &SalesWindow) -> impl Iterator<Item = i64> + use<> {
    let (from, to) = (local_micros(window.local.start()), local_micros(window.local.end()));
    (from..to).step_by(HALF_HOUR_MICROS as usize)
}
