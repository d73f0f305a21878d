//! `/sistema/monitoreo`: what reaches Sentry, what waits, what was lost, and trying it.

use domain::read_model::MonitoringView;
use leptos::prelude::*;

use crate::api::read_monitoring;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{MONITORING, TRIAL_CODE};
use crate::values::Values;
use crate::views::{
    PageHeader, Section, browser_trial, cron_monitors, monitoring_cards, monitoring_link_lists, monitoring_reports,
    monitoring_summary, process_list, server_trial,
};

/// What is reported changes without an event of ours, so the page asks.
const LOOK_SECONDS: u32 = 3;

/// The page of monitoring, after a trial with the code of its failure.
pub async fn monitoring_page(values: Values) -> Page {
    let texts = language().monitoring();
    let is_code = |code: &String| code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let code = values.get(TRIAL_CODE).filter(is_code);
    let monitoring = read_monitoring().await;
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), monitoring, None, |monitoring| show(&monitoring))}
        // Beside the part and not in it: trying the chain is of most use where it is broken.
        <Section title=texts.trial_title() intro=texts.trial_intro()>{server_trial(code)}</Section>
        {browser_trial()}
    };
    let page = Page::new(MONITORING, texts.title(), &[], content);
    Page { every_seconds: Some(LOOK_SECONDS), ..page }
}

fn show(monitoring: &MonitoringView) -> AnyView {
    let texts = language().monitoring();
    let is_on = monitoring.configurado;
    let figures = is_on.then(|| view! { {monitoring_cards(monitoring)} {monitoring_reports(monitoring)} });
    let links = is_on.then(|| {
        let links = monitoring_link_lists(monitoring.enlaces.clone());
        view! { <Section title=texts.links_title()>{links}</Section> }
    });
    let monitors = cron_monitors(&monitoring.monitores, monitoring.generado_en);
    let processes = (!monitoring.procesos.is_empty()).then(|| {
        let list = process_list(&monitoring.procesos, monitoring.generado_en);
        view! { <Section title=texts.processes_title() intro=texts.processes_intro() is_flush=true>{list}</Section> }
    });
    view! {
        {monitoring_summary(monitoring)}
        {processes}
        {figures}
        <Section title=texts.cron_title() intro=texts.cron_intro() is_flush=true>{monitors}</Section>
        {links}
    }
    .into_any()
}
