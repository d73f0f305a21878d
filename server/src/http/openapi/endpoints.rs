//! The endpoints, as a table. What they answer is typed elsewhere; here is what a caller may send.

use super::build::{Answer, Endpoint, Parameter, Values};
use super::build::{
    BODY_MONITORING_TRIAL, BODY_PLAN, BODY_PLAN_HASH, BODY_RECOVER_GAP, CONNECTIVITY, COVERAGE, EVENTS, GAPS, HEALTH,
    METRICS, MONITORING, PLAN, PLAN_PREVIEW, PLAN_STATE, PLANS, PROGRESS, RECOVERED, RUN, RUNS, SCHEDULES,
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
const RUN_ID: Parameter = Parameter { name: "id", values: Values::Run, meaning: "La ejecución." };
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

const PLANS_MAX: Parameter = Parameter {
    name: "limite",
    values: Values::Number { default: 20, least: 1, most: 100 },
    meaning: "Cuántos planes como máximo.",
};
const PLAN_HASH: Parameter =
    Parameter { name: "hash", values: Values::Text, meaning: "El hash del plan, o sus primeros 12 dígitos o más." };

/// Every endpoint.
pub(super) const ALL: &[Endpoint] = &[
    Endpoint {
        path: "/api/etl/tracking/ejecuciones",
        summary: "Ejecuciones, la última primero; las que esperan, al final.",
        parameters: &[KIND, BRANCH, MODE, STATE, LIMIT, CURSOR],
        ..Endpoint::get(RUNS)
    },
    Endpoint {
        path: "/api/etl/tracking/ejecucion",
        summary: "Una ejecución con todo lo que se sabe de ella.",
        parameters: &[RUN_ID],
        ..Endpoint::get(RUN)
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
        path: "/api/monitoreo",
        summary: "Qué se envió a Sentry, qué espera, qué se descartó, y el último aviso de cada monitor.",
        problems: &[500],
        ..Endpoint::get(MONITORING)
    },
    Endpoint {
        path: "/api/monitoreo/prueba",
        summary: "Falla a propósito, para ver el error en Sentry por su referencia.",
        body: Some(BODY_MONITORING_TRIAL),
        answer: None,
        problems: &[422, 403, 413, 500],
        ..Endpoint::get(MONITORING)
    },
    Endpoint {
        path: "/api/etl/tracking/planes",
        summary: "Planes de recuperación iniciados, el más reciente primero.",
        parameters: &[PLANS_MAX],
        ..Endpoint::get(PLANS)
    },
    Endpoint {
        path: "/api/etl/tracking/planes",
        summary: "Vista previa de un plan: las ventanas exactas, lo que costará, y el hash con que se inicia. No pone nada en cola.",
        ..Endpoint::order(BODY_PLAN, PLAN_PREVIEW)
    },
    Endpoint {
        path: "/api/etl/tracking/planes/iniciar",
        summary: "Inicia el plan de un hash: corre lo que se mostró o nada. Si lo que falta cambió, 409 `plan_cambiado` con el hash nuevo en `plan_hash`. Pedirlo dos veces inicia uno.",
        ..Endpoint::order(BODY_PLAN_HASH, PLAN_STATE)
    },
    Endpoint {
        path: "/api/etl/tracking/planes/pausar",
        summary: "Pausa un plan: no empieza ninguna ventana más hasta que se reanude.",
        ..Endpoint::order(BODY_PLAN_HASH, PLAN_STATE)
    },
    Endpoint {
        path: "/api/etl/tracking/planes/reanudar",
        summary: "Reanuda un plan pausado o detenido.",
        ..Endpoint::order(BODY_PLAN_HASH, PLAN_STATE)
    },
    Endpoint {
        path: "/api/etl/tracking/planes/cancelar",
        summary: "Cancela lo que un plan no ha empezado; la ventana en curso termina.",
        ..Endpoint::order(BODY_PLAN_HASH, PLAN_STATE)
    },
    Endpoint {
        path: "/api/etl/tracking/plan",
        summary: "Un plan: cómo va, sus ventanas, y quién hizo qué con él.",
        parameters: &[PLAN_HASH],
        problems: &[422, 404, 409, 503, 500],
        ..Endpoint::get(PLAN)
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
        Self {
            path: "",
            summary: "",
            parameters: &[],
            body: None,
            answer: Some(answer),
            problems: &[422, 404, 503, 500],
        }
    }

    /// Something to do.
    const fn order(body: &'static str, answer: Answer) -> Self {
        Self { body: Some(body), problems: &[422, 404, 409, 403, 413, 503, 500], ..Self::get(answer) }
    }
}
