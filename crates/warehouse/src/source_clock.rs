//! `reloj_de_la_fuente`: what the source's clock has shown so far.

use crate::database::params;
use domain::EtlKind;
use jiff::Timestamp;

use crate::instants::{micros, named};
use crate::{Result, Warehouse};

/// What is known of the moments in responses of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownClock {
    /// What the responses are about.
    pub kind: EtlKind,
    /// Whether a moment in one of them ever agreed with our clock.
    pub has_agreed: bool,
}

impl Warehouse {
    /// The kinds of responses that have said when they were made.
    pub async fn shown_clocks(&self) -> Result<Vec<ShownClock>> {
        self.read("reloj_de_la_fuente", |connection| {
            let mut statement = connection
                .prepare("SELECT etl_tipo, coincidio_en IS NOT NULL FROM reloj_de_la_fuente ORDER BY 1, 2")?;
            let mut rows = statement.query([])?;
            let mut shown = Vec::new();
            while let Some(row) = rows.next()? {
                let kind = named("etl_tipo", &row.get::<_, String>(0)?)?;
                shown.push(ShownClock { kind, has_agreed: row.get(1)? });
            }
            Ok(shown)
        })
        .await
    }

    /// Keeps that responses of a kind say when they were made. What was kept before stays, with its time.
    pub async fn keep_shown_clock(&self, shown: ShownClock, at: Timestamp) -> Result<()> {
        self.write("guardar_reloj_de_la_fuente", move |transaction| {
            let (kind, at) = (shown.kind.as_str(), micros(at));
            transaction.execute(
                "INSERT INTO reloj_de_la_fuente SELECT ?, make_timestamptz(?::BIGINT), NULL
                 WHERE NOT EXISTS (SELECT 1 FROM reloj_de_la_fuente WHERE etl_tipo = ?)",
                params![kind, at, kind],
            )?;
            if shown.has_agreed {
                transaction.execute(
                    "UPDATE reloj_de_la_fuente SET coincidio_en = make_timestamptz(?::BIGINT)
                     WHERE etl_tipo = ? AND coincidio_en IS NULL",
                    params![at, kind],
                )?;
            }
            Ok(())
        })
        .await
    }
}
