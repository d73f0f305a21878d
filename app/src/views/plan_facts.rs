//! What a plan would do and cost, before anybody confirms it.

use domain::read_model::{PlanBranch, PlanPreview};
use leptos::prelude::*;
use rust_decimal::Decimal;

use crate::format::{dollars, duration, whole, whole_duration};
use crate::i18n::Language;
use crate::preferences::language;

/// More stores than these are counted, not named.
const STORES_MAX: usize = 6;

/// Windows, calls, worth in USD, lines, time and load, and the code that names exactly these; nothing where they could not be worked out.
pub fn plan_facts(preview: Option<&PlanPreview>, worth: Option<Decimal>) -> AnyView {
    let facts = preview.map(|preview| facts(preview, worth));
    view! { <div class="plan-facts" aria-live="polite">{facts}</div> }.into_any()
}

fn facts(preview: &PlanPreview, worth: Option<Decimal>) -> AnyView {
    let language = language();
    let texts = language.plan();
    let in_progress = (preview.ya_en_curso > 0)
        .then(|| view! { <p class="muted">{texts.in_progress(whole(language, preview.ya_en_curso.into()))}</p> });
    if preview.ventanas == 0 {
        return view! { <p class="strong">{texts.nothing()}</p> {in_progress} }.into_any();
    }
    let windows = match preview.ventanas {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count.into())),
    };
    let calls = texts.windows_and_calls(windows, calls(language, preview.llamadas));
    let starts = preview.fuera_de_horario.then(|| view! { <p class="muted">{texts.starts_at_closing()}</p> });
    view! {
        <dl class="facts">
            <dt>{texts.windows()}</dt>
            <dd>{calls}</dd>
            {worth
                .map(|worth| {
                    view! { <dt>{language.gaps().value_card()}</dt> <dd>{dollars(language, worth)}</dd> }
                })}
            <dt>{texts.lines()}</dt>
            <dd>{lines(language, preview)}</dd>
            <dt>{texts.time()}</dt>
            <dd>
                {preview
                    .minutos
                    .map_or_else(
                        || texts.without_measurements().to_owned(),
                        |minutes| texts.about(whole_duration((minutes * 60.0).ceil() as u64)),
                    )}
            </dd>
            <dt>{texts.load()}</dt>
            <dd>{load(language, &preview.tiendas)}</dd>
        </dl>
        <p class="muted plan-code">{texts.hash_hint()} " " {texts.hash()} " " <code>{preview.hash.short().to_owned()}</code></p>
        {starts}
        {in_progress}
    }
    .into_any()
}

fn calls(language: Language, count: u32) -> String {
    match count {
        1 => language.plan().call().to_owned(),
        count => language.plan().calls(whole(language, count.into())),
    }
}

fn lines(language: Language, preview: &PlanPreview) -> String {
    let texts = language.plan();
    match (preview.lineas_esperadas, preview.ventanas_sin_historia) {
        (None, _) => texts.without_history().to_owned(),
        (Some(lines), 0) => texts.lines_expected(whole(language, lines)),
        (Some(lines), without) => texts.partly_without_history(whole(language, lines), whole(language, without.into())),
    }
}

/// The busiest stores first.
fn load(language: Language, stores: &[PlanBranch]) -> AnyView {
    let texts = language.plan();
    let mut busiest: Vec<&PlanBranch> = stores.iter().collect();
    busiest.sort_by_key(|store| std::cmp::Reverse(store.llamadas));
    let line = |store: &&PlanBranch| {
        let calls = calls(language, store.llamadas);
        let text = match store.segundos_pos {
            Some(seconds) if seconds < 1.0 => texts.load_of_moment(&store.ubicacion_nombre, calls),
            Some(seconds) => texts.load_of_store(&store.ubicacion_nombre, calls, duration(language, seconds)),
            None => texts.load_unmeasured(&store.ubicacion_nombre, calls),
        };
        view! { <li>{text}</li> }
    };
    let named = busiest.iter().take(STORES_MAX).map(line).collect_view();
    let others = busiest.len().saturating_sub(STORES_MAX);
    let others = (others > 0).then(|| view! { <li>{texts.more_stores(others)}</li> });
    view! { <ul class="plain-list">{named} {others}</ul> }.into_any()
}
