//! Justifying, comparing and looking back, over real HTTP and on the command line.

use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Pos, Server};

const TRACKING: &str = "/api/etl/tracking";

fn an_hour_of_yesterday(pos: &Pos) -> Value {
    let day = pos.yesterday().to_string();
    json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "hora_desde": "12:00",
        "fecha_hasta": day, "hora_hasta": "13:00", "motivo": "falla_electrica", "nota": "Todo el sector", "nombre": "Ana",
    })
}

#[test]
fn a_gap_is_justified_listed_taken_back_and_remembered() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let post = async |resource: &str, body: &Value| server.post_json(&format!("{TRACKING}/{resource}"), body).await;
        let get = async |resource: &str| server.get_json(&format!("{TRACKING}/{resource}")).await.1;
        let before = get("gaps?etl_tipo=ventas&ubicacion_id=tienda_01").await["totales"]["ventanas"].as_u64().unwrap();

        let (status, answer) = post("justificar-gap", &an_hour_of_yesterday(&pos)).await;
        assert_eq!(
            (status, &answer["ya_estaba"], &answer["mensaje"]),
            (200, &json!(false), &json!("2 ventanas justificadas."))
        );
        let (_, again) = post("justificar-gap", &an_hour_of_yesterday(&pos)).await;
        assert_eq!(again["ya_estaba"], true);
        let listed = get("justificaciones?ubicacion_id=tienda_01").await;
        assert_eq!(
            (&listed["ventanas"], &listed["justificaciones"][0]["motivo"]),
            (&json!(2), &json!("falla_electrica"))
        );
        let after = get("gaps?etl_tipo=ventas&ubicacion_id=tienda_01").await["totales"]["ventanas"].as_u64().unwrap();
        assert!(after <= before - 2 + 1, "{before} {after}");

        let id = &listed["justificaciones"][0]["id"];
        let (status, answer) = post("retirar-justificacion", &json!({ "id": id, "nombre": "Luis" })).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(post("retirar-justificacion", &json!({ "id": id })).await.0, 409);

        let history = get("decisiones?ubicacion_id=tienda_01").await;
        let told: Vec<_> = history["decisiones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (&row["actor"], &row["accion"], &row["origen"]))
            .collect();
        assert_eq!(told[0], (&json!("Luis"), &json!("retirar_justificacion"), &json!("api")));
        assert_eq!(told[1], (&json!("Ana"), &json!("justificar"), &json!("api")));
    });
}

#[test]
fn what_cannot_be_justified_is_refused_by_its_name() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let ask = async |change: &[(&str, Value)]| {
            let mut body = an_hour_of_yesterday(&pos);
            change.iter().for_each(|(name, value)| body[*name] = value.clone());
            let (status, answer) = server.post_json(&format!("{TRACKING}/justificar-gap"), &body).await;
            (status, answer["detail"].as_str().unwrap_or_default().to_owned())
        };
        let night = [("hora_desde", json!("02:00")), ("hora_hasta", json!("03:00"))];
        assert_eq!(ask(&night).await.0, 409);
        for (name, value) in [("motivo", json!("porque si")), ("nombre", json!(" ")), ("nota", json!("x".repeat(501)))]
        {
            let (status, detail) = ask(&[(name, value)]).await;
            assert_eq!(status, 422, "{detail}");
            assert!(detail.starts_with(name), "{detail}");
        }
        let (status, detail) = ask(&[("motivo", json!("otro")), ("nota", Value::Null)]).await;
        assert_eq!((status, detail.starts_with("nota")), (422, true), "{detail}");
    });
}

#[test]
fn a_day_is_compared_on_demand_and_shown_with_the_freshness_of_stock() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    assert_eq!(klk.run(&["etl", "ventas", "--desde", &day]).code, 0);
    assert_eq!(klk.run(&["etl", "inventario"]).code, 0);
    let told = klk.run(&["conciliar", "PERIFERICO", &day]);
    assert_eq!((told.code, told.answer.contains("KLK no cambió nada.")), (0, true), "{} {}", told.answer, told.errors);
    let server = Server::start(&klk, &[]);
    block_on(async {
        let get = async |resource: &str| server.get_json(&format!("{TRACKING}/{resource}")).await.1;
        let days = get("conciliaciones?ubicacion_id=tienda_01&dias=1").await;
        assert_eq!((&days["cambiadas"], &days["conciliaciones"][0]["estado"]), (&json!(0), &json!("igual")));
        assert_eq!(days["conciliaciones"][0]["diferencia_usd"], "0");
        let fresh = get("frescura").await;
        assert_eq!((&fresh["atrasados"], fresh["almacenes"].as_array().unwrap().len()), (&json!(0), 2));

        let body = json!({ "ubicacion_id": "tienda_01", "fecha": day, "nombre": "Ana" });
        let (status, answer) = server.post_json(&format!("{TRACKING}/conciliar"), &body).await;
        assert_eq!((status, answer["ejecuciones"].as_array().unwrap().len()), (200, 1), "{answer}");
        let runs = format!("{TRACKING}/ejecuciones?ubicacion_id=tienda_01&etl_tipo=ventas&limite=1");
        let run = server.until(&runs, |page| page["ejecuciones"][0]["estado"] == "exitoso").await;
        assert_eq!(run["ejecuciones"][0]["conciliacion"]["lineas_agregadas"], 0);
    });
}

#[test]
fn the_past_is_asked_over_http_and_on_the_command_line() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let before = klk.run(&["gaps", "--json", "--etl-tipo", "ventas", "--en", &format!("{day} 10:07")]).json();
    // By then the windows up to 10:00 had ended: of 07:00 on, and of 08:00 on.
    assert_eq!(before["totales"]["ventanas"], 6 + 4);
    let justified = klk.run(&[
        "justificar",
        "--tienda",
        "tienda_01",
        "--desde",
        &day,
        "--hora-desde",
        "12:00",
        "--hora-hasta",
        "13:00",
        "--motivo",
        "sin_ventas",
        "--nombre",
        "Ana",
        "--json",
    ]);
    assert_eq!(justified.code, 0, "{}", justified.errors);
    let id = justified.json()["justificaciones"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(klk.run(&["justificar", "--retirar", &id]).code, 0);
    assert_eq!(klk.run(&["justificar", "--tienda", "tienda_01", "--desde", &day, "--motivo", "nada"]).code, 2);

    let server = Server::start(&klk, &[]);
    block_on(async {
        let (status, gaps) =
            server.get_json(&format!("{TRACKING}/gaps?etl_tipo=ventas&ubicacion_id=tienda_01&en={day}T10:07")).await;
        assert_eq!((status, &gaps["totales"]["ventanas"]), (200, &json!(6)), "{gaps}");
        let question = format!(
            "comparar?ubicacion_id=tienda_01&etl_tipo=ventas&desde_momento={day}T10:07&hasta_momento={day}T11:07"
        );
        let (status, both) = server.get_json(&format!("{TRACKING}/{question}")).await;
        assert_eq!(status, 200, "{both}");
        assert_eq!(
            (&both["aparecieron"][0]["hora_desde"], &both["siguen"][0]["ventanas"]),
            (&json!("10:00"), &json!(6))
        );
        let (status, _) = server.get_json(&format!("{TRACKING}/comparar?desde_momento=ayer")).await;
        assert_eq!(status, 422);
        // Asked of a server, the origin is the command line all the same.
        let through = klk.run(&[
            "justificar",
            "--servidor",
            &server.address,
            "--tienda",
            "tienda_01",
            "--desde",
            &day,
            "--hora-desde",
            "14:00",
            "--hora-hasta",
            "14:30",
            "--motivo",
            "tienda_cerrada",
        ]);
        assert_eq!(through.code, 0, "{}", through.errors);
        let (_, history) = server.get_json(&format!("{TRACKING}/decisiones?limite=1")).await;
        assert_eq!(history["decisiones"][0]["origen"], "consola");
    });
}
