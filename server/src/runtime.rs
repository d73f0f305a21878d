//! The async runtime, and the signals that end it.

use std::future::Future;

use anyhow::Context;

use crate::failure::{Failure, Outcome};

/// Runs a command to its end.
pub fn block_on(command: impl Future<Output = Result<Outcome, Failure>>) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no se pudo iniciar el entorno asíncrono")
        .map_err(Failure::Unexpected)?;
    runtime.block_on(command)
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
