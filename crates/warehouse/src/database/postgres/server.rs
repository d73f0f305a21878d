//! A server, and how connections to it are made.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use futures::executor::block_on;
use futures::stream::poll_fn;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{AsyncMessage, Client, Config, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::database::{DatabaseError, Result};

/// What is noted of commits is heard on this channel.
pub(super) const CHANNEL: &str = "klk_cambios";

/// How long to wait before listening begins again: twice as long each time that it fails.
const LISTEN_PAUSE_MIN: Duration = Duration::from_millis(250);
const LISTEN_PAUSE_MAX: Duration = Duration::from_secs(2);

/// How long nothing may be heard of the server before it is asked whether it is there; a few times more, and it is gone.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// How long a connection may take to be made, where the address does not say (`connect_timeout`).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a PostgreSQL database is.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresSettings {
    /// `postgres://person:password@host:port/database?sslmode=require`; certificates are always checked.
    pub address: String,
}

impl PostgresSettings {
    /// Where it is, without the password, for people.
    pub fn shown(&self) -> String {
        let Ok(config) = self.address.parse::<Config>() else { return "postgres://…".to_owned() };
        let host = config.get_hosts().first().map_or_else(|| "localhost".to_owned(), host_text);
        let port = config.get_ports().first().copied().unwrap_or(5432);
        format!("postgres://{host}:{port}/{}", config.get_dbname().unwrap_or_default())
    }

    /// The password in the address, which is in no log.
    pub fn password(&self) -> Option<String> {
        let config: Config = self.address.parse().ok()?;
        config.get_password().map(|password| String::from_utf8_lossy(password).into_owned())
    }

    /// Whether a setting names a server, and not a file.
    pub fn is_address(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }
}

/// PostgreSQL's number for what it does not support.
const UNUSABLE: &str = "0A000";

fn first_text(messages: &[SimpleQueryMessage]) -> Option<String> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

fn host_text(host: &tokio_postgres::config::Host) -> String {
    match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(folder) => folder.display().to_string(),
    }
}

/// The password stays out of every log.
impl fmt::Debug for PostgresSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown())
    }
}

/// A server, with the thread that its connections are served on.
pub(crate) struct Server {
    config: Config,
    encryption: MakeRustlsConnect,
    is_read_only: bool,
    runtime: Option<Runtime>,
}

impl Server {
    /// Whose sessions may write, or only read.
    pub(crate) fn new(settings: &PostgresSettings, is_read_only: bool) -> Result<Arc<Self>> {
        let unusable = |message: String| DatabaseError::Postgres { message, code: None };
        let mut config: Config = settings.address.parse()?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE / 2).keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("klk");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let encryption = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_platform_verifier())
            .map_err(|error| unusable(error.to_string()))?
            .with_no_client_auth();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("warehouse-postgres")
            .enable_all()
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Arc::new(Self {
            config,
            encryption: MakeRustlsConnect::new(encryption),
            is_read_only,
            runtime: Some(runtime),
        }))
    }

    /// A client of its own, with everything set that the statements of this crate rely on.
    pub(super) fn connect(&self) -> Result<Client> {
        let (config, encryption, is_read_only) = (self.config.clone(), self.encryption.clone(), self.is_read_only);
        let connected = self.run(async move {
            let (client, connection) = config.connect(encryption).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "a connection to PostgreSQL ended");
                }
            });
            client.batch_execute(SETTINGS).await?;
            let encoding = client.simple_query("SHOW server_encoding").await?;
            if is_read_only {
                client.batch_execute("SET default_transaction_read_only = on").await?;
            }
            Ok::<_, tokio_postgres::Error>((client, first_text(&encoding)))
        });
        let (client, encoding) = connected.ok_or_else(closed)??;
        match encoding.as_deref() {
            Some("UTF8") => Ok(client),
            encoding => Err(DatabaseError::Postgres {
                message: format!("its encoding is {}, and has to be UTF8", encoding.unwrap_or("unknown")),
                code: Some(UNUSABLE.to_owned()),
            }),
        }
    }

    /// Listens until the server is dropped. What is heard is [`Heard::Everything`] each time that it begins to: nobody knows what it
    /// missed before.
    pub(crate) fn listen(&self, heard: impl Fn(Heard<'_>) + Send + Sync + 'static) {
        let (config, encryption) = (self.config.clone(), self.encryption.clone());
        let Some(runtime) = &self.runtime else { return };
        runtime.spawn(async move {
            let mut pause = LISTEN_PAUSE_MIN;
            loop {
                let has_begun = AtomicBool::new(false);
                let heard = |what: Heard<'_>| {
                    has_begun.store(true, Ordering::Relaxed);
                    heard(what);
                };
                let ended = listen_once(&config, &encryption, &heard).await;
                if has_begun.into_inner() {
                    pause = LISTEN_PAUSE_MIN;
                }
                if let Err(error) = ended {
                    tracing::warn!(%error, "changes of other processes are not heard; listening begins again");
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LISTEN_PAUSE_MAX);
            }
        });
    }

    /// Ends the statement that a client is at, without waiting for it.
    pub(super) fn cancel(&self, token: tokio_postgres::CancelToken) {
        let encryption = self.encryption.clone();
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                if let Err(error) = token.cancel_query(encryption).await {
                    tracing::warn!(%error, "a statement that nobody waits for could not be ended");
                }
            });
        }
    }

    /// Waits on this thread for what the server's thread does; None where that ended.
    fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let runtime = self.runtime.as_ref()?;
        block_on(runtime.spawn(work)).ok()
    }
}

/// What other processes did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard<'note> {
    /// Anything.
    Everything,
    /// What a commit noted.
    Note(&'note str),
}

/// Until the connection ends.
async fn listen_once(
    config: &Config,
    encryption: &MakeRustlsConnect,
    heard: &(impl Fn(Heard<'_>) + Sync),
) -> std::result::Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(encryption.clone()).await?;
    let statement = format!("LISTEN {CHANNEL}");
    let listening = client.batch_execute(&statement);
    let mut listening = pin!(listening);
    let mut messages = poll_fn(move |context| connection.poll_message(context));
    let mut is_listening = false;
    loop {
        tokio::select! {
            begun = &mut listening, if !is_listening => {
                begun?;
                is_listening = true;
                heard(Heard::Everything);
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(note))) => heard(Heard::Note(note.payload())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}

/// A runtime waits for its threads when it is dropped, which no task may.
impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Instants are written in UTC and as ISO 8601, a quote is only ended by a quote, each statement sees what was committed before it, and
/// the functions of `0000_functions.sql` are found: whatever is set for the role, the database or the server. How long a
/// statement may take is decided by who waits for it.
///
/// A machine that lost its power keeps its locks until the server notices: within half a minute, and not after two hours.
const SETTINGS: &str = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1;
    SET standard_conforming_strings = on; SET client_min_messages = warning;
    SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
    SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SELECT set_config('search_path', quote_ident(current_schema()) || ', klk_sql', false)";

pub(super) fn closed() -> DatabaseError {
    DatabaseError::Postgres { message: "the connection is closed".to_owned(), code: None }
}
