//! The endpoints, as a table. What they answer is typed elsewhere; here is what a caller may send.

use super::build::{Answer, Endpoint, Parameter, Values};
use super::build::{
    BACKUP, BODY_BACKUP, BODY_CALENDAR, BODY_CONFIRM_LOSS, BODY_HOLIDAY, BODY_JUSTIFICATION_PREVIEW, BODY_JUSTIFY,
    BODY_JUSTIFY_SELECTION, BODY_MONITORING_TRIAL, BODY_PLAN, BODY_PLAN_HASH, BODY_RECONCILE, BODY_RECOVER_GAP,
    BODY_USER, BODY_USER_ROLE, BODY_WITHDRAW, CALENDAR_CHANGED, CALENDAR_PREVIEW, CALENDARS, COMPARED, CONNECTIVITY,
    COVERAGE, DECISIONS, EVENTS, FRESHNESS, GAP_COUNT, GAPS, HEALTH, HOLIDAY_CHANGED, JUSTIFICATION_PREVIEW,
    JUSTIFICATIONS, JUSTIFIED, LOSS_CONFIRMED, METRICS, MONITORING, PLAN, PLAN_PREVIEW, PLAN_STATE, PLANS, PROGRESS,
    RECONCILED, RECONCILIATIONS, RECOVERED, RUN, RUNS, SCHEDULES, SELECTION_JUSTIFIED, SESSIONS_ENDED, USER, USER_CODE,
    USERS, WITHDRAWN,
};

const KIND: Parameter =
    Parameter { name: "etl_tipo", values: Values::Kinds, meaning: "Solo ventas, o solo inventario." };
const BRANCH: Parameter =
    Parameter { name: "ubicacion_id", values: Values::Text, meaning: "Solo una tienda, por su id: tienda_01." };
const MODE: Parameter = Parameter { name: "modo", values: Values::Modes, meaning: "Solo un modo." };
const STATE: Parameter = Parameter { name: "estado", values: Values::States, meaning: "Solo un estado." };
const BATCH: Parameter = Parameter {
    name: "lote_id",
    values: Values::Text,
    meaning: "Solo lo que se puso en cola a la vez, por su lote_id.",
};
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
const ACTION: Parameter = Parameter { name: "accion", values: Values::Actions, meaning: "Solo una acción." };
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
        parameters: &[KIND, BRANCH, MODE, STATE, BATCH, LIMIT, CURSOR],
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
        parameters: &[KIND, BRANCH, HOURS_MAX, ORDER, AT],
        ..Endpoint::get(GAPS)
    },
    Endpoint {
        path: "/api/etl/tracking/gaps/total",
        summary: "Cuántos gaps tiene esa lista, sin causas ni valor: las mismas cifras, mucho más rápido.",
        parameters: &[KIND, BRANCH, HOURS_MAX],
        ..Endpoint::get(GAP_COUNT)
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
        path: "/api/etl/tracking/justificaciones",
        summary: "Lo que se justificó y cuenta, las ventanas más recientes primero.",
        parameters: &[KIND, BRANCH, HOURS_MAX],
        ..Endpoint::get(JUSTIFICATIONS)
    },
    Endpoint {
        path: "/api/etl/tracking/justificar-gap",
        summary: "Justifica las medias horas que faltan de un período o, con `clase: secuencia`, los números de factura que faltan en él. Pedirlo dos veces no justifica nada dos veces.",
        body: Some(BODY_JUSTIFY),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(JUSTIFIED)
    },
    Endpoint {
        path: "/api/etl/tracking/justificar-seleccion/vista-previa",
        summary: "Muestra lo que falta de muchos períodos de muchas tiendas y se puede justificar, con el hash que lo nombra. No justifica nada.",
        body: Some(BODY_JUSTIFICATION_PREVIEW),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(JUSTIFICATION_PREVIEW)
    },
    Endpoint {
        path: "/api/etl/tracking/justificar-seleccion",
        summary: "Justifica exactamente lo que se mostró con ese hash, o nada: si cambió, responde 409. Pedirlo dos veces no justifica nada dos veces.",
        body: Some(BODY_JUSTIFY_SELECTION),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(SELECTION_JUSTIFIED)
    },
    Endpoint {
        path: "/api/etl/tracking/confirmar-perdida",
        summary: "Confirma que las líneas de un día que el KLK ya no tiene están bien retiradas, y carga el día de nuevo.",
        body: Some(BODY_CONFIRM_LOSS),
        problems: &[422, 404, 403, 413, 503, 500],
        ..Endpoint::get(LOSS_CONFIRMED)
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
        path: "/api/etl/tracking/calendarios/dia/vista-previa",
        summary: "Qué ventanas cambiarían con otro horario de un día en todas las tiendas; no guarda nada.",
        body: Some(BODY_HOLIDAY),
        problems: &[422, 403, 413, 503, 500],
        ..Endpoint::get(CALENDAR_PREVIEW)
    },
    Endpoint {
        path: "/api/etl/tracking/calendarios/dia/guardar",
        summary: "Da otro horario a un día en todas las tiendas, un feriado; los demás días quedan como están.",
        body: Some(BODY_HOLIDAY),
        problems: &[422, 403, 413, 503, 500],
        ..Endpoint::get(HOLIDAY_CHANGED)
    },
    Endpoint {
        path: "/api/eventos",
        summary: "Eventos (SSE) que dicen qué cambió: ejecuciones, gaps o progreso.",
        problems: &[503],
        ..Endpoint::get(EVENTS)
    },
    Endpoint {
        path: "/api/respaldos",
        summary: "El respaldo en curso, o el último.",
        problems: &[403],
        ..Endpoint::get(BACKUP)
    },
    Endpoint {
        path: "/api/respaldos",
        summary: "Empieza un respaldo de la base de datos en KLK_RESPALDO_CARPETA; si ya hay uno en curso, es ese.",
        body: Some(BODY_BACKUP),
        problems: &[403, 413],
        ..Endpoint::get(BACKUP)
    },
    Endpoint {
        path: "/api/usuarios",
        summary: "Quién puede entrar y con qué rol; para administradores, como todo lo de abajo.",
        problems: &[403, 500],
        ..Endpoint::get(USERS)
    },
    Endpoint {
        path: "/api/usuarios/crear",
        summary: "Agrega un usuario. El código con que fija su clave se muestra solo esta vez.",
        body: Some(BODY_USER_ROLE),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(USER_CODE)
    },
    Endpoint {
        path: "/api/usuarios/cambiar",
        summary: "Le da otro rol u otras tiendas; vale con su próxima petición.",
        body: Some(BODY_USER_ROLE),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(USER)
    },
    Endpoint {
        path: "/api/usuarios/codigo",
        summary: "Le da un código para fijar otra clave, que se muestra solo esta vez; la de antes vale hasta que se use.",
        body: Some(BODY_USER),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(USER_CODE)
    },
    Endpoint {
        path: "/api/usuarios/cerrar-sesiones",
        summary: "Cierra todas sus sesiones.",
        body: Some(BODY_USER),
        problems: &[422, 404, 403, 413, 503, 500],
        ..Endpoint::get(SESSIONS_ENDED)
    },
    Endpoint {
        path: "/api/usuarios/desactivar",
        summary: "Ya no puede entrar, y sus sesiones se cierran. El último administrador no se puede desactivar.",
        body: Some(BODY_USER),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(USER)
    },
    Endpoint {
        path: "/api/usuarios/reactivar",
        summary: "Puede entrar otra vez.",
        body: Some(BODY_USER),
        problems: &[422, 404, 409, 403, 413, 503, 500],
        ..Endpoint::get(USER)
    },
    Endpoint {
        path: "/api/usuarios/desvincular",
        summary: "Olvida quién es en el proveedor de identidad, y sus sesiones se cierran.",
        body: Some(BODY_USER),
        problems: &[422, 404, 403, 413, 503, 500],
        ..Endpoint::get(USER)
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
