//! `klk doctor`: looks at everything that klk needs, and says what to do about what it does not find.

mod backups;
mod checks;
mod finding;
mod proxy;
mod sentry;
mod sign_on;
mod variables;

use clap::Args;
use serde::Serialize;

use crate::failure::{Failure, Outcome};
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::{InvalidSettings, Loaded, Source};
use crate::wiring::Observability;
use finding::{Finding, Verdict};

/// Options of `klk doctor`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct DoctorArguments {
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    /// No lee entera la base de datos, lo que encuentra bloques dañados y tarda según su tamaño
    #[arg(long)]
    rapido: bool,
    /// Imprime la documentación de las variables (docs/CONFIGURATION.md) y termina
    #[arg(long)]
    variables_markdown: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    variables: Vec<variables::Value>,
    revisiones: Vec<Finding>,
}

impl DoctorArguments {
    /// Looks at everything.
    pub fn run(self, source: &Source, loaded: Result<Loaded, InvalidSettings>) -> Result<Outcome, Failure> {
        if self.variables_markdown {
            answer(variables::markdown().trim_end());
            return Ok(Outcome::Success);
        }
        let unknown = source.unknown_variables();
        let mut findings: Vec<Finding> =
            unknown.iter().map(|warning| Finding::warning("configuración", warning, "")).collect();
        match loaded {
            Ok(loaded) => {
                let observability = Observability::start(&loaded.settings, "error")?;
                findings.extend(checks::all(&loaded.settings, &observability, self.rapido)?);
                observability.shutdown();
            }
            Err(invalid) => {
                let of = |problem: &String| {
                    Finding::failure("configuración", problem, "corríjalo en klk.toml o en el entorno")
                };
                findings.extend(invalid.problems.iter().map(of));
            }
        }
        let is_well = findings.iter().all(|finding| finding.verdict != Verdict::Failure);
        let report = Report { variables: variables::values(source), revisiones: findings };
        if self.json {
            json(&report)?
        } else {
            report.print(source)
        }
        Ok(if is_well { Outcome::Success } else { Outcome::Incomplete })
    }
}

impl Report {
    fn print(&self, source: &Source) {
        let file = source.file.as_ref().map_or_else(|| "ninguno".to_owned(), |path| path.display().to_string());
        answer(&format!("Archivo de configuración: {file}"));
        for line in variables::table(&self.variables).lines() {
            answer(&line);
        }
        answer("");
        for finding in &self.revisiones {
            answer(&finding.line());
        }
    }
}

/// Runs the checks that wait for something.
fn block_on<T>(checks: impl Future<Output = T>) -> Result<T, Failure> {
    let mut result = None;
    runtime::block_on(async {
        result = Some(checks.await);
        Ok(Outcome::Success)
    })?;
    result.ok_or_else(|| Failure::Unexpected(anyhow::anyhow!("the checks did not run")))
}
