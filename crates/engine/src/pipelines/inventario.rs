//! A snapshot of a branch's stock: every warehouse, or none.

use std::sync::Arc;
use std::time::Instant;

use klk::MemoryShare;
use monitoring::Measurements;
use warehouse::{PhaseTimes, RunEnd, StockSnapshot, WarehouseStock};

use super::{Job, Outcome, PipelineError, doubt};
use crate::requests::RequestWatcher;
use crate::schedule::half_hour_of;

pub(super) async fn run(job: &Job<'_>) -> Result<Outcome, PipelineError> {
    let started = Instant::now();
    // Until the snapshot is written, what it takes is not anybody else's.
    let (warehouses, _memory) =
        job.monitor.extract(|step| ask(job, RequestWatcher::of_run(step, job.engine, job.record))).await?;
    let phases = PhaseTimes { extract: started.elapsed() };
    let extracted = warehouses.iter().map(|warehouse| warehouse.articles.len() as u64).sum();

    // The snapshot shows the stock of now, whenever the run was queued.
    let captured_at = job.engine.clock.now();
    let interval = half_hour_of(captured_at, &job.branch.zone).unwrap_or(job.record.interval);
    let branch = job.branch.id.clone();
    let snapshot = job
        .monitor
        .transform(|step| async move {
            step.rows(extracted, extracted);
            Ok::<_, PipelineError>(StockSnapshot { branch, interval, captured_at, warehouses })
        })
        .await?;
    if let Some(message) = doubt::of_stock(job, &snapshot).await? {
        return Err(PipelineError::Short { message, extracted });
    }
    let end = RunEnd { run: job.record.id, clock: job.commit_clock(), extracted, announced: None, phases };
    let loaded = job
        .monitor
        .load(|step| async move {
            let engine = job.engine;
            let loaded = engine.meters.commits.time(engine.warehouse.commit_stock_snapshot(end, snapshot)).await?;
            step.rows_replaced(loaded, loaded);
            step.committed();
            Ok::<_, PipelineError>(loaded)
        })
        .await?;
    Ok(Outcome::Whole(Measurements::Inventory { products_extracted: extracted, products_loaded: loaded }))
}

/// One request a warehouse: an answer for several does not say which of them an article is of.
async fn ask(
    job: &Job<'_>,
    watcher: Arc<RequestWatcher>,
) -> Result<(Vec<WarehouseStock>, Vec<MemoryShare>), PipelineError> {
    let client = job.client(watcher.clone());
    let mut stock = Vec::with_capacity(job.branch.warehouses.len());
    let mut memory = Vec::with_capacity(job.branch.warehouses.len());
    for warehouse in &job.branch.warehouses {
        let mut left = job.engine.settings.short_answer_retries;
        let answer = loop {
            let answer =
                client.articles_of_warehouse(&warehouse.code).await.inspect_err(|error| watcher.failed(error))?;
            if answer.is_complete() {
                break answer;
            }
            if left == 0 {
                let (announced, distinct) = (answer.announced, answer.articles.len());
                let message = match &answer.contradicted {
                    Some(article) => {
                        format!("El artículo {article} de {} llegó dos veces con datos distintos.", warehouse.code)
                    }
                    None => format!(
                        "El KLK anunció {announced} artículos de {} y llegaron {distinct} distintos.",
                        warehouse.code
                    ),
                };
                return Err(PipelineError::Short { message, extracted: distinct as u64 });
            }
            left -= 1;
        };
        let (answer, share) = answer.into_parts();
        stock.push(WarehouseStock { code: warehouse.code.clone(), articles: answer.articles });
        memory.push(share);
    }
    Ok((stock, memory))
}
