//! `klk serve` and `klk demo-data`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use engine::ProcessRole;

use crate::demo::{self, Demo};
use crate::failure::{Failure, Outcome};
use crate::runtime;
use crate::serve;
use crate::settings::Settings;
use crate::wiring::{self, Observability, Purpose};

/// Options of `klk serve`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct ServeArguments {
    /// Muestra el sistema con un KLK simulado de cinco tiendas y una semana de ventas
    #[arg(long)]
    demo: bool,
    /// Con --demo: el archivo de la base de datos
    #[arg(long, value_name = "ARCHIVO", requires = "demo", default_value = demo::DATABASE)]
    base: PathBuf,
    /// Qué hace este proceso, en vez de KLK_ROL: web, trabajador o todo
    #[arg(long, value_name = "ROL", value_parser = ["web", "trabajador", "todo"], conflicts_with = "demo")]
    rol: Option<String>,
    /// Dónde escucha, en vez de KLK_ADDRESS
    #[arg(long, value_name = "DIRECCIÓN:PUERTO")]
    direccion: Option<SocketAddr>,
}

/// Options of `klk demo-data`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct DemoDataArguments {
    /// El archivo de la base de datos
    #[arg(long, value_name = "ARCHIVO", default_value = demo::DATABASE)]
    base: PathBuf,
}

impl ServeArguments {
    /// Serves until it is asked to end.
    pub fn run(self, mut settings: Settings) -> Result<Outcome, Failure> {
        settings.http.address = self.direccion.unwrap_or(settings.http.address);
        if let Some(role) = self.rol.as_deref().and_then(ProcessRole::from_name) {
            settings.processes.role = role;
            settings.processes.may_lead = role != ProcessRole::Web;
        }
        if settings.postgres.is_none() && settings.processes.role != ProcessRole::All {
            return Err(Failure::Usage(
                "un archivo es de un solo proceso, que hace todo: varios comparten una base PostgreSQL (KLK_DATABASE=postgres://…)"
                    .to_owned(),
            ));
        }
        if self.demo {
            settings.database = self.base;
            settings.postgres = None;
            // Copies of what is made up have no place among those of a real database.
            settings.backups.folder = settings.database.with_extension("respaldos");
            settings.backups.at = None;
        }
        // What goes wrong in the demo goes wrong on purpose, and would only hide its progress.
        let observability = Observability::start(&settings, if self.demo { "error" } else { "info" })?;
        let outcome = runtime::block_on(async {
            if self.demo { serve_demo(settings, &observability).await } else { serve(&settings, &observability).await }
        });
        observability.shutdown();
        outcome
    }
}

impl DemoDataArguments {
    /// Loads the demo's week and ends.
    pub fn run(self, mut settings: Settings) -> Result<Outcome, Failure> {
        settings.database = self.base;
        settings.postgres = None;
        let observability = Observability::start(&settings, "warn")?;
        let outcome = runtime::block_on(async {
            let demo = Demo::start(&mut settings).await?;
            let engine = wiring::engine(&settings, &observability.monitoring, Purpose::Work).await?;
            let loaded = tokio::select! {
                loaded = demo.load(&engine) => loaded,
                () = runtime::stop_signal() => Err(Failure::Incomplete("detenido antes de terminar".to_owned())),
            };
            runtime::end_engine(&engine, settings.shutdown_limit).await;
            loaded.map(|()| Outcome::Success)
        });
        observability.shutdown();
        outcome
    }
}

async fn serve(settings: &Settings, observability: &Observability) -> Result<Outcome, Failure> {
    let listener = serve::listen(settings.http.address).await?;
    let engine = wiring::engine(settings, &observability.monitoring, Purpose::Serve).await?;
    serve::serve(listener, engine, &observability.monitoring, settings, false).await?;
    Ok(Outcome::Success)
}

async fn serve_demo(mut settings: Settings, observability: &Observability) -> Result<Outcome, Failure> {
    let listener = serve::listen(settings.http.address).await?;
    let demo = Demo::start(&mut settings).await?;
    let engine = wiring::engine(&settings, &observability.monitoring, Purpose::Serve).await?;
    let loading = engine.clone();
    // The pages show the same progress while the terminal does, so nobody waits for the load.
    let load = tokio::spawn(async move {
        tokio::select! {
            loaded = demo.load(&loading) => if let Err(failure) = loaded {
                tracing::error!(%failure, "the demo's sales were not loaded");
            },
            // Stopping the demo meanwhile is no error.
            () = runtime::stop_signal() => {}
        }
        demo
    });
    serve::serve(listener, engine, &observability.monitoring, &settings, true).await?;
    load.abort();
    Ok(Outcome::Success)
}
