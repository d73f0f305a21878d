//! `/sistema/avisos`: who is notified of what is missing, how, and what became of it.

use engine::{Identity, NoticesView};
use leptos::prelude::*;

use crate::api::read_notices;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{CURSOR, NOTICES, Query};
use crate::values::Values;
use crate::views::{PageHeader, Section, notice_channels, notice_deliveries, notice_rules, pager};

/// A delivery changes without an event of ours, so the page asks.
const LOOK_SECONDS: u32 = 3;

/// The page of notices.
pub async fn notices_page(values: Values) -> Page {
    let texts = language().notices();
    let query = values.query(NOTICES);
    let notices = read_notices(query.get(CURSOR)).await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), notices, query.way_out(), |notices| show(&query, &notices))}
    };
    let page = Page::new(NOTICES.path, texts.title(), &[], content);
    Page { every_seconds: Some(LOOK_SECONDS), ..page }
}

fn show(query: &Query, view: &NoticesView) -> AnyView {
    let texts = language().notices();
    let is_administrator = use_context::<Identity>().is_some_and(|identity| identity.actor.is_administrator());
    let channels = notice_channels(&view.channels, view.at, is_administrator);
    let rules = notice_rules(&view.rules);
    let deliveries = notice_deliveries(&view.deliveries, view.at);
    let pages = pager(query, view.next.map(|next| next.to_string()).as_deref());
    view! {
        <Section title=texts.channels() intro=texts.channels_intro() is_flush=true>{channels}</Section>
        <Section title=texts.rules()>{rules}</Section>
        <Section title=texts.log() intro=texts.log_intro() is_flush=true>{deliveries} {pages}</Section>
    }
    .into_any()
}
