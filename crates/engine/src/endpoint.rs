//! Which endpoint is asked, and what about: the tags of everything that is reported meanwhile.

use std::future::Future;

use domain::{BranchId, EtlKind};
use monitoring::{EndpointTags, RequestScope};

use crate::engine::Engine;

/// An endpoint, and what it is asked about.
#[derive(Clone, Debug)]
pub struct EndpointCall {
    name: &'static str,
    kind: Option<EtlKind>,
    branch: Option<BranchId>,
}

/// For whom an endpoint works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// For the request itself: its tags are the request's.
    Request,
    /// For one of the parts of a page, beside others: its tags are nobody else's.
    PartOfPage,
}

impl EndpointCall {
    /// Of this name, as `get_gaps`, about one kind or one store, where the texts of a request name one. Whether they can
    /// be read at all, the filter says.
    pub fn about(name: &'static str, kind: Option<&str>, branch: Option<&str>) -> Self {
        let branch = branch.filter(|branch| !branch.is_empty()).map(BranchId::new);
        Self { name, kind: kind.and_then(|kind| kind.parse().ok()), branch }
    }

    /// Of this name, where there is nothing to choose.
    pub const fn about_everything(name: &'static str) -> Self {
        Self { name, kind: None, branch: None }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl Engine {
    /// Tags a request with the endpoint that answers it.
    pub fn tag_request(&self, call: &EndpointCall, request: &RequestScope) {
        request.tag(&self.tags(call));
    }

    /// Does the work of an endpoint. What is reported meanwhile has its tags, in the trace of the request that it is
    /// done for; without a request, the work is all there is.
    pub async fn at_endpoint<T, E>(
        &self,
        call: &EndpointCall,
        request: Option<&RequestScope>,
        caller: Caller,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let Some(request) = request else { return work.await };
        match caller {
            Caller::Request => request.serve(&self.tags(call), work).await,
            Caller::PartOfPage => request.serve_part(&self.tags(call), work).await,
        }
    }

    fn tags<'call>(&self, call: &'call EndpointCall) -> EndpointTags<'call> {
        // Only stores that there are: a tag is no place for whatever somebody has typed.
        let branch = call.branch.as_ref().filter(|branch| self.branches.find(branch).is_some());
        EndpointTags { endpoint: call.name, kind: call.kind, branch }
    }
}
