//! A POS whose responses the test writes itself, byte by byte, and right responses to begin with.

use std::sync::{Arc, Mutex};

use engine::EngineSettings;
use monitoring::Monitoring;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers};

use crate::support::{World, settings};

/// The hours of the right response.
pub const HOURS: Option<(&str, &str)> = Some(("12:00", "12:30"));
/// Its day.
pub const DAY: &str = "2025-11-17";

/// What the POS says where all is well: two invoices of a line each.
pub fn right() -> String {
    format!(
        r#"{{"meta":{{"sucursal_codigo":"SUC001","fecha_desde":"{DAY}","fecha_hasta":"{DAY}","hora_desde":"12:00","hora_hasta":"12:30","CodArticulo":"","almacen":"","total_registros":2,"fecha_generacion":"2025-11-18T13:45:09.488Z"}},"ventas":[{},{}]}}"#,
        line("C01-01-00000001", "12:05:00"),
        line("C01-01-00000002", "12:10:00.5"),
    )
}

/// A line of an invoice.
pub fn line(invoice: &str, hour: &str) -> String {
    format!(
        r#"{{"numero_factura":"{invoice}","fecha":"{DAY}","hora":"{hour}","linea":1,"producto":[{{"codigo_producto":"000002"}}],"cantidad":[{{"cantidad_vendida":1}}],"financiero":[{{"venta_total_bs":236.46,"venta_total_usd":1}}],"total_factura":236.46,"tasa_usd":236.46,"es_no_fiscal":false}}"#
    )
}

/// A right response with a line of each invoice.
pub fn of_invoices(numbers: std::ops::Range<u32>) -> String {
    let meta = right().split(r#","ventas""#).next().unwrap().to_owned();
    let meta = meta.replace(r#""total_registros":2"#, &format!(r#""total_registros":{}"#, numbers.len()));
    let lines: Vec<String> =
        numbers.map(|number| line(&format!("C01-01-{number:08}"), &format!("12:{:02}:00", number % 30))).collect();
    format!(r#"{meta},"ventas":[{}]}}"#, lines.join(","))
}

/// The response to a request, with lines of its hours.
pub fn response_to(question: &serde_json::Value, lines: &[String]) -> String {
    let mut meta = question.clone();
    meta["sucursal_codigo"] = question["sucursal"].clone();
    meta["total_registros"] = lines.len().into();
    format!(r#"{{"meta":{meta},"ventas":[{}]}}"#, lines.join(","))
}

/// A world whose POS says the same to everybody, until the test writes something else.
pub async fn responding(body: String) -> (World, Arc<Mutex<String>>) {
    let body = Arc::new(Mutex::new(body));
    let said = Arc::clone(&body);
    let world = answering(settings(), move |_| said.lock().unwrap().clone()).await;
    (world, body)
}

/// A world whose POS answers what the test makes of each question.
pub async fn answering(
    settings: EngineSettings,
    answer: impl Fn(&serde_json::Value) -> String + Send + Sync + 'static,
) -> World {
    let pos = MockServer::start().await;
    let respond = move |request: &Request| {
        let question = serde_json::from_slice(&request.body).unwrap_or_default();
        ResponseTemplate::new(200).set_body_string(answer(&question))
    };
    Mock::given(matchers::any()).respond_with(respond).mount(&pos).await;
    let address = pos.address().to_string();
    let (mut world, pos) = World::monitored_through(settings, Monitoring::disabled(), async |_| (address, pos)).await;
    world.keep(pos);
    world
}

/// What is loaded of the day, while the engine goes on.
pub async fn day_totals(world: &World) -> warehouse::SalesTotals {
    crate::support::totals(&world.beside, "tienda_01", DAY).await
}

/// Whether the half hour of the right response is missing.
pub async fn is_a_gap(world: &World) -> bool {
    let gaps = world.gaps(30).await;
    gaps.iter()
        .any(|gap| gap.ubicacion_nombre == "PERIFERICO" && *gap.hora_desde <= *"12:00" && *gap.hora_hasta >= *"12:30")
}
