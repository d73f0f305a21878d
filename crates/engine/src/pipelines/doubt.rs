//! A response that would remove a large part of the loaded lines is not applied at once: the lines stay, the window is a gap,
//! and the request is retried.

use std::collections::HashMap;

use domain::few_lines::{FewLines, unusually_few};
use domain::loss::{Confirmation, DoubtedLoss, EarlierLosses, KnownLine, doubtful, is_believed};
use domain::run_message::RunMessage;
use domain::sale::SaleLine;
use domain::stock_loss::emptied;
use domain::window::{day_interval, half_hours, local_half_hour};
use domain::{Interval, WarehouseCode};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use warehouse::{SalesWindow, StockSnapshot, WarehouseError};

use super::job::Job;
use super::messages;
use crate::calendars::Calendars;

/// Articles that earlier snapshots removed count with those of this one for as long: stock is taken some times a day.
const REMOVALS_COUNTED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Why an answer is not loaded; none where it may be.
pub(super) async fn of(
    job: &Job<'_>,
    window: &SalesWindow,
    lines: &[SaleLine],
    made_at: Option<Timestamp>,
) -> Result<Option<RunMessage>, WarehouseError> {
    let warehouse = &job.engine.warehouse;
    let (now, limits) = (job.engine.clock.now(), job.engine.settings.loss_limits);
    let (mut loaded, mut doubted, mut earlier) = (Vec::new(), Vec::new(), EarlierLosses::default());
    if !job.is_first_live_attempt() {
        loaded = warehouse.loaded_lines(window.clone()).await?;
        doubted = warehouse.doubted_losses(window.clone()).await?;
        earlier = earlier_losses(job, window, &doubted).await?;
    }
    let came: Vec<KnownLine> = if loaded.is_empty() { Vec::new() } else { lines.iter().map(KnownLine::of).collect() };
    let mut losses = doubtful(&loaded, &came, &earlier, limits);
    let gone: u64 = losses.iter().map(|loss| loss.gone).sum();
    let revalued: u64 = losses.iter().map(|loss| loss.revalued).sum();
    let few = with_few_lines(job, window, lines).await?;
    losses.extend(few.iter().map(|few| few.loss.clone()));
    let confirmation = Confirmation { at: now, made_at: made_at.filter(|_| job.engine.source_clock.has_agreed()) };
    if losses.is_empty() || is_believed(&losses, &doubted, confirmation, limits) {
        return Ok(None);
    }
    let all = loaded.len() as u64;
    let said = match few.first() {
        _ if gone > 0 => messages::would_lose(gone, all, earlier.of_window, limits.pause),
        _ if revalued > 0 => messages::would_revalue(revalued, all, limits.pause),
        Some(few) => messages::unusually_few(few, limits),
        None => return Ok(None),
    };
    tracing::warn!(run = %job.record.id, branch = %window.branch, gone, revalued, half_hours = losses.len(), "an answer is doubted");
    warehouse.doubt(job.record.id, window.clone(), losses, confirmation).await?;
    Ok(Some(said))
}

/// What the window and its day have lost before, and what of it is in doubt.
async fn earlier_losses(
    job: &Job<'_>,
    window: &SalesWindow,
    doubted: &[DoubtedLoss],
) -> Result<EarlierLosses, WarehouseError> {
    let lost = async |interval| job.engine.warehouse.lost_lines(window.branch.clone(), interval).await;
    let day = day_interval(window.local.start().date(), &job.branch.zone).unwrap_or(window.interval);
    Ok(EarlierLosses {
        of_window: lost(window.interval).await?,
        of_day: lost(day).await?,
        in_doubt: doubted.iter().map(|doubted| doubted.half_hour).collect(),
    })
}

/// Half hours of the window that are expected, and have far fewer lines than they always had, or none.
async fn with_few_lines(
    job: &Job<'_>,
    window: &SalesWindow,
    lines: &[SaleLine],
) -> Result<Vec<FewLines>, WarehouseError> {
    let (zone, limits) = (&job.branch.zone, job.engine.settings.loss_limits);
    let mut sold: HashMap<DateTime, u64> = HashMap::new();
    for line in lines {
        *sold.entry(local_half_hour(line.local_moment())).or_default() += 1;
    }
    let local = half_hours(window.interval, zone).into_iter().map(|part| (part, zone.to_datetime(part.start())));
    let is_few = |start: &DateTime| sold.get(start).is_none_or(|lines| *lines <= limits.few_lines_max);
    let mut few: Vec<_> = local.filter(|(_, start)| is_few(start)).collect();
    if few.is_empty() || limits.never_empty_weeks == 0 {
        return Ok(Vec::new());
    }
    let changes = job.engine.warehouse.calendar_changes(None).await?;
    let calendars = Calendars::after(&job.engine.branches, &changes);
    let expected = calendars.of(job.branch).expected(window.interval, zone);
    few.retain(|(half_hour, _)| expected.covers(half_hour));
    let weeks = SignedDuration::from_hours(7 * 24 * i64::from(limits.never_empty_weeks));
    let since = window.interval.start().checked_sub(weeks).ok();
    let range = since.and_then(|since| Interval::new(since, window.interval.end()));
    let (Some(range), false) = (range, few.is_empty()) else { return Ok(Vec::new()) };
    let Some(local) = Interval::new(zone.to_datetime(range.start()), zone.to_datetime(range.end())) else {
        return Ok(Vec::new());
    };
    let mut known = job.engine.warehouse.sales_history(vec![window.branch.clone()], range, local).await?;
    let history = known.remove(&window.branch).unwrap_or_default();
    let few: Vec<DateTime> = few.into_iter().map(|(_, start)| start).collect();
    let came: Vec<KnownLine> = lines.iter().map(KnownLine::of).filter(|line| few.contains(&line.half_hour)).collect();
    Ok(unusually_few(&few, &came, &history, zone, limits))
}

/// A warehouse whose stock is not taken, and why.
pub(super) struct DoubtedStock {
    pub(super) warehouse: WarehouseCode,
    pub(super) message: RunMessage,
}

/// The warehouses of a snapshot that are not taken.
pub(super) async fn of_stock(job: &Job<'_>, snapshot: &StockSnapshot) -> Result<Vec<DoubtedStock>, WarehouseError> {
    let warehouse = &job.engine.warehouse;
    let (now, limits) = (job.engine.clock.now(), job.engine.settings.loss_limits);
    let mut found = Vec::new();
    let since = now.checked_sub(REMOVALS_COUNTED_FOR).unwrap_or(now);
    for known in warehouse.last_snapshots(snapshot.branch.clone(), since).await? {
        let Some(taken) = snapshot.warehouses.iter().find(|taken| taken.code == known.warehouse) else { continue };
        let (before, articles) = (known.articles.len() as u64, taken.articles.len() as u64 + taken.unreadable);
        // Any of those that cannot be read may be one that seems to be gone.
        let still_there =
            taken.articles.iter().filter(|article| known.articles.contains_key(&article.codigo)).count() as u64;
        let still_there = (still_there + taken.unreadable).min(before);
        let is_much = limits.is_doubtful(before, still_there);
        // A little at each snapshot is much in the end.
        let is_much_in_a_day = still_there < before && limits.is_doubtful(before + known.gone, still_there);
        let emptied = emptied(&known.articles, &taken.articles, limits);
        if !is_much && !is_much_in_a_day && emptied.is_none() {
            continue;
        }
        // About as many as were doubted: stock goes on changing meanwhile.
        let since = known
            .doubted
            .filter(|(doubted, _)| !limits.is_doubtful(*doubted, articles) && !limits.is_doubtful(articles, *doubted));
        match since {
            Some((_, since)) if now.duration_since(since) >= limits.pause => continue,
            Some(_) => {}
            None => warehouse.doubt_snapshot(snapshot.branch.clone(), known.warehouse.clone(), articles, now).await?,
        }
        let message = match emptied {
            Some(emptied) if !is_much && !is_much_in_a_day => {
                messages::would_empty_stock(&known.warehouse, emptied, limits.pause)
            }
            _ => messages::would_lose_articles(&known.warehouse, before, before - still_there, limits.pause),
        };
        found.push(DoubtedStock { warehouse: known.warehouse, message });
    }
    Ok(found)
}
