//! What the frame around a page shows of the state of things.

use domain::read_model::Progress;
use engine::Identity;
use futures::join;
use leptos::prelude::*;

use crate::api::{ApiError, DrawingFrame, count_gaps, list_reconciliations, read_progress};

/// What the frame shows of the state of things.
pub struct Frame {
    pub(super) progress: Result<Progress, ApiError>,
    /// None where it cannot be had: the page itself says why.
    gaps: Option<u64>,
    changed_days: Option<u64>,
    is_administrator: bool,
    is_wall: bool,
}

/// Asks for all of it at once.
pub async fn load_frame() -> Frame {
    let is_administrator = use_context::<Identity>().is_some_and(|identity| identity.actor.is_administrator());
    provide_context(DrawingFrame);
    // A screen on a wall has no navigation, and may not read what stands there.
    let is_wall = use_context::<Identity>().is_some_and(|identity| identity.actor.is_wall());
    let counts = async {
        match is_wall {
            true => (None, None),
            false => {
                let (gaps, days) = join!(count_gaps(None, None, None), list_reconciliations(None, None));
                (gaps.ok().map(|count| count.total), days.ok().map(|list| list.cambiadas))
            }
        }
    };
    let (progress, (gaps, changed_days)) = join!(read_progress(), counts);
    Frame { progress, gaps, changed_days, is_administrator, is_wall }
}

impl Frame {
    /// How many gaps the list of the last days has.
    pub const fn gaps(&self) -> Option<u64> {
        self.gaps
    }

    /// How many days the source has changed.
    pub const fn changed_days(&self) -> Option<u64> {
        self.changed_days
    }

    /// Whether who looks administers users.
    pub const fn is_administrator(&self) -> bool {
        self.is_administrator
    }

    /// Whether nobody looks but a screen on a wall, which may open no other page.
    pub const fn is_wall(&self) -> bool {
        self.is_wall
    }
}
