//! A snapshot of a branch's stock. A warehouse whose response is not believed keeps the stock that it had, and so do articles that
//! cannot be read (adr/0045); the others are taken, and the half hour is covered only where all were.

use std::sync::Arc;
use std::time::Instant;

use domain::run_message::RunMessage;
use domain::stock::{ArticlesAnswer, UnreadableArticle};
use domain::{EtlKind, WarehouseCode};
use klk::MemoryShare;
use monitoring::Measurements;
use warehouse::{PhaseTimes, RunEnd, StockSnapshot, WarehouseStock};

use super::error::PipelineError;
use super::job::{Job, Outcome};
use super::messages::UnreadableStock;
use super::{doubt, messages};
use crate::requests::RequestWatcher;
use crate::schedule::half_hour_of;

pub(super) async fn run(job: &Job<'_>) -> Result<Outcome, PipelineError> {
    let started = Instant::now();
    // Until the snapshot is written, what it takes is not anybody else's.
    let Extracted { warehouses, refused, unreadable, memory: _memory } =
        job.monitor.extract(|step| ask(job, RequestWatcher::of_run(step, job.engine, job.record))).await?;
    let phases = PhaseTimes { extract: started.elapsed() };
    let extracted = warehouses.iter().map(|warehouse| warehouse.articles.len() as u64).sum();

    // The snapshot shows the stock of now, whenever the run was queued.
    let captured_at = job.engine.clock.now();
    let interval = half_hour_of(captured_at, &job.branch.zone).unwrap_or(job.record.interval);
    let branch = job.branch.id.clone();
    let mut snapshot = job
        .monitor
        .transform(|step| async move {
            step.rows(extracted, extracted);
            Ok::<_, PipelineError>(StockSnapshot { branch, interval, captured_at, warehouses })
        })
        .await?;
    let doubted = doubt::of_stock(job, &snapshot).await?;
    snapshot.warehouses.retain(|taken| doubted.iter().all(|doubted| doubted.warehouse != taken.code));
    let not_believed = refused.into_iter().chain(doubted.into_iter().map(|doubted| doubted.message)).next();
    if let (Some(message), true) = (&not_believed, snapshot.warehouses.is_empty()) {
        return Err(PipelineError::Short { message: message.clone(), extracted });
    }
    let end = RunEnd { run: job.record.id, clock: job.commit_clock(), extracted, announced: None, phases };
    let unread = (!unreadable.is_empty()).then(|| messages::unreadable_articles(&unreadable));
    let message = not_believed.or(unread);
    let stored = message.clone();
    let loaded = job
        .monitor
        .load(|step| async move {
            let engine = job.engine;
            let commit = async {
                match stored {
                    None => engine.warehouse.commit_stock_snapshot(end, snapshot).await,
                    Some(message) => engine.warehouse.commit_partial_stock(end, snapshot, message).await,
                }
            };
            let loaded = engine.meters.commits.time(commit).await?;
            step.rows_replaced(loaded, loaded);
            step.committed();
            Ok::<_, PipelineError>(loaded)
        })
        .await?;
    let measurements = Measurements::Inventory { products_extracted: extracted, products_loaded: loaded };
    Ok(match message {
        None => Outcome::Whole(measurements),
        Some(message) => Outcome::Partial { message, measurements, is_doubted: false },
    })
}

/// What the source has of a branch.
struct Extracted {
    warehouses: Vec<WarehouseStock>,
    /// What is wrong with the first response that is not believed.
    refused: Option<RunMessage>,
    /// Articles that cannot be read, by warehouse.
    unreadable: Vec<UnreadableStock>,
    /// What the responses take.
    memory: Vec<MemoryShare>,
}

/// One request a warehouse: an answer for several does not say which of them an article is of.
async fn ask(job: &Job<'_>, watcher: Arc<RequestWatcher>) -> Result<Extracted, PipelineError> {
    let client = job.client(watcher.clone());
    let mut warehouses = Vec::with_capacity(job.branch.warehouses.len());
    let mut memory = Vec::with_capacity(job.branch.warehouses.len());
    let (mut refused, mut unreadable) = (None, Vec::new());
    'warehouses: for warehouse in &job.branch.warehouses {
        let requested_at = job.engine.clock.now();
        let mut left = job.engine.settings.short_answer_retries;
        let answer = loop {
            let answer =
                client.articles_of_warehouse(&warehouse.code).await.inspect_err(|error| watcher.failed(error))?;
            let no_proof = (job.engine.source_echoes.hidden_in(EtlKind::Inventory, &answer.echoes))
                .or_else(|| wrong_moment(job, &warehouse.code, &answer));
            if no_proof.is_none() && (answer.is_complete() || (left == 0 && answer.is_complete_but_for_unreadable())) {
                job.engine.measure_source_clock(EtlKind::Inventory, answer.generated_at, requested_at).await;
                job.engine.note_source_echoes(EtlKind::Inventory, &answer.echoes).await;
                break answer;
            }
            if left == 0 {
                refused.get_or_insert(no_proof.unwrap_or_else(|| messages::incomplete_stock(&warehouse.code, &answer)));
                continue 'warehouses;
            }
            left -= 1;
        };
        let (answer, share) = answer.into_parts();
        if answer.unreadable > 0 {
            log_unreadable(job, &warehouse.code, &answer.unreadable_articles);
            unreadable.push(UnreadableStock {
                warehouse: warehouse.code.clone(),
                count: answer.unreadable,
                first: answer.unreadable_articles,
            });
        }
        let (code, articles, unreadable) = (warehouse.code.clone(), answer.articles, answer.unreadable);
        warehouses.push(WarehouseStock { code, articles, unreadable });
        memory.push(share);
    }
    Ok(Extracted { warehouses, refused, unreadable, memory })
}

/// What is wrong with a response that the source made before the half hour that it would count for, or that hides when it was made: it
/// shows the stock of another time. Where the clocks never agreed, an old moment is that of a clock that is off.
fn wrong_moment(job: &Job<'_>, warehouse: &WarehouseCode, answer: &ArticlesAnswer) -> Option<RunMessage> {
    let (clock, now) = (&job.engine.source_clock, job.engine.clock.now());
    let Some(made_at) = answer.generated_at else {
        return clock.is_shown_by(EtlKind::Inventory).then_some(RunMessage::WithoutMoment);
    };
    let start = half_hour_of(now, &job.branch.zone).map_or(now, |half_hour| half_hour.start());
    let is_old = start.duration_since(made_at) > job.engine.settings.clock_drift_max;
    (is_old && clock.has_agreed()).then(|| messages::old_stock(warehouse, made_at, &job.branch.zone))
}

/// For whoever mends it at the source: each article that cannot be read, as far as the response keeps them.
fn log_unreadable(job: &Job<'_>, warehouse: &WarehouseCode, articles: &[UnreadableArticle]) {
    for UnreadableArticle { place, code, field, value } in articles {
        tracing::warn!(
            run = %job.record.id,
            branch = %job.branch.id,
            %warehouse,
            place,
            code,
            field,
            value,
            "an article of the response cannot be read and is not loaded"
        );
    }
}
