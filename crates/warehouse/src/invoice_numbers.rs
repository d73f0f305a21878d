//! The numbers of invoices in a response, by register, as `secuencias` has them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::database::Connection;
use domain::BranchId;
use domain::sale::SaleLine;

use crate::Result;
use crate::literal::with_values;

/// Days are counted from the epoch.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

/// The numbers of invoices in an answer.
pub(crate) struct Numbers<'lines> {
    pub(crate) by_register: HashMap<&'lines str, BTreeSet<u64>>,
    /// Those of another form, in which no order is known.
    pub(crate) others: Vec<&'lines str>,
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
    pub(crate) fn lie_in(&self, connection: &Connection, branch: &BranchId, days: &Range<i64>) -> Result<bool> {
        let mut statement = connection.prepare(&with_values(
            "SELECT caja, desde, hasta FROM secuencias
             WHERE ubicacion_id = ? AND media_hora >= make_timestamp(?) AND media_hora < make_timestamp(?)",
            &[branch, &(days.start * DAY_MICROS), &(days.end * DAY_MICROS)],
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
}
