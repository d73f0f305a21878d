//! `GET /api/openapi.json`: every endpoint, its parameters with their bounds, its answers and its problems.

mod build;
mod endpoints;

use axum::Json;
use monitoring::EndpointTags;
use utoipa::openapi::OpenApi;

/// The document.
pub(super) async fn document() -> Json<OpenApi> {
    EndpointTags::about_everything("get_openapi").apply();
    Json(build::document(endpoints::ALL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_routes_are_those_whose_speed_and_errors_sentry_watches() {
        let paths = endpoints::ALL.iter().map(|endpoint| endpoint.path);
        let mut documented: Vec<&str> = paths.filter(|path| path.starts_with("/api/etl/")).collect();
        // One route may have a question and an order.
        documented.dedup();
        assert_eq!(documented, monitoring::WATCHED_ROUTES);
    }
}
