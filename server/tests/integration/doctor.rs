//! What `klk doctor` says of Sentry: of each server that there may be, in words that help.

use serde_json::Value;

use crate::support::{FakeSentry, Klk};

/// What it says of Sentry: subject, result, detail and advice of each finding.
fn said(klk: &Klk) -> Vec<[String; 4]> {
    let report = klk.run(&["doctor", "--json"]).json();
    let findings = report["revisiones"].as_array().unwrap();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings
        .iter()
        .filter(|finding| finding["que"].as_str().unwrap().starts_with("Sentry"))
        .map(|finding| ["que", "resultado", "detalle", "que_hacer"].map(|name| text(finding, name)))
        .collect()
}

fn with_dsn(dsn: &str) -> Klk {
    // A POS that is not there is soon found out.
    Klk::new()
        .with_variable("SENTRY_DSN", dsn)
        .with_variable("KLK_BASE_URL", "http://127.0.0.1:9")
        .with_variable("KLK_RETRIES", "0")
}

#[test]
fn what_arrived_is_said_with_the_event_and_where_to_see_it() {
    let sentry = FakeSentry::start(Some("200 OK"));
    let klk = with_dsn(&sentry.dsn())
        .with_variable("SENTRY_WEB_URL", "https://sentry.example")
        .with_variable("SENTRY_ORGANIZATION", "cadena");
    let said = said(&klk);
    let subjects: Vec<&str> = said.iter().map(|[subject, ..]| subject.as_str()).collect();
    assert_eq!(subjects, ["Sentry, evento", "Sentry, transacción", "Sentry, check-in"]);
    assert!(
        said.iter().all(|[_, result, detail, _]| result == "bien" && detail.starts_with("127.0.0.1 lo aceptó")),
        "{said:?}"
    );
    let link = said[0][2].split(": ").last().unwrap();
    let event_id = link.strip_prefix("https://sentry.example/organizations/cadena/issues/?query=").unwrap();
    assert!(sentry.text().contains(event_id), "{link}");
    assert!(sentry.text().contains("\"monitor_slug\":\"klk-doctor\""));
}

#[test]
fn what_did_not_arrive_is_said_with_what_to_do() {
    let cases: [(Option<&str>, &str, &str, &str); 4] = [
        (Some("403 Forbidden"), "mal", "no reconoce la clave de SENTRY_DSN (HTTP 403)", "Client Keys (DSN)"),
        (Some("429 Too Many\r\nRetry-After: 60"), "aviso", "pide esperar (HTTP 429)", "revise en Sentry la cuota"),
        (Some("503 Unavailable"), "mal", "tiene un problema propio (HTTP 503)", "espera en data/sentry"),
        (None, "mal", "no respondió a tiempo", "el cortafuegos"),
    ];
    for (head, result, detail, advice) in cases {
        let sentry = FakeSentry::start(head);
        let said = said(&with_dsn(&sentry.dsn()));
        assert_eq!(said.len(), 3, "{said:?}");
        for finding in &said {
            assert!(finding[1] == result && finding[2].contains(detail), "{finding:?}");
        }
        // Said once where all fail alike.
        assert!(said[0][3].contains(advice) && said[1][3].is_empty() && said[2][3].is_empty(), "{said:?}");
    }
    let refused = said(&with_dsn("http://publickey0123456789@127.0.0.1:9/42"));
    assert!(refused[0][2].starts_with("no se puede conectar con 127.0.0.1 ("), "{refused:?}");
}

#[test]
fn without_a_dsn_it_is_off_and_with_rubbish_it_is_wrong() {
    let off = said(&Klk::new());
    assert!(off.len() == 1 && off[0][1] == "bien" && off[0][2].starts_with("apagado"), "{off:?}");
    let rubbish = with_dsn("no es una dsn");
    let wrong = said(&rubbish);
    assert!(wrong.len() == 1 && wrong[0][1] == "mal" && !wrong[0][3].is_empty(), "{wrong:?}");
    assert_eq!(rubbish.run(&["doctor"]).code, 3);
}
