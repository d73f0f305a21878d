//! Signing in by a provider of identities that runs on loopback.

use std::collections::HashMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, Url};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{PASSWORD, TRACKING, cookie_of, send_form, sign_in, status_with};
use crate::support::test_provider::{CLIENT, TestProvider};
use crate::support::{Klk, Pos, Server, client_with, now};

const LEAVE: &str = "/entrar/proveedor";

/// A server, and a provider whose user is Ana. What people open is said to be elsewhere: a browser comes back to the
/// server of the test all the same.
struct Scene {
    _pos: Pos,
    provider: TestProvider,
    runtime: Runtime,
    klk: Klk,
}

impl Scene {
    fn new() -> Self {
        let pos = Pos::start();
        let runtime = Runtime::new().unwrap();
        let provider = runtime.block_on(TestProvider::start(|| now().as_second()));
        let klk = with_provider(pos.klk(), &provider.issuer());
        klk.add_user("ana", "operador", "", PASSWORD);
        Self { _pos: pos, provider, runtime, klk }
    }
}

fn with_provider(klk: Klk, issuer: &str) -> Klk {
    klk.with_variable("KLK_PUBLIC_URL", "http://klk.ejemplo")
        .with_variable("KLK_OIDC_ISSUER", issuer)
        .with_variable("KLK_OIDC_CLIENT_ID", CLIENT.0)
        .with_variable("KLK_OIDC_CLIENT_SECRET", CLIENT.1)
        .with_variable("KLK_OIDC_NOMBRE", "La Empresa")
}

/// Somebody who left for the provider: where they come back to, and the cookie of their browser.
struct Away {
    back: String,
    cookie: String,
}

async fn leave(server: &Server, back: &str) -> Away {
    let browser = client_with(None);
    let left = browser.get(format!("{}{LEAVE}?volver={back}", server.address)).send().await.unwrap();
    assert_eq!(left.status().as_u16(), 303);
    let cookie = left.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("klk_entrada=") && cookie.contains("HttpOnly; SameSite=Lax; Max-Age=600"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let there = browser.get(left.headers()[LOCATION].to_str().unwrap()).send().await.unwrap();
    let back = Url::parse(there.headers()[LOCATION].to_str().unwrap()).unwrap();
    assert_eq!(back.host_str(), Some("klk.ejemplo"));
    Away { back: format!("{}?{}", back.path(), back.query().unwrap()), cookie }
}

async fn come_back(server: &Server, away: &Away) -> Response {
    let request = client_with(None).get(format!("{}{}", server.address, away.back)).header(COOKIE, &away.cookie);
    request.send().await.unwrap()
}

async fn sign_in_there(server: &Server) -> Response {
    come_back(server, &leave(server, "/pendientes").await).await
}

/// The status, and what the page says is wrong.
async fn said(answer: Response) -> (u16, String) {
    let opens_no_session =
        answer.headers().get_all(SET_COOKIE).iter().all(|cookie| !cookie.to_str().unwrap().contains("klk_sesion"));
    assert!(opens_no_session);
    let (status, page) = (answer.status().as_u16(), answer.text().await.unwrap());
    let alert = page.split("role=\"alert\"").nth(1).unwrap_or_default().split("</p>").next().unwrap_or_default();
    assert!(page.contains("name=\"clave\""), "the form for a password is still there");
    (status, alert.to_owned())
}

#[test]
fn somebody_signs_in_by_the_provider_and_is_led_back() {
    let Scene { runtime, klk, _pos, .. } = Scene::new();
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        let page = server.client.get(format!("{}/entrar", server.address)).header("authorization", "").send().await;
        let page = page.unwrap().text().await.unwrap();
        assert!(page.contains("Entrar con La Empresa") && page.contains("name=\"clave\""), "{page}");
        let answer = sign_in_there(&server).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()[LOCATION]), (303, &"/pendientes".parse().unwrap()));
        let cookie = cookie_of(&answer);
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &cookie).await, 200);
        let gone =
            answer.headers().get_all(SET_COOKIE).iter().any(|set| set.to_str().unwrap().starts_with("klk_entrada=;"));
        assert!(gone, "the browser is not away any more");
        let users = server.get("/usuarios").await.text().await.unwrap();
        assert!(users.contains("entrar_con_proveedor") && users.contains("vincular_identidad"), "{users}");
        for foreign in ["//evil.example", "https://evil.example/", "/%5Cevil.example"] {
            let answer = come_back(&server, &leave(&server, foreign).await).await;
            assert_eq!(answer.headers()[LOCATION], "/", "{foreign}");
        }
    });
}

#[test]
fn who_has_no_user_here_stays_out() {
    let Scene { runtime, klk, provider, _pos } = Scene::new();
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        let person = |sub: &str, name: &str| json!({ "sub": sub, "preferred_username": name });
        provider.behave(|behaviour| behaviour.person = person("0002", "eva"));
        let (status, alert) = said(sign_in_there(&server).await).await;
        assert!(status == 403 && alert.contains("eva no tiene un usuario activo aquí"), "{status} {alert}");
        provider.behave(|behaviour| behaviour.person = person("0003", "<script>alert(1)</script>"));
        let (status, alert) = said(sign_in_there(&server).await).await;
        assert!(status == 403 && !alert.contains("<script>"), "{status} {alert}");
        provider.behave(|behaviour| behaviour.person = person("0001", "ana"));
        assert_eq!(sign_in_there(&server).await.status().as_u16(), 303);
        let disable = [("accion", "desactivar"), ("usuario", "ana")];
        let users = format!("{}/usuarios", server.address);
        assert_eq!(send_form(&server.client, &users, &disable, "").await.status().as_u16(), 303);
        assert_eq!(said(sign_in_there(&server).await).await.0, 403);
    });
}

#[test]
fn who_has_no_user_here_becomes_a_reader_where_the_settings_say_so() {
    let Scene { runtime, klk, provider, _pos } = Scene::new();
    let klk = klk.with_variable("KLK_OIDC_CREAR_LECTORES", "on");
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        provider.behave(|behaviour| behaviour.person = json!({ "sub": "0002", "preferred_username": "Eva" }));
        let answer = sign_in_there(&server).await;
        let cookie = cookie_of(&answer);
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &cookie).await, 200);
        let change = client_with(None).post(format!("{}{TRACKING}/planes/cancelar", server.address));
        let change = change.header(COOKIE, &cookie).json(&json!({ "hash": "000000000000" })).send().await.unwrap();
        assert_eq!(change.status().as_u16(), 403);
        assert_eq!(status_with(&server, "/usuarios", &cookie).await, 403);
    });
}

#[test]
fn an_attempt_counts_once_and_in_its_browser_only() {
    let Scene { runtime, klk, provider, _pos } = Scene::new();
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        let away = leave(&server, "/").await;
        assert_eq!(come_back(&server, &away).await.status().as_u16(), 303);
        let (status, alert) = said(come_back(&server, &away).await).await;
        assert!(status == 401 && alert.contains("Empiece de nuevo"), "{status} {alert}");
        // Somebody is led to what another person began: they would work as that person.
        let (mine, others) = (leave(&server, "/").await, leave(&server, "/").await);
        let led = Away { back: others.back, cookie: mine.cookie };
        assert_eq!(said(come_back(&server, &led).await).await.0, 401);
        let without = Away { back: leave(&server, "/").await.back, cookie: "otra=1".to_owned() };
        assert_eq!(said(come_back(&server, &without).await).await.0, 401);
        let made_up = Away { back: format!("{LEAVE}/vuelta?code=x&state=y"), cookie: "klk_entrada=y".to_owned() };
        assert_eq!(said(come_back(&server, &made_up).await).await.0, 401);
        provider.behave(|behaviour| behaviour.claims = json!({ "nonce": "otro" }));
        let (status, alert) = said(sign_in_there(&server).await).await;
        assert!(status == 401 && alert.contains("no confirmó"), "{status} {alert}");
        provider.behave(|behaviour| behaviour.claims = json!({}));
        // The person said no there, or another provider sends the browser back.
        for added in ["&error=access_denied", "&iss=https://otro.example"] {
            let away = leave(&server, "/").await;
            let away = Away { back: format!("{}{added}", away.back), ..away };
            assert_eq!(said(come_back(&server, &away).await).await.0, 401, "{added}");
        }
    });
}

#[test]
fn a_user_is_who_they_were_at_the_provider_whatever_people_are_called_there() {
    let Scene { runtime, klk, provider, _pos } = Scene::new();
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        let person = |sub: &str, name: &str| json!({ "sub": sub, "preferred_username": name });
        sign_in_there(&server).await;
        provider.behave(|behaviour| behaviour.person = person("0001", "ana.de.luis"));
        let renamed = cookie_of(&sign_in_there(&server).await);
        let own = client_with(None).get(format!("{}/", server.address)).header(COOKIE, &renamed).send().await.unwrap();
        assert!(own.text().await.unwrap().contains("ana"));
        provider.behave(|behaviour| behaviour.person = person("0002", "ana"));
        let (status, alert) = said(sign_in_there(&server).await).await;
        assert!(status == 403 && alert.contains("otra persona"), "{status} {alert}");
        // An administrator says that it is another person now.
        let users = format!("{}/usuarios", server.address);
        let unlink = [("accion", "desvincular"), ("usuario", "ana")];
        assert_eq!(send_form(&server.client, &users, &unlink, "").await.status().as_u16(), 303);
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &renamed).await, 401);
        assert_eq!(sign_in_there(&server).await.status().as_u16(), 303);
        provider.behave(|behaviour| behaviour.person = person("0001", "ana"));
        assert_eq!(said(sign_in_there(&server).await).await.0, 403);
    });
    // It is remembered over a restart.
    drop(server);
    let server = Server::start(&klk, &[]);
    runtime.block_on(async {
        assert_eq!(said(sign_in_there(&server).await).await.0, 403);
    });
}

#[test]
fn without_the_provider_people_sign_in_with_their_password() {
    let pos = Pos::start();
    let klk = with_provider(pos.klk(), "http://127.0.0.1:1");
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    let nowhere = pos.klk();
    let plain = Server::start(&nowhere, &[]);
    Runtime::new().unwrap().block_on(async {
        let leave = client_with(None).get(format!("{}{LEAVE}", server.address)).send().await.unwrap();
        let (status, alert) = said(leave).await;
        assert!(status == 503 && alert.contains("entre con su clave"), "{status} {alert}");
        assert_eq!(sign_in(&server, "", "").await.status().as_u16(), 303);
        // Where none is configured, nothing leads there.
        let leave = client_with(None).get(format!("{}{LEAVE}", plain.address)).send().await.unwrap();
        assert_eq!((leave.status().as_u16(), &leave.headers()[LOCATION]), (303, &"/entrar".parse().unwrap()));
        let page = client_with(None).get(format!("{}/entrar", plain.address)).send().await.unwrap();
        assert!(!page.text().await.unwrap().contains(LEAVE));
    });
}

#[test]
fn doctor_says_what_is_wrong_with_the_provider() {
    let Scene { runtime: _runtime, klk, provider, _pos } = Scene::new();
    let found = |klk: &Klk| {
        let report = klk.run(&["doctor", "--json"]).json();
        let mut of_provider = HashMap::new();
        for finding in report["revisiones"].as_array().unwrap() {
            if finding["que"] == "proveedor de identidad" {
                let text = |name: &str| finding[name].as_str().unwrap().to_owned();
                of_provider.extend([
                    ("resultado", text("resultado")),
                    ("detalle", text("detalle")),
                    ("que_hacer", text("que_hacer")),
                ]);
            }
        }
        of_provider
    };
    assert_eq!(found(&klk)["resultado"], "bien");
    provider.behave(|behaviour| behaviour.metadata = json!({ "issuer": "https://id.ejemplo/" }));
    let other = found(&klk);
    assert!(
        other["resultado"] == "mal" && other["que_hacer"].contains("KLK_OIDC_ISSUER=https://id.ejemplo/"),
        "{other:?}"
    );
    provider.behave(|behaviour| behaviour.metadata = json!({}));
    let klk = klk.with_variable("KLK_OIDC_CLIENT_SECRET", "otro");
    let refused = found(&klk);
    assert!(
        refused["detalle"].contains("invalid_client")
            && refused["que_hacer"].contains("http://klk.ejemplo/entrar/proveedor/vuelta"),
        "{refused:?}"
    );
    let klk = klk.with_variable("KLK_OIDC_ISSUER", "http://127.0.0.1:1");
    assert!(found(&klk)["detalle"].contains("no se puede alcanzar"));
}
