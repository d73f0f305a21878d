//! Signing in and out, guessing, and being led elsewhere.

use reqwest::header::{CACHE_CONTROL, COOKIE, LOCATION, SET_COOKIE};

use super::{PASSWORD, TRACKING, cookie_of, send_form, sign_in, status_with};
use crate::rest::block_on;
use crate::support::{Pos, Server, client_with};

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
        let entrance = nobody.get(format!("{}/entrar?volver=/pendientes", server.address)).send().await.unwrap();
        assert_eq!(entrance.headers()[CACHE_CONTROL], "no-store");
        let policy = entrance.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(entrance.headers()["cross-origin-resource-policy"], "same-origin");
        assert!(!entrance.text().await.unwrap().contains(".js"), "it needs no script");

        let answer = sign_in(&server, "/pendientes?etl_tipo=ventas", "").await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[LOCATION]),
            (303, &"/pendientes?etl_tipo=ventas".parse().unwrap())
        );
        let set = answer.headers()[SET_COOKIE].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let first = cookie_of(&answer);
        assert_eq!(status_with(&server, "/pendientes", &first).await, 200);
        let shown = nobody.get(&server.address).header(COOKIE, &first).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("<strong>ana<") && shown.contains("Operador"), "{shown}");

        // Signing in again is another session, and the one before has ended.
        let second = cookie_of(&sign_in(&server, "", &first).await);
        assert_ne!(first, second);
        assert_eq!(status_with(&server, "/pendientes", &first).await, 303);
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &second).await, 200);

        let out = send_form(&nobody, &format!("{}/salir", server.address), &[], &second).await;
        assert_eq!((out.status().as_u16(), &out.headers()[LOCATION]), (303, &"/entrar".parse().unwrap()));
        assert!(out.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &second).await, 401);
    });
}

#[test]
fn a_session_is_ended_from_another_browser() {
    let pos = Pos::start();
    let klk = pos.klk();
    klk.add_user("ana", "lector", "", PASSWORD);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (phone, laptop) = (cookie_of(&sign_in(&server, "", "").await), cookie_of(&sign_in(&server, "", "").await));
        let account = format!("{}/clave", server.address);
        let shown = client_with(None).get(&account).header(COOKIE, &laptop).send().await.unwrap().text().await.unwrap();
        assert_eq!(shown.matches("class=\"own-session\"").count(), 2, "{shown}");
        assert_eq!(shown.matches("este navegador").count(), 1, "{shown}");
        let id = shown.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let sessions = format!("{account}/sesiones");
        let end = async |cookie: &str, id: &str| {
            send_form(&client_with(None), &sessions, &[("id", id)], cookie).await.status().as_u16()
        };
        assert_eq!(end("", id).await, 401);
        assert_eq!(end(&laptop, "no-es-una").await, 404);
        assert_eq!(end(&laptop, id).await, 303);
        assert_eq!(status_with(&server, "/pendientes", &phone).await, 303, "it is led to sign in");
        assert_eq!(status_with(&server, "/pendientes", &laptop).await, 200);
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
