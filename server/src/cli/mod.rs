//! The command line: its words are Spanish, because staff's scripts use them.

mod audit;
mod backup;
mod calendar;
mod confirm_loss;
mod coverage;
mod decisions;
mod doctor;
mod etl;
mod export;
mod gaps;
mod justify;
mod move_data;
mod period;
mod plan;
mod plan_verb;
mod plans;
mod reconcile;
mod recover;
pub mod refusal;
mod remote;
mod run_table;
mod sentry;
mod serve;
mod sim;
mod target;
mod tokens;
mod users;
mod wait;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use domain::EtlKind;

use crate::failure::{EXIT_CODES_HELP, Failure, Outcome};
use crate::logging;
use crate::settings::{self, Loaded, Settings, Source};

const HELP_TEMPLATE: &str = "{about-with-newline}\nUso: {usage}\n\n{all-args}{after-help}";

/// KLK Tracking: si cada media hora de ventas y cada inventario llegó a la base de datos, y cómo recuperarlo.
#[derive(Debug, Parser)]
#[command(
    name = "klk",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    help_template = HELP_TEMPLATE,
    subcommand_help_heading = "Órdenes",
    subcommand_value_name = "ORDEN",
    next_help_heading = "Opciones generales",
    after_help = EXIT_CODES_HELP
)]
pub struct CommandLine {
    /// Archivo de configuración; sin él, klk.toml de la carpeta actual si existe
    #[arg(long, value_name = "ARCHIVO", global = true, env = settings::variables::CONFIG)]
    config: Option<PathBuf>,
    /// Muestra esta ayuda
    #[arg(long, short, action = ArgAction::Help, global = true)]
    help: Option<bool>,
    /// Muestra la versión
    #[arg(long, short = 'V', action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sirve las páginas y la API, y lanza las ejecuciones programadas
    #[command(help_template = HELP_TEMPLATE)]
    Serve(serve::ServeArguments),
    /// Extrae ventas o inventario ahora y espera a que termine; con el servidor en marcha, klk plan --repetir-cargado y klk
    /// recuperar --plan
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Etl(etl::EtlArguments),
    /// Muestra lo que falta; termina con 3 si falta algo
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Gaps(gaps::GapsArguments),
    /// Muestra qué correría una recuperación, cuánto costaría y el hash para iniciarla; o uno ya mostrado
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Plan(plan::PlanArguments),
    /// Muestra los planes iniciados; los pausa, reanuda y cancela
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Planes(plans::PlansArguments),
    /// Muestra el día de una tienda, media hora por media hora, con lo que prueba cada una; termina con 3 si algo no está probado
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Cobertura(coverage::CoverageArguments),
    /// Recupera las medias horas que faltan y espera a que termine
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Recuperar(recover::RecoverArguments),
    /// Justifica medias horas que faltan y no se pueden o no hace falta recuperar
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Justificar(justify::JustifyArguments),
    /// Confirma que las líneas de un día que KLK ya no tiene están bien retiradas, y carga el día de nuevo
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Confirmar(confirm_loss::ConfirmLossArguments),
    /// Compara un día cerrado de una tienda con KLK y dice qué cambió
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Conciliar(reconcile::ReconcileArguments),
    /// Muestra el calendario de cada tienda; le da otro horario u otra zona, o un feriado a todas
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Calendario(calendar::CalendarArguments),
    /// Muestra quién puede entrar; agrega, cambia, desactiva usuarios, y les da códigos
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Usuarios(users::UsersArguments),
    /// Muestra los tokens con que se presentan los programas; los crea y revoca. Con el servidor en marcha, en su página /usuarios
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Tokens(tokens::TokensArguments),
    /// Comprueba que la auditoría está como se escribió, o la muestra entera
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Auditoria(audit::AuditArguments),
    /// Copia la base de datos a un archivo comprobado, con el servidor en marcha o sin él
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Respaldar(backup::BackupArguments),
    /// Pone un respaldo en lugar de la base de datos, que se conserva con otro nombre; el servidor debe estar detenido
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Restaurar(backup::RestoreArguments),
    /// Muda la base de datos de un archivo a PostgreSQL, o de vuelta, y compara las dos; los servidores deben estar detenidos
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Migrar(move_data::MoveArguments),
    /// Sirve un KLK simulado, para probar sin tocar el real
    #[command(help_template = HELP_TEMPLATE)]
    Sim(sim::SimArguments),
    /// Revisa la configuración, la base de datos, KLK y Sentry, y dice qué corregir
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Doctor(doctor::DoctorArguments),
    /// Prepara Sentry: paneles, alertas, búsquedas y monitores
    #[command(help_template = HELP_TEMPLATE)]
    Sentry(sentry::SentryArguments),
    /// Escribe una lista (pendientes, ejecuciones, decisiones…) en un archivo CSV, Excel o Parquet
    #[command(help_template = HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Export(export::ExportArguments),
    /// Llena una base de datos con una semana de ventas simuladas y termina
    #[command(name = "demo-data", help_template = HELP_TEMPLATE)]
    DemoData(serve::DemoDataArguments),
}

/// Where a command looks: a database of ours, or a server that has it.
#[derive(Clone, Debug, Args)]
struct ServerArgument {
    /// Pregunta a un `klk serve` en marcha (http://127.0.0.1:3000) en vez de abrir la base de datos; también KLK_SERVIDOR
    #[arg(long, value_name = "URL")]
    servidor: Option<String>,
}

/// Scripts of earlier versions name who decides. Who did it is whoever signed in, or the user of the system.
#[derive(Clone, Debug, Args)]
struct FormerName {
    #[arg(long = "nombre", value_name = "NOMBRE", hide = true)]
    _nombre: Option<String>,
}

/// `ventas` or `inventario`.
fn etl_kind(text: &str) -> Result<EtlKind, String> {
    text.parse().map_err(|error: domain::state::UnknownName| format!("debe ser uno de: {}", error.allowed))
}

impl CommandLine {
    /// Carries out the command.
    pub fn run(self) -> Result<Outcome, Failure> {
        let file = settings::file_to_read(self.config.as_deref());
        let mut source = Source::read(file.as_deref(), settings::process_environment());
        let loaded = Settings::load(&mut source);
        // The simulator and the doctor are there for those whose settings are wrong, too.
        match self.command {
            Command::Doctor(arguments) => arguments.run(&source, loaded),
            Command::Sim(arguments) => {
                logging::start_plain("info", false);
                arguments.run()
            }
            Command::Serve(arguments) => arguments.run(usable(loaded)?),
            Command::DemoData(arguments) => arguments.run(usable(loaded)?),
            Command::Etl(arguments) => arguments.run(&usable(loaded)?),
            Command::Gaps(arguments) => arguments.run(&usable(loaded)?),
            Command::Plan(arguments) => arguments.run(&usable(loaded)?),
            Command::Planes(arguments) => arguments.run(&usable(loaded)?),
            Command::Cobertura(arguments) => arguments.run(&usable(loaded)?),
            Command::Recuperar(arguments) => arguments.run(&usable(loaded)?),
            Command::Justificar(arguments) => arguments.run(&usable(loaded)?),
            Command::Confirmar(arguments) => arguments.run(&usable(loaded)?),
            Command::Conciliar(arguments) => arguments.run(&usable(loaded)?),
            Command::Calendario(arguments) => arguments.run(&usable(loaded)?),
            Command::Usuarios(arguments) => arguments.run(&usable(loaded)?),
            Command::Tokens(arguments) => arguments.run(&usable(loaded)?),
            Command::Export(arguments) => arguments.run(&usable(loaded)?),
            Command::Auditoria(arguments) => arguments.run(&usable(loaded)?),
            Command::Respaldar(arguments) => arguments.run(&usable(loaded)?),
            Command::Restaurar(arguments) => arguments.run(&usable(loaded)?),
            Command::Migrar(arguments) => arguments.run(&usable(loaded)?),
            Command::Sentry(arguments) => arguments.run(&usable(loaded)?),
        }
    }
}

fn usable(loaded: Result<Loaded, settings::InvalidSettings>) -> Result<Settings, Failure> {
    let loaded = loaded?;
    for warning in &loaded.warnings {
        crate::output::remark(&format!("aviso: {warning}"));
    }
    Ok(loaded.settings)
}
