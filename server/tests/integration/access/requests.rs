//! Requests under a foreign name, from a foreign page, through a proxy, and to the demo.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use serde_json::json;

use super::{PASSWORD, STREAM, TRACKING, cookie_of};
use crate::rest::block_on;
use crate::support::{Klk, Pos, Server, client_with};

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
fn a_browser_that_is_turned_away_is_shown_a_page_and_a_program_json() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let address = server.address.strip_prefix("http://").unwrap();
        let send = async |method: Method, path: &str, header: (&'static str, &'static str), accept: &str| {
            let request = client_with(None).request(method, format!("{}{path}", server.address));
            let request = request.header(header.0, header.1).header(ACCEPT, accept);
            let answer = request.header(COOKIE, "klk_idioma=en").send().await.unwrap();
            let kind = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
            (answer.status().as_u16(), kind, answer.text().await.unwrap())
        };
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        let none = ("x-nothing", "");
        let cases = [
            (Method::GET, "/pendientes", (HOST.as_str(), "evil.example"), 421, vec!["“evil.example”", "KLK_HOSTS"]),
            (
                Method::POST,
                "/entrar",
                (ORIGIN.as_str(), "https://klk.example"),
                403,
                vec!["“https://klk.example”", address, "KLK_PUBLIC_URL", "KLK_TRUSTED_ORIGINS"],
            ),
            (Method::GET, "/salir", none, 405, vec!["does not take that method", "href=\"/\""]),
        ];
        for (method, path, header, status, said) in cases {
            let (code, kind, page) = send(method.clone(), path, header, browser).await;
            assert_eq!((code, kind.as_str()), (status, "text/html; charset=utf-8"), "{path}");
            assert!(page.contains("lang=\"en\"") && page.contains("This page cannot be shown"), "{page}");
            for words in said {
                assert!(page.contains(words), "{words}: {page}");
            }
            let (code, kind, body) = send(method, path, header, "*/*").await;
            assert_eq!((code, kind.as_str()), (status, "application/json"), "{path}");
            assert!(serde_json::from_str::<serde_json::Value>(&body).unwrap()["codigo"].is_string(), "{body}");
        }
        let (_, kind, _) = send(Method::POST, &format!("{TRACKING}/gaps"), none, browser).await;
        assert_eq!(kind, "application/json", "below /api, answers are JSON");
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

/// From elsewhere, through a proxy that has no TLS.
#[test]
fn a_browser_that_comes_unencrypted_is_led_to_the_encrypted_address_and_signs_in_nowhere_else() {
    let pos = Pos::start();
    let klk = pos
        .klk()
        .with_variable("KLK_PUBLIC_URL", "https://klk.example")
        .with_variable("KLK_TRUSTED_PROXIES", "127.0.0.1");
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let nobody = client_with(None);
        let from = |request: reqwest::RequestBuilder, address: &str| {
            request.header("x-forwarded-for", address).header("x-forwarded-proto", "http")
        };
        let led = async |request: reqwest::RequestBuilder| {
            let answer = from(request, "192.0.2.1").send().await.unwrap();
            let location = answer.headers().get(LOCATION).map(|to| to.to_str().unwrap().to_owned());
            assert!(!answer.headers().contains_key(SET_COOKIE));
            (answer.status().as_u16(), location.unwrap_or_default())
        };
        let at = |path: &str| format!("{}{path}", server.address);
        let to = |path: &str| (303, format!("https://klk.example{path}"));
        assert_eq!(led(nobody.get(at("/pendientes?max_horas=24"))).await, to("/pendientes?max_horas=24"));
        assert_eq!(led(nobody.get(at("//evil.example/"))).await, to("/"));
        let body = format!("usuario=ana&clave={}", PASSWORD.replace(' ', "+"));
        let login = nobody.post(at("/entrar")).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        assert_eq!(led(login).await, to("/"));
        // Who watches the process, and whoever sits at the machine, are not led away.
        let health = from(nobody.get(at("/health/ready")), "192.0.2.1").send().await.unwrap();
        assert_eq!(health.status().as_u16(), 200);
        assert_eq!(nobody.get(at("/entrar")).send().await.unwrap().status().as_u16(), 200);
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
fn neither_an_address_nor_a_person_takes_all_streams() {
    let pos = Pos::start();
    let klk =
        pos.klk().with_variable("KLK_TRUSTED_PROXIES", "127.0.0.1").with_variable("KLK_EVENT_STREAMS_OF_PEER_MAX", "2");
    let (one, other) = (klk.token("uno", "lector", ""), klk.token("otro", "lector", ""));
    let server = Server::start(&klk, &[]);
    block_on(async {
        let listen = async |token: &str, address: &str| {
            let request = client_with(Some(token)).get(format!("{}{STREAM}", server.address));
            request.header("x-forwarded-for", address).send().await.unwrap()
        };
        let held = [listen(&one, "192.0.2.1").await, listen(&one, "192.0.2.2").await];
        assert!(held.iter().all(|stream| stream.status() == 200), "{held:?}");
        assert_eq!(listen(&one, "192.0.2.3").await.status(), 503);
        assert_eq!(listen(&other, "192.0.2.2").await.status(), 200);
    });
}

/// Pages, REST and changes alike; files of the pages and what watches the process are free.
#[test]
fn a_person_who_makes_too_many_requests_waits_and_nobody_else_does() {
    let pos = Pos::start();
    let klk = pos
        .klk()
        .with_variable("KLK_PETICIONES_POR_PERSONA_MAX", "4")
        .with_variable("KLK_METRICAS_TOKEN", "un-token-de-metricas");
    let (one, other) = (klk.token("uno", "lector", ""), klk.token("otro", "lector", ""));
    let server = Server::start(&klk, &[]);
    block_on(async {
        let ask = async |method: Method, token: &str, path: &str, accept: &str| {
            let request = client_with(Some(token)).request(method, format!("{}{path}", server.address));
            request.header(ACCEPT, accept).send().await.unwrap()
        };
        let gaps = format!("{TRACKING}/gaps");
        for path in ["/", &gaps, "/", &gaps] {
            assert_eq!(ask(Method::GET, &one, path, "*/*").await.status(), 200, "{path}");
        }
        let refused = ask(Method::GET, &one, &gaps, "*/*").await;
        assert_eq!(refused.status(), 429);
        let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        let body: serde_json::Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
        assert_eq!(body["codigo"], "demasiados_intentos");
        assert!(body["detail"].as_str().unwrap().contains("demasiadas peticiones"), "{body}");
        let page = ask(Method::GET, &one, "/", "text/html").await;
        assert_eq!(page.status(), 429);
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(page.text().await.unwrap().contains("demasiadas peticiones"));
        let change = format!("{TRACKING}/planes/cancelar");
        assert_eq!(ask(Method::POST, &one, &change, "*/*").await.status(), 429);

        assert_eq!(ask(Method::GET, &one, "/health/live", "*/*").await.status(), 200);
        assert_ne!(ask(Method::GET, &one, "/pkg/klk.css", "*/*").await.status(), 429);
        assert_eq!(ask(Method::GET, &other, &gaps, "*/*").await.status(), 200);
        let metrics = ask(Method::GET, "un-token-de-metricas", "/metrics", "*/*").await.text().await.unwrap();
        assert!(metrics.contains("\nklk_requests_throttled_total 3\n"), "{metrics}");
    });
}
