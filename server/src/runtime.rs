//! The async runtime, and the signals that end it.

use std::future::Future;
use std::time::Duration;

use anyhow::Context;
use engine::Engine;

use crate::failure::{Failure, Outcome};

/// How long threads may go on once a command has ended.
const THREADS_LIMIT: Duration = Duration::from_secs(2);

/// Twice tokio's default: a page is one future of many nested ones, and in a debug build their frames are large.
const STACK_BYTES: usize = 4 << 20;

/// Runs a command to its end.
pub fn block_on(command: impl Future<Output = Result<Outcome, Failure>>) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .context("no se pudo iniciar el entorno asíncrono")
        .map_err(Failure::Unexpected)?;
    let outcome = runtime.block_on(command);
    // Whatever still blocks a thread has had its time.
    runtime.shutdown_timeout(THREADS_LIMIT);
    outcome
}

/// Ends an engine: runs in progress may end within the limit, and who asks once more does not wait.
pub async fn end_engine(engine: &Engine, limit: Duration) {
    tokio::select! {
        ended = tokio::time::timeout(limit, engine.shutdown()) => if ended.is_err() {
            tracing::warn!("runs in progress did not end in time; their windows are gaps again");
        },
        () = stop_signal() => tracing::warn!("asked to end twice: runs in progress are interrupted"),
    }
}

/// Resolves when the process is asked to end: Ctrl-C, or SIGTERM of a service manager.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
