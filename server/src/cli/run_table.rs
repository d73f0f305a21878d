//! Runs as lines of a table and as a JSON document.

use domain::BatchId;
use domain::RunState;
use domain::read_model::RunView;
use serde::Serialize;

use crate::failure::Outcome;
use crate::output::progress::grouped;
use crate::output::table::Table;
use crate::output::{answer, json};

/// What became of the runs that a command asked for.
#[derive(Debug, Serialize)]
pub struct RunReport {
    lotes: Vec<BatchId>,
    exitosas: usize,
    fallidas: usize,
    ejecuciones: Vec<RunView>,
}

impl RunReport {
    /// Of runs that have ended.
    pub fn new(lotes: Vec<BatchId>, ejecuciones: Vec<RunView>) -> Self {
        let exitosas = ejecuciones.iter().filter(|run| run.estado == RunState::Succeeded).count();
        Self { lotes, exitosas, fallidas: ejecuciones.len() - exitosas, ejecuciones }
    }

    /// Prints it.
    pub fn print(&self, is_json: bool) -> anyhow::Result<()> {
        if is_json {
            return json(self);
        }
        for line in table(&self.ejecuciones).lines() {
            answer(&line);
        }
        answer(&format!("{} exitosas, {} con fallo", self.exitosas, self.fallidas));
        Ok(())
    }

    /// Whether every run did what it was asked to. A batch of which nothing is known did not.
    pub fn outcome(&self) -> Outcome {
        let is_known = |batch: &BatchId| self.ejecuciones.iter().any(|run| run.lote_id == Some(*batch));
        if self.fallidas == 0 && self.lotes.iter().all(is_known) { Outcome::Success } else { Outcome::Incomplete }
    }
}

fn table(runs: &[RunView]) -> Table {
    let mut table = Table::new(&["Tienda", "Período", "Estado", "Registros", "Duración", "Error"]);
    for run in runs {
        let error = run.error_tipo.map(|class| class.to_string()).unwrap_or_default();
        let message = run.error_mensaje.as_deref().unwrap_or_default();
        table.row([
            run.ubicacion_nombre.clone(),
            format!("{} {}-{}", run.fecha_desde, run.hora_desde, run.hora_hasta),
            run.estado.to_string(),
            run.registros_cargados.map(grouped).unwrap_or_default(),
            run.duracion_segundos.map(|seconds| format!("{seconds:.1} s")).unwrap_or_default(),
            [error.as_str(), message].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": "),
        ]);
    }
    table
}
