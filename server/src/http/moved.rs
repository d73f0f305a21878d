//! Addresses that pages had before: they lead to where the pages are, for bookmarks, open tabs and links in messages.

use axum::Router;
use axum::extract::Request;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::WebState;

/// Each folder of addresses and where it is now.
const MOVED: [(&str, &str); 7] = [
    ("/gaps", "/pendientes"),
    ("/ejecuciones", "/actividad"),
    ("/planes", "/actividad/recuperaciones"),
    ("/conciliaciones", "/pendientes/cambios"),
    ("/inventario", "/pendientes/inventario"),
    ("/historial", "/actividad/decisiones"),
    ("/monitoreo", "/sistema/monitoreo"),
];

/// The old addresses, and whatever was below them.
pub(super) fn routes() -> Router<WebState> {
    let mut routes = Router::new();
    for (old, _) in MOVED {
        routes = routes.route(old, any(lead)).route(&format!("{old}/{{*rest}}"), any(lead));
    }
    routes
}

/// 308 keeps the method and the body, so that a form of an open page still does what it says.
async fn lead(request: Request) -> Response {
    let moved = address_of(request.uri()).and_then(|address| HeaderValue::from_str(&address).ok());
    match moved {
        Some(address) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, address)]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The same page's address now, with what it was asked with.
fn address_of(uri: &Uri) -> Option<String> {
    MOVED.iter().find_map(|(old, new)| {
        let rest = uri.path().strip_prefix(old).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(format!("{new}{rest}{query}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_address_leads_to_the_same_page() {
        for (old, new) in [
            ("/gaps", Some("/pendientes")),
            ("/gaps?etl_tipo=ventas&max_horas=24", Some("/pendientes?etl_tipo=ventas&max_horas=24")),
            ("/ejecuciones/01936f7e?x=1", Some("/actividad/01936f7e?x=1")),
            ("/gapsx", None),
            ("/tiendas", None),
        ] {
            assert_eq!(address_of(&old.parse().unwrap()).as_deref(), new, "{old}");
        }
    }
}
