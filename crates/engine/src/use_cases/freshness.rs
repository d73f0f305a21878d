//! How old the stock of each warehouse is.

use std::collections::HashMap;

use domain::freshness::Freshness;
use domain::read_model::{FreshnessList, FreshnessView};
use domain::{BranchId, WarehouseCode};
use jiff::Timestamp;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// When the stock of each warehouse that is watched was last taken, against what is expected.
    pub async fn stock_freshness(
        &self,
        actor: &Actor,
        branch: Option<BranchId>,
    ) -> Result<FreshnessList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("stock_freshness", &branch, &[Subject::Stock]);
        self.cached(question, self.freshness_now(branch)).await
    }

    async fn freshness_now(&self, branch: Option<BranchId>) -> Result<FreshnessList, UseCaseError> {
        let now = self.clock.now();
        let limit = self.settings.stock_age_max;
        let branches = self.branches.select(branch.as_ref())?;
        let taken: HashMap<(BranchId, WarehouseCode), Timestamp> = self
            .warehouse
            .stock_freshness()
            .await?
            .into_iter()
            .map(|(branch, warehouse, taken)| ((branch, warehouse), taken))
            .collect();
        let mut almacenes = Vec::new();
        for branch in branches {
            for warehouse in &branch.warehouses {
                let taken = taken.get(&(branch.id.clone(), warehouse.code.clone())).copied();
                almacenes.push(FreshnessView {
                    ubicacion_id: branch.id.clone(),
                    ubicacion_nombre: branch.name.clone(),
                    codigo_almacen: warehouse.code.clone(),
                    nombre_almacen: warehouse.name.clone(),
                    capturado_en: taken,
                    capturado_en_local: taken.map(|taken| branch.zone.to_datetime(taken)),
                    antiguedad_minutos: taken.map(|taken| now.duration_since(taken).as_mins()),
                    estado: Freshness::of(taken, now, limit),
                });
            }
        }
        let stale = almacenes.iter().filter(|warehouse| warehouse.estado != Freshness::Fresh).count();
        Ok(FreshnessList {
            almacenes,
            atrasados: stale as u64,
            limite_minutos: limit.as_mins(),
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }
}
