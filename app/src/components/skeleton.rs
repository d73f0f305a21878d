//! What stands where data will be, in about its shape, so that nothing jumps when it comes.

use leptos::prelude::*;

use crate::preferences::language;

/// The shape of what is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skeleton {
    /// It may turn out to be nothing.
    Nothing,
    /// Four cards.
    Cards,
    /// A table.
    Table,
}

impl Skeleton {
    /// Draws it.
    pub fn draw(self) -> AnyView {
        match self {
            Self::Nothing => ().into_any(),
            Self::Cards => view! {
                <div class="cards" role="status" aria-label=language().action().loading()>
                    {[(); 4].map(|()| view! { <div class="card"><div class="skeleton skeleton-card"></div></div> }).collect_view()}
                </div>
            }
            .into_any(),
            Self::Table => view! {
                <div class="panel panel-padded" role="status" aria-label=language().action().loading()>
                    {[(); 8].map(|()| view! { <div class="skeleton skeleton-row"></div> }).collect_view()}
                </div>
            }
            .into_any(),
        }
    }
}
