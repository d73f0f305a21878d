//! `/`: how things are, in one sentence.

use axum::http::StatusCode;
use domain::EtlKind;
use domain::problem::Problem;
use domain::read_model::DecisionPage;
use domain::verdict::{SchedulerState, Verdict};
use engine::{BranchInNeed, Identity, Summary, Topic};
use futures::join;
use jiff::civil::DateTime;
use leptos::prelude::*;

use crate::api::{GridRequest, list_decisions, read_coverage_grid, read_failing_channels, read_summary};
use crate::format::{absolute, ahead, cron_name, dollars, whole, whole_duration};
use crate::i18n::Language;
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{
    COVERAGE, GAPS, HISTORY, HOME_PATH, MONITORING, PLANS_PATH, RECOVER_PATH, STOCK_PATH, WALL_PARAMETER, WALL_PATH,
    store_path,
};
use crate::values::Values;
use crate::views::{chain_week, decisions_table, failing_channels_notice, may_operate_everywhere, tour};

/// Whatever changes, the sentence may be another.
const TOPICS: &[Topic] = &[Topic::Runs, Topic::Gaps, Topic::Progress];

/// The times to the next runs are shown in minutes.
const EVERY_SECONDS: u32 = 60;
/// Days of the whole chain that are shown.
const DAYS: u32 = 7;
/// Decisions that are shown.
const DECISIONS_SHOWN: u32 = 3;

/// The overview, or the problem that stood in its way.
pub async fn summary_page(values: Values) -> Page {
    let language = language();
    let is_wall = values.is_set(WALL_PARAMETER);
    let title = language.summary().title();
    let request = GridRequest { days: DAYS, ..GridRequest::default() };
    // Everybody who walks past sees a wall: it does not show who did what.
    let decided = async {
        match is_wall {
            true => None,
            false => Some(list_decisions(None, None, None, Some(DECISIONS_SHOWN.to_string()), None).await),
        }
    };
    let (summary, grid, decided, failing) =
        join!(read_summary(), read_coverage_grid(request), decided, read_failing_channels());
    match summary {
        Ok(summary) => {
            let content = view! {
                {verdict(language, &summary, is_wall)}
                {failing.ok().and_then(|channels| failing_channels_notice(&channels, summary.at))}
                {age(language, summary.at_local, is_wall)}
                {(!is_wall).then(tour)}
                {(!summary.worst.is_empty()).then(|| worst(language, &summary.worst, is_wall))}
                {part(language.coverage().part(), grid, None, |grid| chain_week(&grid, is_wall))}
                {next_runs(language, &summary)}
                {decided.map(|decided| part(language.history().part(), decided, None, |page| last_decisions(language, page)))}
            };
            let page = Page::new(HOME_PATH, title, TOPICS, content);
            Page { is_wall, every_seconds: Some(EVERY_SECONDS), ..page }
        }
        Err(error) => {
            let content = unreadable(language, &error.0, is_wall);
            let page = Page::new(HOME_PATH, title, TOPICS, content).with_status(StatusCode::SERVICE_UNAVAILABLE);
            // A wall stays one, and asks again: nobody is there who would.
            Page { is_wall, every_seconds: Some(EVERY_SECONDS), ..page }
        }
    }
}

/// At a wall nobody clicks, and whoever opened it by its link may see nothing else: there it has no action.
fn verdict(language: Language, summary: &Summary, is_wall: bool) -> AnyView {
    let (tone, sentence) = sentence(language, summary);
    let details = details(language, summary);
    view! {
        <section class=format!("verdict {tone}")>
            <h1>{sentence}</h1>
            {details.into_iter().map(|detail| view! { <p>{detail}</p> }).collect_view()}
            {stale_stock(language, summary, is_wall)}
            {(!is_wall).then(|| action(language, summary))}
        </section>
    }
    .into_any()
}

/// The one thing to do. What is missing is recovered from here: the sealed preview, and its button.
fn action(language: Language, summary: &Summary) -> AnyView {
    let texts = language.summary();
    let link = |href: &'static str, label: &'static str, class: &'static str| {
        view! { <p><a id="accion" class=class href=href>{label}</a></p> }.into_any()
    };
    match summary.verdict {
        Verdict::Unknown(_) => link(MONITORING, texts.see_monitoring(), "button button-primary"),
        Verdict::Recovering(_) => link(PLANS_PATH, texts.watch(), "button button-primary"),
        // What is well needs no hand: the button is quiet then. Nor is there one that brings a POS back.
        Verdict::AllThere | Verdict::NoSource { .. } => link(COVERAGE.path, texts.see_coverage(), "button"),
        // All of it waits in a recovery already: that is resumed, and nothing is queued twice.
        Verdict::Missing { windows } if windows == summary.held_windows => {
            link(PLANS_PATH, texts.see_held(), "button button-primary")
        }
        // Who may recover nothing of it is led to what is missing.
        Verdict::Missing { .. } if summary.own_windows == 0 => {
            link(GAPS.path, texts.see_gaps(), "button button-primary")
        }
        Verdict::Missing { .. } => view! {
            <form class="verdict-actions" method="post" action=RECOVER_PATH data-dialogo="">
                <input type="hidden" name="volver" value=HOME_PATH/>
                <input type="hidden" name="etl_tipo" value=EtlKind::Sales.to_string()/>
                <input type="hidden" name="max_horas" value=(summary.days * 24).to_string()/>
                <button
                    class="button button-primary"
                    id="accion"
                    type="submit"
                    name="que"
                    value="todo"
                    aria-haspopup="dialog"
                >
                    {recover_label(language, summary.own_windows)}
                </button>
                <a class="link" href=GAPS.path>{texts.see_gaps()}</a>
            </form>
        }
        .into_any(),
    }
}

/// How much the button recovers, and that it is of some stores only where it is.
fn recover_label(language: Language, windows: u64) -> String {
    let (texts, count) = (language.summary(), whole(language, windows));
    if may_operate_everywhere() { texts.recover(count) } else { texts.recover_own(count) }
}

fn last_decisions(language: Language, page: DecisionPage) -> AnyView {
    (!page.decisiones.is_empty())
        .then(|| {
            view! {
                <section class="panel" aria-labelledby="decisiones">
                    <div class="panel-head">
                        <h2 id="decisiones">{language.summary().decisions()}</h2>
                        <a class="link" href=HISTORY.path>{language.stores().see_all()}</a>
                    </div>
                    {decisions_table(page.decisiones, page.generado_en)}
                </section>
            }
        })
        .into_any()
}

/// The class of its tone, and the sentence. What counts down is taken away where no data come any more
/// (frontend/js/live.ts).
fn sentence(language: Language, summary: &Summary) -> (&'static str, AnyView) {
    let texts = language.summary();
    match summary.verdict {
        Verdict::Unknown(SchedulerState::Overdue { since }) => {
            ("verdict-unknown", texts.unknown_since(absolute(language, since)).into_any())
        }
        Verdict::Unknown(_) => ("verdict-unknown", texts.unknown_off().into_any()),
        Verdict::Recovering(work) => {
            let (done, total) = (whole(language, work.done), whole(language, work.total));
            let left = work.seconds_left.map(|seconds| match seconds {
                1 => texts.recovering_left_one().to_owned(),
                seconds => texts.recovering_left(whole_duration(seconds)),
            });
            let left = left.map(|left| view! { <span class="time-left">{left}</span> });
            let text = view! {
                {texts.recovering(done, total)}
                {left}
                "."
            };
            ("verdict-recovering", text.into_any())
        }
        Verdict::Missing { windows } => ("verdict-missing", missing(language, summary, windows).into_any()),
        Verdict::NoSource { since } => ("verdict-unknown", texts.no_source(absolute(language, since)).into_any()),
        Verdict::AllThere => ("verdict-well", texts.all_there(summary.days, summary.branches).into_any()),
    }
}

fn missing(language: Language, summary: &Summary, windows: u64) -> String {
    let texts = language.summary();
    let only = summary.worst.first().filter(|_| summary.branches_affected == 1);
    match (only, windows) {
        (Some(only), 1) => texts.missing_one(&only.name),
        (Some(only), _) => texts.missing_in_store(whole(language, windows), &only.name),
        (None, _) => texts.missing(whole(language, windows), summary.branches_affected),
    }
}

/// What stands below the sentence.
fn details(language: Language, summary: &Summary) -> Vec<String> {
    let texts = language.summary();
    let mut details = Vec::new();
    if let Verdict::Unknown(_) = summary.verdict {
        details.push(texts.unknown_hint().to_owned());
        if summary.windows > 0 {
            details.push(texts.known_missing(whole(language, summary.windows), summary.branches_affected));
        }
    }
    match (summary.verdict, summary.outage) {
        (_, None) => {}
        (Verdict::NoSource { .. }, Some(_)) => details.push(texts.no_source_hint().to_owned()),
        (_, Some(since)) => details.push(texts.no_source_since(absolute(language, since))),
    }
    if !summary.value_usd.is_zero() {
        details.push(texts.missing_worth(dollars(language, summary.value_usd)));
    }
    match summary.held_windows {
        0 => {}
        1 => details.push(texts.held_one().to_owned()),
        many => details.push(texts.held(whole(language, many))),
    }
    if let Some(oldest) = &summary.oldest {
        details.push(texts.oldest(&oldest.name, absolute(language, oldest.since)));
    }
    details
}

/// Of how many warehouses the stock is stale, and the way to them.
fn stale_stock(language: Language, summary: &Summary, is_wall: bool) -> Option<AnyView> {
    let texts = language.summary();
    let sentence = match summary.stale_warehouses {
        0 => return None,
        1 => texts.stale_stock_one().to_owned(),
        many => texts.stale_stock(whole(language, many)),
    };
    let shown = match is_wall {
        true => sentence.into_any(),
        false => view! { <a id="inventario-atrasado" href=STOCK_PATH>{sentence}</a> }.into_any(),
    };
    Some(view! { <p>{shown}</p> }.into_any())
}

/// When all of it was true, and the way to the screen on the wall and back. A screen that a link of its own opened may
/// see nothing else, so nothing leads away from it.
fn age(language: Language, at: DateTime, is_wall: bool) -> AnyView {
    let texts = language.summary();
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    let (href, label) = if is_wall { (HOME_PATH, texts.leave_wall()) } else { (WALL_PATH, texts.wall()) };
    let is_nobody = use_context::<Identity>().is_some_and(|identity| identity.actor.is_wall());
    let way = (!is_nobody).then(|| view! { " · " <a class="link" rel="external" href=href>{label}</a> });
    view! { <p class="muted" id="actualidad">{texts.as_of(&time)} {way}</p> }.into_any()
}

fn worst(language: Language, worst: &[BranchInNeed], is_wall: bool) -> AnyView {
    let texts = language.summary();
    let rows = worst.iter().map(|need| {
        let windows = match need.windows {
            1 => language.gaps().window().to_owned(),
            many => language.gaps().windows(whole(language, many)),
        };
        let worth = if need.value_usd.is_zero() {
            language.gaps().no_history().to_owned()
        } else {
            dollars(language, need.value_usd)
        };
        let name = match is_wall {
            true => need.name.clone().into_any(),
            false => view! {
                <a
                    id=format!("tienda-{}", need.branch.as_str())
                    href=store_path(&need.branch)
                    aria-label=texts.open_store(&need.name)
                >
                    {need.name.clone()}
                </a>
            }
            .into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{windows}</td>
                <td>{absolute(language, need.since)}</td>
                <td class="number">{worth}</td>
            </tr>
        }
    });
    view! {
        <section class="panel panel-padded summary-stores" aria-labelledby="tiendas">
            <h2 id="tiendas">{texts.stores()}</h2>
            <table class="summary-table" aria-labelledby="tiendas">
                <thead>
                    <tr>
                        <th scope="col">{texts.store()}</th>
                        <th scope="col">{texts.missing_column()}</th>
                        <th scope="col">{texts.since()}</th>
                        <th scope="col" class="number">{texts.worth()}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn next_runs(language: Language, summary: &Summary) -> AnyView {
    let texts = language.summary();
    let runs: Vec<_> = summary
        .schedules
        .iter()
        .filter_map(|schedule| {
            let name = cron_name(language, &schedule.nombre).map_or(schedule.nombre.clone(), str::to_owned);
            let next = schedule.proxima_ejecucion?;
            Some(view! { <li>{name}": "{ahead(language, summary.at, next)}</li> })
        })
        .collect();
    let runs = if runs.is_empty() {
        view! { <p class="muted">{texts.next_none()}</p> }.into_any()
    } else {
        view! { <ul class="plain-list">{runs}</ul> }.into_any()
    };
    view! {
        <section class="panel panel-padded summary-next" aria-labelledby="proximas">
            <h2 id="proximas">{texts.next()}</h2>
            {runs}
        </section>
    }
    .into_any()
}

fn unreadable(language: Language, problem: &Problem, is_wall: bool) -> AnyView {
    let retry = (!is_wall).then(|| {
        view! { <p><a id="accion" class="button button-primary" href=HOME_PATH>{language.failure().retry()}</a></p> }
    });
    view! {
        <section class="verdict verdict-unknown" role="alert">
            <h1>{language.summary().unreadable()}</h1>
            <p>{problem.detail.clone()}</p>
            <p>{language.failure().reference()}": "<code>{problem.correlacion.clone()}</code></p>
            {retry}
        </section>
    }
    .into_any()
}
