//! Work in progress, and what can be done to the plans in it.

use domain::plan::PlanHash;
use domain::read_model::Progress;
use leptos::prelude::*;

use crate::api::{Told, cancel_plan, pause_plan, resume_plan};
use crate::components::{CancelDialog, Failure, PlanControl, ProgressList};
use crate::live::{Live, Now, Topic};
use crate::preferences::language;

/// The batches in work, with the buttons of those that are plans.
#[component]
pub fn PlanProgress(
    /// What the server says.
    progress: Memo<Progress>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let now = Now::from_answer(move || progress.read().generado_en);
    let asked = RwSignal::new(None::<PlanHash>);
    let failure = RwSignal::new(None);
    let change = Action::new(move |(hash, what): &(PlanHash, PlanControl)| {
        let (hash, what) = (Some(hash.to_string()), *what);
        async move {
            let answer = match what {
                PlanControl::Pause => pause_plan(hash, None).await,
                PlanControl::Resume => resume_plan(hash, None).await,
                PlanControl::Cancel => cancel_plan(hash, None).await,
            };
            failure.set(answer.err());
            live.changed(Topic::Progress);
            live.changed(Topic::Gaps);
        }
    });
    let control = Callback::new(move |(hash, what): (PlanHash, PlanControl)| match what {
        PlanControl::Cancel => asked.set(Some(hash)),
        PlanControl::Pause | PlanControl::Resume => {
            change.dispatch((hash, what));
        }
    });
    let confirm = Callback::new(move |hash| {
        change.dispatch((hash, PlanControl::Cancel));
    });
    let message = move || {
        let title = language().plan().failed().to_owned();
        failure.get().map(|error| view! { <Failure title told=Told::from(&error)/> })
    };
    view! {
        <ProgressList batches=Signal::derive(move || progress.get().lotes) now control/>
        {message}
        <CancelDialog chosen=asked confirm/>
    }
    .into_any()
}
