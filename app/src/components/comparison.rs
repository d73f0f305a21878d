//! What appeared, went away and stayed between two moments.

use domain::read_model::{Comparison, WindowSpan};
use leptos::prelude::*;

use super::rows;
use crate::format::{absolute, period, whole};
use crate::i18n::kind_name;
use crate::preferences::language;

/// More would push the page away; the REST interface has all of them.
const MOST: usize = 200;

/// Three lists.
#[component]
pub fn ComparisonLists(
    /// The answer.
    comparison: Memo<Comparison>,
) -> impl IntoView {
    let texts = language().past();
    let heading = move || {
        comparison.with(|both| {
            format!("{} → {}", absolute(language(), both.desde_momento), absolute(language(), both.hasta_momento))
        })
    };
    view! {
        <p class="muted">{heading}</p>
        <div class="columns">
            <Spans title=texts.appeared() spans=Signal::derive(move || comparison.get().aparecieron)/>
            <Spans title=texts.gone() spans=Signal::derive(move || comparison.get().desaparecieron)/>
            <Spans title=texts.stayed() spans=Signal::derive(move || comparison.get().siguen)/>
        </div>
    }
    .into_any()
}

#[component]
fn Spans(title: &'static str, spans: Signal<Vec<WindowSpan>>) -> impl IntoView {
    let texts = language().past();
    let windows = move || spans.with(|spans| spans.iter().map(|span| u64::from(span.ventanas)).sum::<u64>());
    let is_empty = Memo::new(move |_| spans.read().is_empty());
    let shown = move || spans.get().into_iter().take(MOST).collect::<Vec<_>>();
    view! {
        <section>
            <h3>{title} " " <span class="count">{move || whole(language(), windows())}</span></h3>
            {move || is_empty.get().then(|| view! { <p class="muted">{texts.none()}</p> })}
            <ul class="plain">
                {rows(
                    shown,
                    |span| format!("{} {} {}", span.etl_tipo, span.ubicacion_id, span.inicio),
                    |span| view! { <li>{text_of(&span)}</li> }.into_any(),
                )}
            </ul>
        </section>
    }
    .into_any()
}

fn text_of(span: &WindowSpan) -> String {
    let language = language();
    let period = period(language, (span.fecha, span.hora_desde.as_str()), (span.fecha, span.hora_hasta.as_str()));
    let windows = match span.ventanas {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count.into())),
    };
    language.past().span(&span.ubicacion_nombre, kind_name(language, span.etl_tipo), period, windows)
}
