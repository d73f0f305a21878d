//! Half hours that took lines from each other. A line that the source moves is taken once; where the other half hour has taken it
//! back since, the source has it in both, and loading the two in turn would go on for ever.

use crate::database::Connection;
use domain::RunId;
use jiff::civil::DateTime;

use crate::instants::{local, micros};
use crate::literal::{list, with_values};
use crate::sales_window::SalesWindow;
use crate::{Result, Warehouse};

impl Warehouse {
    /// Half hours outside of a window, by their local start, that took lines from it and that it took lines from.
    pub async fn exchanged_half_hours(&self, window: SalesWindow) -> Result<Vec<DateTime>> {
        self.read("medias_horas_que_se_quitan_lineas", move |connection| {
            let takers = takers(connection, &window)?;
            if takers.is_empty() { Ok(Vec::new()) } else { taken_by_both(connection, &window, &takers) }
        })
        .await
    }
}

/// Runs that saw half hours of the window to be changed. Few half hours ever are.
fn takers(connection: &Connection, window: &SalesWindow) -> Result<Vec<RunId>> {
    let mut statement = connection.prepare(&with_values(
        "SELECT DISTINCT ejecucion_id::VARCHAR FROM cambios_de_fuente
         WHERE ubicacion_id = ? AND desde >= make_timestamptz(?) AND hasta <= make_timestamptz(?)",
        &[&window.branch, &micros(window.interval.start()), &micros(window.interval.end())],
    ))?;
    let runs = statement.query_map([], |row| row.get::<_, String>(0))?;
    let runs: Vec<String> = runs.collect::<std::result::Result<_, _>>()?;
    Ok(runs.iter().filter_map(|run| run.parse().ok().map(RunId)).collect())
}

fn taken_by_both(connection: &Connection, window: &SalesWindow, takers: &[RunId]) -> Result<Vec<DateTime>> {
    let (start, end) = (micros(window.interval.start()), micros(window.interval.end()));
    let sql = format!(
        "SELECT DISTINCT epoch_us(timezone(quitaba.zona, cambio.desde))
         FROM etl_ejecuciones AS quitaba
         JOIN cambios_de_fuente AS cambio ON cambio.ubicacion_id = quitaba.ubicacion_id
           AND cambio.desde < quitaba.ventana_hasta AND cambio.hasta > quitaba.ventana_desde
         JOIN etl_ejecuciones AS propia ON propia.id = cambio.ejecucion_id
         WHERE quitaba.id IN ({}) AND (quitaba.ventana_desde >= make_timestamptz(?) OR quitaba.ventana_hasta <= make_timestamptz(?))
           AND propia.ventana_desde < make_timestamptz(?) AND propia.ventana_hasta > make_timestamptz(?)",
        list(takers)
    );
    let mut statement = connection.prepare(&with_values(&sql, &[&end, &start, &end, &start]))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(local("desde", row.get(0)?)?);
    }
    Ok(found)
}
