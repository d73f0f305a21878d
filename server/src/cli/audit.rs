//! `klk auditoria`: whether the audit is as it was written, and all of it. It works on a file that no server has: the
//! database of a server that is stopped, or a backup.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;
use warehouse::{Access, Warehouse, WarehouseError};

use super::HELP_TEMPLATE;
use crate::failure::{Failure, Outcome};
use crate::output::{answer, json as print_json};
use crate::settings::Settings;
use crate::wiring::Observability;
use crate::{database, runtime};

/// Options of `klk auditoria`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones", subcommand_help_heading = "Órdenes", subcommand_value_name = "ORDEN")]
pub struct AuditArguments {
    #[command(subcommand)]
    order: Order,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Comprueba que nada se cambió, quitó ni insertó, y muestra la cabeza de la cadena; termina con 3 si no es así
    #[command(help_template = HELP_TEMPLATE)]
    Verificar(VerifyArguments),
    /// Muestra todo, una línea JSON por entrada
    #[command(help_template = HELP_TEMPLATE)]
    Exportar,
}

#[derive(Debug, Args)]
struct VerifyArguments {
    /// Una cabeza anotada antes, en el registro de klk serve: también tiene que estar en la cadena
    #[arg(long, value_name = "HUELLA")]
    cabeza: Option<String>,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
}

impl AuditArguments {
    /// Looks through the audit, or shows it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        if !settings.has_database() {
            return Err(Failure::Usage(format!("no hay ninguna base de datos en {}", settings.database.display())));
        }
        let observability = Observability::start(settings, "warn")?;
        let outcome = runtime::block_on(async {
            let warehouse = database::open(settings, &observability.monitoring, Access::ReadOnly)?;
            let outcome = match &self.order {
                Order::Verificar(verify) => verify.run(&warehouse).await,
                Order::Exportar => export(&warehouse).await,
            };
            warehouse.close().await;
            outcome
        });
        observability.shutdown();
        outcome
    }
}

impl VerifyArguments {
    async fn run(&self, warehouse: &Warehouse) -> Result<Outcome, Failure> {
        let check = warehouse.check_audit(self.cabeza.clone()).await.map_err(failure)?;
        let is_whole = check.broken_at.is_none() && check.has_known_head && check.decisions_changed == 0;
        if self.json {
            print_json(&json!({
                "entradas": check.entries,
                "cabeza": check.head,
                "rota_en": check.broken_at,
                "tiene_la_cabeza_dada": check.has_known_head,
                "decisiones_distintas": check.decisions_changed,
            }))?;
        } else {
            let head = check.head.as_deref().unwrap_or("ninguna");
            match check.broken_at {
                Some(order) => answer(&format!(
                    "La auditoría no está como se escribió desde la entrada {order}: se cambió, se quitó o se insertó algo. Hasta \
                     ahí, {} entradas bien; cabeza {head}",
                    check.entries
                )),
                None => answer(&format!("{} entradas, tal como se escribieron; cabeza {head}", check.entries)),
            }
            if check.decisions_changed > 0 {
                answer(&format!(
                    "{} decisiones no están como la cadena las tiene: se cambiaron, se quitaron o se insertaron, o se \
                     quitaron sus entradas",
                    check.decisions_changed
                ));
            }
            if !check.has_known_head {
                answer(
                    "La cabeza dada no está en la cadena: se quitó el final, se rehízo, o se restauró un respaldo anterior",
                );
            }
        }
        Ok(if is_whole { Outcome::Success } else { Outcome::Incomplete })
    }
}

async fn export(warehouse: &Warehouse) -> Result<Outcome, Failure> {
    for entry in warehouse.export_audit().await.map_err(failure)? {
        let line = json!({
            "orden": entry.order,
            "huella": entry.hash,
            "id": entry.id,
            "momento": Timestamp::from_microsecond(entry.at_micros).map(|at| at.to_string()).unwrap_or_default(),
            "actor": entry.actor,
            "origen": entry.origin,
            "direccion": entry.address,
            "accion": entry.action,
            "objeto": entry.object,
            "veces": entry.times,
            "detalle": entry.detail,
        });
        answer(&line.to_string());
    }
    Ok(Outcome::Success)
}

fn failure(error: WarehouseError) -> Failure {
    Failure::Unexpected(anyhow::Error::new(error).context("la auditoría no se puede leer"))
}
