//! Listening, and ending well: no new request, streams end, runs in progress end, what is left is reported.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use engine::Engine;
use monitoring::Monitoring;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::accept;
use crate::failure::Failure;
use crate::http::{self, WebState};
use crate::output::remark;
use crate::runtime;
use crate::settings::Settings;

/// How long connections may take to end once they are asked to.
const CONNECTIONS_LIMIT: Duration = Duration::from_secs(5);

/// How often is looked whether the writer goes on.
const WRITE_WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Takes the address, before anything that takes long is started.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Usage(format!("no se puede escuchar en {address} ({error}); elija otra dirección con KLK_ADDRESS"))
    })
}

/// Serves until the process is asked to end, then ends the engine too.
pub async fn serve(
    listener: TcpListener,
    engine: Engine,
    monitoring: &Monitoring,
    settings: &Settings,
    is_demo: bool,
) -> Result<(), Failure> {
    match answer_requests(listener, engine.clone(), monitoring.clone(), settings, is_demo).await? {
        Ended::Asked => runtime::end_engine(&engine, settings.shutdown_limit).await,
        Ended::AskedTwice => tracing::warn!("asked to end twice: runs in progress are interrupted"),
    }
    Ok(())
}

/// How serving ended.
enum Ended {
    /// The process was asked to end: runs in progress may end.
    Asked,
    /// It was asked once more: nothing is waited for.
    AskedTwice,
}

async fn answer_requests(
    listener: TcpListener,
    engine: Engine,
    monitoring: Monitoring,
    settings: &Settings,
    is_demo: bool,
) -> Result<Ended, Failure> {
    let (close, closing) = watch::channel(false);
    let state = WebState::new(http::site_options()?, engine.clone(), closing.clone(), monitoring, settings, is_demo);
    let router =
        http::router(state, &settings.http, &settings.sentry).map_err(|error| Failure::Usage(error.to_string()))?;
    let address = listener.local_addr().context("no hay dirección")?;
    remark(&format!("open http://{address}"));
    say_who_may_come_in(&engine, settings, address, is_demo).await;
    tokio::pin! {
        let server = accept::accept(listener, router, settings.http.connections, closing);
        let stop = runtime::stop_signal();
    }
    tokio::select! {
        () = &mut server => return Ok(Ended::Asked),
        () = &mut stop => {}
        () = watch_writes(&engine, settings.database_limits.write_limit) => {}
        () = engine.broken() => {
            close.send_replace(true);
            return Err(Failure::DatabaseBroken);
        }
    }
    tracing::info!("ending: no new requests, no new runs");
    engine.begin_shutdown();
    close.send_replace(true);
    tokio::select! {
        ended = tokio::time::timeout(CONNECTIONS_LIMIT, server) => if ended.is_err() {
            tracing::warn!("some connections did not end in time");
        },
        () = runtime::stop_signal() => return Ok(Ended::AskedTwice),
    }
    Ok(Ended::Asked)
}

/// Reports each write that takes longer than it may, once. It has no end of its own.
async fn watch_writes(engine: &Engine, limit: Duration) {
    let mut is_reported = false;
    loop {
        tokio::time::sleep(WRITE_WATCH_INTERVAL).await;
        let stuck = engine.current_write().filter(|running| *running > limit);
        if let Some(running) = stuck.filter(|_| !is_reported) {
            tracing::error!(seconds = running.as_secs(), "a write to the database does not end");
        }
        is_reported = stuck.is_some();
    }
}

/// Tells whoever starts the server how to come in: alone in the demo, with a code where there is nobody yet. The code is written
/// on the terminal and not into the log.
async fn say_who_may_come_in(engine: &Engine, settings: &Settings, address: SocketAddr, is_demo: bool) {
    if is_demo && settings.http.address.ip().is_loopback() {
        remark("Demostración: en este equipo se entra sin clave, como administrador");
        tracing::warn!("the demo lets everybody at this machine in as an administrator");
        return;
    }
    if let Some(code) = engine.offer_first_administrator().await {
        let page = settings.http.public.url.as_ref().map_or_else(|| format!("http://{address}/"), ToString::to_string);
        remark(&format!(
            "Todavía no hay usuarios. El primer administrador se crea en {page}clave con este código, que vale hasta que se use \
             o el servidor se detenga: {}",
            code.expose_secret()
        ));
    }
}
