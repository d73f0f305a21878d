//! Whether the extractions work.

use super::widget::{Dataset, Display, Place, Widget};

pub(super) const TITLE: &str = "ETL Health";

/// Every run. They are all kept, so these figures are not estimates.
const RUNS: &str = "is_transaction:true span.op:etl.run";
const FAILURES: &str = "component:etl event.type:error";

pub(super) fn widgets() -> Vec<Widget> {
    vec![
        Widget {
            title: "Tasa de éxito por tienda",
            description: "Parte de las ejecuciones que terminó bien; primero, la tienda que va peor.",
            display: Display::Table,
            dataset: Dataset::Spans,
            conditions: RUNS,
            columns: &["tienda"],
            // The worst at the top: what fails most.
            aggregates: &["failure_rate()", "equation|1 - failure_rate()", "count(span.duration)"],
            aliases: &["Tienda", "Tasa de fallo", "Tasa de éxito", "Ejecuciones"],
            place: Place { x: 0, y: 0, width: 3, height: 3 },
        },
        Widget {
            title: "Errores más frecuentes",
            description: "Por tipo, paso y ETL.",
            display: Display::Table,
            dataset: Dataset::Errors,
            conditions: FAILURES,
            columns: &["error_tipo", "etl_paso", "etl_name"],
            aggregates: &["count()"],
            aliases: &["Tipo", "Paso", "ETL", "Errores"],
            place: Place { x: 3, y: 0, width: 3, height: 3 },
        },
        Widget {
            title: "Duración media por ETL",
            description: "",
            display: Display::Line,
            dataset: Dataset::Spans,
            conditions: RUNS,
            columns: &["etl_name"],
            aggregates: &["avg(span.duration)"],
            aliases: &[],
            place: Place { x: 0, y: 3, width: 3, height: 2 },
        },
        Widget {
            title: "Errores por tienda",
            description: "",
            display: Display::Bar,
            dataset: Dataset::Errors,
            conditions: FAILURES,
            columns: &["tienda"],
            aggregates: &["count()"],
            aliases: &[],
            place: Place { x: 3, y: 3, width: 3, height: 2 },
        },
        Widget {
            title: "Registros y facturas cargados",
            description: "De las ejecuciones de ventas.",
            display: Display::Line,
            dataset: Dataset::Spans,
            conditions: "is_transaction:true span.op:etl.run etl_tipo:ventas",
            columns: &[],
            aggregates: &["sum(tags[registros_cargados,number])", "sum(tags[facturas,number])"],
            aliases: &[],
            place: Place { x: 0, y: 5, width: 3, height: 2 },
        },
        Widget {
            title: "Registros, facturas y ventas por tienda",
            description: "De las ejecuciones de ventas; los montos, en USD.",
            display: Display::Table,
            dataset: Dataset::Spans,
            conditions: "is_transaction:true span.op:etl.run etl_tipo:ventas",
            columns: &["tienda"],
            aggregates: &[
                "sum(tags[registros_cargados,number])",
                "sum(tags[facturas,number])",
                "sum(tags[venta_total_usd,number])",
            ],
            aliases: &["Tienda", "Registros", "Facturas", "Venta USD"],
            place: Place { x: 3, y: 5, width: 3, height: 2 },
        },
    ]
}
