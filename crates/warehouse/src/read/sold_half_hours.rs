//! In which half hours stores sold anything.

use std::collections::{HashMap, HashSet};

use crate::database::params;
use domain::BranchId;
use jiff::civil::{Date, DateTime};

use crate::columns::local_micros;
use crate::instants::local;
use crate::{Result, Warehouse};

impl Warehouse {
    /// The half hours of some days in a row of which lines are loaded, by store and on its clock.
    pub async fn half_hours_sold(&self, days: &[Date]) -> Result<HashMap<BranchId, HashSet<DateTime>>> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(HashMap::new()) };
        let end = last.tomorrow().unwrap_or(Date::MAX);
        let (from, to) = (local_micros(first.at(0, 0, 0, 0)), local_micros(end.at(0, 0, 0, 0)));
        self.read("medias_horas_con_ventas", move |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, epoch_us(media_hora) FROM ventas_por_media_hora
                 WHERE media_hora >= make_timestamp(?::BIGINT) AND media_hora < make_timestamp(?::BIGINT)",
            )?;
            let mut rows = statement.query(params![from, to])?;
            let mut sold: HashMap<BranchId, HashSet<DateTime>> = HashMap::new();
            while let Some(row) = rows.next()? {
                let half_hour = local("media_hora", row.get(1)?)?;
                sold.entry(BranchId::new(row.get::<_, String>(0)?)).or_default().insert(half_hour);
            }
            Ok(sold)
        })
        .await
    }
}
