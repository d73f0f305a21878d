//! `klk auditoria`: what was done is a chain with a head, and can be taken elsewhere.

use serde_json::Value;

use crate::support::Klk;

const PASSWORD: &str = "caballo bateria grapa";

#[test]
fn the_audit_is_verified_to_a_head_and_exported() {
    let pos = crate::support::Pos::start();
    let klk: Klk = pos.klk().with_variable("USER", "gerente").with_variable("SUDO_USER", "");
    assert_eq!(klk.run(&["auditoria", "verificar"]).code, 2, "there is none yet");
    klk.add_user("ana", "operador", "", PASSWORD);
    let first = klk.run(&["auditoria", "verificar", "--json"]);
    assert_eq!(first.code, 0, "{}", first.errors);
    let head = first.json()["cabeza"].as_str().unwrap().to_owned();
    klk.token("copias", "administrador", "");
    let later = klk.run(&["auditoria", "verificar", "--cabeza", &head]);
    assert_eq!(later.code, 0, "{}", later.answer);
    assert!(later.answer.starts_with("3 entradas, tal como se escribieron; cabeza "), "{}", later.answer);
    let foreign = klk.run(&["auditoria", "verificar", "--cabeza", &"0".repeat(64)]);
    assert_eq!(foreign.code, 3, "{}", foreign.answer);

    let exported = klk.run(&["auditoria", "exportar"]).answer;
    let entries: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<_> = entries.iter().map(|entry| entry["accion"].as_str().unwrap()).collect();
    assert_eq!(actions, ["crear_usuario", "fijar_clave", "crear_token"]);
    assert_eq!((&entries[1]["huella"], &entries[1]["origen"]), (&Value::from(head), &Value::from("consola")));
    // Whatever the environment says.
    let user = std::process::Command::new("id").arg("-un").output().unwrap().stdout;
    assert_eq!(entries[0]["actor"], String::from_utf8(user).unwrap().trim());
    assert!(!exported.contains("argon2") && !exported.contains("klk_"), "{exported}");
}
