//! The entries of `[[tiendas]]`, in klk.toml and in our own list of known stores.

use std::collections::HashSet;

use config::{Config, File, FileFormat};
use domain::calendar::{CLOSED, CalendarRules, DayException, InvalidOpeningHours};
use domain::{Branch, BranchCode, BranchId, BranchWarehouse, Calendar, OpeningHours, WarehouseCode};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// When a store is open that says nothing about it.
const DEFAULT_HOURS: &str = "07:00-21:00";
const KNOWN: &str = include_str!("known_branches.toml");

/// A store as it is written down.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchEntry {
    /// As `tienda_01`.
    pub id: String,
    /// As `SUC001`.
    pub codigo: String,
    /// As `PERIFERICO`.
    pub nombre: String,
    /// Where absent, the zone of the settings counts.
    pub zona: Option<String>,
    /// From which day hours and zone count, as `2025-11-01`; where absent, from the day on which they are first read.
    pub vigente_desde: Option<String>,
    /// As `07:00-21:00`, or `cerrado`.
    pub horario: Option<String>,
    /// Where absent, `horario` counts; so for every day.
    pub horario_lunes: Option<String>,
    /// See `horario_lunes`.
    pub horario_martes: Option<String>,
    /// See `horario_lunes`.
    pub horario_miercoles: Option<String>,
    /// See `horario_lunes`.
    pub horario_jueves: Option<String>,
    /// See `horario_lunes`.
    pub horario_viernes: Option<String>,
    /// See `horario_lunes`.
    pub horario_sabado: Option<String>,
    /// See `horario_lunes`.
    pub horario_domingo: Option<String>,
    /// The first day that anything is expected of, as `2025-11-01`.
    pub desde: Option<String>,
    /// The last one, of a store that closes for good.
    pub hasta: Option<String>,
    /// Holidays, one-off closings and special hours.
    #[serde(default)]
    pub excepciones: Vec<ExceptionEntry>,
    /// The warehouses whose stock is watched; where there are none, those that the POS lists.
    #[serde(default)]
    pub almacenes: Vec<WarehouseEntry>,
}

/// The hours of a single day, as they are written down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionEntry {
    /// As `2025-12-25`.
    pub fecha: String,
    /// As `07:00-13:00`, or `cerrado`.
    pub horario: String,
    /// Why, as `Navidad`.
    #[serde(default)]
    pub nota: String,
}

/// A warehouse as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarehouseEntry {
    /// As `APP-TPF`.
    pub codigo: String,
    /// As `PISO DE VENTA`.
    pub nombre: String,
}

/// An entry that does not describe a store.
#[derive(Debug, thiserror::Error)]
pub enum InvalidBranch {
    /// No such zone.
    #[error("'{0}' no es una zona horaria (America/Caracas)")]
    Zone(String),
    /// No such hours.
    #[error("'{given}' no es un horario: escriba 07:00-21:00, 08:00-24:00, 18:00-02:00 o cerrado")]
    Hours {
        /// What was written.
        given: String,
        /// What the rules say.
        source: InvalidOpeningHours,
    },
    /// No such day.
    #[error("'{0}' no es una fecha: escriba 2025-11-01")]
    Date(String),
}

#[derive(Deserialize)]
struct KnownFile {
    tiendas: Vec<BranchEntry>,
}

/// The stores that are known by name.
pub fn known() -> Result<Vec<BranchEntry>, config::ConfigError> {
    let file = Config::builder().add_source(File::from_str(KNOWN, FileFormat::Toml)).build()?;
    Ok(file.try_deserialize::<KnownFile>()?.tiendas)
}

/// What is wrong with the entries, a sentence each.
pub fn problems(entries: &[BranchEntry], holidays: &[ExceptionEntry], zone: &TimeZone) -> Vec<String> {
    let mut problems = Vec::new();
    let mut days = HashSet::new();
    for holiday in holidays {
        match holiday.day() {
            Ok((date, _)) if !days.insert(date) => problems.push(format!("[[feriados]]: el {date} está dos veces")),
            Ok(_) => {}
            Err(error) => problems.push(format!("[[feriados]]: {error}")),
        }
    }
    let (mut ids, mut codes) = (HashSet::new(), HashSet::new());
    for entry in entries {
        if let Err(error) = entry.branch(&[], zone) {
            problems.push(format!("[[tiendas]] {}: {error}", entry.id));
        }
        if !ids.insert(entry.id.trim().to_lowercase()) {
            problems.push(format!("[[tiendas]]: el id '{}' está dos veces", entry.id));
        }
        if !codes.insert(entry.codigo.trim().to_lowercase()) {
            problems.push(format!("[[tiendas]]: el código '{}' está dos veces", entry.codigo));
        }
    }
    problems
}

impl BranchEntry {
    /// A store that says nothing about itself but its names.
    pub fn unremarkable(id: String, codigo: String, nombre: String) -> Self {
        Self {
            id,
            codigo,
            nombre,
            zona: None,
            vigente_desde: None,
            horario: None,
            horario_lunes: None,
            horario_martes: None,
            horario_miercoles: None,
            horario_jueves: None,
            horario_viernes: None,
            horario_sabado: None,
            horario_domingo: None,
            desde: None,
            hasta: None,
            excepciones: Vec::new(),
            almacenes: Vec::new(),
        }
    }

    /// The store that the entry describes, with the holidays of the chain.
    pub fn branch(&self, holidays: &[ExceptionEntry], default_zone: &TimeZone) -> Result<Branch, InvalidBranch> {
        let zone = match &self.zona {
            Some(name) => TimeZone::get(name).map_err(|_| InvalidBranch::Zone(name.clone()))?,
            None => default_zone.clone(),
        };
        Ok(Branch {
            id: BranchId::new(self.id.trim()),
            code: BranchCode::new(self.codigo.trim()),
            name: self.nombre.trim().to_owned(),
            zone: zone.into(),
            calendar_counts_from: self.vigente_desde.as_deref().map(date).transpose()?,
            calendar: self.calendar(holidays)?,
            warehouses: self.almacenes.iter().map(WarehouseEntry::warehouse).collect(),
        })
    }

    fn calendar(&self, holidays: &[ExceptionEntry]) -> Result<Calendar, InvalidBranch> {
        let usual = self.horario.as_deref().unwrap_or(DEFAULT_HOURS);
        let week = [
            &self.horario_lunes,
            &self.horario_martes,
            &self.horario_miercoles,
            &self.horario_jueves,
            &self.horario_viernes,
            &self.horario_sabado,
            &self.horario_domingo,
        ];
        // Any hours will do to begin with: every weekday is set after.
        let mut rules = CalendarRules::every_day(open_hours(DEFAULT_HOURS)?);
        for (weekday, own) in rules.weekdays.iter_mut().zip(week) {
            *weekday = hours(own.as_deref().unwrap_or(usual))?;
        }
        // The store's own days after those of the chain: of one day, they count.
        for exception in holidays.iter().chain(&self.excepciones) {
            let (date, day) = exception.day()?;
            rules.exceptions.insert(date, day);
        }
        rules.opened_on = self.desde.as_deref().map(date).transpose()?;
        rules.closed_on = self.hasta.as_deref().map(date).transpose()?;
        Ok(Calendar::of(rules))
    }
}

impl ExceptionEntry {
    fn day(&self) -> Result<(Date, DayException), InvalidBranch> {
        Ok((date(&self.fecha)?, DayException { hours: hours(&self.horario)?, note: self.nota.trim().to_owned() }))
    }
}

impl WarehouseEntry {
    fn warehouse(&self) -> BranchWarehouse {
        BranchWarehouse { code: WarehouseCode::new(self.codigo.trim()), name: self.nombre.trim().to_owned() }
    }
}

fn hours(text: &str) -> Result<Option<OpeningHours>, InvalidBranch> {
    if text.trim().eq_ignore_ascii_case(CLOSED) { Ok(None) } else { open_hours(text).map(Some) }
}

fn open_hours(text: &str) -> Result<OpeningHours, InvalidBranch> {
    text.trim().parse().map_err(|source| InvalidBranch::Hours { given: text.to_owned(), source })
}

fn date(text: &str) -> Result<Date, InvalidBranch> {
    text.trim().parse().map_err(|_| InvalidBranch::Date(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn caracas() -> TimeZone {
        TimeZone::get("America/Caracas").unwrap()
    }

    #[test]
    fn the_known_stores_are_the_contracts_five() {
        let known = known().unwrap();
        let names: Vec<_> = known.iter().map(|entry| (entry.id.as_str(), entry.codigo.as_str())).collect();
        assert_eq!(
            names,
            [
                ("tienda_01", "SUC001"),
                ("tienda_08", "SUC002"),
                ("tienda_17", "SUC003"),
                ("tienda_18", "SUC004"),
                ("tienda_20", "SUC005")
            ]
        );
        assert_eq!(problems(&known, &[], &caracas()), Vec::<String>::new());
    }

    #[test]
    fn a_day_with_hours_of_its_own_differs_from_the_others() {
        let entry = BranchEntry {
            horario: Some("08:00-10:00".to_owned()),
            horario_domingo: Some("cerrado".to_owned()),
            ..BranchEntry::unremarkable("t".into(), "S".into(), "N".into())
        };
        let branch = entry.branch(&[], &caracas()).unwrap();
        let open_half_hours = |day: &str| {
            let start: Timestamp = format!("{day}T04:00:00Z").parse().unwrap();
            let end = start.checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
            let expected = branch.calendar.expected(domain::Interval::new(start, end).unwrap(), &branch.zone);
            expected.intervals().iter().map(|part| domain::window::half_hours(*part, &branch.zone).len()).sum::<usize>()
        };
        // Saturday 15 and Sunday 16.
        assert_eq!((open_half_hours("2025-11-15"), open_half_hours("2025-11-16")), (4, 0));
    }

    #[test]
    fn single_days_and_the_last_day_of_a_store_are_in_its_calendar() {
        let exception =
            ExceptionEntry { fecha: "2025-12-25".into(), horario: "cerrado".into(), nota: "Navidad".into() };
        let entry = BranchEntry {
            hasta: Some("2025-12-31".to_owned()),
            excepciones: vec![exception],
            ..BranchEntry::unremarkable("t".into(), "S".into(), "N".into())
        };
        let branch = entry.branch(&[], &caracas()).unwrap();
        let is_open = |day: &str| {
            let day: Date = day.parse().unwrap();
            branch.calendar.rules_on(day).hours_on(day).is_some()
        };
        assert!(is_open("2025-12-24") && is_open("2025-12-31"));
        assert!(!is_open("2025-12-25") && !is_open("2026-01-01"));
    }

    #[test]
    fn a_holiday_of_the_chain_is_in_every_calendar_but_where_a_store_has_hours_of_its_own_for_it() {
        let day = |horario: &str| ExceptionEntry {
            fecha: "2025-12-25".into(),
            horario: horario.into(),
            nota: "Navidad".into(),
        };
        let store = BranchEntry::unremarkable("t".into(), "S".into(), "N".into());
        let open = BranchEntry { excepciones: vec![day("09:00-13:00")], ..store.clone() };
        let hours_of = |entry: &BranchEntry| {
            let date: Date = "2025-12-25".parse().unwrap();
            let branch = entry.branch(&[day("cerrado")], &caracas()).unwrap();
            branch.calendar.rules_on(date).hours_on(date).map(|hours| hours.to_string())
        };
        assert_eq!((hours_of(&store), hours_of(&open)), (None, Some("09:00-13:00".to_owned())));
        assert_eq!(
            problems(&[], &[day("cerrado"), day("cerrado"), day("a ratos")], &caracas()),
            [
                "[[feriados]]: el 2025-12-25 está dos veces",
                "[[feriados]]: 'a ratos' no es un horario: escriba 07:00-21:00, 08:00-24:00, 18:00-02:00 o cerrado",
            ]
        );
    }

    #[test]
    fn everything_wrong_with_the_stores_is_said() {
        let entry = |id: &str, codigo: &str| BranchEntry::unremarkable(id.into(), codigo.into(), "N".into());
        let entries = [
            BranchEntry { zona: Some("America/Nada".into()), ..entry("a", "1") },
            BranchEntry { horario_lunes: Some("7 a 21".into()), ..entry("b", "2") },
            BranchEntry { desde: Some("ayer".into()), ..entry("c", "3") },
            entry("A", "3 "),
        ];
        assert_eq!(
            problems(&entries, &[], &caracas()),
            [
                "[[tiendas]] a: 'America/Nada' no es una zona horaria (America/Caracas)",
                "[[tiendas]] b: '7 a 21' no es un horario: escriba 07:00-21:00, 08:00-24:00, 18:00-02:00 o cerrado",
                "[[tiendas]] c: 'ayer' no es una fecha: escriba 2025-11-01",
                "[[tiendas]]: el id 'A' está dos veces",
                "[[tiendas]]: el código '3 ' está dos veces",
            ]
        );
    }
}
