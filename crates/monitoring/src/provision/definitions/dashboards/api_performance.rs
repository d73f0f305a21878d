//! Whether the pages and the REST interface are answered, and how fast.

use super::widget::{Dataset, Display, Place, Widget};

pub(super) const TITLE: &str = "API Performance";

/// Every endpoint and server function. Sampled; Sentry reckons with the rate.
const REQUESTS: &str = "is_transaction:true span.op:http.server transaction:/api/*";

pub(super) fn widgets() -> Vec<Widget> {
    vec![
        Widget {
            title: "Duración por endpoint",
            description: "p95, p50 y p99; el más lento primero.",
            display: Display::Table,
            dataset: Dataset::Spans,
            conditions: REQUESTS,
            columns: &["transaction"],
            aggregates: &["p95(span.duration)", "p50(span.duration)", "p99(span.duration)"],
            aliases: &["Endpoint", "p95", "p50", "p99"],
            place: Place { x: 0, y: 0, width: 3, height: 3 },
        },
        Widget {
            title: "Tráfico y errores por endpoint",
            description: "",
            display: Display::Table,
            dataset: Dataset::Spans,
            conditions: REQUESTS,
            columns: &["transaction"],
            aggregates: &["count(span.duration)", "epm()", "failure_rate()"],
            aliases: &["Endpoint", "Peticiones", "Por minuto", "Tasa de errores"],
            place: Place { x: 3, y: 0, width: 3, height: 3 },
        },
        over_time("p50 por endpoint", &["p50(span.duration)"], 0, 3),
        over_time("p95 por endpoint", &["p95(span.duration)"], 2, 3),
        over_time("p99 por endpoint", &["p99(span.duration)"], 4, 3),
        over_time("Peticiones por minuto", &["epm()"], 0, 5),
        over_time("Tasa de errores", &["failure_rate()"], 2, 5),
        Widget {
            title: "Consultas lentas",
            description: "Consultas a DuckDB que pasaron de su límite.",
            display: Display::Table,
            dataset: Dataset::Errors,
            conditions: "has:consulta level:warning",
            columns: &["consulta"],
            aggregates: &["count()"],
            aliases: &["Consulta", "Veces"],
            place: Place { x: 4, y: 5, width: 2, height: 2 },
        },
    ]
}

/// A line an endpoint.
fn over_time(title: &'static str, aggregates: &'static [&'static str], x: u64, y: u64) -> Widget {
    Widget {
        title,
        description: "",
        display: Display::Line,
        dataset: Dataset::Spans,
        conditions: REQUESTS,
        columns: &["transaction"],
        aggregates,
        aliases: &[],
        place: Place { x, y, width: 2, height: 2 },
    }
}
