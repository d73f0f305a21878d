//! The endpoints, as a table. What they answer is typed elsewhere; here is what a caller may send.

use super::build::{Answer, Endpoint, Parameter, Values};
use super::build::{
    BODY_RECOVER_GAP, CONNECTIVITY, COVERAGE, EVENTS, GAPS, HEALTH, METRICS, PROGRESS, RECOVERED, RUNS, SCHEDULES,
};

const KIND: Parameter =
    Parameter { name: "etl_tipo", values: Values::Kinds, meaning: "Solo ventas, o solo inventario." };
const BRANCH: Parameter =
    Parameter { name: "ubicacion_id", values: Values::Text, meaning: "Solo una tienda, por su id: tienda_01." };
const MODE: Parameter = Parameter { name: "modo", values: Values::Modes, meaning: "Solo un modo." };
const STATE: Parameter = Parameter { name: "estado", values: Values::States, meaning: "Solo un estado." };
const LIMIT: Parameter = Parameter {
    name: "limite",
    values: Values::Number { default: 20, least: 1, most: 100 },
    meaning: "Cuántas ejecuciones como máximo.",
};
const CURSOR: Parameter = Parameter {
    name: "cursor",
    values: Values::Text,
    meaning: "El `cursor_siguiente` de la página anterior: las que siguen a ella.",
};
const HOURS_MAX: Parameter = Parameter {
    name: "max_horas",
    values: Values::Number { default: 168, least: 1, most: 8784 },
    meaning: "Cuántas horas hacia atrás se mira.",
};
const ORDER: Parameter = Parameter {
    name: "ordenar",
    values: Values::Orders,
    meaning: "Lo más reciente primero (antiguedad, si no se dice), o lo que más vale primero (valor).",
};
const STORE: Parameter =
    Parameter { name: "ubicacion_id", values: Values::Text, meaning: "La tienda, por su id: tienda_01. Hace falta." };
const DATE: Parameter =
    Parameter { name: "fecha", values: Values::Text, meaning: "El día de la tienda, AAAA-MM-DD. Hace falta." };
const DAYS: Parameter = Parameter {
    name: "dias",
    values: Values::Number { default: 7, least: 1, most: 90 },
    meaning: "De cuántos días son las cifras.",
};

/// Every endpoint.
pub(super) const ALL: &[Endpoint] = &[
    Endpoint {
        path: "/api/etl/tracking/ejecuciones",
        summary: "Ejecuciones, la última primero; las que esperan, al final.",
        parameters: &[KIND, BRANCH, MODE, STATE, LIMIT, CURSOR],
        ..Endpoint::get(RUNS)
    },
    Endpoint {
        path: "/api/etl/tracking/gaps",
        summary: "Medias horas que faltan, las más recientes primero.",
        parameters: &[KIND, BRANCH, HOURS_MAX, ORDER],
        ..Endpoint::get(GAPS)
    },
    Endpoint {
        path: "/api/etl/tracking/cobertura",
        summary: "El día de una tienda: cada media hora con su estado y lo que la prueba.",
        parameters: &[STORE, DATE],
        ..Endpoint::get(COVERAGE)
    },
    Endpoint {
        path: "/api/etl/tracking/metricas",
        summary: "Cifras de confiabilidad de los últimos días.",
        parameters: &[KIND, BRANCH, DAYS],
        ..Endpoint::get(METRICS)
    },
    Endpoint {
        path: "/api/etl/tracking/cron/status",
        summary: "Cada programa: expresión, zona, última y próxima vez, y lo que hizo hoy.",
        ..Endpoint::get(SCHEDULES)
    },
    Endpoint {
        path: "/api/etl/tracking/progreso",
        summary: "Trabajos en curso y los que acaban de terminar.",
        ..Endpoint::get(PROGRESS)
    },
    Endpoint {
        path: "/api/etl/tracking/connectivity/klk",
        summary: "Si KLK responde, y en cuánto tiempo.",
        ..Endpoint::get(CONNECTIVITY)
    },
    Endpoint {
        path: "/api/etl/tracking/recuperar-gap",
        summary: "Pone en cola las medias horas que faltan de un período. Pedirlo dos veces no pone nada dos veces.",
        body: Some(BODY_RECOVER_GAP),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(RECOVERED)
    },
    Endpoint {
        path: "/api/eventos",
        summary: "Eventos (SSE) que dicen qué cambió: ejecuciones, gaps o progreso.",
        problems: &[503],
        ..Endpoint::get(EVENTS)
    },
    Endpoint { path: "/health/live", summary: "El proceso responde.", problems: &[], ..Endpoint::get(HEALTH) },
    Endpoint {
        path: "/health/ready",
        summary: "La base de datos responde.",
        problems: &[503],
        ..Endpoint::get(HEALTH)
    },
];

impl Endpoint {
    /// A question without parameters.
    const fn get(answer: Answer) -> Self {
        Self { path: "", summary: "", parameters: &[], body: None, answer, problems: &[422, 404, 503, 500] }
    }
}
