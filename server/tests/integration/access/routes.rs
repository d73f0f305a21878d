//! Every route with every role.

use std::collections::BTreeSet;

use reqwest::header::{LOCATION, WWW_AUTHENTICATE};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use super::{STREAM, TRACKING};
use crate::rest::{assert_problem, block_on};
use crate::support::{Klk, Pos, Server, client_with, get_status};

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
    let selection = json!({
        "etl_tipo": "ventas", "periodos": [{ "ubicacion_id": "tienda_01", "fecha_desde": day }], "hash": "000000000000",
        "motivo": "sin_ventas",
    });
    let plan = json!({ "etl_tipo": "ventas", "ubicaciones": ["tienda_01"], "periodos": [{ "fecha_desde": day }] });
    let hash = json!({ "hash": "000000000000" });
    let week = json!({
        "lunes": "07:00-21:00", "martes": "07:00-21:00", "miercoles": "07:00-21:00", "jueves": "07:00-21:00",
        "viernes": "07:00-21:00", "sabado": "07:00-21:00", "domingo": "07:00-21:00", "excepciones": [],
    });
    let calendar = json!({ "ubicacion_id": "tienda_01", "vigente_desde": "2031-01-01", "calendario": week });
    let holiday = json!({ "fecha": "2031-12-25", "horario": "cerrado", "nota": "Navidad" });
    let nobody = json!({ "usuario": "nadie" });
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
        post("/api/etl/tracking/justificar-seleccion/vista-previa", &selection, Least::OperatorThere),
        post("/api/etl/tracking/justificar-seleccion", &selection, Least::OperatorThere),
        post("/api/etl/tracking/retirar-justificacion", &json!({ "id": run }), Least::Operator),
        post("/api/etl/tracking/confirmar-perdida", &store, Least::OperatorThere),
        post("/api/etl/tracking/conciliar", &store, Least::OperatorThere),
        post("/api/etl/tracking/recuperar-gap", &period, Least::OperatorThere),
        post("/api/etl/tracking/calendarios/guardar", &calendar, Least::OperatorThere),
        post("/api/etl/tracking/calendarios/dia/guardar", &holiday, Least::OperatorEverywhere),
        post("/api/monitoreo/prueba", &json!({ "que": "error" }), Least::Administrator),
        (Method::GET, "/api/usuarios", String::new(), Value::Null, Least::Administrator),
        post("/api/usuarios/crear", &json!({ "usuario": "nuevo", "rol": "lector" }), Least::Administrator),
        post("/api/usuarios/cambiar", &json!({ "usuario": "nadie", "rol": "lector" }), Least::Administrator),
        post("/api/usuarios/codigo", &nobody, Least::Administrator),
        post("/api/usuarios/cerrar-sesiones", &nobody, Least::Administrator),
        post("/api/usuarios/desactivar", &nobody, Least::Administrator),
        post("/api/usuarios/reactivar", &nobody, Least::Administrator),
        post("/api/usuarios/desvincular", &nobody, Least::Administrator),
        (Method::GET, "/api/respaldos", String::new(), Value::Null, Least::Administrator),
        post("/api/respaldos", &json!({}), Least::Administrator),
        post("/api/monitoreo/tunel", &Value::Null, Least::Reader),
        post("/api/preferencias", &Value::Null, Least::Anybody),
        (Method::GET, "/health/live", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/health/ready", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/entrar", String::new(), Value::Null, Least::Anybody),
        (Method::GET, "/clave", String::new(), Value::Null, Least::Anybody),
    ]
}

/// Pages, which lead nobody to where they can sign in.
const PAGES: [(&str, Least); 26] = [
    ("/", Least::Reader),
    ("/cobertura", Least::Reader),
    ("/cobertura/celda?tienda=tienda_01&fecha=2025-11-17", Least::Reader),
    ("/pendientes/justificados", Least::Reader),
    ("/pendientes/inventario", Least::Reader),
    ("/actividad/recuperaciones/000000000000", Least::Reader),
    ("/tiendas", Least::Reader),
    ("/tiendas/tienda_01", Least::Reader),
    ("/sistema/metricas", Least::Reader),
    ("/exportar/pendientes.csv", Least::Reader),
    ("/exportar/ejecuciones.xlsx", Least::Reader),
    ("/actividad", Least::Reader),
    ("/actividad/00000000-0000-0000-0000-000000000009", Least::Reader),
    ("/tiendas/tienda_01/2025-11-17", Least::Reader),
    ("/pendientes?max_horas=24", Least::Reader),
    ("/actividad/recuperaciones", Least::Reader),
    ("/sistema/monitoreo", Least::Reader),
    ("/sistema/avisos", Least::Reader),
    ("/conexion", Least::Reader),
    ("/pendientes/cambios", Least::Reader),
    ("/calendarios", Least::Reader),
    ("/actividad/decisiones", Least::Reader),
    ("/buscar?q=tienda_01", Least::Reader),
    ("/atajos", Least::Reader),
    ("/no/hay/tal", Least::Reader),
    ("/usuarios", Least::Administrator),
];

/// Whether an address is of a route, whose parts in braces may be anything.
fn is_of_route(address: &str, route: &str) -> bool {
    let path: Vec<&str> = address.split('?').next().unwrap_or(address).split('/').collect();
    let route: Vec<&str> = route.split('/').collect();
    path.len() == route.len() && path.iter().zip(&route).all(|(part, known)| known.starts_with('{') || part == known)
}

#[test]
fn every_page_is_tried_with_every_role() {
    let is_tried = |route: &&str| PAGES.iter().any(|(address, _)| is_of_route(address, route));
    let forgotten: Vec<&str> =
        app::pages::PAGES.iter().map(|(route, _)| *route).filter(|route| !is_tried(route)).collect();
    assert_eq!(forgotten, Vec::<&str>::new());
}

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
