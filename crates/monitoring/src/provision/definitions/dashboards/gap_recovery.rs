//! Whether what is missing is found and got back.

use super::widget::{Dataset, Display, Place, Widget};

pub(super) const TITLE: &str = "Gap Recovery";

/// A run that failed leaves its window missing; a recovery that failed leaves it missing as before.
const GAPS: &str = "component:etl event.type:error !modo:recuperacion";
const RECOVERED: &str = "endpoint:recuperar_gap level:info";
const NOT_RECOVERED: &str = "event.type:error (endpoint:recuperar_gap OR modo:recuperacion)";
const RECOVERY_RUNS: &str = "is_transaction:true span.op:etl.run modo:recuperacion";

pub(super) fn widgets() -> Vec<Widget> {
    vec![
        Widget {
            title: "Gaps encontrados",
            description: "Ejecuciones que dejaron su ventana sin cubrir. Las que ni empezaron están en Crons.",
            conditions: GAPS,
            ..number(Dataset::Errors, &["count()"], 0)
        },
        Widget {
            title: "Gaps recuperados",
            description: "",
            conditions: RECOVERED,
            ..number(Dataset::Errors, &["count()"], 2)
        },
        Widget {
            title: "Tiempo medio de recuperación",
            description: "Duración media de una ejecución que recupera.",
            conditions: RECOVERY_RUNS,
            ..number(Dataset::Spans, &["avg(span.duration)"], 4)
        },
        Widget {
            title: "Tiendas con más gaps",
            description: "",
            display: Display::Table,
            dataset: Dataset::Errors,
            conditions: GAPS,
            columns: &["tienda"],
            aggregates: &["count()"],
            aliases: &["Tienda", "Gaps"],
            place: Place { x: 0, y: 1, width: 3, height: 3 },
        },
        Widget {
            title: "Recuperados por tienda",
            description: "",
            display: Display::Bar,
            dataset: Dataset::Errors,
            conditions: RECOVERED,
            columns: &["tienda"],
            aggregates: &["count()"],
            aliases: &[],
            place: Place { x: 3, y: 1, width: 3, height: 3 },
        },
        Widget {
            title: "Tiempo de recuperación por tienda",
            description: "Duración media de una ejecución que recupera.",
            display: Display::Line,
            dataset: Dataset::Spans,
            conditions: RECOVERY_RUNS,
            columns: &["tienda"],
            aggregates: &["avg(span.duration)"],
            aliases: &[],
            place: Place { x: 0, y: 4, width: 3, height: 2 },
        },
        Widget {
            title: "Recuperaciones fallidas",
            description: "Por tipo de error y tienda.",
            display: Display::Table,
            dataset: Dataset::Errors,
            conditions: NOT_RECOVERED,
            columns: &["error_tipo", "tienda"],
            aggregates: &["count()"],
            aliases: &["Tipo", "Tienda", "Fallos"],
            place: Place { x: 3, y: 4, width: 3, height: 2 },
        },
    ]
}

/// A number in the first row; title and search are the caller's.
fn number(dataset: Dataset, aggregates: &'static [&'static str], x: u64) -> Widget {
    Widget {
        title: "",
        description: "",
        display: Display::BigNumber,
        dataset,
        conditions: "",
        columns: &[],
        aggregates,
        aliases: &[],
        place: Place { x, y: 0, width: 2, height: 1 },
    }
}
