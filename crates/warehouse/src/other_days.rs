//! A line that the source moves to another day. The key of a line is (branch, `numero_factura`, `linea`) over all days, so a
//! line that another day has is not loaded beside it, and not taken from there either: a response of one day does not prove what
//! the source has of another. That day is a gap until it is loaded again, and the window until the line is gone from there.
//!
//! Which days can have a number is known from `secuencias`, read once a branch and kept in memory: in the order of their
//! numbers, invoices of today lie in no other day, and a commit asks nothing of the table. A register that counts anew gives
//! an old number to a new invoice. Where the order of its numbers shows that it does, only what sells the same article in the same
//! quantity is the same line; where they only may show it, the lines stand beside each other once the other day was loaded
//! again and still has them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::sale::SaleLine;
use domain::{BranchId, EtlKind, RunId};
use duckdb::{Connection, params};
use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::columns::local_micros;
use crate::instants::{local, micros};
use crate::lines_elsewhere::LinesElsewhere;
use crate::literal::with_values;
use crate::sales_window::SalesWindow;
use crate::{Result, WarehouseError};

const DAY_MICROS: i64 = 86_400_000_000;

/// Days that are looked into for one window, the nearest first: more only have a number where a register counts anew all
/// the time.
const DAYS_MAX: usize = 31;

/// The lowest and the highest number of each register and day. It may say more than is loaded, never less.
#[derive(Default)]
pub(crate) struct InvoiceDays(Mutex<HashMap<BranchId, Registers>>);

type Registers = HashMap<String, BTreeMap<i64, (u64, u64)>>;

impl InvoiceDays {
    /// Other days than the window's that may have one of its lines, the nearest first.
    fn candidates(
        &self,
        connection: &Connection,
        window: &SalesWindow,
        numbers: &Numbers<'_>,
    ) -> Result<Vec<Candidate>> {
        let own = days_of(window);
        let mut known = self.of(connection, &window.branch)?;
        let registers = known.entry(window.branch.clone()).or_default();
        let mut found: BTreeMap<i64, Candidate> = BTreeMap::new();
        for (register, numbers) in &numbers.by_register {
            let Some(days) = registers.get(*register) else { continue };
            for (day, (least, most)) in days {
                if own.contains(day) || numbers.range(*least..=*most).next().is_none() {
                    continue;
                }
                let candidate = found.entry(*day).or_insert_with(|| Candidate::of(*day));
                let may_have = has_counted_anew(days, &own, *day, numbers);
                let is_near = (day - own.start).abs() <= NEAR_DAYS;
                if may_have && !is_near || falls(days.iter().filter(|(day, _)| !own.contains(day))) {
                    candidate.counted_anew.push_str(register);
                    candidate.counted_anew.push(REGISTERS_END);
                } else if may_have {
                    candidate.may_have_counted_anew.push_str(register);
                    candidate.may_have_counted_anew.push(REGISTERS_END);
                }
            }
        }
        if !numbers.others.is_empty() {
            for day in days_of_others(connection, window, &own)? {
                found.entry(day).or_insert_with(|| Candidate::of(day));
            }
        }
        let mut candidates: Vec<Candidate> = found.into_values().collect();
        candidates.sort_by_key(|candidate| (candidate.day - own.start).abs());
        candidates.truncate(DAYS_MAX);
        Ok(candidates)
    }

    /// Whether none of the invoices can have been loaded before, neither for another day nor for another half hour of the
    /// window's. That of a number without order is not known.
    pub(crate) fn are_new(&self, connection: &Connection, window: &SalesWindow, numbers: &Numbers<'_>) -> Result<bool> {
        if !numbers.others.is_empty() || !self.candidates(connection, window, numbers)?.is_empty() {
            return Ok(false);
        }
        let own = days_of(window);
        let is_within = {
            let known = self.lock();
            let registers = known.get(&window.branch);
            numbers.by_register.iter().any(|(register, numbers)| {
                let days = registers.and_then(|registers| registers.get(*register)).into_iter();
                let mut ranges = days.flat_map(|days| days.range(own.clone()));
                ranges.any(|(_, (least, most))| numbers.range(*least..=*most).next().is_some())
            })
        };
        Ok(!is_within || !numbers.lie_in(connection, window, &own)?)
    }

    /// From now on the window's day has these numbers too.
    pub(crate) fn widen(&self, window: &SalesWindow, numbers: &Numbers<'_>) {
        let mut known = self.lock();
        let Some(registers) = known.get_mut(&window.branch) else { return };
        for (register, numbers) in &numbers.by_register {
            let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { continue };
            if !registers.contains_key(*register) {
                registers.insert((*register).to_owned(), BTreeMap::new());
            }
            let Some(days) = registers.get_mut(*register) else { continue };
            for day in days_of(window) {
                let (least, most) = days.entry(day).or_insert((*first, *last));
                (*least, *most) = ((*least).min(*first), (*most).max(*last));
            }
        }
    }

    fn of(&self, connection: &Connection, branch: &BranchId) -> Result<MutexGuard<'_, HashMap<BranchId, Registers>>> {
        let mut known = self.lock();
        if !known.contains_key(branch) {
            known.insert(branch.clone(), registers_of(connection, branch)?);
        }
        Ok(known)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BranchId, Registers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another day that may have lines of a window.
struct Candidate {
    /// Counted from the epoch.
    day: i64,
    /// Registers that counted anew between that day and the window's, each with [`REGISTERS_END`].
    counted_anew: String,
    /// Those that may have: their numbers look like it, and invoices that were moved would too.
    may_have_counted_anew: String,
}

impl Candidate {
    fn of(day: i64) -> Self {
        Self { day, counted_anew: String::new(), may_have_counted_anew: String::new() }
    }
}

/// Stands after each register of a list. It is in no invoice number: what takes no room is not read.
const REGISTERS_END: char = '\n';

/// Invoices are moved by some days; further off, a number that comes again is of a register that counts anew.
const NEAR_DAYS: i64 = 7;

/// Whether a register seems to have counted anew between a day and the window's, so that one number is of two invoices: its highest
/// number has fallen from one day to a later one, or most of the response's numbers were used up by that day. A single number
/// shows nothing.
fn has_counted_anew(days: &BTreeMap<i64, (u64, u64)>, own: &Range<i64>, day: i64, numbers: &BTreeSet<u64>) -> bool {
    if falls(days.iter()) {
        return true;
    }
    let Some((least, most)) = days.get(&day) else { return false };
    let used_up = if day < own.start { numbers.range(..=*most).count() } else { numbers.range(*least..).count() };
    used_up > 1 && 2 * used_up > numbers.len()
}

/// Whether the highest number of a day is below that of an earlier one.
fn falls<'days>(days: impl Iterator<Item = (&'days i64, &'days (u64, u64))>) -> bool {
    let mut highest = 0;
    days.map(|(_, (_, most))| *most).any(|most| std::mem::replace(&mut highest, most) > most)
}

/// The numbers of invoices in an answer.
pub(crate) struct Numbers<'lines> {
    by_register: HashMap<&'lines str, BTreeSet<u64>>,
    /// Those of another form, in which no order is known.
    others: Vec<&'lines str>,
}

impl<'lines> Numbers<'lines> {
    pub(crate) fn of(lines: &'lines [SaleLine]) -> Self {
        let mut by_register: HashMap<&str, BTreeSet<u64>> = HashMap::new();
        let mut others = Vec::new();
        let mut last = None;
        for line in lines {
            // The lines of an invoice come one after the other as a rule.
            if last.replace(line.numero_factura.as_str()) == Some(&line.numero_factura) {
                continue;
            }
            match parts(&line.numero_factura) {
                Some((register, number)) => drop(by_register.entry(register).or_default().insert(number)),
                None => others.push(line.numero_factura.as_str()),
            }
        }
        Self { by_register, others }
    }

    /// Whether both have an invoice.
    pub(crate) fn meet(&self, other: &Self) -> bool {
        let shared = |(register, numbers): (&&str, &BTreeSet<u64>)| {
            other.by_register.get(*register).is_some_and(|others| !others.is_disjoint(numbers))
        };
        self.by_register.iter().any(shared)
    }

    /// Whether one of them is loaded for some days.
    fn lie_in(&self, connection: &Connection, window: &SalesWindow, days: &Range<i64>) -> Result<bool> {
        let mut statement = connection.prepare(&with_values(
            "SELECT caja, desde, hasta FROM secuencias
             WHERE ubicacion_id = ? AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)",
            &[&window.branch, &(days.start * DAY_MICROS), &(days.end * DAY_MICROS)],
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (register, least, most): (String, u64, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let own = self.by_register.get(register.as_str());
            if own.is_some_and(|numbers| numbers.range(least..=most).next().is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Register and number, as `secuencias` has them.
pub(crate) fn parts(invoice: &str) -> Option<(&str, u64)> {
    let (register, number) = invoice.rsplit_once('-')?;
    let is_number = (1..=18).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !register.is_empty()).then(|| number.parse().ok().map(|number| (register, number)))?
}

/// The local days that a window lies in, counted from the epoch.
fn days_of(window: &SalesWindow) -> Range<i64> {
    let day = |at: DateTime, rest: i64| (local_micros(at) + rest).div_euclid(DAY_MICROS);
    day(window.local.start(), 0)..day(window.local.end(), DAY_MICROS - 1)
}

fn registers_of(connection: &Connection, branch: &BranchId) -> Result<Registers> {
    let mut statement = connection.prepare(&format!(
        "SELECT caja, epoch_us(media_hora) // {DAY_MICROS}, min(desde), max(hasta) FROM secuencias
         WHERE ubicacion_id = ? GROUP BY ALL"
    ))?;
    let mut rows = statement.query([branch.as_str()])?;
    let mut registers = Registers::new();
    while let Some(row) = rows.next()? {
        registers.entry(row.get(0)?).or_default().insert(row.get(1)?, (row.get(2)?, row.get(3)?));
    }
    Ok(registers)
}

/// Days that have an invoice of the answer whose number has another form. It reads the branch's lines: such numbers are rare.
fn days_of_others(connection: &Connection, window: &SalesWindow, own: &Range<i64>) -> Result<Vec<i64>> {
    let mut statement = connection.prepare(&format!(
        "SELECT DISTINCT epoch_us(fecha_hora) // {DAY_MICROS} FROM ventas
         WHERE ubicacion_id = ? AND numero_factura IN (
            SELECT carga.numero_factura FROM carga_ventas AS carga
            WHERE NOT regexp_full_match(carga.numero_factura, '.+-[0-9]{{1,18}}'))"
    ))?;
    let days = statement.query_map([window.branch.as_str()], |row| row.get(0))?;
    let days: Vec<i64> = days.collect::<std::result::Result<_, _>>()?;
    Ok(days.into_iter().filter(|day| !own.contains(day)).collect())
}

/// The same line, which another day has. After store and day comes the list of registers that counted anew.
const SAME: &str = "ventas.numero_factura = carga.numero_factura AND ventas.linea = carga.linea
    AND ventas.ubicacion_id = ? AND ventas.fecha_hora >= make_timestamp(?::BIGINT)
    AND ventas.fecha_hora < make_timestamp(?::BIGINT)
    AND ((ventas.codigo_producto = carga.codigo_producto AND ventas.cantidad_vendida = carga.cantidad_vendida)
      OR NOT list_contains(string_split(?, chr(10)), regexp_replace(carga.numero_factura, '-[0-9]+$', '')))";

/// Refuses a window with lines that are staged and that another day has, unless that day was loaded again, still has them, and
/// their register may have counted anew.
pub(crate) fn refuse_lines_of_other_days(
    connection: &Connection,
    known: &InvoiceDays,
    window: &SalesWindow,
    lines: &[SaleLine],
    run: RunId,
) -> Result<()> {
    let numbers = Numbers::of(lines);
    let mut elsewhere: Option<LinesElsewhere> = None;
    for candidate in known.candidates(connection, window, &numbers)? {
        for held in candidate.held(connection, window, run)? {
            if held.is_confirmed && held.may_be_others {
                continue;
            }
            let first = elsewhere.get_or_insert(LinesElsewhere {
                invoice: held.invoice,
                line: held.line,
                half_hour: local("media_hora", held.half_hour)?,
                lines: 0,
                is_confirmed: true,
            });
            first.lines += held.lines;
            first.is_confirmed &= held.is_confirmed;
        }
    }
    if let Some(elsewhere) = elsewhere {
        return Err(WarehouseError::LinesElsewhere(elsewhere));
    }
    known.widen(window, &numbers);
    Ok(())
}

/// Takes out of what is staged the lines that another day has. Where that keeps the window from being loaded, their half hours
/// are noted: they are gaps until they are loaded again, once for each window that has their lines.
pub(crate) fn skip_lines_of_other_days(
    connection: &Connection,
    known: &InvoiceDays,
    window: &SalesWindow,
    lines: &[SaleLine],
    noted: Option<(RunId, Timestamp)>,
) -> Result<()> {
    let numbers = Numbers::of(lines);
    for candidate in known.candidates(connection, window, &numbers)? {
        if let Some((run, seen_at)) = noted {
            for held in candidate.held(connection, window, run)?.iter().filter(|held| !held.is_confirmed) {
                note(
                    connection,
                    window,
                    held.half_hour,
                    i64::try_from(held.lines).unwrap_or(i64::MAX),
                    (run, seen_at),
                )?;
            }
        }
        connection.execute(
            &format!("DELETE FROM carga_ventas USING ventas WHERE {}", SAME.replace("carga.", "carga_ventas.")),
            duckdb::params_from_iter(candidate.values(window)),
        )?;
    }
    known.widen(window, &numbers);
    Ok(())
}

/// Lines that are staged and that a half hour of another day has.
struct Held {
    /// In local microseconds.
    half_hour: i64,
    lines: u64,
    invoice: String,
    line: i32,
    /// Whether the registers of all of them may have counted anew.
    may_be_others: bool,
    /// Whether a run of the window noted the half hour before, and it was loaded again since.
    is_confirmed: bool,
}

impl Candidate {
    fn values(&self, window: &SalesWindow) -> Vec<Box<dyn duckdb::ToSql>> {
        let (from, to) = (self.day * DAY_MICROS, (self.day + 1) * DAY_MICROS);
        vec![
            Box::new(window.branch.as_str().to_owned()),
            Box::new(from),
            Box::new(to),
            Box::new(self.counted_anew.clone()),
        ]
    }

    fn held(&self, connection: &Connection, window: &SalesWindow, run: RunId) -> Result<Vec<Held>> {
        let (start, end) = (micros(window.interval.start()), micros(window.interval.end()));
        let sql = format!(
            "SELECT media.*, EXISTS (
                SELECT 1 FROM etl_ejecuciones AS esta
                JOIN cambios_de_fuente AS cambio ON cambio.ubicacion_id = esta.ubicacion_id
                  AND cambio.desde = timezone(esta.zona, make_timestamp(media.media_hora)) AND cambio.recargada_en IS NOT NULL
                JOIN etl_ejecuciones AS antes ON antes.id = cambio.ejecucion_id
                WHERE esta.id = '{run}'::UUID AND antes.ventana_desde < make_timestamptz({end})
                  AND antes.ventana_hasta > make_timestamptz({start}))
             FROM (
                SELECT epoch_us(time_bucket(INTERVAL '30 minutes', ventas.fecha_hora)) AS media_hora, count(*)::UBIGINT,
                    min(carga.numero_factura), arg_min(carga.linea, carga.numero_factura),
                    bool_and(list_contains(string_split(?, chr(10)), regexp_replace(carga.numero_factura, '-[0-9]+$', '')))
                FROM ventas JOIN carga_ventas AS carga ON {SAME} GROUP BY 1) AS media
             ORDER BY media_hora"
        );
        let mut values = self.values(window);
        values.insert(0, Box::new(self.may_have_counted_anew.clone()));
        let mut statement = connection.prepare(&sql)?;
        let held = statement.query_map(duckdb::params_from_iter(values), |row| {
            Ok(Held {
                half_hour: row.get(0)?,
                lines: row.get(1)?,
                invoice: row.get(2)?,
                line: row.get(3)?,
                may_be_others: row.get(4)?,
                is_confirmed: row.get(5)?,
            })
        })?;
        Ok(held.collect::<std::result::Result<_, _>>()?)
    }
}

/// A half hour that is covered has lost lines: it is a gap until it is loaded again. Its sums are those of before.
pub(crate) fn note(
    connection: &Connection,
    window: &SalesWindow,
    half_hour: i64,
    lost: i64,
    (run, seen_at): (RunId, Timestamp),
) -> Result<()> {
    connection.execute(
        "INSERT INTO cambios_de_fuente (ejecucion_id, ubicacion_id, desde, hasta, medida_desde, medida_hasta,
            lineas_cargadas, lineas_ahora, vista_en)
         SELECT media.id, media.ubicacion_id, media.desde, media.hasta, media.desde, media.hasta,
            media.lineas, greatest(media.lineas::BIGINT - ?, 0)::UBIGINT, make_timestamptz(?::BIGINT)
         FROM (
            SELECT ejecucion.id, sumas.ubicacion_id, sumas.lineas, timezone(ejecucion.zona, sumas.media_hora) AS desde,
                timezone(ejecucion.zona, sumas.media_hora) + INTERVAL '30 minutes' AS hasta
            FROM etl_ejecuciones AS ejecucion, ventas_por_media_hora AS sumas
            WHERE ejecucion.id = ?::UUID AND sumas.ubicacion_id = ? AND sumas.media_hora = make_timestamp(?::BIGINT)
         ) AS media
         WHERE EXISTS (
            SELECT 1 FROM cobertura
            WHERE cobertura.etl_tipo = ? AND cobertura.ubicacion_id = media.ubicacion_id
              AND cobertura.desde < media.hasta AND cobertura.hasta > media.desde)
           AND NOT EXISTS (
            SELECT 1 FROM cambios_de_fuente AS antes
            WHERE antes.ubicacion_id = media.ubicacion_id AND antes.desde = media.desde AND antes.recargada_en IS NULL)",
        params![lost, micros(seen_at), run.to_string(), window.branch.as_str(), half_hour, EtlKind::Sales.as_str()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("C10-01-00008064", Some(("C10-01", 8064)))]
    #[case("F-1", Some(("F", 1)))]
    #[case("8064", None)]
    #[case("-8064", None)]
    #[case("C10-01-A0008064", None)]
    #[case("C10-", None)]
    #[case("C10-1234567890123456789", None)]
    fn a_number_has_a_register_where_secuencias_has_it(#[case] invoice: &str, #[case] expected: Option<(&str, u64)>) {
        assert_eq!(parts(invoice), expected);
    }

    #[rstest]
    #[case::in_order(&[(1, 100, 199), (2, 200, 299)], 2, 1, &[300, 150], false)]
    #[case::alone(&[(1, 100, 199), (2, 200, 299)], 3, 1, &[150], false)]
    #[case::brought_forward(&[(4, 400, 499)], 3, 4, &[301, 302, 450], false)]
    #[case::the_first_numbers_of_another_count(&[(1, 1, 199), (2, 200, 299)], 3, 1, &[1, 2, 3], true)]
    #[case::before_another_count(&[(4, 1, 99)], 3, 4, &[97, 98, 1500], true)]
    #[case::a_count_that_has_fallen_before(&[(1, 1, 199), (2, 1, 99), (3, 100, 299)], 4, 1, &[150, 300], true)]
    fn a_register_that_counts_anew_is_known_by_the_order_of_its_numbers(
        #[case] days: &[(i64, u64, u64)],
        #[case] own: i64,
        #[case] day: i64,
        #[case] numbers: &[u64],
        #[case] expected: bool,
    ) {
        let days = days.iter().map(|(day, least, most)| (*day, (*least, *most))).collect();
        let numbers = numbers.iter().copied().collect();
        assert_eq!(has_counted_anew(&days, &(own..own + 1), day, &numbers), expected);
    }
}
