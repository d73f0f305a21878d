//! Which gap a question is about.

use domain::read_model::GapView;
use leptos::prelude::*;

use super::period_of;
use crate::i18n::kind_name;
use crate::preferences::language;

/// Store, kind and period of a gap, and what else a question shows: each a term and its value.
pub fn gap_facts(gap: &GapView, further: Vec<(&'static str, String)>) -> AnyView {
    let language = language();
    let texts = language.recover();
    let further = further.into_iter().map(|(term, value)| view! { <dt>{term}</dt><dd>{value}</dd> }).collect_view();
    view! {
        <dl class="facts">
            <dt>{texts.store()}</dt>
            <dd class="strong">{gap.ubicacion_nombre.clone()}</dd>
            <dt>{texts.kind()}</dt>
            <dd>{kind_name(language, gap.etl_tipo)}</dd>
            <dt>{texts.period()}</dt>
            <dd>{period_of(language, gap).to_string()}</dd>
            {further}
        </dl>
    }
    .into_any()
}
