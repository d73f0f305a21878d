//! `klk export`: a list as a file.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use domain::EtlKind;

use super::ServerArgument;
use super::target::Target;
use crate::export::{ExportFilter, ExportFormat, Exported, file, list};
use crate::failure::{Failure, Outcome, use_case_failure};
use crate::output::remark;
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk export`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct ExportArguments {
    /// Qué lista
    #[arg(value_name = "LISTA", value_enum)]
    list: Exported,
    /// En qué formato; sin esto, el de la terminación del archivo, o csv
    #[arg(long, value_name = "FORMATO", value_enum)]
    formato: Option<ExportFormat>,
    /// En qué archivo, que no debe existir; sin esto, por la salida estándar
    #[arg(long, value_name = "ARCHIVO")]
    a: Option<PathBuf>,
    /// Solo ventas, o solo inventario
    #[arg(long, value_name = "TIPO", value_parser = super::etl_kind)]
    etl_tipo: Option<EtlKind>,
    /// Solo una tienda: id, código o nombre
    #[arg(long)]
    tienda: Option<String>,
    /// Solo ejecuciones en este estado
    #[arg(long)]
    estado: Option<String>,
    /// Cuántas horas hacia atrás, de pendientes y justificados
    #[arg(long, value_name = "N")]
    max_horas: Option<u32>,
    /// Cuántos días hacia atrás, de cambios y métricas
    #[arg(long, value_name = "N")]
    dias: Option<u32>,
    #[command(flatten)]
    server: ServerArgument,
}

impl ExportArguments {
    /// Writes the list.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Look).await?;
            let outcome = self.write(&target, settings.http.export_rows_max).await;
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn write(&self, target: &Target, rows_max: usize) -> Result<Outcome, Failure> {
        let format = self.format();
        let filter = self.filter(target).await?;
        let bytes = match target {
            Target::Local(engine, actor) => {
                let rows = list(engine, actor, self.list, &filter, rows_max).await.map_err(use_case_failure)?;
                file(&rows, self.list, format)?
            }
            Target::Remote(server) => server.export(&format!("{}.{format}", self.list.name()), &filter.0).await?,
        };
        match &self.a {
            None => match std::io::stdout().write_all(&bytes) {
                // Who reads it may have read enough and gone, as `head` does.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
                written => written.context("no se puede escribir en la salida")?,
            },
            Some(path) => {
                // What is there already is somebody's.
                let made = std::fs::File::create_new(path);
                let mut made = made.with_context(|| format!("no se puede crear {}", path.display()))?;
                made.write_all(&bytes).with_context(|| format!("no se puede escribir {}", path.display()))?;
                remark(&format!("{}: {} bytes", path.display(), bytes.len()));
            }
        }
        Ok(Outcome::Success)
    }

    fn format(&self) -> ExportFormat {
        let of_name = || self.a.as_ref()?.extension()?.to_str().and_then(ExportFormat::of);
        self.formato.or_else(of_name).unwrap_or(ExportFormat::Csv)
    }

    async fn filter(&self, target: &Target) -> Result<ExportFilter, Failure> {
        let branch = match &self.tienda {
            Some(text) => Some(target.branch(text).await?.to_string()),
            None => None,
        };
        let given = [
            ("etl_tipo", self.etl_tipo.map(|kind| kind.to_string())),
            ("ubicacion_id", branch),
            ("estado", self.estado.clone()),
            ("max_horas", self.max_horas.map(|hours| hours.to_string())),
            ("dias", self.dias.map(|days| days.to_string())),
        ];
        Ok(ExportFilter(given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()))
    }
}
