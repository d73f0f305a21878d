//! Who may do what, over real HTTP: every route with every role, sessions, attempts to get in or to be led astray.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{
    CACHE_CONTROL, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
    WWW_AUTHENTICATE,
};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::rest::{assert_problem, block_on};
use crate::support::{Klk, Pos, Server, client_with, get_status};

const TRACKING: &str = "/api/etl/tracking";
const PASSWORD: &str = "caballo bateria grapa";

/// The least that somebody has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Least {
    Anybody,
    Reader,
    Operator,
    /// Of the first store.
    OperatorThere,
    OperatorEverywhere,
    Administrator,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Nobody,
    Reader,
    OperatorElsewhere,
    Operator,
    Administrator,
}

impl Who {
    fn may(self, least: Least) -> bool {
        match least {
            Least::Anybody => true,
            Least::Reader => self != Self::Nobody,
            Least::Operator => matches!(self, Self::OperatorElsewhere | Self::Operator | Self::Administrator),
            Least::OperatorThere | Least::OperatorEverywhere => matches!(self, Self::Operator | Self::Administrator),
            Least::Administrator => self == Self::Administrator,
        }
    }
}

/// Every route of the REST interface, with what it needs to be understood.
fn interface(pos: &Pos) -> Vec<(Method, &'static str, String, Value, Least)> {
    let day = pos.yesterday().to_string();
    let store = json!({ "ubicacion_id": "tienda_01", "fecha": day });
    let period = json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "fecha_hasta": day,
        "hora_desde": "12:00", "hora_hasta": "12:30", "motivo": "falla_electrica",
    });
    let plan = json!({ "etl_tipo": "ventas", "ubicaciones": ["tienda_01"], "periodos": [{ "fecha_desde": day }] });
    let hash = json!({ "hash": "000000000000" });
    let week = json!({
        "lunes": "07:00-21:00", "martes": "07:00-21:00", "miercoles": "07:00-21:00", "jueves": "07:00-21:00",
        "viernes": "07:00-21:00", "sabado": "07:00-21:00", "domingo": "07:00-21:00", "excepciones": [],
    });
    let calendar = json!({ "ubicacion_id": "tienda_01", "vigente_desde": "2031-01-01", "calendario": week });
    let holiday = json!({ "fecha": "2031-12-25", "horario": "cerrado", "nota": "Navidad" });
    let run = "00000000-0000-0000-0000-000000000009";
    let get = |resource: &'static str, query: String| (Method::GET, resource, query, Value::Null, Least::Reader);
    let post =
        |resource: &'static str, body: &Value, least| (Method::POST, resource, String::new(), body.clone(), least);
    vec![
        get("/api/etl/tracking/ejecuciones", String::new()),
        get("/api/etl/tracking/ejecucion", format!("?id={run}")),
        get("/api/etl/tracking/gaps", String::new()),
        get("/api/etl/tracking/gaps/total", String::new()),
        get("/api/etl/tracking/cobertura", format!("?ubicacion_id=tienda_01&fecha={day}")),
        get("/api/etl/tracking/metricas", String::new()),
        get("/api/etl/tracking/cron/status", String::new()),
        get("/api/etl/tracking/progreso", String::new()),
        get("/api/etl/tracking/connectivity/klk", String::new()),
        get("/api/etl/tracking/planes", String::new()),
        get("/api/etl/tracking/plan", "?hash=000000000000".to_owned()),
        get("/api/etl/tracking/justificaciones", String::new()),
        get("/api/etl/tracking/decisiones", String::new()),
        get("/api/etl/tracking/comparar", String::new()),
        get("/api/etl/tracking/conciliaciones", String::new()),
        get("/api/etl/tracking/frescura", String::new()),
        get("/api/etl/tracking/calendarios", String::new()),
        get("/api/monitoreo", String::new()),
        get("/api/openapi.json", String::new()),
        post("/api/etl/tracking/calendarios/vista-previa", &calendar, Least::Reader),
        post("/api/etl/tracking/calendarios/dia/vista-previa", &holiday, Least::Reader),
        post("/api/etl/tracking/planes", &plan, Least::OperatorThere),
        post("/api/etl/tracking/planes/iniciar", &hash, Least::Operator),
        post("/api/etl/tracking/planes/pausar", &hash, Least::Operator),
        post("/api/etl/tracking/planes/reanudar", &hash, Least::Operator),
        post("/api/etl/tracking/planes/cancelar", &hash, Least::Operator),
        post("/api/etl/tracking/justificar-gap", &period, Least::OperatorThere),
        post("/api/etl/tracking/retirar-justificacion", &json!({ "id": run }), Least::Operator),
        post("/api/etl/tracking/confirmar-perdida", &store, Least::OperatorThere),
        post("/api/etl/tracking/conciliar", &store, Least::OperatorThere),
        post("/api/etl/tracking/recuperar-gap", &period, Least::OperatorThere),
        post("/api/etl/tracking/calendarios/guardar", &calendar, Least::OperatorThere),
        post("/api/etl/tracking/calendarios/dia/guardar", &holiday, Least::OperatorEverywhere),
        post("/api/monitoreo/prueba", &json!({ "que": "error" }), Least::Administrator),
        post("/api/monitoreo/tunel", &Value::Null, Least::Reader),
        post("/api/preferencias", &Value::Null, Least::Anybody),
        (Method::GET, "/health/live", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/health/ready", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/entrar", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/clave", String::new(), Value::Null, Least::Anybody),
    ]
}

/// Pages, which lead nobody to where they can sign in.
const PAGES: [(&str, Least); 12] = [
    ("/", Least::Reader),
    ("/ejecuciones", Least::Reader),
    ("/ejecuciones/00000000-0000-0000-0000-000000000009", Least::Reader),
    ("/tiendas/tienda_01/2025-11-17", Least::Reader),
    ("/gaps?max_horas=24", Least::Reader),
    ("/planes", Least::Reader),
    ("/monitoreo", Least::Reader),
    ("/conciliaciones", Least::Reader),
    ("/calendarios", Least::Reader),
    ("/historial", Least::Reader),
    ("/no/hay/tal", Least::Reader),
    ("/usuarios", Least::Administrator),
];

/// What is left out above: a stream that does not end has a test of its own.
const STREAM: &str = "/api/eventos";

fn clients(klk: &Klk) -> Vec<(Who, Option<String>)> {
    vec![
        (Who::Nobody, None),
        (Who::Reader, Some(klk.token("l", "lector", ""))),
        (Who::OperatorElsewhere, Some(klk.token("o8", "operador", "tienda_08"))),
        (Who::Operator, Some(klk.token("o", "operador", "tienda_01,tienda_08"))),
        (Who::Administrator, Some(klk.token("a", "administrador", ""))),
    ]
}

async fn ask(client: &Client, server: &Server, method: &Method, path: &str, body: &Value) -> Response {
    let request = client.request(method.clone(), format!("{}{path}", server.address));
    let request = if body.is_null() { request } else { request.json(body) };
    request.send().await.unwrap()
}

#[test]
fn every_route_is_for_whom_it_is_and_for_nobody_else() {
    let pos = Pos::start();
    let klk = pos.klk();
    let who = clients(&klk);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let interface = interface(&pos);
        for (who, token) in &who {
            let client = client_with(token.as_deref());
            for (method, path, query, body, least) in &interface {
                // An operator of two stores by name has all stores that there are, but not those that are to come.
                let may = who.may(*least) && !(*least == Least::OperatorEverywhere && *who == Who::Operator);
                let answer = ask(&client, &server, method, &format!("{path}{query}"), body).await;
                let status = answer.status().as_u16();
                let context = format!("{who:?} {method} {path}: {status}");
                match (may, *who) {
                    (true, _) => assert!(![401, 403, 421, 303].contains(&status) || *path == "/entrar", "{context}"),
                    (false, Who::Nobody) => {
                        assert!(answer.headers().contains_key(WWW_AUTHENTICATE), "{context}");
                        assert_problem(get_status(answer).await, 401, "sin_sesion");
                    }
                    (false, _) => {
                        assert_eq!(status, 403, "{context}");
                        assert_problem(get_status(answer).await, 403, "prohibido");
                    }
                }
            }
            for (page, least) in PAGES {
                let answer = ask(&client, &server, &Method::GET, page, &Value::Null).await;
                let status = answer.status().as_u16();
                match (who.may(least), *who) {
                    (true, _) => assert!([200, 404].contains(&status), "{who:?} {page}: {status}"),
                    (false, Who::Nobody) => {
                        let to = answer.headers()[LOCATION].to_str().unwrap();
                        assert!(status == 303 && to.starts_with("/entrar"), "{page}: {status} {to}");
                    }
                    (false, _) => assert_eq!(status, 403, "{who:?} {page}"),
                }
            }
        }
        let (_, document) = server.get_json("/api/openapi.json").await;
        let documented: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let tried: BTreeSet<&str> = interface.iter().map(|(_, path, ..)| *path).chain([STREAM]).collect();
        let forgotten: Vec<_> = documented.difference(&tried).collect();
        assert!(forgotten.is_empty(), "{forgotten:?}");
    });
}

#[test]
fn no_get_changes_anything() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let state = async || {
            let mut state = Vec::new();
            for resource in ["decisiones", "planes", "ejecuciones", "justificaciones", "calendarios"] {
                let (_, mut list) = server.get_json(&format!("{TRACKING}/{resource}")).await;
                list.as_object_mut().unwrap().retain(|key, _| !key.starts_with("generado_en"));
                state.push(list);
            }
            state
        };
        let before = state().await;
        for (method, path, query, body, _) in interface(&pos) {
            // What is asked for with POST is asked for with GET too, as a page of somebody else can make a browser do.
            let fields: Vec<String> = body
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
                .collect();
            let query = if method == Method::GET { query } else { format!("?{}", fields.join("&")) };
            server.get(&format!("{path}{query}")).await;
        }
        for (page, _) in
            PAGES.into_iter().chain([("/salir", Least::Anybody), ("/usuarios?accion=crear&usuario=x", Least::Anybody)])
        {
            server.get(page).await;
        }
        assert_eq!(state().await, before);
        assert!(!server.get("/usuarios").await.text().await.unwrap().contains("usuario-x"));
    });
}

/// A form as a browser sends it.
async fn send_form(client: &Client, url: &str, fields: &[(&str, &str)], cookie: &str) -> Response {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let request = client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.join("&"));
    let request = if cookie.is_empty() { request } else { request.header(COOKIE, cookie) };
    request.send().await.unwrap()
}

/// Name and value of the session's cookie.
fn cookie_of(answer: &Response) -> String {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let session = cookies.into_iter().find(|cookie| cookie.contains("klk_sesion=")).unwrap();
    session.split(';').next().unwrap().to_owned()
}

async fn sign_in(server: &Server, back: &str, cookie: &str) -> Response {
    let fields = [("usuario", "ana"), ("clave", PASSWORD), ("volver", back)];
    send_form(&client_with(None), &format!("{}/entrar", server.address), &fields, cookie).await
}

async fn status_with(server: &Server, path: &str, cookie: &str) -> u16 {
    let request = client_with(None).get(format!("{}{path}", server.address)).header(COOKIE, cookie);
    request.send().await.unwrap().status().as_u16()
}

#[test]
fn somebody_signs_in_is_led_back_and_signs_out() {
    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "operador", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let nobody = client_with(None);
        let page = nobody.get(format!("{}/gaps?etl_tipo=ventas", server.address)).send().await.unwrap();
        assert_eq!(page.headers()[LOCATION], "/entrar?volver=/gaps%3Fetl_tipo%3Dventas");
        let entrance = nobody.get(format!("{}/entrar?volver=/gaps", server.address)).send().await.unwrap();
        assert_eq!(entrance.headers()[CACHE_CONTROL], "no-store");
        let policy = entrance.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(entrance.headers()["cross-origin-resource-policy"], "same-origin");
        assert!(!entrance.text().await.unwrap().contains(".js"), "it needs no script");

        let answer = sign_in(&server, "/gaps?etl_tipo=ventas", "").await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[LOCATION]),
            (303, &"/gaps?etl_tipo=ventas".parse().unwrap())
        );
        let set = answer.headers()[SET_COOKIE].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let first = cookie_of(&answer);
        assert_eq!(status_with(&server, "/gaps", &first).await, 200);
        let shown = nobody.get(&server.address).header(COOKIE, &first).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("<strong>ana<") && shown.contains("Operador"), "{shown}");

        // Signing in again is another session, and the one before has ended.
        let second = cookie_of(&sign_in(&server, "", &first).await);
        assert_ne!(first, second);
        assert_eq!(status_with(&server, "/gaps", &first).await, 303);
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &second).await, 200);

        let out = send_form(&nobody, &format!("{}/salir", server.address), &[], &second).await;
        assert_eq!((out.status().as_u16(), &out.headers()[LOCATION]), (303, &"/entrar".parse().unwrap()));
        assert!(out.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &second).await, 401);
    });
}

#[test]
fn nobody_is_led_to_a_foreign_page() {
    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        for back in
            ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/\t/evil.example"]
        {
            let answer = sign_in(&server, back, "").await;
            assert_eq!(answer.headers()[LOCATION], "/", "{back}");
        }
        let nobody = client_with(None);
        let page = nobody.get(format!("{}//evil.example/gaps", server.address)).send().await.unwrap();
        assert_eq!(page.headers().get(LOCATION).map(|to| to.to_str().unwrap()), Some("/entrar"));
    });
}

#[test]
fn guessing_is_answered_alike_and_then_not_at_all() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_INTENTOS_POR_USUARIO_MAX", "3");
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let url = format!("{}/entrar", server.address);
        let nobody = client_with(None);
        let attempt = async |name: &str, password: &str| {
            let answer = send_form(&nobody, &url, &[("usuario", name), ("clave", password)], "").await;
            let (status, page) = (answer.status().as_u16(), answer.text().await.unwrap());
            let said = page.split("role=\"alert\"").nth(1).unwrap_or(&page).split("</p>").next().unwrap().to_owned();
            (status, said)
        };
        let (status, wrong) = attempt("ana", "x").await;
        assert!(status == 401 && wrong.contains("no son correctos"), "{status} {wrong}");
        let (status, unknown) = attempt("eva", "x").await;
        assert_eq!((status, unknown), (401, wrong));
        attempt("ana", "y").await;
        attempt("ana", "z").await;
        let (status, throttled) = attempt("ana", PASSWORD).await;
        assert!(status == 429 && throttled.contains("demasiados intentos"), "{status} {throttled}");
        let name = [("usuario", "\"><script>alert(1)</script>"), ("clave", "x")];
        let injected = send_form(&nobody, &url, &name, "").await.text().await.unwrap();
        assert!(!injected.contains("<script>alert"), "{injected}");
    });
}

#[test]
fn a_foreign_name_a_foreign_page_and_two_names_are_turned_away() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_HOSTS", "klk.interno");
    let server = Server::start(&klk, &[]);
    block_on(async {
        let port = server.address.rsplit(':').next().unwrap().to_owned();
        for (host, wanted) in [
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("127.0.0.1.evil.example", 421),
            ("localhost", 200),
            ("192.168.1.20:3000", 200),
            ("[::1]:3000", 200),
            ("KLK.interno:3000", 200),
        ] {
            for path in ["/health/live", &format!("{TRACKING}/gaps"), "/"] {
                let answer = server.request(Method::GET, path).header(HOST, host).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), wanted, "{host} {path}");
            }
        }
        let own = format!("http://localhost:{port}");
        let plan = json!({ "hash": "000000000000" });
        let change = async |name: &'static str, value: &str| {
            let path = format!("{TRACKING}/planes/cancelar");
            let request = server.request(Method::POST, &path).header(name, value).json(&plan);
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!(change("origin", "https://evil.example").await, 403);
        assert_eq!(change("origin", "null").await, 403);
        assert_eq!(change("sec-fetch-site", "cross-site").await, 403);
        assert_eq!(change("sec-fetch-site", "same-site").await, 403);
        assert_eq!(change("sec-fetch-site", "same-origin").await, 404);
        let request = server.request(Method::POST, &format!("{TRACKING}/planes/cancelar"));
        let request = request.header(ORIGIN, &own).header(HOST, format!("localhost:{port}")).json(&plan);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 404);
        // Signing somebody else in is a change as well.
        let login = client_with(None).post(format!("{}/entrar", server.address)).header(ORIGIN, "https://evil.example");
        assert_eq!(login.send().await.unwrap().status().as_u16(), 403);
    });
}

#[test]
fn behind_a_proxy_that_is_believed_cookies_are_encrypted_and_others_are_not_believed() {
    let pos = Pos::start();
    let klk = pos
        .klk()
        .with_variable("KLK_TRUSTED_PROXIES", "127.0.0.1")
        .with_variable("KLK_INTENTOS_POR_DIRECCION_MAX", "2");
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let send = async |address: &str, protocol: &str| {
            let body = format!("usuario=ana&clave={}", PASSWORD.replace(' ', "+"));
            let request = client_with(None).post(format!("{}/entrar", server.address)).body(body);
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            request.header("x-forwarded-for", address).header("x-forwarded-proto", protocol).send().await.unwrap()
        };
        let answer = send("192.0.2.1", "https").await;
        let cookie = cookie_of(&answer);
        assert!(cookie.starts_with("__Host-klk_sesion="), "{cookie}");
        assert!(answer.headers()[SET_COOKIE].to_str().unwrap().contains("; Secure"));
        assert!(answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(!send("192.0.2.2", "http").await.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        // Of one address only so many; what somebody writes before it makes it no other.
        assert_eq!(send("192.0.2.1", "https").await.status().as_u16(), 303);
        assert_eq!(send("192.0.2.1", "https").await.status().as_u16(), 429);
        assert_eq!(send("203.0.113.9, 192.0.2.1", "https").await.status().as_u16(), 429);
        assert_eq!(send("192.0.2.3", "https").await.status().as_u16(), 303);
        // A cookie of an unencrypted page is none here.
        let plain = cookie.replace("__Host-", "");
        let request = client_with(None).get(format!("{}{TRACKING}/gaps", server.address));
        let request = request.header(COOKIE, plain).header("x-forwarded-proto", "https");
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
    });
}

#[test]
fn an_administrator_changes_a_role_and_the_streams_of_the_user_end() {
    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "operador", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let cookie = cookie_of(&sign_in(&server, "", "").await);
        let request = client_with(None).get(format!("{}{STREAM}", server.address)).header(COOKIE, &cookie);
        let stream = request.send().await.unwrap();
        assert_eq!(stream.status().as_u16(), 200);
        let users = format!("{}/usuarios", server.address);
        let change = [("accion", "cambiar"), ("usuario", "ana"), ("rol", "lector"), ("tiendas", "")];
        assert_eq!(send_form(&server.client, &users, &change, "").await.status().as_u16(), 303);
        let ends = async {
            let mut pieces = stream.bytes_stream();
            while pieces.next().await.is_some() {}
        };
        tokio::time::timeout(Duration::from_secs(60), ends).await.unwrap();
        let refused = client_with(None).post(format!("{}{TRACKING}/planes/cancelar", server.address));
        let refused = refused.header(COOKIE, &cookie).json(&json!({ "hash": "000000000000" })).send().await.unwrap();
        assert_problem(get_status(refused).await, 403, "prohibido");
        assert_eq!(
            send_form(&server.client, &users, &[("accion", "cerrar"), ("usuario", "ana")], "").await.status().as_u16(),
            303
        );
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &cookie).await, 401);
    });
}

#[test]
fn a_user_who_was_added_sets_a_password_with_a_code_that_is_shown_once() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let users = format!("{}/usuarios", server.address);
        let add = [("accion", "crear"), ("usuario", "eva"), ("rol", "operador"), ("tiendas", "tienda_01")];
        let shown = send_form(&server.client, &users, &add, "").await;
        assert_eq!((shown.status().as_u16(), &shown.headers()[CACHE_CONTROL]), (200, &"no-store".parse().unwrap()));
        let page = shown.text().await.unwrap();
        let code = page.split("id=\"secreto\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert!(!server.get("/usuarios").await.text().await.unwrap().contains(&code));
        let url = format!("{}/clave", server.address);
        let set = async |code: &str, repeated: &str| {
            let fields = [("usuario", "eva"), ("codigo", code), ("clave", PASSWORD), ("repetida", repeated)];
            send_form(&client_with(None), &url, &fields, "").await.status().as_u16()
        };
        assert_eq!(set(&code, "otra cosa distinta").await, 422);
        assert_eq!(set("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", PASSWORD).await, 401);
        assert_eq!(set(&code, PASSWORD).await, 303);
        assert_eq!(set(&code, PASSWORD).await, 401);
        let again = send_form(&server.client, &users, &add, "").await;
        assert_eq!(again.status().as_u16(), 409);
    });
}

#[test]
fn the_demo_lets_in_whoever_is_at_the_machine_and_nobody_who_was_led_there() {
    let klk = Klk::new();
    let server = Server::start(&klk, &["--demo", "--base", "demo.duckdb"]);
    block_on(async {
        let nobody = client_with(None);
        let status = async |name: &'static str, value: &str| {
            let request = nobody.get(format!("{}{TRACKING}/progreso", server.address)).header(name, value);
            request.send().await.unwrap().status().as_u16()
        };
        assert_eq!(status("accept", "*/*").await, 200);
        assert_eq!(status("host", "localhost:3000").await, 200);
        assert_eq!(status("host", "192.168.1.20:3000").await, 401);
        assert_eq!(status("host", "evil.example").await, 421);
        assert_eq!(status("x-forwarded-for", "192.0.2.1").await, 401);
        assert_eq!(status("authorization", "Bearer no").await, 401);
        let page = nobody.get(&server.address).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("en este equipo entra sola"), "{page}");
    });
}

#[test]
fn a_name_in_the_body_is_read_over() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let day = pos.yesterday().to_string();
        let body = json!({
            "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "hora_desde": "12:00",
            "fecha_hasta": day, "hora_hasta": "12:30", "motivo": "sin_ventas", "nombre": "Otra persona",
        });
        assert_eq!(server.post_json(&format!("{TRACKING}/justificar-gap"), &body).await.0, 200);
        let (_, list) = server.get_json(&format!("{TRACKING}/decisiones")).await;
        assert_eq!(list["decisiones"][0]["actor"], "token:pruebas");
    });
}

#[test]
fn users_are_administered_on_the_command_line() {
    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "operador", "tienda_01", PASSWORD);
    let short = klk.run(&["usuarios", "crear", "eva", "--rol", "lector"]);
    assert_eq!(short.code, 2, "an empty input is no password: {}", short.errors);
    let code = klk.run(&["usuarios", "crear", "eva", "--rol", "lector", "--codigo", "--json"]).json();
    assert_eq!(code["codigo"].as_str().unwrap().len(), 29);
    assert_eq!(klk.run(&["usuarios", "cambiar", "ana", "--rol", "administrador"]).code, 0);
    assert_eq!(klk.run(&["usuarios", "desactivar", "ana"]).code, 3, "the last administrator");
    let list = klk.run(&["usuarios", "--json"]).json();
    let users: Vec<_> =
        list["usuarios"].as_array().unwrap().iter().map(|user| (&user["usuario"], &user["rol"])).collect();
    assert_eq!(users, [(&json!("ana"), &json!("administrador")), (&json!("eva"), &json!("lector"))]);
    let token = klk.run(&["tokens", "crear", "resumen", "--rol", "lector", "--dias", "7", "--json"]).json();
    assert!(token["token"].as_str().unwrap().starts_with("klk_"));
    let id = klk.run(&["tokens", "--json"]).json()["tokens"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(klk.run(&["tokens", "revocar", &id]).code, 0);
    assert_eq!(klk.run(&["tokens", "--json"]).json()["tokens"][0]["vale"], false);
}

#[test]
fn a_command_without_a_token_is_told_what_it_lacks() {
    let pos = Pos::start();
    let server = Server::start(&pos.klk(), &[]);
    let refused = pos.klk().run(&["gaps", "--servidor", &server.address]);
    assert!(refused.code == 2 && refused.errors.contains("KLK_API_TOKEN"), "{}", refused.errors);
}
