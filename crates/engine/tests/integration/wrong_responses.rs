//! Responses that are not what they should be. A line of the table: what is written differently in a right response of two
//! lines, how its run ends, and how many lines are there afterwards where there were none before.

use domain::{ErrorClass, RunState};
use rstest::rstest;

use crate::responses::{DAY, HOURS, day_totals, is_a_gap, line, of_invoices, responding, right};

/// The second line of the right response with another quantity.
const fn with_quantity(quantity: &'static str) -> (&'static str, &'static str) {
    (QUANTITY, quantity)
}

/// Stands for the quantity of the second line in a change.
const QUANTITY: &str = "cantidad de la segunda línea";

const FAILED: RunState = RunState::Failed;
const PARTIAL: RunState = RunState::Partial;

#[rstest]
#[case::another_store(&[("SUC001", "SUC003")], FAILED, 0)]
#[case::another_day(&[(DAY, "2025-11-16")], FAILED, 0)]
#[case::the_first_of_two_days(&[(r#""fecha_desde":"2025-11-17""#, r#""fecha_desde":"2025-11-16""#)], FAILED, 0)]
#[case::another_hour(&[(r#""12:"#, r#""11:"#)], FAILED, 0)]
#[case::a_longer_time(&[(r#""hora_hasta":"12:30""#, r#""hora_hasta":"13:00""#)], FAILED, 0)]
#[case::hours_that_were_ignored(&[(r#""hora_desde":"12:00""#, r#""hora_desde":"""#)], FAILED, 0)]
#[case::only_one_warehouse(&[(r#""almacen":"""#, r#""almacen":"TANT""#)], FAILED, 0)]
#[case::only_one_article(&[(r#""CodArticulo":"""#, r#""CodArticulo":"000002""#)], FAILED, 0)]
#[case::a_count_that_stands_twice(&[(r#""total_registros":2"#, r#""total_registros":0,"total_registros":2"#)], FAILED, 0)]
#[case::two_metas(&[(r#"{"meta":{"#, r#"{"meta":{},"meta":{"#)], FAILED, 0)]
#[case::an_invoice_that_stands_twice(&[(r#""linea":1"#, r#""linea":1,"linea":2"#)], FAILED, 0)]
#[case::a_product_that_stands_twice(&[(r#""cantidad":["#, r#""producto":[{"codigo_producto":"7"}],"cantidad":["#)], FAILED, 0)]
#[case::every_line_of_another_hour(&[(r#""hora":"12:"#, r#""hora":"11:"#)], FAILED, 0)]
#[case::every_line_of_another_day(&[(r#""fecha":"2025-11-17""#, r#""fecha":"2025-11-16""#)], FAILED, 0)]
#[case::one_line_of_a_later_hour(&[(r#""hora":"12:10"#, r#""hora":"13:10"#)], PARTIAL, 1)]
#[case::one_line_after_midnight(
    &[(r#""fecha":"2025-11-17","hora":"12:10"#, r#""fecha":"2025-11-18","hora":"00:07"#)], PARTIAL, 1
)]
#[case::a_key_in_two_versions(
    &[(r#""numero_factura":"C01-01-00000002""#, r#""numero_factura":"C01-01-00000001""#)], PARTIAL, 0
)]
#[case::a_key_in_two_versions_announced_once(
    &[
        (r#""numero_factura":"C01-01-00000002""#, r#""numero_factura":"C01-01-00000001""#),
        (r#""total_registros":2"#, r#""total_registros":1"#),
    ],
    PARTIAL,
    0
)]
#[case::made_before_the_window_ended(&[("2025-11-18T13:45:09.488Z", "2025-11-17T16:24:00Z")], PARTIAL, 2)]
#[case::made_before_the_window_ended_by_a_clock_without_a_zone(
    &[("2025-11-18T13:45:09.488Z", "2025-11-17 16:24:00")], PARTIAL, 2
)]
#[case::made_at_a_moment_that_is_none(&[("2025-11-18T13:45:09.488Z", "ayer")], FAILED, 0)]
#[case::made_at_a_number(&[(r#""2025-11-18T13:45:09.488Z""#, "1795710240000")], FAILED, 0)]
#[case::made_at_a_moment_of_mail(&[("2025-11-18T13:45:09.488Z", "Tue, 18 Nov 2025 13:45:09 GMT")], FAILED, 0)]
#[case::a_number_out_of_range(&[with_quantity("7591234567890")], PARTIAL, 1)]
#[case::a_number_with_an_exponent(&[with_quantity("1e12")], PARTIAL, 1)]
#[case::a_number_that_is_none(&[with_quantity("NaN")], PARTIAL, 1)]
#[case::a_text_for_a_number(&[with_quantity(r#""uno""#)], PARTIAL, 1)]
#[case::no_number(&[with_quantity("null")], PARTIAL, 1)]
#[case::an_hour_that_is_none(&[(r#""hora":"12:10:00.5""#, r#""hora":"mediodía""#)], PARTIAL, 1)]
#[case::a_moment_that_contradicts_its_hour(
    &[(r#""hora":"12:10:00.5""#, r#""hora":"12:10:00.5","fecha_hora_completa":"2025-11-16T12:10:00""#)], PARTIAL, 1
)]
#[case::an_invoice_without_a_number(&[("C01-01-00000002", "")], PARTIAL, 1)]
#[case::an_element_that_is_no_line(&[(r#""ventas":["#, r#""ventas":[7,"#)], PARTIAL, 2)]
#[case::the_key_of_a_good_line_on_one_that_cannot_be_read(
    &[("C01-01-00000002", "C01-01-00000001"), with_quantity("null")], PARTIAL, 0
)]
#[case::no_line_that_can_be_read(&[(r#""cantidad_vendida":1"#, r#""cantidad_vendida":7591234567890"#)], FAILED, 0)]
#[case::a_count_that_is_none(&[(r#""total_registros":2"#, r#""total_registros":"dos""#)], FAILED, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_response_proves_nothing_and_takes_nothing_away(
    #[case] changes: &[(&str, &str)],
    #[case] state: RunState,
    #[case] lines: u64,
) {
    let wrong = changed(changes);
    let (world, response) = responding(wrong.clone()).await;
    // Nothing is there yet: the half hour stays a gap.
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(
        (runs[0].estado, runs[0].error_tipo),
        (state, Some(ErrorClass::InvalidData)),
        "{:?}",
        runs[0].error_mensaje
    );
    assert!(runs[0].error_mensaje.as_ref().is_some_and(|message| !message.is_empty()));
    assert!(is_a_gap(&world).await);

    // All of it is there: the wrong response takes none of it.
    *response.lock().unwrap() = right();
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!((runs[0].estado, runs[0].registros_cargados), (RunState::Succeeded, Some(2)));
    assert!(!is_a_gap(&world).await);
    *response.lock().unwrap() = wrong;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(runs[0].estado, state);
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);

    // And where there is nothing, what is right of a partial response is kept.
    let (world, _) = responding(changed(changes)).await;
    world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(world.totals("tienda_01", DAY).await.lines, lines);
}

/// The right response, written differently.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(right(), |body, (from, to)| {
        if *from == QUANTITY {
            let (first, second) = body.rsplit_once(r#""cantidad_vendida":1"#).unwrap();
            return format!(r#"{first}"cantidad_vendida":{to}{second}"#);
        }
        assert!(body.contains(from), "{from} is not in the response");
        body.replace(from, to)
    })
}

/// One line of many cannot be read: it is named, and all others are loaded.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_cannot_be_read_is_said_and_the_others_are_loaded() {
    let body = of_invoices(1..402).replacen(r#""cantidad_vendida":1"#, r#""cantidad_vendida":7591234567890"#, 1);
    let (world, response) = responding(body).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(
        (runs[0].estado, runs[0].registros_extraidos, runs[0].registros_cargados),
        (PARTIAL, Some(400), Some(400))
    );
    let message = "1 de 401 líneas no se pudo leer y no se cargó: tienda PERIFERICO, factura C01-01-00000001, línea 1, \
                   «cantidad_vendida»: llegó 7591234567890. Las demás se conservan; la ventana sigue pendiente.";
    assert_eq!(runs[0].error_mensaje.as_deref(), Some(message));
    assert!(is_a_gap(&world).await);
    *response.lock().unwrap() = of_invoices(1..402);
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!((runs[0].estado, runs[0].registros_cargados), (RunState::Succeeded, Some(401)));
    assert!(!is_a_gap(&world).await);
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 401);
}

/// However many there are and however long their values, what a run says of them fits on a page.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_lines_that_cannot_be_read_a_few_are_said() {
    let long = format!(r#""cantidad_vendida":"{}""#, "x".repeat(5_000));
    let body = of_invoices(1..41).replacen(r#""cantidad_vendida":1"#, &long, 30);
    let (world, _) = responding(body).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!((runs[0].estado, runs[0].registros_cargados), (PARTIAL, Some(10)));
    let message = runs[0].error_mensaje.as_ref().unwrap();
    insta::with_settings!({filters => [("x{100,}", "x…")]}, { insta::assert_snapshot!(message, @r#"30 de 40 líneas no se pudieron leer y no se cargaron: tienda PERIFERICO, factura C01-01-00000001, línea 1, «cantidad_vendida»: llegó "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; tienda PERIFERICO, factura C01-01-00000002, línea 1, «cantidad_vendida»: llegó "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; tienda PERIFERICO, factura C01-01-00000003, línea 1, «cantidad_vendida»: llegó "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; y 27 más. Las demás se conservan; la ventana sigue pendiente."#) });
    assert!(message.chars().count() < 900);
}

#[rstest]
#[case::seconds(&[(r#""hora_desde":"12:00""#, r#""hora_desde":"12:00:00""#)])]
#[case::blanks(&[("SUC001", "suc001 ")])]
#[case::an_echo_less(&[(r#""sucursal_codigo":"SUC001","#, "")])]
#[case::the_moment_as_a_whole(
    &[(r#""hora":"12:10:00.5""#, r#""hora":"12:10:00.5","fecha_hora_completa":"2025-11-17T12:10:00""#)]
)]
#[case::the_moment_as_a_whole_rounded_and_with_a_blank(
    &[(r#""hora":"12:10:00.5""#, r#""hora":"12:10:00.5","fecha_hora_completa":"2025-11-17 12:10:01""#)]
)]
#[case::no_moment_as_a_whole(
    &[(r#""hora":"12:10:00.5""#, r#""hora":"12:10:00.5","fecha_hora_completa":"""#)]
)]
#[case::blanks_around_an_invoice(&[("C01-01-00000002", "C01-01-00000002  ")])]
#[case::made_as_the_window_ended(&[("2025-11-18T13:45:09.488Z", "2025-11-17T16:29:30Z")])]
#[case::no_time_of_making(&[(r#","fecha_generacion":"2025-11-18T13:45:09.488Z""#, "")])]
#[tokio::test(flavor = "multi_thread")]
async fn a_response_may_write_the_same_differently(#[case] changes: &[(&str, &str)]) {
    let body = changes.iter().fold(right(), |body, (from, to)| {
        assert!(body.contains(from), "{from} is not in the response");
        body.replace(from, to)
    });
    let (world, _) = responding(body).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(
        (runs[0].estado, runs[0].registros_cargados),
        (RunState::Succeeded, Some(2)),
        "{:?}",
        runs[0].error_mensaje
    );
    assert!(!is_a_gap(&world).await);
}

/// It has not seen the end of the window, so what it does not have proves no change.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_made_too_early_does_not_say_that_the_source_changed() {
    let (world, response) = responding(right()).await;
    world.extract("tienda_01", DAY, HOURS).await;
    let early = format!(
        r#"{},"ventas":[{}]}}"#,
        right()
            .split(r#","ventas""#)
            .next()
            .unwrap()
            .replace(r#""total_registros":2"#, r#""total_registros":1"#)
            .replace("2025-11-18T13:45:09.488Z", "2025-11-17T16:24:00Z"),
        line("C01-01-00000001", "12:05:00"),
    );
    *response.lock().unwrap() = early;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!(runs[0].estado, PARTIAL);
    let gaps = world.gaps(30).await;
    assert!(gaps.iter().all(|gap| gap.fecha_desde.to_string() != DAY || gap.causa != "fuente_cambio"), "{gaps:?}");
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);
}

/// The head says SUC001, and every line left a warehouse of SUC002.
#[tokio::test(flavor = "multi_thread")]
async fn lines_of_another_stores_warehouse_are_not_this_stores() {
    let with_warehouse = |code: &str| {
        right().replace(r#""cantidad_vendida":1"#, &format!(r#""codigo_almacen":"{code}","cantidad_vendida":1"#))
    };
    let (world, response) = responding(with_warehouse("APP-TBQ")).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = runs[0].error_mensaje.as_ref().unwrap();
    assert_eq!((runs[0].estado, runs[0].error_tipo), (FAILED, Some(ErrorClass::InvalidData)));
    insta::assert_snapshot!(message, @"El KLK respondió a otra consulta: en «codigo_almacen» se pidió «APP-TPF, APP-PPF» y llegó «APP-TBQ». No se cargó nada.");
    for own_or_unknown in ["APP-TPF", "APP-99"] {
        *response.lock().unwrap() = with_warehouse(own_or_unknown);
        assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    }
}

/// One of its lines is SUC002's, which has it too: it would count twice in the chain.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_another_stores_warehouse_beside_own_ones_is_set_aside_and_named() {
    let foreign = right().replacen(r#""cantidad_vendida":1"#, r#""codigo_almacen":"APP-TBQ","cantidad_vendida":1"#, 1);
    let (world, response) = responding(foreign).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = "De 2 líneas, 1 salió del almacén APP-TBQ, que es de otra tienda: factura C01-01-00000001, línea 1. No se carga \
                   aquí; la ventana sigue pendiente.";
    assert_eq!((runs[0].estado, runs[0].error_mensaje.as_deref()), (PARTIAL, Some(message)));
    assert!(is_a_gap(&world).await);
    assert_eq!(day_totals(&world).await.lines, 1);
    *response.lock().unwrap() = right();
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);
}

/// The source says when it makes its responses: one that does not may have been made at any time.
#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_hides_its_moment_proves_nothing_where_others_say_it() {
    let (world, response) = responding(right()).await;
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    *response.lock().unwrap() = right().replace(r#","fecha_generacion":"2025-11-18T13:45:09.488Z""#, "");
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = runs[0].error_mensaje.as_ref().unwrap();
    assert_eq!((runs[0].estado, runs[0].error_tipo), (PARTIAL, Some(ErrorClass::InvalidData)));
    insta::assert_snapshot!(message, @"La respuesta no dice cuándo la generó el KLK («fecha_generacion»), y las demás lo dicen: no prueba que esté completa. Se consultará otra vez.");
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);
    let shown = world.warehouse().await.shown_clocks().await.unwrap();
    assert_eq!(
        shown,
        [warehouse::ShownClock { kind: domain::EtlKind::Sales, has_agreed: false }],
        "for the next process"
    );
}

/// The source repeats the request in each response: one that leaves a field out may answer another one.
#[rstest]
#[case::the_store(r#""sucursal_codigo":"SUC001","#, "sucursal_codigo")]
#[case::the_last_day(r#""fecha_hasta":"2025-11-17","#, "fecha_hasta")]
#[case::the_first_hour(r#""hora_desde":"12:00","#, "hora_desde")]
#[case::the_article(r#""CodArticulo":"","#, "CodArticulo")]
#[case::the_warehouse(r#""almacen":"","#, "almacen")]
#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_hides_what_it_answers_proves_nothing_where_others_say_it(
    #[case] hidden: &str,
    #[case] field: &str,
) {
    assert!(right().contains(hidden), "{hidden}");
    let (world, response) = responding(right().replace(hidden, "")).await;
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded, "none had it yet");
    *response.lock().unwrap() = right();
    assert_eq!(world.extract("tienda_01", DAY, HOURS).await[0].estado, RunState::Succeeded);
    *response.lock().unwrap() = of_invoices(1..2).replace(hidden, "");
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = runs[0].error_mensaje.as_ref().unwrap();
    assert_eq!((runs[0].estado, runs[0].error_tipo), (PARTIAL, Some(ErrorClass::InvalidData)));
    assert!(message.contains(&format!("«{field}»")), "{message}");
    assert_eq!(world.totals("tienda_01", DAY).await.lines, 2);
    let shown = world.warehouse().await.shown_echoes().await.unwrap();
    assert!(shown.contains(&(domain::EtlKind::Sales, field.to_owned())), "for the next process: {shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_outside_of_the_window_is_named() {
    let (world, _) = responding(right().replace(r#""hora":"12:10"#, r#""hora":"13:10"#)).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = "De 2 líneas que llegaron, 1 no es del período pedido: factura C01-01-00000002, línea 1, del 17/11/2025 \
                   13:10:00. No se carga aquí; la ventana sigue pendiente.";
    assert_eq!(runs[0].error_mensaje.as_deref(), Some(message));
}

/// Without lines, the echo of the request is all that says what a response is about.
#[rstest]
#[case::nothing(&["sucursal_codigo", "fecha_desde", "fecha_hasta", "hora_desde", "hora_hasta"])]
#[case::no_store(&["sucursal_codigo"])]
#[case::no_day(&["fecha_desde"])]
#[case::no_last_day(&["fecha_hasta"])]
#[case::no_hours(&["hora_desde", "hora_hasta"])]
#[case::no_last_hour(&["hora_hasta"])]
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_response_that_does_not_say_what_it_is_about_proves_nothing(#[case] absent: &[&str]) {
    for as_null in [false, true] {
        let mut meta: serde_json::Value = serde_json::from_str(&right()).unwrap();
        meta["meta"]["total_registros"] = 0.into();
        meta["ventas"] = serde_json::json!([]);
        for field in absent {
            match as_null {
                true => meta["meta"][*field] = serde_json::Value::Null,
                false => drop(meta["meta"].as_object_mut().unwrap().remove(*field)),
            }
        }
        let (world, _) = responding(meta.to_string()).await;
        let runs = world.extract("tienda_01", DAY, HOURS).await;
        assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Failed, Some(ErrorClass::InvalidData)));
        let message = runs[0].error_mensaje.as_ref().unwrap();
        assert!(message.contains(&format!("«{}» no vino", absent[0])), "{message}");
        assert!(is_a_gap(&world).await);
    }
}

#[rstest]
#[case("Error")]
#[case("ERROR")]
#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_another_spelling_is_a_refusal(#[case] name: &str) {
    let body = right().replacen('{', &format!(r#"{{"{name}":"Sucursal sin conexión","#), 1);
    let (world, _) = responding(body).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Failed, Some(ErrorClass::ApiError)));
}

#[rstest]
#[case(r#""total_registros":2"#, r#""total_registros":-1"#, "en «total_registros»: llegó -1")]
#[case(r#""total_registros":2,"#, "", "en «total_registros»: no llegó nada")]
#[case("2025-11-18T13:45:09.488Z", "ayer", "en «fecha_generacion»: llegó \"ayer\"")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_meta_is_said_with_field_and_value(
    #[case] from: &str,
    #[case] to: &str,
    #[case] said: &str,
) {
    let (world, _) = responding(right().replace(from, to)).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = runs[0].error_mensaje.as_ref().unwrap();
    assert!(message.contains(said), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_proxy_is_said_with_its_beginning() {
    let (world, _) = responding("<html><h1>Bad gateway</h1></html>".to_owned()).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message = runs[0].error_mensaje.as_ref().unwrap();
    insta::assert_snapshot!(message, @"La respuesta no es la que se acordó con el KLK: empieza con «<html><h1>Bad gateway</h1></html>». No se cargó nada.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_meta_is_a_refusal() {
    let body = right().replace(r#""CodArticulo":"","#, r#""CodArticulo":"","error":"Tienda sin conexión","#);
    let (world, _) = responding(body).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    assert_eq!((runs[0].estado, runs[0].error_tipo), (RunState::Failed, Some(ErrorClass::ApiError)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_to_another_question_is_said_with_both_values() {
    let (world, _) = responding(right().replace("SUC001", "SUC003")).await;
    let runs = world.extract("tienda_01", DAY, HOURS).await;
    let message =
        "El KLK respondió a otra consulta: en «sucursal_codigo» se pidió «SUC001» y llegó «SUC003». No se cargó nada.";
    assert_eq!(runs[0].error_mensaje.as_deref(), Some(message));
}
