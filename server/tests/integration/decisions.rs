//! Justifying, comparing and looking back, over real HTTP and on the command line.

use klk_sim::{Endpoint, Fault, FaultKind, LateSales};
use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Pos, Server};

const TRACKING: &str = "/api/etl/tracking";

fn an_hour_of_yesterday(pos: &Pos) -> Value {
    let day = pos.yesterday().to_string();
    json!({
        "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day, "hora_desde": "12:00",
        "fecha_hasta": day, "hora_hasta": "13:00", "motivo": "falla_electrica", "nota": "Todo el sector",
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
        let (status, answer) = post("retirar-justificacion", &json!({ "id": id })).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(post("retirar-justificacion", &json!({ "id": id })).await.0, 409);

        let history = get("decisiones?ubicacion_id=tienda_01").await;
        let found: Vec<_> = history["decisiones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (&row["actor"], &row["accion"], &row["origen"]))
            .collect();
        assert_eq!(found[0], (&json!("token:pruebas"), &json!("retirar_justificacion"), &json!("api")));
        assert_eq!(found[1], (&json!("token:pruebas"), &json!("justificar"), &json!("api")));
    });
}

#[test]
fn periods_of_many_stores_are_shown_and_justified_as_they_were_shown_once() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    let day = pos.yesterday().to_string();
    block_on(async {
        let post = async |resource: &str, body: &Value| server.post_json(&format!("{TRACKING}/{resource}"), body).await;
        let hour = |store: &str| {
            let (from, to) = ("12:00", "13:00");
            json!({ "ubicacion_id": store, "fecha_desde": day, "hora_desde": from, "hora_hasta": to })
        };
        let mut chosen = json!({ "etl_tipo": "ventas", "periodos": [hour("tienda_01"), hour("tienda_08")] });
        let (status, shown) = post("justificar-seleccion/vista-previa", &chosen).await;
        assert_eq!((status, &shown["ventanas"], &shown["tiendas"]), (200, &json!(4), &json!(2)), "{shown}");
        assert_eq!(shown["gaps"].as_array().unwrap().len(), 2, "{shown}");

        chosen["hash"] = json!("0".repeat(64));
        chosen["motivo"] = json!("falla_electrica");
        let (status, refused) = post("justificar-seleccion", &chosen).await;
        assert_eq!((status, &refused["codigo"]), (409, &json!("conflicto")), "{refused}");
        chosen["hash"] = shown["hash"].clone();
        let (status, done) = post("justificar-seleccion", &chosen).await;
        assert_eq!(
            (status, &done["ya_estaba"], &done["mensaje"]),
            (200, &json!(false), &json!("4 ventanas justificadas."))
        );
        let (status, again) = post("justificar-seleccion", &chosen).await;
        assert_eq!((status, &again["ya_estaba"], &again["ventanas"]), (200, &json!(true), &json!(4)), "{again}");
        let listed = server.get_json(&format!("{TRACKING}/justificaciones")).await.1;
        assert_eq!(listed["ventanas"], 4);
        for missing in ["hash", "motivo", "etl_tipo", "periodos"] {
            let mut body = chosen.clone();
            body.as_object_mut().unwrap().remove(missing);
            let (status, problem) = post("justificar-seleccion", &body).await;
            assert_eq!(status, 422, "{problem}");
            assert!(problem["detail"].as_str().unwrap().starts_with(missing), "{problem}");
        }
    });
}

#[test]
fn several_stores_and_periods_are_justified_on_the_command_line_after_they_were_shown() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday().to_string();
    let (noon, three) = (format!("{day} 12:00-13:00"), format!("{day} 15:00-15:30"));
    let both =
        ["justificar", "--tienda", "tienda_01", "--tienda", "tienda_08", "--periodo", &noon, "--periodo", &three];
    let chosen = [&both[..], &["--motivo", "falla_electrica"]].concat();
    let asked = klk.run(&chosen);
    assert_eq!(asked.code, 2, "{}", asked.errors);
    assert!(asked.errors.contains("12:00") && asked.errors.contains("--si"), "{}", asked.errors);
    let done = klk.run(&[&chosen[..], &["--si", "--json"]].concat());
    assert_eq!(done.code, 0, "{}", done.errors);
    let answer = done.json();
    assert_eq!((&answer["ventanas"], &answer["tiendas"]), (&json!(6), &json!(2)));
    // Nothing is left of it.
    assert_eq!(klk.run(&[&chosen[..], &["--si"]].concat()).code, 3);

    for wrong in [&["--periodo", "ayer"][..], &["--clase", "secuencia", "--periodo", &noon], &[]] {
        let refused = klk.run(&[&["justificar", "--todas", "--motivo", "sin_ventas", "--si"], wrong].concat());
        assert_eq!(refused.code, 2, "{}", refused.errors);
    }

    let server = Server::start(&klk, &[]);
    let hour = ["justificar", "--servidor", &server.address, "--todas", "--desde", &day, "--hora-desde", "16:00"];
    let through = klk.run(&[&hour[..], &["--hora-hasta", "16:30", "--motivo", "sin_ventas", "--si"]].concat());
    assert_eq!(through.code, 0, "{}", through.errors);
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
        for (name, value) in [("motivo", json!("porque si")), ("nota", json!("x".repeat(501)))] {
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
    let output = klk.run(&["conciliar", "PERIFERICO", &day]);
    assert_eq!(
        (output.code, output.answer.contains("KLK no cambió nada.")),
        (0, true),
        "{} {}",
        output.answer,
        output.errors
    );
    let server = Server::start(&klk, &[]);
    block_on(async {
        let get = async |resource: &str| server.get_json(&format!("{TRACKING}/{resource}")).await.1;
        let days = get("conciliaciones?ubicacion_id=tienda_01&dias=1").await;
        assert_eq!((&days["cambiadas"], &days["conciliaciones"][0]["estado"]), (&json!(0), &json!("igual")));
        assert_eq!(days["conciliaciones"][0]["diferencia_usd"], "0");
        let fresh = get("frescura").await;
        assert_eq!((&fresh["atrasados"], fresh["almacenes"].as_array().unwrap().len()), (&json!(0), 2));

        let body = json!({ "ubicacion_id": "tienda_01", "fecha": day });
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

#[test]
fn invoice_numbers_that_the_pos_lacks_are_justified_over_http_and_on_the_command_line() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday();
    pos.sim.add_late(LateSales {
        branch: "SUC001".to_owned(),
        sales_from: day.at(14, 40, 0, 0),
        sales_to: day.at(15, 50, 0, 0),
        available_from: jiff::Timestamp::MAX,
    });
    let text = day.to_string();
    let loaded = klk.run(&["etl", "ventas", "--tienda", "tienda_01", "--desde", &text]);
    assert_eq!(loaded.code, 0, "{}", loaded.errors);
    let holes = |list: &Value| -> Vec<Value> {
        list["gaps"].as_array().unwrap().iter().filter(|gap| gap["clase"] == "secuencia").cloned().collect()
    };
    let ask = ["gaps", "--json", "--etl-tipo", "ventas", "--tienda", "tienda_01"];
    let before = holes(&klk.run(&ask).json());
    let whole_day = ["justificar", "--tienda", "tienda_01", "--desde", &text, "--motivo", "otro", "--nombre", "Ana"];
    let justified = klk.run(&[&whole_day[..], &["--nota", "Anuladas", "--clase", "secuencia", "--json"]].concat());
    assert_eq!(justified.code, 0, "{}", justified.errors);
    let answer = justified.json();
    assert_eq!(answer["justificaciones"].as_array().unwrap().len(), before.len());
    assert_eq!(answer["justificaciones"][0]["clase"], "secuencia");
    assert!(holes(&klk.run(&ask).json()).is_empty() && !before.is_empty());
    let id = answer["justificaciones"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(klk.run(&["justificar", "--retirar", &id]).code, 0);

    let server = Server::start(&klk, &[]);
    block_on(async {
        let get = async |resource: &str| server.get_json(&format!("{TRACKING}/{resource}")).await.1;
        let back = holes(&get("gaps?etl_tipo=ventas&ubicacion_id=tienda_01").await);
        assert_eq!(back.len(), 1, "{back:?}");
        let gap = &back[0];
        let body = json!({
            "clase": "secuencia", "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": gap["fecha_desde"],
            "hora_desde": gap["hora_desde"], "fecha_hasta": gap["fecha_hasta"], "hora_hasta": gap["hora_hasta"],
            "motivo": "pos_danado",
        });
        let (status, answer) = server.post_json(&format!("{TRACKING}/justificar-gap"), &body).await;
        assert_eq!((status, &answer["ya_estaba"]), (200, &json!(false)), "{answer}");
        assert!(holes(&get("gaps?etl_tipo=ventas&ubicacion_id=tienda_01").await).is_empty());
        let listed = get("justificaciones?ubicacion_id=tienda_01").await;
        let numbers = &listed["justificaciones"][0]["facturas"][0];
        assert!(numbers["caja"].is_string() && numbers["hasta"].as_u64() >= numbers["desde"].as_u64(), "{listed}");
        let day = get(&format!("cobertura?ubicacion_id=tienda_01&fecha={text}")).await;
        let states: Vec<&str> =
            day["estados"].as_array().unwrap().iter().filter_map(|one| one["estado"].as_str()).collect();
        assert!(states.contains(&"justificada") && !states.contains(&"parcial"), "{states:?}");
        let wrong = json!({ "clase": "nada", "etl_tipo": "ventas", "ubicacion_id": "tienda_01" });
        assert_eq!(server.post_json(&format!("{TRACKING}/justificar-gap"), &wrong).await.0, 422);
    });
}

#[test]
fn what_klk_changed_and_could_not_be_loaded_again_is_a_gap_that_a_plan_recovers() {
    let pos = Pos::start();
    let klk = pos.klk();
    let day = pos.yesterday();
    let text = day.to_string();
    // Two hours of the store's day reach KLK once the day has been loaded without them.
    let late = LateSales {
        branch: "SUC001".to_owned(),
        sales_from: day.at(12, 0, 0, 0),
        sales_to: day.at(14, 0, 0, 0),
        available_from: jiff::Timestamp::MAX,
    };
    pos.sim.add_late(late);
    assert_eq!(klk.run(&["etl", "ventas", "--tienda", "tienda_01", "--desde", &text]).code, 0);
    pos.sim.deliver_late();
    pos.sim.add_fault(Fault::new(FaultKind::Short { missing_lines: 1 }).at(Endpoint::Sales).times(2));
    let compared = klk.run(&["conciliar", "tienda_01", &text]);
    assert_eq!(compared.code, 3, "{} {}", compared.answer, compared.errors);

    let ask = ["gaps", "--json", "--etl-tipo", "ventas", "--tienda", "tienda_01"];
    let of_yesterday = |list: &Value| -> Vec<Value> {
        list["gaps"].as_array().unwrap().iter().filter(|gap| gap["fecha_desde"] == text.as_str()).cloned().collect()
    };
    let windows = |gaps: &[Value]| gaps.iter().filter_map(|gap| gap["ventanas"].as_u64()).sum::<u64>();
    let gaps = of_yesterday(&klk.run(&ask).json());
    assert!((1..=4).contains(&windows(&gaps)), "{gaps:?}");
    for gap in &gaps {
        assert_eq!((&gap["causa"], &gap["evidencia"]["tipo"]), (&json!("fuente_cambio"), &json!("fuente_cambio")));
        assert!(gap["hora_desde"].as_str() >= Some("12:00") && gap["hora_hasta"].as_str() <= Some("14:00"), "{gap}");
    }
    let proof = &gaps[0]["evidencia"];
    assert!(
        proof["anunciadas"].as_u64() > proof["cargadas"].as_u64() && proof["vista_en_local"].is_string(),
        "{proof}"
    );
    let table = klk.run(&["gaps", "--tienda", "tienda_01"]).answer;
    assert!(table.contains("fuente_cambio"), "{table}");

    let period = ["--tienda", "tienda_01", "--desde", &text, "--json"];
    let plan = klk.run(&[&["plan"][..], &period].concat()).json();
    assert_eq!(plan["ventanas"], windows(&gaps), "{plan}");
    let recovered = klk.run(&["recuperar", "--plan", plan["hash"].as_str().unwrap(), "--json"]);
    assert_eq!(recovered.code, 0, "{}", recovered.errors);
    assert!(of_yesterday(&klk.run(&ask).json()).is_empty());
}

#[test]
fn calendars_are_shown_and_changed_on_the_command_line_of_a_file_and_of_a_server() {
    let pos = Pos::start();
    let klk = pos.klk();
    let holiday = ["calendario", "dia", "2031-01-01", "--nota", "Año nuevo", "--nombre", "Ana"];
    let shown = klk.run(&holiday);
    assert_eq!(shown.code, 0, "{}", shown.errors);
    assert!(shown.errors.contains("No se guardó nada"), "{}", shown.errors);
    let special_days = |calendars: &Value| -> Vec<usize> {
        let stores = calendars["calendarios"].as_array().unwrap();
        stores.iter().map(|store| store["calendario"]["excepciones"].as_array().unwrap().len()).collect()
    };
    let calendars = klk.run(&["calendario", "--json"]).json();
    assert!(special_days(&calendars).iter().all(|days| *days == 0), "{calendars}");
    let saved = klk.run(&[&holiday[..], &["--guardar"]].concat());
    assert!(saved.answer.starts_with("Guardado para el 2031-01-01"), "{}{}", saved.answer, saved.errors);
    assert!(special_days(&klk.run(&["calendario", "--json"]).json()).iter().all(|days| *days == 1));

    let server = Server::start(&klk, &[]);
    let url = server.address.clone();
    let store = ["calendario", "cambiar", "tienda_01", "--desde", "2031-02-01", "--servidor", &url];
    let change = ["--horario", "08:00-20:00", "--horario", "domingo=cerrado", "--zona", "America/Bogota", "--guardar"];
    let changed = klk.run(&[&store[..], &change[..]].concat());
    assert_eq!(changed.code, 0, "{}", changed.errors);
    let list = klk.run(&["calendario", "--json", "--servidor", &url]).json();
    let change = &list["calendarios"][0]["cambios"][0];
    assert_eq!(
        (&change["calendario"]["lunes"], &change["calendario"]["domingo"]),
        (&json!("08:00-20:00"), &json!("cerrado"))
    );
    assert_eq!(change["calendario"]["zona"], "America/Bogota");
    let refused = klk.run(&[&store[..], &["--zona", "Marte"][..]].concat());
    assert_eq!(
        (refused.code, refused.errors.contains("'Marte' no es una zona horaria")),
        (2, true),
        "{}",
        refused.errors
    );
}
