//! What every page has around it: navigation, the state of the POS, work in progress, notices.

use std::time::Duration;

use domain::read_model::{Connectivity, Progress};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::plan_orders::{PlanOrders, PlanOrdersDialog};
use crate::api::{ApiError, SavePreferences, check_connectivity, count_gaps, list_reconciliations, read_progress};
use crate::components::{
    Brand, ConnectivityBadge, Glyph, Icon, LiveBadge, NavLink, Part, PreferencesSwitch, ProgressList, Skeleton,
    ToastRegion,
};
use crate::i18n::Language;
use crate::live::{Live, Now, Topic};
use crate::loading::Loading;
use crate::preferences::language;
use crate::query::{CALENDARS, GAPS, HISTORY, HOME_PATH, MONITORING, RECONCILIATIONS, RUNS, STOCK_PATH};
use crate::sentry::NavigationWatch;

/// How often the POS is probed while a page is open.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);

/// Navigation and state at the side, the page in the middle.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let texts = language().site();
    let live = expect_context::<Live>();
    let path = use_location().pathname;

    let progress = Loading::new(|| (), |()| read_progress());
    live.refetch(Topic::Progress, progress);
    let orders = PlanOrders::new(live);
    // The list of plans has the same buttons as the batches in work.
    provide_context(orders);
    // Only the number goes into the page.
    let gap_count = Loading::new(|| (), |()| async { count_gaps(None, None, None).await.map(|count| count.total) });
    live.refetch(Topic::Gaps, gap_count);
    let changed_days =
        Loading::new(|| (), |()| async { list_reconciliations(None, None).await.map(|list| list.cambiadas) });
    live.refetch(Topic::Runs, changed_days);
    let save_preferences = ServerAction::<SavePreferences>::new();

    view! {
        <NavigationWatch/>
        <a class="skip-link" href="#contenido">{texts.skip()}</a>
        <div class="frame">
            <header class="sidebar">
                <Brand/>
                <nav class="nav" aria-label=texts.navigation()>
                    <a class="nav-link" href=HOME_PATH rel="external">
                        <Glyph icon=Icon::Home/>
                        <span>{language().summary().title()}</span>
                    </a>
                    <NavLink href=RUNS.path label=texts.runs() icon=Icon::Runs path/>
                    <NavLink href=GAPS.path label=texts.gaps() icon=Icon::Gaps path>
                        <Count count=gap_count title=|language, count| language.site().gaps_pending(count)/>
                    </NavLink>
                    <NavLink
                        href=RECONCILIATIONS.path
                        label=texts.reconciliations()
                        icon=Icon::Reconciliations
                        path
                    >
                        <Count count=changed_days title=|language, count| language.reconciliations().pending(count)/>
                    </NavLink>
                    <NavLink href=STOCK_PATH label=texts.freshness() icon=Icon::Stock path/>
                    <NavLink href=CALENDARS.path label=texts.calendars() icon=Icon::Calendars path/>
                    <NavLink href=HISTORY.path label=texts.history() icon=Icon::History path/>
                    <NavLink href=MONITORING label=texts.monitoring() icon=Icon::Monitoring path/>
                </nav>
                <div class="sidebar-foot">
                    <Probe/>
                    <LiveBadge connection=live.connection()/>
                    <PreferencesSwitch action=save_preferences/>
                </div>
            </header>
            <main class="main" id="contenido" tabindex="-1">
                <Part
                    loading=progress
                    name=language().progress().part()
                    skeleton=Skeleton::Nothing
                    show=move |progress| show_progress(progress, orders)
                />
                <PlanOrdersDialog orders/>
                {children()}
            </main>
        </div>
        <ToastRegion/>
    }
    .into_any()
}

fn show_progress(progress: Memo<Progress>, orders: PlanOrders) -> AnyView {
    let now = Now::from_answer(move || progress.read().generado_en);
    view! { <ProgressList batches=Signal::derive(move || progress.get().lotes) now control=orders.control()/> }
        .into_any()
}

/// The badge beside an entry: nothing while there is nothing to count, and nothing where the number cannot be had (the page
/// itself says why).
#[component]
fn Count(
    count: Loading<u64>,
    /// What it counts.
    title: fn(Language, u64) -> String,
) -> impl IntoView {
    let language = language();
    let badge = move || {
        let count = count.get()?.ok().filter(|count| *count > 0)?;
        Some(view! { <span class="count" title=title(language, count)>{count}</span> })
    };
    view! { <Transition>{badge}</Transition> }.into_any()
}

/// The state of the POS. It is asked from the browser only: a POS that does not answer must not hold back the page.
#[component]
fn Probe() -> impl IntoView {
    let outcome = RwSignal::new(None::<Result<Connectivity, ApiError>>);
    let probe = Action::new(move |(): &()| async move { outcome.set(Some(check_connectivity().await)) });
    Effect::new(move || {
        probe.dispatch(());
        // The frame lives as long as the page, and the probe with it.
        set_interval(
            move || {
                probe.dispatch(());
            },
            PROBE_INTERVAL,
        );
    });
    let retry = Callback::new(move |()| {
        probe.dispatch(());
    });
    view! { <ConnectivityBadge outcome=outcome.into() is_checking=probe.pending().into() retry/> }
}
