//! What became of what is reported, and failing on purpose to see it.

use std::collections::BTreeMap;

use domain::ErrorClass;
use domain::read_model::{
    BranchIssues, CronMonitorView, DroppedReports, ErrorIssues, MonitoringLinks, MonitoringTrial, MonitoringView,
    ProcessView, ReportCount, ReportFailure, SourceClockView, WaitingReports,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use monitoring::{ItemKind, LastCheckIn, MonitoringStatus, SentryLinks};
use warehouse::ProcessRow;

use super::monitoring_words::{check_in_state, drop_reason, failure_kind, report_kind};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// What was sent, what is queued, what was dropped and why, and the last check-in of each cron monitor.
    pub async fn monitoring_view(&self, actor: &Actor) -> Result<MonitoringView, UseCaseError> {
        actor.may_read()?;
        let now = self.clock.now();
        let status = self.monitoring.status();
        let is_configured = status.host.is_some();
        let waits = WaitingReports {
            total: status.waiting.values().sum(),
            por_tipo: counts(&status.waiting),
            bytes: status.waiting_bytes,
            mas_antiguo: status.oldest_waiting,
            mas_antiguo_local: status.oldest_waiting.map(|at| self.local(at)),
        };
        let clock = self.source_clock.latest().map(|drift| SourceClockView {
            adelanto_segundos: drift.ahead.as_secs(),
            limite_segundos: self.settings.clock_drift_max.as_secs(),
            medido_en: drift.measured_at,
        });
        Ok(MonitoringView {
            reloj: clock,
            configurado: is_configured,
            host: status.host.clone(),
            entorno: status.environment.clone(),
            version: status.release.clone(),
            alcanzable: status.is_reachable,
            ultimo_envio: status.last_sent,
            ultimo_envio_local: status.last_sent.map(|at| self.local(at)),
            ultima_falla: self.last_failure(&status),
            enviados: counts(&status.sent_last_day),
            en_espera: waits,
            descartados: dropped(&status),
            monitores: self.cron_monitors(&status, now),
            procesos: self.processes().await?,
            enlaces: self.monitoring.links().map(|links| self.monitoring_links(&links)),
            generado_en: now,
            generado_en_local: self.local(now),
        })
    }

    async fn processes(&self) -> Result<Vec<ProcessView>, UseCaseError> {
        if !self.warehouse.is_shared() {
            return Ok(Vec::new());
        }
        let view = |row: ProcessRow| ProcessView {
            nombre: row.process.name,
            rol: row.process.role,
            version: row.process.version,
            iniciado_en: row.started_at,
            iniciado_en_local: self.local(row.started_at),
            renovado_en: row.renewed_at,
            renovado_en_local: self.local(row.renewed_at),
            vencido: row.is_gone,
            dirige: row.leads,
            en_proceso: row.running,
        };
        Ok(self.warehouse.processes().await?.into_iter().map(view).collect())
    }

    /// Fails as something of ours would, so that people see the way from a click to Sentry: an internal error, one
    /// event, one reference code.
    pub fn monitoring_trial(&self, actor: &Actor, trial: MonitoringTrial) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        match trial {
            MonitoringTrial::ServerError => Err(UseCaseError::MonitoringTrial),
        }
    }

    /// The address of an event, by the reference code that people are shown; None where no organisation is configured.
    pub fn reference_link(&self, code: &str) -> Option<String> {
        self.monitoring.links().map(|links| links.issues_of_correlation(code))
    }

    fn local(&self, at: Timestamp) -> DateTime {
        self.settings.schedules.zone.to_datetime(at)
    }

    fn last_failure(&self, status: &MonitoringStatus) -> Option<ReportFailure> {
        let failure = status.last_failure.as_ref()?;
        Some(ReportFailure {
            motivo: failure_kind(&failure.reason),
            detalle: failure.reason.clone(),
            en: failure.at,
            en_local: self.local(failure.at),
        })
    }

    fn cron_monitors(&self, status: &MonitoringStatus, now: Timestamp) -> Vec<CronMonitorView> {
        let is_active = self.settings.scheduler;
        let monitors = self.schedules.iter().map(|schedule| {
            let last: Option<&LastCheckIn> = status.last_check_ins.get(schedule.kind.slug());
            let next = schedule.next_after(now).filter(|_| is_active);
            CronMonitorView {
                nombre: schedule.kind.slug().to_owned(),
                expresion: schedule.expression().to_owned(),
                zona: schedule.zone().iana_name().unwrap_or("UTC-04:00").to_owned(),
                activo: is_active,
                estado: last.map(|last| check_in_state(last.status)),
                ultimo_check_in: last.map(|last| last.at),
                ultimo_check_in_local: last.map(|last| self.local(last.at)),
                proximo_check_in: next,
                proximo_check_in_local: next.map(|next| self.local(next)),
            }
        });
        monitors.collect()
    }

    fn monitoring_links(&self, links: &SentryLinks) -> MonitoringLinks {
        let branches = self.branches.all();
        let branches = branches.iter().map(|branch| BranchIssues {
            enlace: links.issues_of_branch(branch.id.as_str()),
            ubicacion_id: branch.id.clone(),
            ubicacion_nombre: branch.name.clone(),
        });
        let classes = ErrorClass::ALL
            .iter()
            .map(|class| ErrorIssues { error_tipo: *class, enlace: links.issues_of_error(class.as_str()) });
        MonitoringLinks {
            monitores: links.cron_monitors(),
            por_tienda: branches.collect(),
            por_error: classes.collect(),
        }
    }
}

fn counts(by_kind: &BTreeMap<ItemKind, u64>) -> Vec<ReportCount> {
    let count = |(kind, count): (&ItemKind, &u64)| ReportCount { tipo: report_kind(*kind), cantidad: *count };
    by_kind.iter().filter(|(_, count)| **count > 0).map(count).collect()
}

fn dropped(status: &MonitoringStatus) -> Vec<DroppedReports> {
    let dropped = status.dropped_last_day.iter().map(|dropped| DroppedReports {
        tipo: report_kind(dropped.kind),
        motivo: drop_reason(dropped.reason),
        cantidad: dropped.count,
    });
    dropped.collect()
}
