//! The POS's contract, endpoint by endpoint.

use std::collections::{BTreeMap, BTreeSet};

use klk_sim::{API_KEY_HEADER, SimConfig};
use rstest::rstest;
use serde_json::{Value, json};

use crate::server::{Server, elements, noon};

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

const LINE: &str = "numero_factura fecha hora linea producto cantidad financiero total_factura tasa_usd es_no_fiscal \
    tiene_promocion codigo_promocion";
const PRODUCT: &str = "codigo_producto descripcion_producto marca_producto modelo_producto categoria_producto \
    grupo_articulo subgrupo_producto categoria_nombre codigo_barras serial imei";
const QUANTITY: &str = "codigo_almacen nombre_almacen cantidad_vendida peso_unitario peso_bruto volumen_unitario \
    unidad_medida_venta factor_unidad_medida total_cantidad_por_unidad_medida peso_calculado";
const MONEY: &str = "costo_unitario_bs costo_unitario_usd precio_unitario_bs precio_unitario_usd impuesto_porcentaje \
    impuesto_monto porcentaje_descuento monto_descuento porcentaje_descuento_fidelizacion \
    monto_descuento_fidelizacion porcentaje_descuento_forma_pago monto_descuento_forma_pago venta_total_bs \
    venta_total_usd costo_total_bs costo_total_usd utilidad_bruta_bs utilidad_bruta_usd";

#[tokio::test]
async fn sales_have_the_shape_of_the_contract() {
    let server = Server::start().await;
    let (status, answer) = server.sales("SUC001").await;
    assert_eq!(status, 200);
    let lines = elements(&answer, "ventas");
    assert!(!lines.is_empty());
    assert_eq!(
        answer["meta"],
        json!({
            "sucursal_codigo": "SUC001", "fecha_desde": "2025-11-17", "fecha_hasta": "2025-11-17",
            "hora_desde": "12:00", "hora_hasta": "12:30", "CodArticulo": "", "almacen": "",
            "total_registros": lines.len(), "fecha_generacion": "2025-11-18T16:00:00.000Z",
        })
    );
    let words = |text: &'static str| text.split_whitespace().collect::<BTreeSet<&str>>();
    for line in lines {
        let mut fields = names(line);
        fields.remove("fecha_hora_completa");
        assert_eq!(fields, words(LINE));
        for (array, expected) in [("producto", PRODUCT), ("cantidad", QUANTITY), ("financiero", MONEY)] {
            assert_eq!(elements(line, array).len(), 1);
            assert_eq!(names(&line[array][0]), words(expected));
        }
        assert!(line["financiero"][0].as_object().unwrap().values().all(Value::is_number));
        assert!(line["producto"][0].as_object().unwrap().values().all(Value::is_string));
        assert!(["UNIDAD", "KG"].contains(&line["cantidad"][0]["unidad_medida_venta"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn an_unknown_store_is_an_error_with_status_200() {
    let server = Server::start().await;
    for branch in ["SUC999", "CONS"] {
        let (status, answer) = server.sales(branch).await;
        assert_eq!((status, names(&answer)), (200, BTreeSet::from(["error"])));
    }
}

#[rstest]
#[case(json!("nothing"))]
#[case(json!({ "sucursal": "SUC001" }))]
#[case(json!({ "sucursal": "SUC001", "fecha_desde": "17/11/2025", "fecha_hasta": "17/11/2025" }))]
#[case(json!({ "sucursal": "SUC001", "fecha_desde": "2025-11-17", "fecha_hasta": "2025-11-17", "hora_desde": "25:00" }))]
#[tokio::test]
async fn a_question_that_is_none_is_a_bad_request(#[case] question: Value) {
    let server = Server::start().await;
    let (status, answer) = server.post("/ventas", &question).await;
    assert_eq!((status, names(&answer)), (400, BTreeSet::from(["error"])));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_bad_request() {
    let server = Server::start().await;
    let response = server.client.post(server.url("/ventas")).body("{").send().await.unwrap();
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_night_is_an_answer_without_lines() {
    let server = Server::start().await;
    let mut question = noon("SUC001");
    (question["hora_desde"], question["hora_hasta"]) = ("02:00".into(), "02:30".into());
    let (status, answer) = server.post("/ventas", &question).await;
    assert_eq!((status, &answer["meta"]["total_registros"], &answer["ventas"]), (200, &json!(0), &json!([])));
}

fn stock(answer: &Value) -> BTreeMap<String, f64> {
    elements(answer, "articulos")
        .iter()
        .map(|article| (article["Codigo"].as_str().unwrap().to_owned(), article["stock"].as_f64().unwrap()))
        .collect()
}

#[tokio::test]
async fn articles_of_a_warehouse_have_the_shape_of_the_contract() {
    let server = Server::start().await;
    let (status, answer) = server.post("/maestra/articulos/almacen", &json!({ "Codigoalmacen": "APP-TPF" })).await;
    let articles = elements(&answer, "articulos");
    assert_eq!(status, 200);
    assert!((3_800..=3_900).contains(&articles.len()), "{}", articles.len());
    assert_eq!(
        answer["meta"],
        json!({
            "almacences_filtrados": "[\"APP-TPF\"]", "total_articulos": articles.len(),
            "fecha_generacion": "2025-11-18T16:00:00.000Z",
        })
    );
    let mut expected = BTreeSet::from([
        "NombreProducto",
        "Codigo",
        "Barra",
        "Categoria",
        "Descripcion",
        "Subcategoria",
        "Descripcion_categoria",
        "Precio",
        "Iva",
        "stock",
    ]);
    assert!(articles.iter().any(|article| names(article) == expected), "Marca may be absent");
    expected.insert("Marca");
    assert!(articles.iter().any(|article| names(article) == expected));
    assert!(articles.iter().all(|article| [0, 16].contains(&article["Iva"].as_i64().unwrap())));
    let negative = stock(&answer).values().filter(|amount| **amount < 0.0).count();
    assert!((800..1_200).contains(&negative), "{negative}");
}

#[tokio::test]
async fn a_list_of_warehouses_is_one_after_the_other_with_different_stock() {
    let server = Server::start().await;
    let ask =
        async |codes: Value| server.post("/maestra/articulos/almacen", &json!({ "Codigoalmacen": codes })).await.1;
    let (floor, main) = (ask(json!("APP-TPF")).await, ask(json!(["APP-PPF"])).await);
    let both = ask(json!(["APP-TPF", "APP-PPF"])).await;
    assert_eq!(both["meta"]["almacences_filtrados"], "[\"APP-TPF\",\"APP-PPF\"]");
    let together = [elements(&floor, "articulos").clone(), elements(&main, "articulos").clone()].concat();
    assert_eq!(elements(&both, "articulos"), &together);
    let (floor, main) = (stock(&floor), stock(&main));
    let differing = floor.iter().filter(|(code, amount)| main.get(*code).is_some_and(|other| other != *amount)).count();
    assert!(differing > 3_000, "{differing}");
}

#[tokio::test]
async fn articles_of_stores_are_the_sums_of_their_warehouses() {
    let server = Server::start().await;
    let (status, answer) = server.post("/maestra/articulos/reposicion", &json!({ "CodigoSucursal": ["SUC001"] })).await;
    assert_eq!((status, &answer["meta"]["tiendas_filtradas"]), (200, &json!(["SUC001"])));
    assert_eq!(names(&answer["meta"]), BTreeSet::from(["fecha_generacion", "tiendas_filtradas", "total_articulos"]));
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for code in ["APP-TPF", "APP-PPF", "APP-CPF", "APP-RPF", "APP-DPF", "APP-MPF"] {
        let (_, warehouse) = server.post("/maestra/articulos/almacen", &json!({ "Codigoalmacen": code })).await;
        for (article, amount) in stock(&warehouse) {
            *sums.entry(article).or_default() += amount;
        }
    }
    let store = stock(&answer);
    assert_eq!(store.len(), sums.len());
    assert!(store.iter().all(|(code, amount)| (sums[code] - amount).abs() < 0.000_001));
    let (_, one) = server.post("/maestra/articulos/reposicion", &json!({ "CodigoSucursal": "SUC001" })).await;
    assert_eq!(one, answer);
}

#[tokio::test]
async fn an_unknown_warehouse_is_an_error_with_status_200() {
    let server = Server::start().await;
    let (status, answer) = server.post("/maestra/articulos/almacen", &json!({ "Codigoalmacen": "NOPE" })).await;
    assert_eq!((status, names(&answer)), (200, BTreeSet::from(["error"])));
}

#[tokio::test]
async fn all_warehouses_of_a_store_are_listed() {
    let server = Server::start().await;
    let (_, all) = server.get("/maestra/almacenes/Reposicion").await;
    let (_, one) = server.get("/maestra/almacenes/Reposicion?sucursal=SUC001").await;
    assert_eq!(all.as_array().unwrap().len(), 30);
    assert_eq!(one.as_array().unwrap().len(), 6);
    assert_eq!(
        one[0],
        json!({
            "CodigoSucursal": "SUC001", "NombreSucursal": "PERIFERICO", "CodigoAlmacen": "APP-TPF",
            "NombreAlmacen": "PISO DE VENTA",
        })
    );
}

#[tokio::test]
async fn sales_floors_have_a_row_that_is_no_store() {
    let server = Server::start().await;
    let (_, floors) = server.get("/maestra/almacenes/pisoventa").await;
    let codes: Vec<&str> =
        floors.as_array().unwrap().iter().map(|row| row["CodigoSucursal"].as_str().unwrap()).collect();
    assert_eq!(codes, ["SUC001", "SUC002", "SUC003", "SUC004", "SUC005", "CONS"]);
    assert_eq!(floors[5]["NombreSucursal"], "CONSOLIDADO");
}

#[tokio::test]
async fn a_configured_key_is_required() {
    let server =
        Server::with(SimConfig { api_key: Some("secret".to_owned()), ..SimConfig::five_stores(7).with_volume(0.1) })
            .await;
    assert_eq!(server.sales("SUC001").await.0, 401);
    let request = server.client.post(server.url("/ventas")).header(API_KEY_HEADER, "secret").json(&noon("SUC001"));
    assert_eq!(request.send().await.unwrap().status(), 200);
}
