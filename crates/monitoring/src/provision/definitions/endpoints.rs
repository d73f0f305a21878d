//! The endpoints that are watched one by one.

/// The routes of the REST interface; their transactions have these names. A detector watches one number, so that "of an
/// endpoint" takes one detector an endpoint.
pub const WATCHED_ROUTES: [&str; 27] = [
    "/api/etl/tracking/ejecuciones",
    "/api/etl/tracking/ejecucion",
    "/api/etl/tracking/gaps",
    "/api/etl/tracking/gaps/total",
    "/api/etl/tracking/cobertura",
    "/api/etl/tracking/metricas",
    "/api/etl/tracking/cron/status",
    "/api/etl/tracking/progreso",
    "/api/etl/tracking/connectivity/klk",
    "/api/etl/tracking/recuperar-gap",
    "/api/etl/tracking/planes",
    "/api/etl/tracking/planes/iniciar",
    "/api/etl/tracking/planes/pausar",
    "/api/etl/tracking/planes/reanudar",
    "/api/etl/tracking/planes/cancelar",
    "/api/etl/tracking/plan",
    "/api/etl/tracking/justificaciones",
    "/api/etl/tracking/justificar-gap",
    "/api/etl/tracking/retirar-justificacion",
    "/api/etl/tracking/decisiones",
    "/api/etl/tracking/comparar",
    "/api/etl/tracking/conciliaciones",
    "/api/etl/tracking/conciliar",
    "/api/etl/tracking/frescura",
    "/api/etl/tracking/calendarios",
    "/api/etl/tracking/calendarios/vista-previa",
    "/api/etl/tracking/calendarios/guardar",
];
