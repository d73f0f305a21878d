//! `klk respaldar` and `klk restaurar`: a copy of the database, and putting one back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use domain::access::AuditAction;
use domain::decision::Origin;
use domain::read_model::{BackupRequest, BackupState, BackupStatus};
use engine::{IdSource, backup_problem, backup_status};
use serde_json::json;
use warehouse::{Access, AuditEntry, BackupError, WarehouseError};

use super::ServerArgument;
use super::remote::RemoteServer;
use crate::clock::{self, TimeOrderedIds};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, json as print_json};
use crate::settings::Settings;
use crate::wiring::Observability;
use crate::{database, host, runtime};

/// How often a server is asked whether it is done.
const PAUSE: Duration = Duration::from_millis(500);

/// Options of `klk respaldar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct BackupArguments {
    /// Dónde queda, en vez de la carpeta de KLK_RESPALDO_CARPETA; un archivo que no exista todavía
    #[arg(long, value_name = "ARCHIVO")]
    a: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArgument,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
}

/// Options of `klk restaurar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct RestoreArguments {
    /// El respaldo
    #[arg(value_name = "ARCHIVO")]
    archivo: PathBuf,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
}

impl BackupArguments {
    /// Copies the database, or has the server copy it.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let outcome = runtime::block_on(async {
            let status = match self.server.servidor.as_deref().or(settings.server.as_deref()) {
                Some(url) => self.by_server(url, settings).await?,
                None => self.of_file(settings, &observability).await?,
            };
            self.show(&status)
        });
        observability.shutdown();
        outcome
    }

    /// The file is opened to read only: what an interrupted server left is copied as it is.
    async fn of_file(&self, settings: &Settings, observability: &Observability) -> Result<BackupStatus, Failure> {
        refuse_server(settings)?;
        if !settings.has_database() {
            return Err(Failure::Usage(format!("no hay ninguna base de datos en {}", settings.database.display())));
        }
        let warehouse = database::open(settings, &observability.monitoring, Access::ReadOnly)?;
        let target = self.a.clone().unwrap_or_else(|| settings.backups.new_path(clock::now()));
        let outcome = warehouse.back_up(target).await;
        warehouse.close().await;
        if self.a.is_none() {
            settings.backups.prune();
        }
        let backup = outcome.map_err(|error| failure(&settings.database, &error))?;
        Ok(backup_status(&backup, clock::now()))
    }

    async fn by_server(&self, url: &str, settings: &Settings) -> Result<BackupStatus, Failure> {
        if self.a.is_some() {
            let reason = "el servidor guarda los respaldos en su carpeta (KLK_RESPALDO_CARPETA): quite --a";
            return Err(Failure::Usage(reason.to_owned()));
        }
        let server = RemoteServer::new(url, settings.api_token.as_ref(), settings.http.request_timeout)?;
        let mut status = server.start_backup(&BackupRequest::default()).await?;
        while status.estado == BackupState::Running {
            tokio::time::sleep(PAUSE).await;
            status = server.backup_status().await?;
        }
        match status.detalle {
            Some(problem) if status.estado == BackupState::Failed => Err(Failure::Incomplete(problem)),
            _ => Ok(status),
        }
    }

    fn show(&self, status: &BackupStatus) -> Result<Outcome, Failure> {
        if self.json {
            print_json(status)?;
            return Ok(Outcome::Success);
        }
        let count = |count: Option<u64>| count.unwrap_or_default();
        answer(&format!(
            "Respaldo listo y comprobado: {} ({} bytes; {} líneas, {} coberturas, {} decisiones)",
            status.archivo.as_deref().unwrap_or_default(),
            count(status.bytes),
            count(status.lineas),
            count(status.ventanas),
            count(status.decisiones),
        ));
        Ok(Outcome::Success)
    }
}

/// PostgreSQL has tools of its own, which copy while everybody works.
fn refuse_server(settings: &Settings) -> Result<(), Failure> {
    if settings.postgres.is_none() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "la base de datos está en {}: respáldela con pg_dump y restáurela con pg_restore, como dice docs/RUNBOOK.md",
        settings.database.display()
    )))
}

impl RestoreArguments {
    /// Puts the copy in the place of the database.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        refuse_server(settings)?;
        let observability = Observability::start(settings, "warn")?;
        let now = clock::now();
        let audit = AuditEntry {
            id: TimeOrderedIds.batch_id().0,
            at: now,
            actor: host::user(),
            origin: Origin::CommandLine,
            address: None,
            action: AuditAction::Restore,
            object: self.archivo.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            times: 1,
        };
        let suffix = format!(".antes-{}", engine::stamp(now));
        let restored = warehouse::restore(&self.archivo, &settings.database, &suffix, &audit);
        let restored = restored.map_err(|error| match error {
            // Another folder for copies makes no room here.
            BackupError::NoRoom { folder, needed, free } => Failure::Incomplete(format!(
                "en {} quedan {free} bytes y hacen falta {needed}: libere espacio, o ponga la base de datos en otro \
                 disco con KLK_DATABASE",
                folder.display()
            )),
            error => failure(&settings.database, &error),
        });
        observability.shutdown();
        let restored = restored?;
        let rows = |table| restored.contents.rows(table);
        let aside = restored.set_aside.as_ref().map(|path| path.display().to_string());
        if self.json {
            print_json(&json!({
                "base_de_datos": settings.database.display().to_string(),
                "anterior": aside,
                "lineas": rows("ventas"),
                "ventanas": rows("cobertura"),
                "decisiones": rows("decisiones"),
            }))?;
            return Ok(Outcome::Success);
        }
        answer(&format!(
            "Restaurado y comprobado: {} ({} líneas, {} coberturas, {} decisiones)",
            settings.database.display(),
            rows("ventas"),
            rows("cobertura"),
            rows("decisiones"),
        ));
        if let Some(aside) = aside {
            answer(&format!("La base de datos anterior quedó en {aside}"));
        }
        answer(
            "Lo que se cargó después del respaldo vuelve a faltar y se recupera como cualquier pendiente; todos entran de nuevo.",
        );
        Ok(Outcome::Success)
    }
}

fn failure(database: &Path, error: &BackupError) -> Failure {
    let text = backup_problem(error);
    match error {
        BackupError::Database(WarehouseError::InUse { .. }) => {
            Failure::DatabaseInUse { path: database.display().to_string() }
        }
        BackupError::Database(WarehouseError::Broken(_)) => Failure::DatabaseBroken,
        BackupError::NoRoom { .. } | BackupError::File { .. } | BackupError::Differs { .. } => {
            Failure::Incomplete(text)
        }
        BackupError::Exists(_)
        | BackupError::Same(_)
        | BackupError::Foreign(_)
        | BackupError::Missing(_)
        | BackupError::Unreadable { .. }
        | BackupError::OnServer
        | BackupError::InMemory
        | BackupError::Database(_) => Failure::Usage(text),
    }
}
