//! The endpoints, as a table. What they answer is typed elsewhere; here is what a caller may send.

use super::build::{Answer, Endpoint, Parameter, Values};
use super::build::{
    BODY_CALENDAR, BODY_JUSTIFY, BODY_RECONCILE, BODY_RECOVER_GAP, BODY_WITHDRAW, CALENDAR_CHANGED, CALENDAR_PREVIEW,
    CALENDARS, COMPARED, CONNECTIVITY, DECISIONS, EVENTS, FRESHNESS, GAPS, HEALTH, JUSTIFICATIONS, JUSTIFIED, METRICS,
    PROGRESS, RECONCILED, RECONCILIATIONS, RECOVERED, RUNS, SCHEDULES, WITHDRAWN,
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
const AT: Parameter = Parameter {
    name: "en",
    values: Values::Text,
    meaning: "Lo que se sabía en ese momento, fecha y hora locales: 2025-11-17T10:07. Sin él, ahora.",
};
const FIRST_MOMENT: Parameter = Parameter {
    name: "desde_momento",
    values: Values::Text,
    meaning: "El primer momento, local: 2025-11-17T10:07. Sin él, un día antes del segundo.",
};
const SECOND_MOMENT: Parameter = Parameter {
    name: "hasta_momento",
    values: Values::Text,
    meaning: "El segundo momento, posterior al primero. Sin él, ahora.",
};
const ACTION: Parameter = Parameter { name: "accion", values: Values::Text, meaning: "Solo una acción: justificar." };
const ACTOR: Parameter =
    Parameter { name: "actor", values: Values::Text, meaning: "Solo de quien tiene esto en su nombre." };
const DECISIONS_MAX: Parameter = Parameter {
    name: "limite",
    values: Values::Number { default: 50, least: 1, most: 100 },
    meaning: "Cuántas decisiones como máximo.",
};
const DAYS_COMPARED: Parameter = Parameter {
    name: "dias",
    values: Values::Number { default: 7, least: 1, most: 31 },
    meaning: "Cuántos días hacia atrás.",
};
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
        parameters: &[KIND, BRANCH, HOURS_MAX, AT],
        ..Endpoint::get(GAPS)
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
        path: "/api/etl/tracking/justificaciones",
        summary: "Lo que se justificó y cuenta, las ventanas más recientes primero.",
        parameters: &[KIND, BRANCH, HOURS_MAX],
        ..Endpoint::get(JUSTIFICATIONS)
    },
    Endpoint {
        path: "/api/etl/tracking/justificar-gap",
        summary: "Justifica las medias horas que faltan de un período. Pedirlo dos veces no justifica nada dos veces.",
        body: Some(BODY_JUSTIFY),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(JUSTIFIED)
    },
    Endpoint {
        path: "/api/etl/tracking/retirar-justificacion",
        summary: "Retira una justificación: lo que cubría vuelve a faltar.",
        body: Some(BODY_WITHDRAW),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(WITHDRAWN)
    },
    Endpoint {
        path: "/api/etl/tracking/decisiones",
        summary: "Quién decidió qué, cuándo y desde dónde; lo último primero.",
        parameters: &[BRANCH, ACTION, ACTOR, DECISIONS_MAX, CURSOR],
        ..Endpoint::get(DECISIONS)
    },
    Endpoint {
        path: "/api/etl/tracking/comparar",
        summary: "Lo que faltaba en dos momentos: qué apareció, qué desapareció y qué sigue.",
        parameters: &[FIRST_MOMENT, SECOND_MOMENT, KIND, BRANCH, HOURS_MAX],
        ..Endpoint::get(COMPARED)
    },
    Endpoint {
        path: "/api/etl/tracking/conciliaciones",
        summary: "Si KLK cambió los últimos días de cada tienda después de cerrados, en líneas y en dinero.",
        parameters: &[BRANCH, DAYS_COMPARED],
        ..Endpoint::get(RECONCILIATIONS)
    },
    Endpoint {
        path: "/api/etl/tracking/conciliar",
        summary: "Pone en cola la comparación de un día cerrado con KLK.",
        body: Some(BODY_RECONCILE),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(RECONCILED)
    },
    Endpoint {
        path: "/api/etl/tracking/frescura",
        summary: "Cuándo se tomó la última foto de inventario de cada almacén.",
        parameters: &[BRANCH],
        ..Endpoint::get(FRESHNESS)
    },
    Endpoint {
        path: "/api/etl/tracking/calendarios",
        summary: "El calendario de cada tienda y quién lo cambió.",
        ..Endpoint::get(CALENDARS)
    },
    Endpoint {
        path: "/api/etl/tracking/calendarios/vista-previa",
        summary: "Qué ventanas cambiarían con otro calendario; no guarda nada.",
        body: Some(BODY_CALENDAR),
        problems: &[422, 404, 403, 413, 503, 500],
        ..Endpoint::get(CALENDAR_PREVIEW)
    },
    Endpoint {
        path: "/api/etl/tracking/calendarios/guardar",
        summary: "Da otro calendario a una tienda desde un día; los anteriores conservan el que tenían.",
        body: Some(BODY_CALENDAR),
        problems: &[422, 404, 403, 413, 503, 500],
        ..Endpoint::get(CALENDAR_CHANGED)
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
