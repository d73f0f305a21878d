//! What can be done to the plans in work, and the question before one is cancelled.

use domain::plan::PlanHash;
use leptos::prelude::*;

use crate::api::{ApiError, Told, cancel_plan, pause_plan, resume_plan};
use crate::components::{CancelDialog, Failure, PlanControl};
use crate::live::{Live, Topic};
use crate::preferences::language;
use crate::sentry::UserAction;

/// What somebody wants done to a plan. It belongs to the page and not to the list of batches: the list is drawn anew
/// when its data comes again, and a question that is open has to stay.
#[derive(Clone, Copy)]
pub struct PlanOrders {
    asked: RwSignal<Option<PlanHash>>,
    failure: RwSignal<Option<ApiError>>,
    change: Action<(PlanHash, PlanControl), ()>,
}

impl PlanOrders {
    /// None so far.
    pub fn new(live: Live) -> Self {
        let failure = RwSignal::new(None);
        let change = Action::new(move |(hash, what): &(PlanHash, PlanControl)| {
            let (hash, what) = (Some(hash.to_string()), *what);
            async move {
                let answer = match what {
                    PlanControl::Pause => UserAction::start("pausar_plan", &[]).around(pause_plan(hash, None)).await,
                    PlanControl::Resume => {
                        UserAction::start("reanudar_plan", &[]).around(resume_plan(hash, None)).await
                    }
                    PlanControl::Cancel => {
                        UserAction::start("cancelar_plan", &[]).around(cancel_plan(hash, None)).await
                    }
                };
                failure.set(answer.err());
                live.changed(Topic::Progress);
                live.changed(Topic::Gaps);
            }
        });
        Self { asked: RwSignal::new(None), failure, change }
    }

    /// Does it, or asks first.
    pub fn control(self) -> Callback<(PlanHash, PlanControl)> {
        Callback::new(move |(hash, what): (PlanHash, PlanControl)| match what {
            PlanControl::Cancel => self.asked.set(Some(hash)),
            PlanControl::Pause | PlanControl::Resume => {
                self.change.dispatch((hash, what));
            }
        })
    }
}

/// The question before a plan is cancelled, and why something could not be done.
#[component]
pub fn PlanOrdersDialog(
    /// What somebody wants done.
    orders: PlanOrders,
) -> impl IntoView {
    let confirm = Callback::new(move |hash| {
        orders.change.dispatch((hash, PlanControl::Cancel));
    });
    let message = move || {
        let title = language().plan().failed().to_owned();
        orders.failure.get().map(|error| view! { <Failure title told=Told::from(&error)/> })
    };
    view! {
        {message}
        <CancelDialog chosen=orders.asked confirm/>
    }
    .into_any()
}
