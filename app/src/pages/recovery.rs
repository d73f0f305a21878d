//! From "recover this" to a plan that runs: preview, confirmation, start.

use domain::plan::PlanHash;
use domain::problem::ProblemCode;
use domain::read_model::{BranchChoice, PlanPreview};
use leptos::prelude::*;

use crate::api::{ApiError, plan_recovery, start_plan};
use crate::components::{Asked, RecoverDialog, Toasts};
use crate::live::{Live, Topic};
use crate::preferences::language;
use crate::sentry::UserAction;

/// What a plan is asked for, with its options.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    wanted: Asked,
    outside_hours: bool,
    repeat: bool,
}

impl Question {
    fn now(asked: RwSignal<Option<Asked>>, outside_hours: RwSignal<bool>, repeat: RwSignal<bool>) -> Option<Self> {
        let wanted = asked.get()?;
        Some(Self { wanted, outside_hours: outside_hours.get(), repeat: repeat.get() })
    }
}

/// The confirmation, and what it sets in motion.
#[component]
pub fn Recovery(
    /// What somebody wants recovered; None where nobody does.
    asked: RwSignal<Option<Asked>>,
    /// The stores to choose from, where days are asked for.
    branches: Signal<Vec<BranchChoice>>,
    /// It runs.
    started: Callback<()>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let toasts = expect_context::<Toasts>();
    let texts = language().recover();
    let failure = RwSignal::new(None::<ApiError>);
    let preview = RwSignal::new(None::<PlanPreview>);
    let (outside_hours, repeat) = (RwSignal::new(false), RwSignal::new(false));

    let look = Action::new(move |question: &Question| {
        let question = question.clone();
        async move {
            let Question { wanted, outside_hours: only_closed, repeat: also_loaded } = &question;
            let (periods, days) = (wanted.periods(), wanted.days());
            // Periods name their stores themselves.
            let stores = days.and(wanted.branch()).map(|store| vec![store.to_string()]);
            let kind = Some(domain::EtlKind::Sales.to_string());
            let answer = plan_recovery(kind, stores, Some(periods), days, Some(*also_loaded), Some(*only_closed)).await;
            // An answer to an earlier question is not shown under a later one.
            if untrack(|| Question::now(asked, outside_hours, repeat)).as_ref() != Some(&question) {
                return;
            }
            match answer {
                Ok(plan) => preview.set(Some(plan)),
                Err(error) => failure.set(Some(error)),
            }
        }
    });
    Effect::new(move || {
        preview.set(None);
        match Question::now(asked, outside_hours, repeat) {
            Some(question) => {
                failure.set(None);
                look.dispatch(question);
            }
            // What is loaded is extracted again only by who asks for it, each time.
            None => repeat.set(false),
        }
    });

    let start = Action::new(move |hash: &PlanHash| {
        let hash = hash.to_string();
        async move {
            failure.set(None);
            let mut attributes = vec![("etl_tipo", domain::EtlKind::Sales.to_string())];
            let branch = asked.with_untracked(|asked| asked.as_ref().and_then(Asked::branch).map(ToString::to_string));
            attributes.extend(branch.map(|branch| ("ubicacion_id", branch)));
            let action = UserAction::start("recuperar_gap", &attributes);
            match action.around(start_plan(Some(hash))).await {
                Ok(plan) => {
                    asked.set(None);
                    started.run(());
                    toasts.say(match plan.ventanas {
                        1 => texts.queued_one().to_owned(),
                        count => texts.queued(count),
                    });
                }
                Err(error) => {
                    let has_changed = error.0.codigo == ProblemCode::PlanChanged;
                    failure.set(Some(error));
                    let question = untrack(|| Question::now(asked, outside_hours, repeat));
                    if let (true, Some(question)) = (has_changed, question) {
                        preview.set(None);
                        look.dispatch(question);
                    }
                }
            }
            // Also after a failure: what is shown may be what is out of date.
            live.changed(Topic::Gaps);
            live.changed(Topic::Progress);
        }
    });

    view! {
        <RecoverDialog
            chosen=asked
            branches
            preview=preview.into()
            is_loading=look.pending().into()
            outside_hours
            repeat
            is_working=start.pending().into()
            failure=failure.into()
            confirm=Callback::new(move |hash| {
                start.dispatch(hash);
            })
            close=Callback::new(move |()| {
                failure.set(None);
                asked.set(None);
            })
        />
    }
}
