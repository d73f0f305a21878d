//! Where the time of a run went.

use domain::read_model::RunPhases;
use leptos::prelude::*;

use crate::format::duration;
use crate::preferences::language;

/// The width of the whole bar, in its own units.
const WIDTH: f64 = 1000.0;
/// What took a moment is still to be seen.
const LEAST: f64 = 4.0;

/// The phase that is no work.
const QUEUE: &str = "phase-queue";

/// A phase: name, class of its colour, seconds.
type Phase = (&'static str, &'static str, f64);

/// A bar of what the work was, and each phase with its time.
#[component]
pub fn RunPhaseTimes(
    /// The times.
    phases: RunPhases,
) -> impl IntoView {
    let texts = language().run();
    let all = [
        (texts.phase_queue(), QUEUE, phases.en_cola),
        (texts.phase_extract(), "phase-extract", phases.extraccion),
        (texts.phase_transform(), "phase-transform", phases.preparacion_y_transformacion),
        (texts.phase_load(), "phase-load", phases.carga),
    ];
    let known: Vec<Phase> =
        all.into_iter().filter_map(|(name, class, seconds)| Some((name, class, seconds?))).collect();
    if known.is_empty() {
        return view! { <p class="muted">{texts.phases_none()}</p> }.into_any();
    }
    // What a run waited says nothing of its work, and would leave no room for it.
    let work: Vec<Phase> = known.iter().filter(|(_, class, _)| *class != QUEUE).copied().collect();
    let bars = stretches(&work).into_iter().map(|(class, x, width)| {
        view! { <rect class=class x=format!("{x:.1}") y="0" width=format!("{width:.1}") height="10"></rect> }
    });
    let bars = bars.collect_view();
    let bar = (!work.is_empty()).then(|| {
        view! {
            <svg class="phase-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                {bars}
            </svg>
        }
    });
    let line = |(name, class, seconds): Phase| {
        view! {
            <div>
                <dt><span class=format!("phase-dot {class}") aria-hidden="true"></span> {name}</dt>
                <dd>{duration(language(), seconds)}</dd>
            </div>
        }
    };
    view! {
        {bar}
        <dl class="phase-times">{known.into_iter().map(line).collect_view()}</dl>
    }
    .into_any()
}

/// Class, start and width of each phase. Even the shortest is seen, so the widths are shares of what is left for them.
fn stretches(phases: &[Phase]) -> Vec<(&'static str, f64, f64)> {
    let all: f64 = phases.iter().map(|(.., seconds)| seconds).sum();
    let left = WIDTH - LEAST * phases.len() as f64;
    let mut start = 0.0;
    let stretch = |(_, class, seconds): &Phase| {
        let width = LEAST + if all > 0.0 { left * seconds / all } else { left / phases.len() as f64 };
        let stretch = (*class, start, width);
        start += width;
        stretch
    };
    phases.iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_whole_and_even_a_moment_is_seen() {
        let stretches = stretches(&[("", "a", 0.0), ("", "b", 3.0), ("", "c", 1.0)]);
        let widths: Vec<f64> = stretches.iter().map(|(.., width)| *width).collect();
        assert_eq!(widths, [4.0, 745.0, 251.0]);
        assert_eq!(stretches[2].1 + stretches[2].2, WIDTH);
    }

    #[test]
    fn phases_that_took_no_time_share_the_bar() {
        assert_eq!(stretches(&[("", "a", 0.0), ("", "b", 0.0)]), [("a", 0.0, 500.0), ("b", 500.0, 500.0)]);
    }
}
