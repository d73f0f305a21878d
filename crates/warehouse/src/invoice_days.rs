//! Which days may have an invoice. It is known from `secuencias`, read once a branch and kept in memory: in the order of their
//! numbers, invoices of today lie in no other day, and a commit reads nothing of the table. A register that counts anew gives
//! an old number to a new invoice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::database::Connection;
use domain::BranchId;
use jiff::civil::DateTime;

use crate::Result;
use crate::columns::local_micros;
use crate::invoice_numbers::{DAY_MICROS, Numbers};
use crate::sales_window::SalesWindow;

/// Days that are looked into for one window, the nearest first: more only have a number where a register counts anew all
/// the time.
const DAYS_MAX: usize = 31;

/// The lowest and the highest number of each register and day. It may say more than is loaded, never less.
#[derive(Default)]
pub(crate) struct InvoiceDays(Mutex<HashMap<BranchId, Known>>);

/// What is known of a store.
#[derive(Default)]
struct Known {
    registers: Registers,
    /// Stored by the commit that it was read after; where the store has another one, another process has committed since.
    mark: Option<String>,
}

type Registers = HashMap<String, BTreeMap<i64, (u64, u64)>>;

impl InvoiceDays {
    /// Other days than the window's that may have one of its lines, the nearest first.
    pub(crate) fn candidates(
        &self,
        connection: &Connection,
        window: &SalesWindow,
        numbers: &Numbers<'_>,
    ) -> Result<Vec<Candidate>> {
        let own = days_of(window);
        let mut known = self.of(connection, &window.branch)?;
        let registers = &known.entry(window.branch.clone()).or_default().registers;
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
            let registers = known.get(&window.branch).map(|known| &known.registers);
            numbers.by_register.iter().any(|(register, numbers)| {
                let days = registers.and_then(|registers| registers.get(*register)).into_iter();
                let mut ranges = days.flat_map(|days| days.range(own.clone()));
                ranges.any(|(_, (least, most))| numbers.range(*least..=*most).next().is_some())
            })
        };
        Ok(!is_within || !numbers.lie_in(connection, &window.branch, &own)?)
    }

    /// From now on the window's day has these numbers too. Other processes of the database read them anew.
    pub(crate) fn widen(&self, connection: &Connection, window: &SalesWindow, numbers: &Numbers<'_>) -> Result<()> {
        let mark = if connection.is_file() { None } else { Some(new_mark(connection, &window.branch)?) };
        let mut known = self.lock();
        let Some(known) = known.get_mut(&window.branch) else { return Ok(()) };
        known.mark = mark;
        let registers = &mut known.registers;
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
        Ok(())
    }

    fn of(&self, connection: &Connection, branch: &BranchId) -> Result<MutexGuard<'_, HashMap<BranchId, Known>>> {
        let mark = if connection.is_file() { None } else { mark_of(connection, branch)? };
        let mut known = self.lock();
        if known.get(branch).is_none_or(|known| known.mark != mark) {
            known.insert(branch.clone(), Known { registers: registers_of(connection, branch)?, mark });
        }
        Ok(known)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BranchId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Another day that may have lines of a window.
pub(crate) struct Candidate {
    /// Counted from the epoch.
    pub(crate) day: i64,
    /// Registers that counted anew between that day and the window's, each with [`REGISTERS_END`].
    pub(crate) counted_anew: String,
    /// Those that may have: their numbers look like it, and invoices that were moved would too.
    pub(crate) may_have_counted_anew: String,
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

/// The local days that a window lies in, counted from the epoch.
fn days_of(window: &SalesWindow) -> Range<i64> {
    let day = |at: DateTime, rest: i64| (local_micros(at) + rest).div_euclid(DAY_MICROS);
    day(window.local.start(), 0)..day(window.local.end(), DAY_MICROS - 1)
}

/// What the latest commit of a store left, of whichever process. The store is locked, so it stays.
fn mark_of(connection: &Connection, branch: &BranchId) -> Result<Option<String>> {
    let mut statement = connection.prepare("SELECT marca::VARCHAR FROM cargas_de_tienda WHERE ubicacion_id = ?")?;
    let mut rows = statement.query([branch.as_str()])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

fn new_mark(connection: &Connection, branch: &BranchId) -> Result<String> {
    Ok(connection.query_row(
        "INSERT INTO cargas_de_tienda (ubicacion_id, marca) VALUES (?, gen_random_uuid())
         ON CONFLICT (ubicacion_id) DO UPDATE SET marca = excluded.marca RETURNING marca::VARCHAR",
        [branch.as_str()],
        |row| row.get(0),
    )?)
}

fn registers_of(connection: &Connection, branch: &BranchId) -> Result<Registers> {
    let mut statement = connection.prepare(&format!(
        "SELECT caja, epoch_us(media_hora) // {DAY_MICROS}, min(desde), max(hasta) FROM secuencias
         WHERE ubicacion_id = ? GROUP BY 1, 2"
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

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
