//! The layers that watch HTTP requests: a scope each, a transaction each, named by its route, and one event for each
//! answer of 5xx.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{MatchedPath, Request};
use axum::http::Response;
use sentry::Hub;
use sentry::integrations::tower::{NewSentryLayer, SentryHttpLayer};
use sentry::protocol::SpanStatus;
use tower::{Layer, Service};

use crate::capture::COMPONENT_API;
use crate::limits;
use crate::repeats::RepeatLimiter;
use crate::request::{FailureDetail, RequestScope};
use crate::sampling::is_static_file;

/// The name of every transaction whose path no route matched.
pub const UNMATCHED_ROUTE: &str = "ruta_desconocida";
/// The name of the transactions of the site's files: they are not sampled, but a page may have decided to keep one.
pub const STATIC_FILE: &str = "archivo_estatico";

/// Gives the reference code of a request.
pub type ReferenceCode = fn() -> String;

/// The layers, from the outside to the inside.
pub type HttpLayers = (NewSentryLayer<Request>, SentryHttpLayer, RouteNameLayer);

/// The layers for `Router::layer`. What answers a panic (tower-http's `CatchPanic`) and what ends a request that takes
/// too long belong inside of them.
pub fn http_layers(new_code: ReferenceCode) -> HttpLayers {
    (
        NewSentryLayer::new_from_top(),
        SentryHttpLayer::new().enable_transaction(),
        RouteNameLayer { new_code, repeats: Arc::default() },
    )
}

/// Names a request's transaction by its route alone: without the method, and the same for all unmatched paths. Gives
/// the request its [`RequestScope`], and reports an answer of 5xx that nobody else has reported.
#[derive(Clone, Debug)]
pub struct RouteNameLayer {
    new_code: ReferenceCode,
    repeats: Arc<RepeatLimiter>,
}

impl<Inner> Layer<Inner> for RouteNameLayer {
    type Service = RouteName<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        RouteName { inner, new_code: self.new_code, repeats: Arc::clone(&self.repeats) }
    }
}

/// The service of [`RouteNameLayer`].
#[derive(Clone, Debug)]
pub struct RouteName<Inner> {
    inner: Inner,
    new_code: ReferenceCode,
    repeats: Arc<RepeatLimiter>,
}

impl<Inner, Body> Service<Request> for RouteName<Inner>
where
    Inner: Service<Request, Response = Response<Body>>,
    Inner::Future: Send + 'static,
{
    type Response = Inner::Response;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let route = limits::transaction_name(route_of(&request));
        let scope = RequestScope::open((self.new_code)());
        request.extensions_mut().insert(scope.clone());
        let future = self.inner.call(request);
        let repeats = Arc::clone(&self.repeats);
        Box::pin(async move {
            // The layer around this one starts its transaction when it is first polled, which is now.
            Hub::current().configure_scope(|scope| {
                scope.set_transaction(Some(&route));
                scope.set_tag("component", COMPONENT_API);
            });
            let answer = future.await;
            if answer.as_ref().is_ok_and(|answer| answer.status().is_redirection())
                && let Some(span) = Hub::current().configure_scope(|scope| scope.get_span())
            {
                // A form that did what it was asked leads on to a page: that went well.
                span.set_status(SpanStatus::Ok);
            }
            if let Ok(answer) = &answer
                && answer.status().is_server_error()
            {
                let detail = answer.extensions().get::<FailureDetail>().map(|detail| detail.0.as_str());
                scope.report_unless_reported(answer.status().as_u16(), &route, detail, &repeats);
            }
            answer
        })
    }
}

fn route_of(request: &Request) -> &str {
    match request.extensions().get::<MatchedPath>() {
        Some(route) => route.as_str(),
        None if is_static_file(request.uri().path()) => STATIC_FILE,
        None => UNMATCHED_ROUTE,
    }
}
