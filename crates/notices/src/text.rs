//! Notices as sentences, in both languages.

use domain::cause::CauseKind;
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::{Missing, Notice};

/// Stores that are named; more would not be read on a phone.
const STORES_NAMED: usize = 5;

/// Between "USD" and its number, as on pages: a line never ends there.
const NO_BREAK: char = '\u{a0}';

/// The language of notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Spanish of Venezuela.
    #[default]
    Spanish,
    /// English.
    English,
}

/// A notice as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In a line.
    pub title: String,
    /// What there is to say beyond it.
    pub body: String,
}

impl Language {
    /// Writes a notice.
    pub fn write(self, notice: &Notice) -> Text {
        let spanish = self == Self::Spanish;
        match notice {
            Notice::Begins(missing) => Text { title: self.what_is_missing(missing), body: self.details(missing) },
            Notice::Continues { missing, seconds } => {
                let (lasted, what) = (duration(*seconds), self.amount(missing));
                let title = if spanish {
                    format!("Sigue faltando, desde hace {lasted}: {what}")
                } else {
                    format!("Still missing, for {lasted}: {what}")
                };
                Text { title, body: self.details(missing) }
            }
            Notice::Ends { missing, seconds } => {
                let (lasted, what, cause) = (duration(*seconds), self.amount(missing), self.cause(missing.cause));
                let title = if spanish {
                    format!("Ya no falta nada de esto; duró {lasted}")
                } else {
                    format!("None of this is missing any more; it took {lasted}")
                };
                Text { title, body: format!("{what}. {cause}.") }
            }
            Notice::Digest { day, missing } => {
                let windows: u64 = missing.iter().map(|missing| missing.windows).sum();
                let usd: Decimal = missing.iter().map(|missing| missing.usd).sum();
                let (windows, usd, day) = (self.half_hours(windows), self.money(usd), day.strftime("%d/%m"));
                let title = if spanish {
                    format!("Resumen del {day}: faltan {windows}, unos {usd}")
                } else {
                    format!("Digest of {day}: {windows} missing, about {usd}")
                };
                let lines = missing.iter().map(|one| format!("- {}. {}.", self.amount(one), self.cause(one.cause)));
                Text { title, body: lines.collect::<Vec<_>>().join("\n") }
            }
            Notice::Trial { requested_by } if spanish => Text {
                title: "Mensaje de prueba de KLK Tracking".to_owned(),
                body: format!("Lo pidió {requested_by}. Si lo lee, los avisos llegan por este canal."),
            },
            Notice::Trial { requested_by } => Text {
                title: "Test message of KLK Tracking".to_owned(),
                body: format!("Requested by {requested_by}. If you read this, notices arrive on this channel."),
            },
        }
    }

    fn what_is_missing(self, missing: &Missing) -> String {
        match self {
            Self::Spanish if missing.windows == 1 => format!("Falta {}", self.amount(missing)),
            Self::Spanish => format!("Faltan {}", self.amount(missing)),
            Self::English => format!("Missing: {}", self.amount(missing)),
        }
    }

    /// How much, in how many stores, and what it is worth.
    fn amount(self, missing: &Missing) -> String {
        let (windows, usd) = (self.half_hours(missing.windows), self.money(missing.usd));
        let stores = match (missing.stores.as_slice(), self) {
            ([one], Self::Spanish) => format!("en {one}"),
            ([one], Self::English) => format!("at {one}"),
            (many, Self::Spanish) => format!("en {} tiendas", many.len()),
            (many, Self::English) => format!("in {} stores", many.len()),
        };
        match self {
            _ if missing.usd.is_zero() => format!("{windows} {stores}"),
            Self::Spanish => format!("{windows} {stores}, unos {usd}"),
            Self::English => format!("{windows} {stores}, about {usd}"),
        }
    }

    fn details(self, missing: &Missing) -> String {
        let (cause, since) = (self.cause(missing.cause), moment(missing.since));
        let named = missing.stores.iter().take(STORES_NAMED).cloned().collect::<Vec<_>>().join(", ");
        let stores = match (missing.stores.len().saturating_sub(STORES_NAMED), self) {
            (0, _) => named,
            (more, Self::Spanish) => format!("{named} y {more} más"),
            (more, Self::English) => format!("{named} and {more} more"),
        };
        match self {
            Self::Spanish => format!("{cause}.\nLo más viejo, desde el {since}. Tiendas: {stores}."),
            Self::English => format!("{cause}.\nThe oldest since {since}. Stores: {stores}."),
        }
    }

    fn half_hours(self, count: u64) -> String {
        match (self, count) {
            (Self::Spanish, 1) => "1 media hora".to_owned(),
            (Self::Spanish, _) => format!("{} medias horas", self.grouped(&count.to_string())),
            (Self::English, 1) => "1 half hour".to_owned(),
            (Self::English, _) => format!("{} half hours", self.grouped(&count.to_string())),
        }
    }

    fn money(self, usd: Decimal) -> String {
        format!("USD{NO_BREAK}{}", self.grouped(&usd.round().normalize().to_string()))
    }

    /// Digits in groups of three, as the language separates them.
    fn grouped(self, digits: &str) -> String {
        let separator = if self == Self::Spanish { '.' } else { ',' };
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            let left = digits.len() - index;
            if index > 0 && left.is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    fn cause(self, cause: CauseKind) -> &'static str {
        let (spanish, english) = match cause {
            CauseKind::Unreachable => ("No se puede conectar con el POS", "The POS cannot be reached"),
            CauseKind::PosError => ("El POS responde con un error", "The POS responds with an error"),
            CauseKind::Timeout => ("El POS no responde a tiempo", "The POS does not respond in time"),
            CauseKind::ShortAnswer => {
                ("Llegaron menos líneas de las anunciadas", "Fewer lines arrived than were announced")
            }
            CauseKind::MalformedAnswer => {
                ("El POS responde con un formato inesperado", "The POS responds in an unexpected format")
            }
            CauseKind::Database => ("La base de datos no pudo guardar", "The database could not store it"),
            CauseKind::Interrupted => ("El proceso se interrumpió", "The process was interrupted"),
            CauseKind::Cancelled => ("Alguien lo canceló", "Somebody cancelled it"),
            CauseKind::SchedulerDown => ("El planificador no corrió", "The scheduler did not run"),
            CauseKind::NotScheduled => ("No se programó", "It was not scheduled"),
            CauseKind::BeforeWatching => {
                ("Es anterior a la primera corrida del planificador", "It is from before the scheduler first ran")
            }
            CauseKind::NumberHole => ("Faltan números de factura", "Invoice numbers are missing"),
            CauseKind::SourceChanged => ("KLK lo cambió después", "KLK changed it afterwards"),
        };
        if self == Self::Spanish { spanish } else { english }
    }
}

fn moment(at: DateTime) -> String {
    at.strftime("%d/%m %H:%M").to_string()
}

/// As `3 h 20 min`; it is the same in both languages.
fn duration(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) if minutes == 0 => format!("{hours} h"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn missing() -> Missing {
        Missing {
            cause: CauseKind::PosError,
            windows: 8,
            stores: ["ARTIGAS", "BOSQUE", "CENTRO"].map(str::to_owned).to_vec(),
            usd: Decimal::new(2_081_949, 2),
            since: date(2025, 11, 17).at(10, 0, 0, 0),
        }
    }

    #[test]
    fn a_beginning_says_how_much_where_and_why() {
        let text = Language::Spanish.write(&Notice::Begins(missing()));
        assert_eq!(text.title, "Faltan 8 medias horas en 3 tiendas, unos USD\u{a0}20.819");
        assert_eq!(
            text.body,
            "El POS responde con un error.\nLo más viejo, desde el 17/11 10:00. Tiendas: ARTIGAS, BOSQUE, CENTRO."
        );
        let text = Language::English.write(&Notice::Begins(missing()));
        assert_eq!(text.title, "Missing: 8 half hours in 3 stores, about USD\u{a0}20,819");
    }

    #[test]
    fn a_repetition_says_that_it_goes_on_and_the_end_how_long_it_took() {
        let missing = Missing { windows: 1, stores: vec!["BOSQUE".to_owned()], usd: Decimal::ZERO, ..missing() };
        let goes_on = Language::Spanish.write(&Notice::Continues { missing: missing.clone(), seconds: 14_400 });
        assert_eq!(goes_on.title, "Sigue faltando, desde hace 4 h: 1 media hora en BOSQUE");
        let ended = Language::Spanish.write(&Notice::Ends { missing, seconds: 12_000 });
        assert_eq!(ended.title, "Ya no falta nada de esto; duró 3 h 20 min");
    }

    #[test]
    fn many_stores_are_counted_and_five_named() {
        let stores = (1..=12).map(|number| format!("T{number}")).collect();
        let text = Language::Spanish.write(&Notice::Begins(Missing { stores, ..missing() }));
        assert!(text.body.ends_with("Tiendas: T1, T2, T3, T4, T5 y 7 más."), "{}", text.body);
    }

    #[test]
    fn a_digest_sums_up() {
        let notice = Notice::Digest { day: date(2025, 11, 18), missing: vec![missing(), missing()] };
        let text = Language::Spanish.write(&notice);
        assert_eq!(text.title, "Resumen del 18/11: faltan 16 medias horas, unos USD\u{a0}41.639");
        assert_eq!(text.body.lines().count(), 2);
    }
}
