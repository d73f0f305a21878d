//! Bodies that begin as good ones and are damaged by a seed, thousands of them: whatever comes, it is read or
//! refused, soon, and what is read answers the question. A seed that fails is said.

use domain::BranchCode;
use domain::sale::SalesAnswer;
use domain::stock::ArticlesAnswer;
use jiff::civil::{date, time};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::ParseError;
use super::articles;
use super::sales::{self, parse_announced};
use super::warehouses::parse_warehouses;
use crate::SalesQuestion;
use crate::body::Body;

fn parse_sales(body: &[u8], question: &SalesQuestion) -> Result<SalesAnswer, ParseError> {
    sales::parse_sales(&mut Body::at_once(body), body.len(), question)
}

fn parse_articles(body: &[u8], code: &str) -> Result<ArticlesAnswer, ParseError> {
    articles::parse_articles(&mut Body::at_once(body), body.len(), code)
}

const SEEDS: u64 = 20_000;
/// What a body may be damaged with.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e999",
    "-0",
    "0.1234567890123456789",
    "99999999999999999999",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\"linea\":1",
    "\"error\":\"x\"",
    "\"ventas\":[]",
    "\"meta\":{}",
    "\n",
    "é",
];

fn line(number: usize) -> String {
    format!(
        r#"{{"numero_factura":"C10-{number}","fecha":"2025-11-17","hora":"12:{:02}:56.8966141","linea":{number},
        "producto":[{{"codigo_producto":"000002","descripcion_producto":"QUESO","marca_producto":"","modelo_producto":"",
        "categoria_producto":"99","grupo_articulo":"1","subgrupo_producto":"2","categoria_nombre":"L\u00c1CTEOS",
        "codigo_barras":"00010","serial":"","imei":""}}],
        "cantidad":[{{"codigo_almacen":"APP-TPF","nombre_almacen":"PISO DE VENTA","cantidad_vendida":0.345,"peso_unitario":1,
        "peso_bruto":0,"volumen_unitario":0,"unidad_medida_venta":"KG","factor_unidad_medida":1,
        "total_cantidad_por_unidad_medida":0.345,"peso_calculado":0.345}}],
        "financiero":[{{"costo_unitario_bs":100.1,"costo_unitario_usd":0.423327,"precio_unitario_bs":150,
        "precio_unitario_usd":0.634357,"impuesto_porcentaje":16,"impuesto_monto":8.28,"porcentaje_descuento":0,
        "monto_descuento":0,"porcentaje_descuento_fidelizacion":0,"monto_descuento_fidelizacion":0,
        "porcentaje_descuento_forma_pago":0,"monto_descuento_forma_pago":0,"venta_total_bs":51.75,
        "venta_total_usd":0.218853,"costo_total_bs":34.5345,"costo_total_usd":0.146048,"utilidad_bruta_bs":17.2155,
        "utilidad_bruta_usd":0.072805}}],
        "total_factura":1158.67,"tasa_usd":236.46,"es_no_fiscal":false,"tiene_promocion":"","codigo_promocion":""}}"#,
        number % 30
    )
}

fn whole_sales() -> String {
    let lines: Vec<String> = (1..5).map(line).collect();
    format!(
        r#"{{"meta":{{"sucursal_codigo":"SUC001","fecha_desde":"2025-11-17","fecha_hasta":"2025-11-17","hora_desde":"12:00",
        "hora_hasta":"12:30","CodArticulo":"","almacen":"","total_registros":4,
        "fecha_generacion":"2025-11-18T13:45:09.488Z"}},"ventas":[{}]}}"#,
        lines.join(",")
    )
}

const ARTICLES: &str = r#"{"meta":{"almacences_filtrados":"[\"APP-TPF\"]","total_articulos":2,
    "fecha_generacion":"2025-11-18T13:45:09.488Z"},"articulos":[
    {"NombreProducto":"QUESO","Codigo":"000002","Barra":"1","Categoria":"99","Descripcion":"","Subcategoria":"",
     "Descripcion_categoria":"","Marca":"","Precio":1.5,"Iva":16,"stock":3.5},
    {"NombreProducto":"PAN","Codigo":"000003","Barra":"2","Categoria":"98","Descripcion":"","Subcategoria":"",
     "Descripcion_categoria":"","Marca":"","Precio":0.5,"Iva":16,"stock":-2}]}"#;
const WAREHOUSES: &str = r#"[{"CodigoSucursal":"SUC001","NombreSucursal":"PERIFERICO","CodigoAlmacen":"APP-TPF",
    "NombreAlmacen":"PISO DE VENTA"}]"#;

fn damage(body: &mut Vec<u8>, dice: &mut StdRng) {
    for _ in 0..dice.random_range(1..4) {
        let at = dice.random_range(0..=body.len());
        let to = (at + dice.random_range(0..200)).min(body.len());
        match dice.random_range(0..6) {
            0 => body.truncate(at),
            1 => drop(body.drain(at..to)),
            2 => {
                let piece = body[at..to].to_vec();
                let into = dice.random_range(0..=body.len());
                body.splice(into..into, piece);
            }
            3 => drop(body.splice(at..at, PIECES.choose(dice).unwrap().bytes())),
            4 => drop(body.splice(at..to.min(at + 10), PIECES.choose(dice).unwrap().bytes())),
            _ => body.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.random()),
        }
    }
}

/// Says which seed it was, if it fails.
struct Trying(u64);

impl Drop for Trying {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

/// An error without what came behind the place where it was found: less of it is there where a body arrives in pieces.
fn kind(error: ParseError) -> (std::mem::Discriminant<ParseError>, Option<usize>) {
    let element = if let ParseError::Shape { element, .. } = &error { *element } else { None };
    (std::mem::discriminant(&error), element)
}

#[test]
fn whatever_comes_is_read_or_refused_and_what_is_read_answers_the_question() {
    let question = SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17))
        .between(time(12, 0, 0, 0), Some(time(12, 30, 0, 0)));
    let whole = parse_sales(whole_sales().as_bytes(), &question).unwrap();
    assert_eq!((whole.lines.len(), whole.announced, whole.outside), (4, 4, 0));
    assert_eq!(parse_articles(ARTICLES.as_bytes(), "APP-TPF").unwrap().articles.len(), 2);
    assert_eq!(parse_warehouses(WAREHOUSES).unwrap().len(), 1);
    let mut read = 0;
    for seed in 0..SEEDS {
        let _trying = Trying(seed);
        let mut dice = StdRng::seed_from_u64(seed);
        let mut body = whole_sales().into_bytes();
        damage(&mut body, &mut dice);
        if let Ok(answer) = parse_sales(&body, &question) {
            read += 1;
            let distinct: std::collections::BTreeSet<_> =
                answer.lines.iter().map(|line| (line.numero_factura.clone(), line.linea)).collect();
            assert_eq!(distinct.len(), answer.lines.len(), "no line twice");
            assert!(answer.lines.len() as u64 <= answer.received, "no line of nowhere");
            let inside = answer.lines.iter().filter(|line| {
                line.fecha == question.date && (time(12, 0, 0, 0)..=time(12, 30, 0, 0)).contains(&line.hora)
            });
            assert!(answer.lines.len() - inside.count() <= usize::try_from(answer.outside).unwrap(), "outside is said");
        }
        // Cut anywhere, as the beginning of a response is.
        if let Ok(text) = std::str::from_utf8(&body) {
            drop(parse_announced(text, &question));
        }
        // The pieces in which it arrives change nothing.
        let piece_bytes = dice.random_range(1..3_000);
        let in_pieces = sales::parse_sales(&mut Body::in_pieces(&body, piece_bytes), 0, &question);
        let at_once = parse_sales(&body, &question);
        assert_eq!(in_pieces.map_err(kind), at_once.map_err(kind), "in pieces of {piece_bytes} bytes");
        let mut body = ARTICLES.as_bytes().to_vec();
        damage(&mut body, &mut dice);
        if let Ok(answer) = parse_articles(&body, "APP-TPF") {
            let codes: std::collections::BTreeSet<_> =
                answer.articles.iter().map(|article| article.codigo.clone()).collect();
            assert_eq!(codes.len(), answer.articles.len(), "no article twice");
        }
        let mut body = WAREHOUSES.as_bytes().to_vec();
        damage(&mut body, &mut dice);
        drop(parse_warehouses(&String::from_utf8_lossy(&body)));
    }
    // Or everything would be refused at its first byte, and nothing were tried.
    assert!(read > SEEDS / 50, "only {read} were still readable");
}

#[test]
fn what_is_deep_is_refused_and_not_followed_to_the_end_of_the_stack() {
    let question = SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17));
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        for body in [deep.clone(), whole_sales().replacen("\"producto\":[", &format!("\"x\":{deep},\"producto\":["), 1)]
        {
            drop(parse_sales(body.as_bytes(), &question));
            drop(parse_articles(body.as_bytes(), "APP-TPF"));
            drop(parse_warehouses(&body));
        }
    }
}
