//! What a run has done, line by line.

use engine::{RunLogLine, RunStep};
use leptos::prelude::*;

use crate::format::{bytes, class_name, duration, whole};
use crate::i18n::state_name;
use crate::preferences::language;

/// The lines of a log, the latest last, on the clock of a store.
pub fn run_log(lines: &[RunLogLine]) -> AnyView {
    let lines = lines.iter().enumerate().map(|(number, line)| {
        let local = line.local;
        let time = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
        view! {
            <li id=format!("paso-{number}")>
                <time datetime=line.at.to_string()>{time}</time>
                " "
                {said(line.step)}
            </li>
        }
    });
    view! { <ol class="plain-list run-log">{lines.collect_view()}</ol> }.into_any()
}

fn said(step: RunStep) -> String {
    let language = language();
    let texts = language.run_log();
    let count = |count: u64| whole(language, count);
    match step {
        RunStep::Started => texts.started().to_owned(),
        RunStep::Requested { attempt: 1 } => texts.requested().to_owned(),
        RunStep::Requested { attempt } => texts.requested_again(attempt),
        RunStep::Answered { status, elapsed, bytes: size } => {
            texts.answered(status, duration(language, elapsed.as_secs_f64()), bytes(language, size))
        }
        RunStep::Waits { class, wait } => {
            texts.waits(class_name(language, class), duration(language, wait.as_secs_f64()))
        }
        RunStep::CameShort { received, announced } => texts.came_short(count(received), count(announced)),
        RunStep::Writes { lines } => texts.writes(count(lines)),
        RunStep::Committed { added, changed, removed } => texts.committed(count(added), count(changed), count(removed)),
        RunStep::Ended(state) => texts.ended(state_name(language, state)),
    }
}
