//! Looks at what is missing, at intervals, and queues what is worth a notice.

use std::panic::AssertUnwindSafe;

use domain::EtlKind;
use domain::filter::GapFilter;
use domain::read_model::GapView;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use notices::{Missing, Notice};
use uuid::Uuid;
use warehouse::{NewDelivery, NotedIncident, NoticeChanges};

use super::rules::{Found, Known, Limits, MissingSpan, Span, judge};
use crate::calendars::Calendars;
use crate::{Actor, Engine, UseCaseError};

/// How long after its time a digest is still sent, by a process that did not run then.
const DIGEST_LATE_MAX: SignedDuration = SignedDuration::from_hours(3);
const FORGET_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// Looks until the engine stops.
pub(crate) async fn look(engine: Engine) {
    let mut stopping = engine.stopping.subscribe();
    let mut forgotten_at = None;
    while !*stopping.borrow_and_update() {
        tokio::select! {
            () = tokio::time::sleep(engine.settings.notices.look_interval) => {}
            _ = stopping.changed() => return,
        }
        if !engine.membership.leads() {
            continue;
        }
        let work = async {
            look_once(&engine).await?;
            forget(&engine, &mut forgotten_at).await
        };
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "what is worth a notice could not be found out"),
            Err(_) => tracing::error!("looking for what is worth a notice panicked"),
        }
    }
}

async fn look_once(engine: &Engine) -> Result<(), UseCaseError> {
    let now = engine.clock.now();
    let calendars = Calendars::known(engine, None).await?;
    let is_trading = |branch: &domain::Branch| calendars.of(branch).closed_from(now, &branch.zone) != Some(now);
    let incidents = engine.live_looks.known();
    let filter = GapFilter { kind: Some(EtlKind::Sales), ..GapFilter::default() };
    let gaps = engine.list_gaps(&Actor::system(), filter).await?.gaps;
    let zone = &engine.settings.schedules.zone;
    let missing: Vec<MissingSpan> = gaps
        .iter()
        .filter(|gap| gap.is_missing())
        .map(|gap| MissingSpan {
            is_incident: incidents.includes(&gap.ubicacion_id),
            is_trading: engine.branches.find(&gap.ubicacion_id).is_none_or(|branch| is_trading(&branch)),
            due_local: zone.to_datetime(gap.detectado_en),
            ..of_view(gap)
        })
        .collect();
    let known: Vec<Known> = engine.warehouse.open_incidents().await?.into_iter().map(known).collect();
    let before = known.clone();
    let found = judge(known, &missing, incidents.do_most_fail(), now, limits(engine), || engine.new_id());
    // Somebody who is at home hears of the end when the stores open.
    let may_end = engine.branches.all().iter().any(|branch| is_trading(branch));
    let changes = changes(engine, found, &before, now, may_end).await?;
    if changes != NoticeChanges::default() {
        engine.warehouse.record_notices(changes, now).await?;
        engine.notices.wake();
    }
    Ok(())
}

/// Forgets what is old, once an hour: a look that changes nothing writes nothing.
async fn forget(engine: &Engine, forgotten_at: &mut Option<Timestamp>) -> Result<(), UseCaseError> {
    let now = engine.clock.now();
    if forgotten_at.is_some_and(|last| now.duration_since(last).abs() < FORGET_INTERVAL) {
        return Ok(());
    }
    *forgotten_at = Some(now);
    if let Ok(oldest) = now.checked_sub(engine.settings.notices.kept) {
        engine.warehouse.forget_notices(oldest).await?;
    }
    Ok(())
}

fn limits(engine: &Engine) -> Limits {
    let settings = &engine.settings.notices;
    let is_retried = engine.settings.retries.is_on;
    Limits {
        overdue_min: settings.overdue_min,
        attempts_min: if is_retried { settings.retries_min.saturating_add(1) } else { 0 },
        usd_min: settings.usd_min,
        repeat_after: settings.repeat_after,
    }
}

fn of_view(gap: &GapView) -> MissingSpan {
    MissingSpan {
        span: Span { branch: gap.ubicacion_id.clone(), from: gap.inicio, to: gap.fin },
        store: gap.ubicacion_nombre.clone(),
        cause: gap.evidencia.tipo,
        windows: u64::from(gap.ventanas),
        usd: gap.valor.as_ref().map(|value| value.usd).unwrap_or_default(),
        due_at: gap.detectado_en,
        due_local: gap.detectado_en_local,
        attempts: gap.intentos,
        is_incident: false,
        is_trading: false,
    }
}

fn known(row: NotedIncident) -> Known {
    let NotedIncident { id, cause, since, noted_at, windows, usd, spans } = row;
    // Spans that nobody can read leave the cause to know it by.
    let spans = serde_json::from_str(&spans).unwrap_or_default();
    Known { id, cause, since, noted_at, windows, usd, spans }
}

fn noted(known: &Known) -> NotedIncident {
    let Known { id, cause, since, noted_at, windows, usd, spans } = known.clone();
    let spans = serde_json::to_string(&spans).unwrap_or_else(|_| "[]".to_owned());
    NotedIncident { id, cause, since, noted_at, windows, usd, spans }
}

async fn changes(
    engine: &Engine,
    found: Found,
    before: &[Known],
    now: Timestamp,
    may_end: bool,
) -> Result<NoticeChanges, UseCaseError> {
    let seconds = |known: &Known| now.duration_since(known.since).as_secs();
    let mut changes = NoticeChanges::default();
    for (known, missing) in &found.begins {
        changes.incidents.push(noted(known));
        let key = format!("inicio:{}", known.id);
        changes.deliveries.extend(messages(engine, &key, &Notice::Begins(missing.clone()), false));
    }
    for (known, missing, repeats) in &found.goes_on {
        if !before.contains(known) {
            changes.incidents.push(noted(known));
        }
        if *repeats {
            let key = format!("sigue:{}:{}", known.id, known.noted_at.as_second());
            let notice = Notice::Continues { missing: missing.clone(), seconds: seconds(known) };
            changes.deliveries.extend(messages(engine, &key, &notice, false));
        }
    }
    for (known, missing) in found.ends.iter().filter(|_| may_end) {
        changes.ended.push(known.id);
        let missing = Missing { stores: names(engine, &missing.stores), ..missing.clone() };
        let notice = Notice::Ends { missing, seconds: seconds(known) };
        changes.deliveries.extend(messages(engine, &format!("fin:{}", known.id), &notice, false));
    }
    changes.deliveries.extend(digest(engine, found.rest, now).await?);
    Ok(changes)
}

/// The names of stores, which spans do not have.
fn names(engine: &Engine, branches: &[String]) -> Vec<String> {
    let name = |id: &String| {
        let branch = engine.branches.find(&domain::BranchId::new(id.clone()));
        branch.map_or_else(|| id.clone(), |branch| branch.name.clone())
    };
    branches.iter().map(name).collect()
}

/// The digest, where it is due and nobody had it yet.
async fn digest(engine: &Engine, rest: Vec<Missing>, now: Timestamp) -> Result<Vec<NewDelivery>, UseCaseError> {
    let (Some(at), zone) = (engine.settings.notices.digest_at, &engine.settings.schedules.zone) else {
        return Ok(Vec::new());
    };
    let day = zone.to_datetime(now).date();
    let Ok(due) = zone.to_timestamp(day.to_datetime(at)) else { return Ok(Vec::new()) };
    let is_due = due <= now && now.duration_since(due) < DIGEST_LATE_MAX;
    let key = format!("resumen:{day}");
    if rest.is_empty() || !is_due || engine.warehouse.is_notice_known(key.clone()).await? {
        return Ok(Vec::new());
    }
    Ok(messages(engine, &key, &Notice::Digest { day, missing: rest }, true))
}

/// A message for each channel that takes it.
fn messages(engine: &Engine, key: &str, notice: &Notice, is_digest: bool) -> Vec<NewDelivery> {
    let channels = engine.settings.notices.channels.iter();
    let takers = channels.filter(|channel| if is_digest { channel.rules.digest } else { channel.rules.at_once });
    takers.filter_map(|channel| message(engine.new_id(), key, &channel.name, notice)).collect()
}

/// A message for one channel.
pub(crate) fn message(id: Uuid, key: &str, channel: &str, notice: &Notice) -> Option<NewDelivery> {
    let notice = serde_json::to_string(notice).ok()?;
    Some(NewDelivery { id, key: key.to_owned(), channel: channel.to_owned(), notice })
}
