//! What `klk doctor` says of Sentry and of the proxy: of each server that there may be, in words that help.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::support::{FakeSentry, Klk, Pos, Server};

/// What it says of Sentry: subject, result, detail and advice of each finding.
fn said(klk: &Klk) -> Vec<[String; 4]> {
    said_of(klk, "Sentry")
}

fn said_of(klk: &Klk, subject: &str) -> Vec<[String; 4]> {
    let report = klk.run(&["doctor", "--json"]).json();
    let findings = report["revisiones"].as_array().unwrap();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings
        .iter()
        .filter(|finding| finding["que"].as_str().unwrap().starts_with(subject))
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
fn the_age_of_the_last_backup_is_said() {
    let klk = with_dsn("").with_variable("SENTRY_DSN", "");
    assert!(said_of(&klk, "respaldos").is_empty(), "there is nothing to copy yet");
    klk.token("pruebas", "lector", "");
    let none = said_of(&klk, "respaldos");
    assert!(none[0][1] == "aviso" && none[0][3].contains("`klk respaldar`"), "{none:?}");
    assert_eq!(klk.run(&["respaldar"]).code, 0);
    let fresh = said_of(&klk, "respaldos");
    assert!(fresh[0][1] == "bien" && fresh[0][2].contains("hace menos de una hora"), "{fresh:?}");
    let made = std::fs::read_dir(klk.path("data/respaldos")).unwrap().next().unwrap().unwrap().path();
    std::fs::rename(&made, klk.path("data/respaldos/klk-20251117T083000Z.duckdb")).unwrap();
    let old = said_of(&klk, "respaldos");
    assert!(old[0][1] == "mal" && old[0][2].contains(" días: data/respaldos/klk-20251117"), "{old:?}");
    let by_hand = said_of(&klk.with_variable("KLK_RESPALDO_HORA", "nunca"), "respaldos");
    assert_eq!(by_hand[0][1], "aviso");
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

/// A proxy that answers every request with what is made of its path, and keeps the connection open.
fn proxy(answer: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for mut connection in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let length = connection.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            drop(connection.write_all(answer(path).as_bytes()));
            held.push(connection);
        }
    });
    format!("http://{address}")
}

fn http(head: &str, body: &str) -> String {
    format!("HTTP/1.1 {head}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn health() -> String {
    http("200 OK", concat!(r#"{"estado":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#))
}

/// Result, detail and advice about the proxy at an address, whose port is another one each time.
fn through(klk: Klk, url: &str) -> String {
    let klk = klk.with_variable("KLK_PUBLIC_URL", url);
    let said = said_of(&klk, "proxy");
    let [[_, result, detail, advice]] = said.as_slice() else { panic!("{said:?}") };
    format!("{result}: {detail}\n{advice}").replace(url, "http://proxy").trim_end().to_owned()
}

fn alone() -> Klk {
    Klk::new().with_variable("KLK_BASE_URL", "http://127.0.0.1:9").with_variable("KLK_RETRIES", "0")
}

#[test]
fn what_people_open_has_to_lead_here() {
    assert!(said_of(&alone(), "proxy").is_empty(), "nothing is said where no address is configured");
    insta::assert_snapshot!(through(alone(), "http://127.0.0.1:9"), @r#"
    aviso: http://proxy/ no responde (Connection refused (os error 111))
    si `klk serve` no está en marcha, vuelva a probar con él; si lo está, revise el proxy, su nombre (DNS) y su certificado
    "#);
    insta::assert_snapshot!(through(alone(), &proxy(|_| http("404 Not Found", "<html>nginx</html>"))), @r#"
    mal: en http://proxy/ responde otro programa (HTTP 404)
    el proxy debe pasar todas las rutas desde «/» a KLK_ADDRESS
    "#);
    insta::assert_snapshot!(through(alone(), &proxy(|_| http("502 Bad Gateway", "<html>nginx</html>"))), @r#"
    aviso: en http://proxy/ responde el proxy, que no llega a este servidor (HTTP 502)
    arranque `klk serve`; si está en marcha, el proxy debe pasar a KLK_ADDRESS
    "#);
    // What the resolver says, another one says otherwise.
    let unknown = through(alone(), "http://no-existe.invalid");
    assert!(
        unknown.starts_with("aviso: http://proxy/ no responde (") && !unknown.contains("error sending"),
        "{unknown}"
    );
    insta::assert_snapshot!(through(alone(), &proxy(|_| http("421 Misdirected Request", "{}"))), @r#"
    mal: http://proxy/ llega hasta aquí con otro nombre
    el proxy debe conservar Host (nginx: proxy_set_header Host $host)
    "#);
    insta::assert_snapshot!(through(alone(), &proxy(|_| health())), @"bien: http://proxy/ llega hasta aquí; con KLK_API_TOKEN se prueba también si deja pasar los eventos");
}

#[test]
fn a_proxy_that_is_not_believed_is_found_where_there_has_to_be_one() {
    let public = || alone().with_variable("KLK_PUBLIC_URL", "https://no-existe.invalid");
    let forgotten = said_of(&public(), "proxy");
    let [_, result, detail, advice] = &forgotten[0];
    assert!(result == "aviso" && detail.contains("no se cree") && advice.contains("KLK_TRUSTED_PROXIES"), "{detail}");
    let believed = said_of(&public().with_variable("KLK_TRUSTED_PROXIES", "127.0.0.1"), "proxy");
    assert!(believed.len() == 1 && !believed[0][3].contains("KLK_TRUSTED_PROXIES"), "{believed:?}");
}

#[test]
fn a_database_in_use_is_said_to_be_unchecked() {
    let pos = Pos::start();
    let klk = pos.klk();
    let _server = Server::start(&klk, &[]);
    let said = said_of(&klk, "base de datos");
    let [[_, result, detail, advice]] = said.as_slice() else { panic!("{said:?}") };
    assert!(result == "aviso" && detail.contains("no se revisó, porque"), "{detail}");
    assert!(advice.contains("detenga el servidor"), "{advice}");
}

#[test]
fn a_proxy_that_holds_events_back_is_found_and_one_that_passes_them_on_is_good() {
    // Its head comes at once, and no event.
    let holding = proxy(|path| match path {
        "/health/live" => health(),
        _ => "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
    });
    insta::assert_snapshot!(through(alone().with_variable("KLK_API_TOKEN", "klk_de_prueba"), &holding), @r#"
    mal: http://proxy/ no deja pasar los eventos (no llegó ninguno): las páginas no se actualizarían solas
    el proxy no debe reunir ni comprimir /api/eventos (nginx: proxy_buffering off)
    "#);
    let pos = Pos::start();
    let klk = pos.klk();
    let token = klk.token("doctor", "lector", "");
    let server = Server::start(&klk, &[]);
    insta::assert_snapshot!(through(klk.with_variable("KLK_API_TOKEN", &token), &server.address), @"bien: http://proxy/ llega hasta aquí y deja pasar los eventos");
}

/// Its files have the hash of their contents in their names.
#[test]
fn the_site_of_a_build_is_found() {
    let klk = alone();
    std::fs::create_dir_all(klk.path("site/pkg")).unwrap();
    let missing = said_of(&klk, "páginas");
    assert!(missing[0][1] == "aviso" && missing[0][2].contains("klk.wasm no existe"), "{missing:?}");
    let names = r#"{"build":"a","files":{"klk.wasm":"klk-51336254db19.wasm"}}"#;
    std::fs::write(klk.path("site/files.json"), names).unwrap();
    std::fs::write(klk.path("site/pkg/klk-51336254db19.wasm"), "").unwrap();
    let found = said_of(&klk.with_variable("LEPTOS_SITE_ROOT", "site"), "páginas");
    assert!(found[0][1] == "bien", "{found:?}");
}

#[test]
fn an_address_with_a_path_is_refused() {
    let wrong = said_of(&alone().with_variable("KLK_PUBLIC_URL", "https://cadena.example/klk"), "configuración");
    assert!(wrong.len() == 1 && wrong[0][1] == "mal" && wrong[0][2].contains("bajo una ruta"), "{wrong:?}");
}

/// Whatever one of them holds, the list is there, and says which one has to be corrected.
#[test]
fn a_wrong_value_of_any_variable_is_one_finding_of_the_list() {
    const RUBBISH: &str = "¿=?";
    let documented = Klk::new().run(&["doctor", "--variables-markdown"]).answer;
    let rows: Vec<Vec<&str>> = documented
        .lines()
        .filter(|line| line.starts_with("| `KLK_") || line.starts_with("| `SENTRY_"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 100, "{}", rows.len());
    for row in rows {
        let (name, accepted) = (row[1].trim_matches('`'), row[4]);
        if name == "KLK_CONFIG" {
            continue;
        }
        let run = alone().with_variable(name, RUBBISH).run(&["doctor", "--rapido", "--json"]);
        let report = run.json();
        assert!([0, 3].contains(&run.code), "{name}: {} {}", run.code, run.errors);
        let values = report["variables"].as_array().unwrap();
        assert!(values.iter().any(|value| value["nombre"] == name && value["origen"] != "por defecto"), "{name}");
        let findings = report["revisiones"].as_array().unwrap();
        let is_named = |finding: &Value| {
            finding["resultado"] == "mal" && finding["detalle"].as_str().unwrap().starts_with(&format!("{name}: "))
        };
        let is_checked = !["texto", "texto secreto"].contains(&accepted) || name == "KLK_LOG" || name == "KLK_ZONA";
        assert!(!is_checked || findings.iter().any(is_named), "{name}: {findings:?}");
    }
}
