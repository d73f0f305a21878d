//! The layers that watch HTTP requests: a scope each, a transaction each, named by its route.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::{MatchedPath, Request};
use sentry::Hub;
use sentry::integrations::tower::{NewSentryLayer, SentryHttpLayer};
use tower::{Layer, Service};

use crate::capture::COMPONENT_API;
use crate::limits;

/// The name of every transaction whose path no route matched.
pub const UNMATCHED_ROUTE: &str = "ruta_desconocida";

/// The layers, from the outside to the inside.
pub type HttpLayers = (NewSentryLayer<Request>, SentryHttpLayer, RouteNameLayer);

/// The layers for `Router::layer`. What answers a panic (tower-http's `CatchPanic`) belongs inside of them.
pub fn http_layers() -> HttpLayers {
    (NewSentryLayer::new_from_top(), SentryHttpLayer::new().enable_transaction(), RouteNameLayer)
}

/// Names a request's transaction by its route alone: without the method, and the same for all unmatched paths.
#[derive(Clone, Copy, Debug)]
pub struct RouteNameLayer;

impl<Inner> Layer<Inner> for RouteNameLayer {
    type Service = RouteName<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        RouteName { inner }
    }
}

/// The service of [`RouteNameLayer`].
#[derive(Clone, Debug)]
pub struct RouteName<Inner> {
    inner: Inner,
}

impl<Inner> Service<Request> for RouteName<Inner>
where
    Inner: Service<Request>,
    Inner::Future: Send + 'static,
{
    type Response = Inner::Response;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or(UNMATCHED_ROUTE);
        let route = limits::transaction_name(route);
        let future = self.inner.call(request);
        Box::pin(async move {
            // The layer around this one starts its transaction when it is first polled, which is now.
            Hub::current().configure_scope(|scope| {
                scope.set_transaction(Some(&route));
                scope.set_tag("component", COMPONENT_API);
            });
            future.await
        })
    }
}
