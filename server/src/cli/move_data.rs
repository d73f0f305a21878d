//! `klk migrar`: the database moved from a file to PostgreSQL, or back.

use std::path::PathBuf;

use clap::Args;
use warehouse::{MoveError, MovedPart, Place, PostgresSettings, move_database};

use crate::database;
use crate::failure::{Failure, Outcome};
use crate::output::answer;
use crate::settings::Settings;
use crate::wiring::Observability;

/// Options of `klk migrar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct MoveArguments {
    /// Adónde: una dirección postgres://… o un archivo; la base de KLK_DATABASE queda como está
    #[arg(long, value_name = "BASE")]
    a: String,
}

impl MoveArguments {
    /// Moves the database of the settings and compares both. Killed meanwhile, it goes on where it was.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let from = settings.place();
        let to = if PostgresSettings::is_address(&self.a) {
            Place::Postgres(PostgresSettings { address: self.a.clone() })
        } else {
            Place::File(PathBuf::from(&self.a))
        };
        let shown = match &to {
            Place::Postgres(server) => server.shown(),
            _ => self.a.clone(),
        };
        let moved = if from == to {
            Err(Failure::Usage("es la misma base de datos: diga otra con --a".to_owned()))
        } else if !settings.has_database() {
            Err(Failure::Usage(format!("no hay ninguna base de datos en {}", settings.database.display())))
        } else {
            move_database(from, to, show).map_err(|error| failure(settings, error))
        };
        observability.shutdown();
        moved?;
        answer(&format!(
            "Mudada y comparada, fila por fila: {shown}. La de antes queda como estaba; para usar la nueva, ponga su dirección en \
             KLK_DATABASE"
        ));
        Ok(Outcome::Success)
    }
}

fn show(part: MovedPart) {
    if part.rows == 0 {
        return;
    }
    let month = part.month.map(|month| format!(" {month}")).unwrap_or_default();
    let how = if part.was_there { "ya estaba" } else { "copiada" };
    answer(&format!("{}{month}: {} filas, {how}", part.table, part.rows));
}

fn failure(settings: &Settings, error: MoveError) -> Failure {
    match error {
        MoveError::InUse(processes) => Failure::Usage(format!(
            "hay {processes} procesos que trabajan con la base de datos: deténgalos y espere a que venza su arriendo \
             (KLK_ARRIENDO_SEGUNDOS)"
        )),
        MoveError::NotEmpty { table, rows } => Failure::Usage(format!(
            "donde se mudaría ya hay datos («{table}»: {rows} filas) y nada de eso se tocó: diga con --a una base de datos vacía"
        )),
        MoveError::Differs { table, found, expected } => Failure::Incomplete(format!(
            "en «{table}» hay {found} donde se mudó y {expected} en la de antes: la de antes cambió mientras tanto, o la mudanza empezó desde otra; repítala \
             con todo detenido, o hacia una base vacía"
        )),
        MoveError::Database(error) => database::failure(&settings.database, error),
    }
}
