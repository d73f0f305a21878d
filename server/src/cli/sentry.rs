//! `klk sentry provision`: makes Sentry have the dashboards, alerts, searches and monitors that the code says.

use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use monitoring::{
    Change, CronMonitor, DEFAULT_SENTRY_URL, ProvisionError, ProvisionReport, ProvisionTarget, SentryApiAccess,
    planned_requests, provision,
};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::failure::{EXIT_CODES_HELP, Failure, Outcome};
use crate::output::table::Table;
use crate::output::{answer, json, remark};
use crate::settings::variables::{SENTRY_AUTH_TOKEN, SENTRY_ORGANIZATION, SENTRY_PROJECT};
use crate::settings::{EngineLimits, SentrySettings, Settings};

/// Creating a dashboard takes Sentry a few seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Options of `klk sentry`.
#[derive(Debug, Args)]
#[command(subcommand_help_heading = "Órdenes", subcommand_value_name = "ORDEN")]
pub struct SentryArguments {
    #[command(subcommand)]
    command: SentryCommand,
}

#[derive(Debug, Subcommand)]
enum SentryCommand {
    /// Crea o actualiza en Sentry los paneles, alertas, búsquedas y monitores; dos veces seguidas no cambia nada
    #[command(help_template = super::HELP_TEMPLATE, after_help = EXIT_CODES_HELP)]
    Provision(ProvisionArguments),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
struct ProvisionArguments {
    /// Muestra las peticiones que crean todo y no envía ninguna
    #[arg(long)]
    dry_run: bool,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
}

impl SentryArguments {
    /// Carries out what was asked for.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        match self.command {
            SentryCommand::Provision(arguments) => {
                arguments.run(&settings.sentry, &cron_monitors(&settings.engine, &settings.zone))
            }
        }
    }
}

impl ProvisionArguments {
    fn run(self, sentry: &SentrySettings, cron_monitors: &[CronMonitor]) -> Result<Outcome, Failure> {
        if self.dry_run {
            return self.show(sentry, cron_monitors);
        }
        let report = provision(&access(sentry)?, cron_monitors).map_err(failure)?;
        let lines: Vec<Line> = lines(&report);
        if self.json {
            json(&lines)?;
        } else {
            print(&report, &lines);
        }
        Ok(if report.failed() == 0 { Outcome::Success } else { Outcome::Incomplete })
    }

    fn show(&self, sentry: &SentrySettings, cron_monitors: &[CronMonitor]) -> Result<Outcome, Failure> {
        let requests = planned_requests(&target(sentry).unwrap_or_else(ProvisionTarget::unnamed), cron_monitors);
        if self.json {
            json(&requests)?;
            return Ok(Outcome::Success);
        }
        for request in requests {
            answer(&format!("{} {}", request.method, request.path));
            json(&request.body)?;
            answer("");
        }
        remark("No se envió nada. Lo que ya existe se compara, y si difiere se actualiza con PUT.");
        remark("Los detector_ids son de ejemplo: Sentry numera los detectores al crearlos.");
        Ok(Outcome::Success)
    }
}

fn cron_monitors(engine: &EngineLimits, zone: &TimeZone) -> Vec<CronMonitor> {
    [
        CronMonitor::sales_incremental(&engine.cron_sales),
        CronMonitor::inventory_full(&engine.cron_inventory),
        CronMonitor::reconciliation(&engine.cron_reconciliation),
    ]
    .into_iter()
    .map(|monitor| monitor.in_zone(zone.iana_name()))
    .collect()
}

/// None where it is not said which project.
fn target(sentry: &SentrySettings) -> Option<ProvisionTarget> {
    Some(ProvisionTarget { organisation: sentry.organization.clone()?, project: sentry.project.clone()? })
}

fn access(sentry: &SentrySettings) -> Result<SentryApiAccess, Failure> {
    let needed = [
        (SENTRY_AUTH_TOKEN.name, sentry.auth_token.is_some()),
        (SENTRY_ORGANIZATION.name, sentry.organization.is_some()),
        (SENTRY_PROJECT.name, sentry.project.is_some()),
    ];
    match (&sentry.auth_token, target(sentry)) {
        (Some(token), Some(target)) => Ok(SentryApiAccess {
            url: sentry.web_url.clone().unwrap_or_else(|| DEFAULT_SENTRY_URL.to_owned()),
            token: token.expose_secret().to_owned(),
            target,
            timeout: REQUEST_TIMEOUT,
        }),
        _ => {
            let missing: Vec<&str> = needed.iter().filter(|(_, is_there)| !is_there).map(|(name, _)| *name).collect();
            Err(Failure::Usage(format!("falta {}; con --dry-run no hacen falta", missing.join(", "))))
        }
    }
}

fn failure(error: ProvisionError) -> Failure {
    match error {
        ProvisionError::Unauthorized
        | ProvisionError::Forbidden { .. }
        | ProvisionError::NoSuchOrganisation { .. }
        | ProvisionError::NoSuchProject { .. } => Failure::Usage(error.to_string()),
        ProvisionError::NotOffered { .. }
        | ProvisionError::RateLimited { .. }
        | ProvisionError::Refused { .. }
        | ProvisionError::Unreachable { .. }
        | ProvisionError::Unreadable { .. }
        | ProvisionError::NoDetectors => Failure::Incomplete(error.to_string()),
    }
}

/// What was done for a resource, as it is printed.
#[derive(Serialize)]
struct Line {
    hecho: &'static str,
    tipo: &'static str,
    nombre: String,
    detalle: String,
}

fn lines(report: &ProvisionReport) -> Vec<Line> {
    let line = |step: &monitoring::ProvisionStep| {
        let (hecho, detalle) = match &step.change {
            Change::Created => ("creado", String::new()),
            Change::Updated { field } => ("actualizado", format!("difería en {field}")),
            Change::Unchanged => ("igual", String::new()),
            Change::Failed(error) => ("fallido", error.to_string()),
        };
        Line { hecho, tipo: step.kind, nombre: step.name.clone(), detalle }
    };
    report.steps.iter().map(line).collect()
}

fn print(report: &ProvisionReport, lines: &[Line]) {
    let mut table = Table::new(&["Hecho", "Tipo", "Nombre", "Detalle"]);
    for Line { hecho, tipo, nombre, detalle } in lines {
        table.row([(*hecho).to_owned(), (*tipo).to_owned(), nombre.clone(), detalle.clone()]);
    }
    for line in table.lines() {
        answer(&line);
    }
    if report.unchanged() == report.steps.len() {
        answer("Nada que cambiar: Sentry ya lo tiene todo");
    } else {
        let (created, updated) = (report.created(), report.updated());
        let (unchanged, failed) = (report.unchanged(), report.failed());
        answer(&format!("{created} creados, {updated} actualizados, {unchanged} iguales, {failed} fallidos"));
    }
}
