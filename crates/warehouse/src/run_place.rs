//! Where a run lies in `etl_ejecuciones`.
//!
//! The table is in order of time, and DuckDB 1.5 skips blocks by their moments, but none by their UUIDs: a run that is looked for
//! by its identifier alone costs a look at every run that ever was. An identifier of version 7 tells when it was made, and a run
//! is queued about then. A clock may have been set between the two, so whoever finds nothing near that time looks everywhere.

use domain::RunId;

use crate::literal::list;

/// How far apart the two times may be, in microseconds: a day.
const MARGIN_MICROS: i64 = 86_400_000_000;

/// A condition that runs with identifiers between two others meet, as far as it is known; None where it is not.
pub(crate) fn near(first: RunId, last: RunId) -> Option<String> {
    let (from, to) = (made_at(first)? - MARGIN_MICROS, made_at(last)? + MARGIN_MICROS);
    Some(format!("creado_en BETWEEN make_timestamptz({from}) AND make_timestamptz({to})"))
}

/// Conditions for one run: where it should be, and wherever it is.
pub(crate) fn of_run(run: RunId) -> impl Iterator<Item = String> {
    let everywhere = format!("id = '{run}'::UUID");
    near(run, run).map(|near| format!("{near} AND {everywhere}")).into_iter().chain([everywhere])
}

/// A condition for some runs, where they should be. One whose clock was set meanwhile may not meet it.
pub(crate) fn of_runs(runs: &[RunId]) -> String {
    let some_of_them = format!("id IN ({})", list(runs));
    let (first, last) = (runs.iter().min(), runs.iter().max());
    let near = first.zip(last).and_then(|(first, last)| near(*first, *last));
    near.map_or(some_of_them.clone(), |near| format!("{near} AND {some_of_them}"))
}

fn made_at(run: RunId) -> Option<i64> {
    let (seconds, nanoseconds) = run.0.get_timestamp()?.to_unix();
    i64::try_from(seconds).ok()?.checked_mul(1_000_000)?.checked_add(i64::from(nanoseconds / 1000))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_run_is_looked_for_at_the_time_of_its_identifier_first() {
        let run = RunId(Uuid::from_u128(0x0193_3a00_0000_7000_8000_0000_0000_0001));
        let conditions: Vec<String> = of_run(run).collect();
        assert_eq!(
            conditions,
            [
                "creado_en BETWEEN make_timestamptz(1731758498816000) AND make_timestamptz(1731931298816000) \
                 AND id = '01933a00-0000-7000-8000-000000000001'::UUID",
                "id = '01933a00-0000-7000-8000-000000000001'::UUID"
            ]
        );
    }

    #[test]
    fn an_identifier_without_a_time_is_looked_for_everywhere() {
        assert_eq!(of_run(RunId(Uuid::nil())).count(), 1);
    }
}
