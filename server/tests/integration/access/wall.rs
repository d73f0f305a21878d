//! The screen on a wall that nobody signs in at.

use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{STREAM, TRACKING, send_form, status_with};
use crate::rest::{assert_problem, block_on};
use crate::support::{FakeSentry, Pos, Server, client_with, get_status};
use crate::tunnel::{TUNNEL, envelope};

const WALL: &str = "/?muro=1";

/// Makes a token as an administrator does, named after its role: gives what is shown once.
async fn made(server: &Server, role: &str) -> String {
    let make = [("accion", "crear_token"), ("usuario", role), ("rol", role), ("dias", "30")];
    let made = send_form(&server.client, &format!("{}/usuarios", server.address), &make, "").await;
    let page = made.text().await.unwrap();
    page.split("id=\"secreto\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// Opens a new link: gives what it says, and the cookie that it leaves.
async fn opened_wall(server: &Server) -> (String, String) {
    let link = made(server, "muro").await;
    assert!(link.starts_with(&format!("{}/muro?llave=klk_", server.address)), "{link}");
    let answer = client_with(None).get(&link).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()[LOCATION]), (303, &WALL.parse().unwrap()));
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.contains("; HttpOnly; SameSite=Lax; Max-Age="), "{set}");
    let seconds: u64 = set.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!((29 * 86_400..=30 * 86_400).contains(&seconds), "{seconds}");
    (link, set.split(';').next().unwrap().to_owned())
}

async fn get(server: &Server, path: &str, cookie: &str) -> Response {
    client_with(None).get(format!("{}{path}", server.address)).header(COOKIE, cookie).send().await.unwrap()
}

#[test]
fn a_wall_is_opened_by_its_link_and_opens_nothing_else() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (link, cookie) = opened_wall(&server).await;
        let page = get(&server, WALL, &cookie).await;
        assert_eq!(page.status().as_u16(), 200);
        let page = page.text().await.unwrap();
        assert!(page.contains("data-muro"), "{page}");
        assert!(!page.contains("href=\"/buscar\""), "a search that leads to where one signs in");
        let content = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        assert!(content.contains("chain-day") && !content.contains("<a "), "nobody clicks there: {content}");
        for kept in ["pruebas", "decisiones-recientes", "sin permiso", "no permite"] {
            assert!(!page.contains(kept), "{kept}");
        }
        assert_eq!(get(&server, STREAM, &cookie).await.status().as_u16(), 200);
        assert_eq!(get(&server, "/conexion", &cookie).await.status().as_u16(), 200);

        for path in ["/", "/pendientes", "/cobertura", "/usuarios", "/sistema/metricas", "/exportar/pendientes.csv"] {
            let answer = get(&server, path, &cookie).await;
            assert_eq!(answer.status().as_u16(), 303, "{path}");
            assert!(answer.headers()[LOCATION].to_str().unwrap().starts_with("/entrar"), "{path}");
        }
        let data = ["gaps", "progreso", "cron/status", "connectivity/klk", "decisiones"];
        let data = data.map(|path| format!("{TRACKING}/{path}"));
        for path in data.iter().map(String::as_str).chain(["/api/usuarios", "/api/openapi.json", "/api/monitoreo"]) {
            assert_problem(get_status(get(&server, path, &cookie).await).await, 401, "sin_sesion");
        }
        for path in [WALL, "/recuperar?muro=1", STREAM, "/usuarios"] {
            let posted = client_with(None).request(Method::POST, format!("{}{path}", server.address));
            let status = posted.header(COOKIE, &cookie).send().await.unwrap().status().as_u16();
            assert!(matches!(status, 401 | 405), "{path}: {status}");
        }
        // Nor as a token, and no other token opens a wall.
        let token = link.split("llave=").nth(1).unwrap();
        let bearer = |path: &str| {
            let request = client_with(None).get(format!("{}{path}", server.address));
            request.header(AUTHORIZATION, format!("Bearer {token}")).send()
        };
        assert_eq!(bearer(&format!("{TRACKING}/gaps")).await.unwrap().status().as_u16(), 401);
        assert_eq!(bearer(WALL).await.unwrap().status().as_u16(), 200);
        let other = made(&server, "administrador").await;
        let refused = get(&server, &format!("/muro?llave={other}"), "").await;
        assert!(refused.headers()[LOCATION].to_str().unwrap().starts_with("/entrar"));
        assert!(!refused.headers().contains_key(SET_COOKIE));
        assert_eq!(status_with(&server, WALL, &format!("klk_muro={other}")).await, 303);

        let reader = made(&server, "lector").await;
        let cancel = client_with(Some(&reader)).post(format!("{}{TRACKING}/planes/cancelar", server.address));
        let cancelled = cancel.json(&json!({ "hash": "000000000000" })).send().await.unwrap();
        assert_problem(get_status(cancelled).await, 403, "prohibido");
    });
    // Of the page that it may see, nothing is asked for in vain: such refusals are counted.
    assert_eq!(server.terminate(), 0);
    let exported = klk.run(&["auditoria", "exportar"]).answer;
    let entries: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused = entries.iter().filter(|entry| entry["accion"] == "rechazado");
    let refused: Vec<_> = refused.map(|entry| entry["actor"].as_str().unwrap()).collect();
    assert_eq!(refused, ["token:lector"]);
}

#[test]
fn a_wall_ends_when_its_link_is_revoked_and_its_stream_ends_too() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (link, cookie) = opened_wall(&server).await;
        let stream = get(&server, STREAM, &cookie).await;
        assert_eq!(stream.status().as_u16(), 200);
        let users = format!("{}/usuarios", server.address);
        let page = server.get("/usuarios").await.text().await.unwrap();
        assert!(!page.contains(link.split("llave=").nth(1).unwrap()), "it is shown once");
        let form = page.split("<strong>muro</strong>").nth(1).unwrap();
        let id = form.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let revoke = [("accion", "revocar_token"), ("id", id)];
        assert_eq!(send_form(&server.client, &users, &revoke, "").await.status().as_u16(), 303);
        let ends = async {
            let mut pieces = stream.bytes_stream();
            while pieces.next().await.is_some() {}
        };
        tokio::time::timeout(Duration::from_secs(60), ends).await.unwrap();
        assert_eq!(status_with(&server, WALL, &cookie).await, 303);
        assert_eq!(status_with(&server, STREAM, &cookie).await, 401);
        assert!(
            get(&server, link.strip_prefix(&server.address).unwrap(), "").await.headers().get(SET_COOKIE).is_none()
        );
        let audit = server.get("/usuarios").await.text().await.unwrap();
        assert!(audit.contains("muro (muro)") && audit.contains("revocar_token"), "{audit}");
    });
}

#[test]
fn the_browser_of_a_wall_reports_to_sentry_within_the_limits_of_everybody() {
    let sentry = FakeSentry::start(Some("200 OK"));
    let pos = Pos::start();
    let klk = pos.klk().with_variable("SENTRY_DSN", &sentry.dsn()).with_variable("SENTRY_TUNNEL_PER_MINUTE_MAX", "2");
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (_, cookie) = opened_wall(&server).await;
        let page = get(&server, WALL, &cookie).await.text().await.unwrap();
        assert!(page.contains("id=\"monitoreo\""), "{page}");
        let report = async |cookie: &str| {
            let request = client_with(None).post(format!("{}{TUNNEL}", server.address));
            let request = request.header("sec-fetch-site", "same-origin").header(ORIGIN, &server.address);
            let request = request.header(COOKIE, cookie).body(envelope(&sentry.dsn()));
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!(report("").await, 401);
        assert_eq!([report(&cookie).await, report(&cookie).await, report(&cookie).await], [200, 200, 429]);
        assert_eq!(get(&server, TUNNEL, &cookie).await.status().as_u16(), 401);
    });
    assert_eq!(server.terminate(), 0);
    let arrived = sentry.text();
    assert_eq!(arrived.matches("\"type\":\"event\"").count(), 2, "{arrived}");
    assert!(!arrived.contains("klk_muro"), "{arrived}");
}

#[test]
fn no_user_is_a_wall() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let add = json!({ "usuario": "eva", "rol": "muro" });
        let (status, answer): (u16, Value) = server.post_json("/api/usuarios/crear", &add).await;
        assert_problem((status, answer), 422, "parametro_invalido");
    });
}
