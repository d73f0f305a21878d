//! What appeared, went away and stayed between two moments.

use domain::read_model::{Comparison, WindowSpan};
use leptos::prelude::*;

use crate::format::{absolute, period, whole};
use crate::i18n::kind_name;
use crate::preferences::language;

/// More would push the page away; the REST interface has all of them.
const MOST: usize = 200;

/// Three lists.
pub fn comparison_lists(both: &Comparison) -> AnyView {
    let language = language();
    let texts = language.past();
    let heading = format!("{} → {}", absolute(language, both.desde_momento), absolute(language, both.hasta_momento));
    view! {
        <p class="muted">{heading}</p>
        <div class="columns">
            {list(texts.appeared(), &both.aparecieron)}
            {list(texts.gone(), &both.desaparecieron)}
            {list(texts.stayed(), &both.siguen)}
        </div>
    }
    .into_any()
}

fn list(title: &'static str, spans: &[WindowSpan]) -> AnyView {
    let language = language();
    let windows = spans.iter().map(|span| u64::from(span.ventanas)).sum::<u64>();
    let none = spans.is_empty().then(|| view! { <p class="muted">{language.past().none()}</p> });
    let shown = spans.iter().take(MOST).map(|span| view! { <li>{text_of(span)}</li> });
    view! {
        <section>
            <h3>{title} " " <span class="count">{whole(language, windows)}</span></h3>
            {none}
            <ul class="plain">{shown.collect_view()}</ul>
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
