//! The client: what can be asked, and the retries around it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::sale::SalesAnswer;
use domain::stock::ArticlesAnswer;
use domain::{BranchCode, WarehouseCode};
use rand::RngCore;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use crate::backoff::Backoff;
use crate::body::Body;
use crate::memory::{MemoryShare, Received};
use crate::observer::{CallObserver, NobodyListens, RetryEvent};
use crate::parse::articles::parse_articles;
use crate::parse::sales::{AnnouncedSales, beginning, parse_announced, parse_sales};
use crate::parse::warehouses::{WarehouseRow, parse_warehouses};
use crate::parse::{ParseError, text_of, whole_text_of};
use crate::question::{SalesQuestion, WarehouseBody};
use crate::transport::{Call, PIECES_WAITING_MAX, Piece, Question, Transport};
use crate::{ClientConfig, Endpoint, KlkError};

/// Asks one POS server. Clones share its connections and its randomness.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    observer: Arc<dyn CallObserver>,
    stop: Option<watch::Receiver<bool>>,
}

struct Shared {
    config: ClientConfig,
    transport: Transport,
    backoff: Backoff,
}

impl Client {
    /// A client of the POS that the configuration names; nothing is sent yet. Waits between retries are drawn from the
    /// given randomness.
    pub fn new(config: ClientConfig, randomness: impl RngCore + Send + 'static) -> Result<Self, KlkError> {
        let transport = Transport::new(&config)?;
        let backoff = Backoff::new(config.backoff_base, config.backoff_max, Box::new(randomness));
        let shared = Arc::new(Shared { config, transport, backoff });
        Ok(Self { shared, observer: Arc::new(NobodyListens), stop: None })
    }

    /// The same client, whose calls the observer hears of.
    #[must_use]
    pub fn observed_by(&self, observer: Arc<dyn CallObserver>) -> Self {
        Self { observer, ..self.clone() }
    }

    /// The same client, which sends nothing more once the flag is true; what is on its way is waited for.
    #[must_use]
    pub fn stopped_by(&self, stop: watch::Receiver<bool>) -> Self {
        Self { stop: Some(stop), ..self.clone() }
    }

    /// Every warehouse of one store, or of all.
    pub async fn branch_warehouses(&self, branch: Option<&BranchCode>) -> Result<Vec<WarehouseRow>, KlkError> {
        let query = branch.map(|branch| ("sucursal", branch.to_string()));
        self.ask(&self.master_call(Endpoint::BranchWarehouses, Question::Get(query)), listing).await.map(listed)
    }

    /// The sales floor of every store; the row that sums up all stores is left out.
    pub async fn sales_floors(&self) -> Result<Vec<WarehouseRow>, KlkError> {
        self.ask(&self.master_call(Endpoint::SalesFloors, Question::Get(None)), listing).await.map(listed)
    }

    /// The articles of a warehouse, with their stock.
    pub async fn articles_of_warehouse(&self, warehouse: &WarehouseCode) -> Result<Received<ArticlesAnswer>, KlkError> {
        let question = post(&WarehouseBody { warehouse })?;
        let code = warehouse.clone();
        let parse = move |body: &mut Body, bytes| parse_articles(body, bytes, code.as_str());
        self.ask(&self.master_call(Endpoint::WarehouseArticles, question), parse).await
    }

    /// Invoice lines. An answer that is short of what it announces is no error here; see [`SalesAnswer::is_complete`].
    pub async fn sales(&self, question: &SalesQuestion) -> Result<Received<SalesAnswer>, KlkError> {
        let call = Call {
            endpoint: Endpoint::Sales,
            timeout: self.shared.config.sales_timeout,
            retries: self.shared.config.retries,
            question: post(question)?,
        };
        let question = question.clone();
        self.ask(&call, move |body: &mut Body, bytes| parse_sales(body, bytes, &question)).await
    }

    /// What a response says of itself before its first line: the lines are not waited for. It is requested once.
    pub async fn announced_sales(&self, question: &SalesQuestion) -> Result<AnnouncedSales, KlkError> {
        let call = Call {
            endpoint: Endpoint::Sales,
            timeout: self.shared.config.sales_timeout,
            retries: 0,
            question: post(question)?,
        };
        let has_meta = |body: &[u8]| beginning(body).is_some();
        let body = self.shared.transport.send_for_beginning(&call, &*self.observer, has_meta).await?;
        // What has no lines yet is no text that ends: cut where they begin, also within a character.
        let body = beginning(&body).map_or(body.as_slice(), |end| &body[..end]);
        let announced = text_of(body).and_then(|text| parse_announced(text, question));
        announced.map_err(|error| error.at(call.endpoint))
    }

    /// Whether the POS answers, and how long it takes: one small request with a short limit, never tried again.
    pub async fn probe(&self) -> Result<Duration, KlkError> {
        let call = Call {
            endpoint: Endpoint::SalesFloors,
            timeout: self.shared.config.probe_timeout,
            retries: 0,
            question: Question::Get(None),
        };
        let started = Instant::now();
        self.ask(&call, listing).await?;
        Ok(started.elapsed())
    }

    fn master_call(&self, endpoint: Endpoint, question: Question) -> Call {
        let config = &self.shared.config;
        Call { endpoint, question, timeout: config.articles_timeout, retries: config.retries }
    }

    /// Asks until there is an answer, or an error that another request cannot mend, or enough is enough.
    async fn ask<Answer, Parse>(&self, call: &Call, parse: Parse) -> Result<Received<Answer>, KlkError>
    where
        Answer: Send + 'static,
        Parse: Fn(&mut Body, usize) -> Result<Answer, ParseError> + Send + Sync + 'static,
    {
        let parse = Arc::new(parse);
        let mut attempt = 1;
        if self.is_stopped() {
            return Err(KlkError::Stopped { endpoint: call.endpoint });
        }
        loop {
            let error = match self.ask_once(call, attempt, Arc::clone(&parse)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.observer.on_failure(&error);
            if attempt > call.retries || !error.can_retry() || self.is_stopped() {
                return Err(error);
            }
            let wait = self.shared.backoff.wait(attempt, error.retry_after());
            tracing::warn!(endpoint = %call.endpoint, attempt, ?wait, %error, "request failed and is sent again");
            self.observer.on_retry(&RetryEvent { endpoint: call.endpoint, attempt, error: &error, wait });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stopped() => return Err(error),
            }
            attempt += 1;
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.borrow())
    }

    /// Resolves when the flag becomes true; never, where nobody can raise it any more.
    async fn stopped(&self) {
        if let Some(mut stop) = self.stop.clone()
            && stop.wait_for(|is_stopped| *is_stopped).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }

    async fn ask_once<Answer, Parse>(
        &self,
        call: &Call,
        attempt: u32,
        parse: Arc<Parse>,
    ) -> Result<Received<Answer>, KlkError>
    where
        Answer: Send + 'static,
        Parse: Fn(&mut Body, usize) -> Result<Answer, ParseError> + Send + Sync + 'static,
    {
        let endpoint = call.endpoint;
        let transport = &self.shared.transport;
        let (pieces, arriving) = mpsc::channel(PIECES_WAITING_MAX);
        let memory = transport.memory();
        // A day of sales takes a good part of a second to parse: not on a thread that serves others, and while it arrives.
        let parsing = tokio::task::spawn_blocking(move || parse_arriving(arriving, memory, &*parse));
        let sent = transport.send(call, attempt, &*self.observer, pieces).await;
        let parsed = match parsing.await {
            Ok(parsed) => parsed,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return Err(KlkError::Stopped { endpoint }),
            },
        };
        // A body that broke off may look like a whole one of another kind.
        sent?;
        parsed.map_err(|error| error.at(endpoint))
    }
}

/// Parses a body as it arrives; gets how many bytes it is said to have.
fn parse_arriving<Answer>(
    mut arriving: mpsc::Receiver<Piece>,
    memory: MemoryShare,
    parse: &impl Fn(&mut Body, usize) -> Result<Answer, ParseError>,
) -> Result<Received<Answer>, ParseError> {
    let mut first = arriving.blocking_recv();
    let body_bytes = first.as_ref().map_or(0, |piece| piece.body_bytes);
    let next = move || first.take().or_else(|| arriving.blocking_recv()).map(|piece| piece.bytes);
    let mut body = Body::new(Box::new(next), memory);
    let answer = parse(&mut body, body_bytes)?;
    Ok(Received::new(answer, body.into_memory()))
}

fn listing(body: &mut Body, _bytes: usize) -> Result<Vec<WarehouseRow>, ParseError> {
    body.read_to_end();
    parse_warehouses(whole_text_of(body)?)
}

/// A list of stores is small: nothing is kept of the budget for it.
fn listed(received: Received<Vec<WarehouseRow>>) -> Vec<WarehouseRow> {
    received.into_parts().0
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("config", &self.shared.config).finish_non_exhaustive()
    }
}

fn post(question: &impl Serialize) -> Result<Question, KlkError> {
    serde_json::to_string(question).map(Question::Post).map_err(|error| KlkError::Configuration(error.to_string()))
}
