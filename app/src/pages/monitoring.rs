//! `/monitoreo`: what reaches Sentry, what waits, what was lost, and trying it.

use domain::read_model::MonitoringView;
use leptos::prelude::*;

use crate::api::{ApiError, read_monitoring, try_monitoring};
use crate::components::{
    CronMonitors, MonitoringCards, MonitoringLinkLists, MonitoringReports, MonitoringSummary, PageHeader, PageTitle,
    Part, Section, SentryTrial, ServerTrial, Skeleton,
};
use crate::live::{Live, Now};
use crate::loading::Loading;
use crate::preferences::language;

/// What is reported changes without an event of ours, so the page asks.
const LOOK_SECONDS: u32 = 3;

/// The page of monitoring.
#[component]
pub fn MonitoringPage() -> impl IntoView {
    let texts = language().monitoring();
    let monitoring = Loading::new(|| (), |()| read_monitoring());
    expect_context::<Live>().refetch_every(LOOK_SECONDS, monitoring);

    view! {
        <PageTitle title=texts.title()/>
        <PageHeader title=texts.title() intro=texts.intro()/>
        <Part loading=monitoring name=texts.part() skeleton=Skeleton::Table show=show/>
        // Beside the part and not in it: trying the chain is of most use where it is broken.
        <Section title=texts.trial_title() intro=texts.trial_intro()>
            <Trial/>
        </Section>
        <SentryTrial/>
    }
    .into_any()
}

fn show(view: Memo<MonitoringView>) -> AnyView {
    let texts = language().monitoring();
    let now = Now::from_answer(move || view.read().generado_en);
    let is_on = Memo::new(move |_| view.read().configurado);
    let monitors = Memo::new(move |_| view.with(|view| view.monitores.clone()));
    let links = Memo::new(move |_| view.with(|view| view.enlaces.clone()));
    view! {
        <MonitoringSummary view now/>
        {move || {
            is_on.get().then(|| view! {
                <MonitoringCards view/>
                <MonitoringReports view now/>
            })
        }}
        <Section title=texts.cron_title() intro=texts.cron_intro() is_flush=true>
            <CronMonitors monitors now/>
        </Section>
        {move || {
            is_on.get().then(|| view! {
                <Section title=texts.links_title()>
                    <MonitoringLinkLists links/>
                </Section>
            })
        }}
    }
    .into_any()
}

/// Has the server fail, and shows the reference of it.
#[component]
fn Trial() -> impl IntoView {
    let failure = RwSignal::new(None::<ApiError>);
    let fail = Action::new(move |(): &()| async move {
        failure.set(None);
        failure.set(try_monitoring(Some("error".to_owned())).await.err());
    });
    view! {
        <ServerTrial
            failure=failure.into()
            is_working=fail.pending().into()
            start=Callback::new(move |()| {
                fail.dispatch(());
            })
        />
    }
}
