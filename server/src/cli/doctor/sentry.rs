//! Whether Sentry takes what it is sent, and what to do where it does not.

use monitoring::{ItemKind, MonitoringStatus, SelfTest, SelfTestAnswer, SelfTestItem};

use super::finding::Finding;
use crate::settings::SentrySettings;

const SUBJECT: &str = "Sentry";

/// What came of the test, a finding for each thing that was sent; then what waits from before.
pub fn findings(test: SelfTest, status: &MonitoringStatus, settings: &SentrySettings) -> Vec<Finding> {
    match test {
        SelfTest::Off if settings.dsn.is_none() => {
            let detail = "apagado: sin SENTRY_DSN no se envía nada (para probar sin cuenta: ./dev run --sentry)";
            vec![Finding::fine(SUBJECT, detail)]
        }
        SelfTest::Off => {
            let advice = "cópiela de nuevo: en Sentry, Settings → Projects → el proyecto → Client Keys (DSN)";
            vec![Finding::failure(SUBJECT, "SENTRY_DSN no se puede leer, así que no se envía nada", advice)]
        }
        SelfTest::Tried { host, items, event_id, event_link } => {
            let outbox = settings.outbox.display().to_string();
            let mut advised: Option<SelfTestAnswer> = None;
            let mut findings = Vec::new();
            for SelfTestItem { kind, answer } in items {
                let mut finding = finding(kind, &answer, &host, &outbox);
                if kind == ItemKind::Event && answer == SelfTestAnswer::Accepted {
                    finding.detail = format!("{} (id {event_id})", finding.detail);
                    if let Some(link) = &event_link {
                        finding.detail = format!("{}: {link}", finding.detail);
                    }
                }
                // Once is enough where all three fail alike.
                if advised.as_ref() == Some(&answer) {
                    finding.advice.clear();
                }
                advised = Some(answer);
                findings.push(finding);
            }
            findings.extend(waiting(status, &outbox));
            findings
        }
    }
}

fn finding(kind: ItemKind, answer: &SelfTestAnswer, host: &str, outbox: &str) -> Finding {
    let subject = subject(kind);
    let meanwhile = format!("mientras tanto, lo que se envíe espera en {outbox} y sale solo después");
    match answer {
        SelfTestAnswer::Accepted => Finding::fine(subject, format!("{host} lo aceptó")),
        SelfTestAnswer::Limited => Finding::warning(
            subject,
            format!("{host} pide esperar (HTTP 429): se agotó una cuota o un límite del proyecto"),
            &format!("revise en Sentry la cuota (Settings → Subscription) y los límites de la clave; {meanwhile}"),
        ),
        SelfTestAnswer::Refused(status @ (401 | 403)) => Finding::failure(
            subject,
            format!("{host} no reconoce la clave de SENTRY_DSN (HTTP {status})"),
            "cópiela de nuevo: en Sentry, Settings → Projects → el proyecto → Client Keys (DSN); compruebe que esté activa",
        ),
        SelfTestAnswer::Refused(404) => Finding::failure(
            subject,
            format!("en {host} no está el proyecto de SENTRY_DSN (HTTP 404)"),
            "compruebe en SENTRY_DSN el servidor y el número del proyecto, al final de la dirección",
        ),
        SelfTestAnswer::Refused(status) => Finding::failure(
            subject,
            format!("{host} no lo acepta (HTTP {status})"),
            "compruebe que SENTRY_DSN sea de un servidor de Sentry, y que su versión sea reciente",
        ),
        SelfTestAnswer::Broken(status) => Finding::failure(
            subject,
            format!("{host} tiene un problema propio (HTTP {status})"),
            &format!("pruebe más tarde (https://status.sentry.io si es sentry.io); {meanwhile}"),
        ),
        SelfTestAnswer::TimedOut => Finding::failure(
            subject,
            format!("{host} no respondió a tiempo"),
            &format!("compruebe la red y el cortafuegos entre este equipo y {host}; {meanwhile}"),
        ),
        SelfTestAnswer::Unreachable { reason } => Finding::failure(
            subject,
            format!("no se puede conectar con {host} ({reason})"),
            &format!("compruebe en SENTRY_DSN el nombre y el puerto, y la salida de este equipo a la red; {meanwhile}"),
        ),
        SelfTestAnswer::NotMade => {
            Finding::failure(subject, "no se pudo preparar la prueba", "es un error de klk: avise a quien lo mantiene")
        }
    }
}

const fn subject(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Transaction => "Sentry, transacción",
        ItemKind::CheckIn => "Sentry, check-in",
        _ => "Sentry, evento",
    }
}

/// What an earlier process could not send.
fn waiting(status: &MonitoringStatus, outbox: &str) -> Option<Finding> {
    let count: u64 = status.waiting.values().sum();
    let since = status.oldest_waiting?;
    let detail = format!("{count} sin enviar en {outbox}, desde {since}");
    Some(Finding::warning(SUBJECT, detail, "salen solos cuando Sentry acepta; si no bajan, siga los avisos de arriba"))
}
