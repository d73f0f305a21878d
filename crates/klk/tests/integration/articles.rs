use domain::WarehouseCode;
use domain::stock::ArticlesAnswer;
use klk::KlkError;
use rstest::rstest;
use wiremock::matchers::{body_json_string, method, path};
use wiremock::{Mock, MockServer};

use crate::support::{client, config, json, server_of};

const ARTICLE: &str = r#"{"NombreProducto":"ACEITE","Codigo":"000002","Barra":"00010","Categoria":"99",
    "Descripcion":"N/A","Subcategoria":"99","Descripcion_categoria":"VÍVERES","Marca":"N/A","Precio":12.08,"Iva":16,
    "stock":-23.5}"#;
const BARE_ARTICLE: &str = r#"{"Codigo":"000003","stock":0}"#;

fn body(meta: &str, articles: &[&str]) -> String {
    format!(r#"{{"meta":{{{meta}}},"articulos":[{}]}}"#, articles.join(","))
}

async fn ask(body: String) -> Result<ArticlesAnswer, KlkError> {
    let server = server_of("POST", "/maestra/articulos/almacen", json(body)).await;
    client(config(&server.uri()))
        .articles_of_warehouse(&WarehouseCode::new("APP-TPF"))
        .await
        .map(|received| received.into_parts().0)
}

#[tokio::test]
async fn articles_of_a_warehouse_may_have_negative_stock_and_nothing_else() {
    let meta =
        r#""almacences_filtrados":"[\"APP-TPF\"]","total_articulos":2,"fecha_generacion":"2025-11-18T12:27:18Z""#;
    let answer = ask(body(meta, &[ARTICLE, BARE_ARTICLE])).await.unwrap();
    assert!(answer.is_complete());
    let article = &answer.articles[0];
    assert_eq!((article.codigo.as_str(), article.nombre_producto.as_deref()), ("000002", Some("ACEITE")));
    assert_eq!((&article.descripcion, &article.marca), (&None, &None));
    assert_eq!(article.descripcion_categoria.as_deref(), Some("VÍVERES"));
    assert_eq!((article.precio.unwrap().to_string(), article.stock.to_string()), ("12.08".into(), "-23.5".into()));
    assert_eq!(article.iva.unwrap().to_string(), "16");
    let bare = &answer.articles[1];
    assert_eq!((bare.stock.to_string().as_str(), &bare.marca, &bare.precio), ("0", &None, &None));
}

#[tokio::test]
async fn the_articles_of_a_warehouse_are_requested_by_its_code() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/maestra/articulos/almacen"))
        .and(body_json_string(r#"{"Codigoalmacen":"APP-TPF"}"#))
        .respond_with(json(body(r#""almacences_filtrados":"[\"APP-TPF\"]","total_articulos":1"#, &[ARTICLE])))
        .expect(1)
        .mount(&server)
        .await;
    let client = client(config(&server.uri()));
    assert!(client.articles_of_warehouse(&WarehouseCode::new("APP-TPF")).await.unwrap().is_complete());
}

#[rstest]
#[case("")]
#[case(r#""almacences_filtrados":null,"#)]
#[case(r#""almacences_filtrados":"APP-TPF","#)]
#[tokio::test]
async fn what_the_answer_was_filtered_by_may_be_missing_or_odd(#[case] filter: &str) {
    let meta = format!(r#"{filter}"total_articulos":1"#);
    assert!(ask(body(&meta, &[ARTICLE])).await.unwrap().is_complete());
}

#[rstest]
#[case(r#""almacences_filtrados":"[\"OTRO\"]","#, "almacences_filtrados", "OTRO")]
#[case(r#""almacences_filtrados":"[\"APP-TPF\",\"APP-PPF\"]","#, "almacences_filtrados", "APP-TPF, APP-PPF")]
#[case(r#""tiendas_filtradas":["SUC001"],"#, "tiendas_filtradas", "SUC001")]
#[tokio::test]
async fn articles_of_another_warehouse_are_refused(#[case] filter: &str, #[case] wrong: &str, #[case] came: &str) {
    let meta = format!(r#"{filter}"total_articulos":1"#);
    let error = ask(body(&meta, &[ARTICLE])).await.unwrap_err();
    let KlkError::OtherQuestion { field, asked, answered, .. } = error else { panic!("{error}") };
    assert_eq!((field, asked.as_str(), answered.as_str()), (wrong, "APP-TPF", came));
}

#[tokio::test]
async fn an_article_with_two_stocks_has_neither_and_the_answer_is_not_complete() {
    let other = ARTICLE.replace("-23.5", "4");
    let answer = ask(body(r#""total_articulos":2"#, &[ARTICLE, &other])).await.unwrap();
    assert_eq!((answer.received, answer.articles.len()), (2, 0));
    assert_eq!(answer.contradicted.as_deref(), Some("000002"));
    assert!(!answer.is_complete());
}

#[rstest]
#[case("\"stock\":-23.5", "\"stock\":\"-23.5\"", Some("000002"), "stock", Some("\"-23.5\""))]
#[case("\"stock\":-23.5", "\"stock\":null", Some("000002"), "stock", None)]
#[case("\"stock\":-23.5", "\"stock\":7591234567890", Some("000002"), "stock", Some("7591234567890"))]
#[case("\"stock\":-23.5", "\"stock\":NaN", Some("000002"), "stock", Some("NaN"))]
#[case("\"Codigo\":\"000002\"", "\"Codigo\":\"\"", None, "Codigo", Some("\"\""))]
#[case("\"Iva\":16", "\"Iva\":true", Some("000002"), "Iva", Some("true"))]
#[tokio::test]
async fn an_article_that_cannot_be_read_is_set_aside_and_named(
    #[case] from: &str,
    #[case] to: &str,
    #[case] code: Option<&str>,
    #[case] field: &str,
    #[case] value: Option<&str>,
) {
    let wrong = ARTICLE.replace(from, to);
    let answer = ask(body(r#""total_articulos":2"#, &[BARE_ARTICLE, &wrong])).await.unwrap();
    let [named] = answer.unreadable_articles.as_slice() else { panic!("{answer:?}") };
    assert_eq!((named.place, named.code.as_deref(), named.field.as_deref()), (2, code, Some(field)));
    assert_eq!(named.value.as_deref(), value);
    assert_eq!((answer.received, answer.unreadable, answer.articles.len()), (2, 1, 1));
    assert!(!answer.is_complete() && answer.is_complete_but_for_unreadable());
}

#[tokio::test]
async fn a_response_without_a_readable_article_is_refused() {
    let wrong = ARTICLE.replace("\"stock\":-23.5", "\"stock\":null");
    let error = ask(body(r#""total_articulos":1"#, &[&wrong])).await.unwrap_err();
    let KlkError::Malformed { element: Some(0), detail, .. } = &error else { panic!("{error:?}") };
    assert!(detail.contains("'stock'"), "{error}");
}

#[tokio::test]
async fn a_readable_article_with_the_code_of_an_unreadable_one_is_not_believed() {
    let wrong = ARTICLE.replace("\"stock\":-23.5", "\"stock\":null");
    let answer = ask(body(r#""total_articulos":3"#, &[ARTICLE, &wrong, BARE_ARTICLE])).await.unwrap();
    assert_eq!(answer.articles.iter().map(|article| article.codigo.as_str()).collect::<Vec<_>>(), ["000003"]);
    assert!(!answer.is_complete_but_for_unreadable());
}

#[tokio::test]
async fn an_error_within_an_article_discredits_the_response() {
    let wrong = ARTICLE.replace("\"Iva\":16", "\"Iva\":16,\"error\":\"sin conexión\"");
    assert!(ask(body(r#""total_articulos":2"#, &[BARE_ARTICLE, &wrong])).await.is_err());
}

#[tokio::test]
async fn articles_without_a_count_are_no_answer() {
    assert!(matches!(ask(body("", &[ARTICLE])).await, Err(KlkError::Malformed { element: None, .. })));
}
