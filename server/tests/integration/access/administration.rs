//! Users, their roles and their tokens.

use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{CACHE_CONTROL, COOKIE};
use serde_json::{Value, json};

use super::{PASSWORD, STREAM, TRACKING, cookie_of, send_form, sign_in, status_with};
use crate::rest::{assert_problem, block_on};
use crate::support::{Pos, Server, client_with, get_status};

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
fn users_are_administered_by_scripts() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let post = async |what: &str, body: Value| server.post_json(&format!("/api/usuarios/{what}"), &body).await;
        let eva = || json!({ "usuario": "eva" });
        let (status, made) =
            post("crear", json!({ "usuario": "Eva", "rol": "operador", "tiendas": ["tienda_08"] })).await;
        assert_eq!(status, 200, "{made}");
        let code = made["codigo"].as_str().unwrap().to_owned();
        assert_problem(post("crear", json!({ "usuario": "eva", "rol": "lector" })).await, 409, "conflicto");
        assert_problem(post("crear", json!({ "usuario": "luis" })).await, 422, "parametro_invalido");
        let (status, refusal) = post("crear", json!({ "usuario": "luis", "rol": "rey" })).await;
        let said = refusal["detail"].as_str().unwrap().to_owned();
        assert!(said.contains("lector, operador, administrador") && !said.contains("muro"), "{said}");
        assert_problem((status, refusal), 422, "parametro_invalido");
        let elsewhere = json!({ "usuario": "luis", "rol": "operador", "tiendas": ["tienda_99"] });
        assert_problem(post("crear", elsewhere).await, 404, "no_encontrado");

        let set = [("usuario", "eva"), ("codigo", code.as_str()), ("clave", PASSWORD), ("repetida", PASSWORD)];
        let signed_in = send_form(&client_with(None), &format!("{}/clave", server.address), &set, "").await;
        let cookie = cookie_of(&signed_in);
        let (_, list) = server.get_json("/api/usuarios").await;
        let mut listed = list["usuarios"][0].clone();
        assert!(listed.as_object_mut().unwrap().remove("visto_en").unwrap().is_string());
        let expected = json!({
            "usuario": "eva", "rol": "operador", "tiendas": ["tienda_08"], "activo": true, "tiene_clave": true,
            "vinculado": false, "sesiones": 1, "codigo_vence": null,
        });
        assert_eq!(listed, expected);

        let (_, changed) = post("cambiar", json!({ "usuario": "eva", "rol": "lector" })).await;
        assert_eq!((&changed["rol"], &changed["tiendas"]), (&json!("lector"), &Value::Null));
        let (_, ended) = post("cerrar-sesiones", eva()).await;
        assert_eq!(ended, json!({ "usuario": "eva", "cerradas": 1 }));
        assert_eq!(status_with(&server, &format!("{TRACKING}/gaps"), &cookie).await, 401);
        assert_eq!(post("desactivar", eva()).await.1["activo"], false);
        assert_eq!(post("reactivar", eva()).await.1["activo"], true);
        assert!(post("codigo", eva()).await.1["codigo"].is_string());
        assert_eq!(post("desvincular", eva()).await.0, 200);
        post("cambiar", json!({ "usuario": "eva", "rol": "administrador" })).await;
        assert_problem(post("desactivar", eva()).await, 409, "conflicto");
        assert_problem(post("codigo", json!({ "usuario": "nadie" })).await, 404, "no_encontrado");
        // Who did it is the token.
        let page = server.get("/usuarios").await.text().await.unwrap();
        assert!(page.contains("crear_usuario") && page.contains("token:pruebas"));
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
fn users_are_administered_on_the_command_line_while_the_server_runs() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let run = |arguments: &[&str]| klk.run(&[&["usuarios", "--servidor", server.address.as_str()], arguments].concat());
    let add = ["crear", "eva", "--rol", "operador", "--tiendas", "tienda_08"];
    let without_code = run(&add);
    assert!(without_code.code == 2 && without_code.errors.contains("--codigo"), "{}", without_code.errors);
    let code = run(&[&add[..], &["--codigo", "--json"]].concat()).json();
    assert_eq!((&code["usuario"], code["codigo"].as_str().unwrap().len()), (&json!("eva"), 29));
    assert_eq!(run(&["crear", "eva", "--rol", "lector", "--codigo"]).code, 3, "there is one of that name");
    let eva = || {
        run(&["--json"]).json()["usuarios"].as_array().unwrap().iter().find(|user| user["usuario"] == "eva").cloned()
    };
    assert_eq!(eva().unwrap()["tiendas"], "tienda_08");
    for order in [&["cambiar", "eva", "--rol", "lector"][..], &["desactivar", "eva"], &["cerrar", "eva"]] {
        let done = run(order);
        assert_eq!((done.code, done.answer.trim()), (0, "Hecho."), "{order:?}: {}", done.errors);
    }
    let changed = eva().unwrap();
    assert_eq!((&changed["rol"], &changed["activo"]), (&json!("lector"), &json!(false)));
    assert_eq!(run(&["codigo", "nadie"]).code, 2);
}

#[test]
fn a_command_without_a_token_is_told_what_it_lacks() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let refused = pos.klk().run(&["gaps", "--servidor", &server.address]);
    assert!(refused.code == 2 && refused.errors.contains("KLK_API_TOKEN"), "{}", refused.errors);
}
