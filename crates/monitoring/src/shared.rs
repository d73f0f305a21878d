//! What the clones of a handle share.

use std::sync::Arc;
use std::time::Duration;

use sentry::{Client, Hub};

use crate::check_in_status::CheckInStatus;
use crate::delivery::Delivery;
use crate::links::SentryLinks;
use crate::scrub::Scrubber;
use crate::settings::WallClock;

/// What every clone of a handle shares.
pub(crate) struct Shared {
    pub(crate) client: Arc<Client>,
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) scrubber: Arc<Scrubber>,
    /// Has the client and nothing else; runs start from it.
    pub(crate) hub: Arc<Hub>,
    pub(crate) links: Option<SentryLinks>,
    pub(crate) slow_query_limit: Duration,
    pub(crate) wall_clock: WallClock,
}

impl Shared {
    /// Has the client and nothing else.
    pub(crate) fn bare_hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    pub(crate) fn note_check_in(&self, slug: &'static str, status: CheckInStatus) {
        self.delivery.note_check_in(slug, status, (self.wall_clock)());
    }
}
