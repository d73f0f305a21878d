//! The endpoints that are watched one by one.

/// The routes of the REST interface; their transactions have these names. A detector watches one number, so that "of an
/// endpoint" takes one detector an endpoint.
pub const WATCHED_ROUTES: [&str; 8] = [
    "/api/etl/tracking/ejecuciones",
    "/api/etl/tracking/gaps",
    "/api/etl/tracking/cobertura",
    "/api/etl/tracking/metricas",
    "/api/etl/tracking/cron/status",
    "/api/etl/tracking/progreso",
    "/api/etl/tracking/connectivity/klk",
    "/api/etl/tracking/recuperar-gap",
];
