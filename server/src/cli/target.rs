//! Whom a command speaks to: an engine of its own over the database file, or a running server.

use std::time::Duration;

use domain::filter::{CoverageFilter, GapFilter};
use domain::read_model::{
    BatchProgress, CoverageDay, GapList, PlanDetail, PlanList, PlanPreview, PlanRequest, PlanView, RecoverGapAnswer,
    RecoverGapRequest, RunView,
};
use domain::{BatchId, BranchId};
use engine::{Actor, Engine};

use super::plan_verb::PlanVerb;
use super::remote::RemoteServer;
use crate::failure::{Failure, use_case_failure};
use crate::settings::{Settings, branches};
use crate::wiring::{self, Observability, Purpose};
use crate::{host, runtime};

/// Whom a command speaks to.
pub enum Target {
    /// An engine of its own.
    Local(Engine, Actor),
    /// A running server.
    Remote(RemoteServer),
}

/// Who asks on the command line.
pub fn actor() -> Actor {
    Actor::at_console(host::user())
}

impl Target {
    /// The server where one is named, else an engine over the file.
    pub async fn open(
        server: Option<&str>,
        settings: &Settings,
        observability: &Observability,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        match server.or(settings.server.as_deref()) {
            Some(url) => {
                RemoteServer::new(url, settings.api_token.as_ref(), settings.http.request_timeout).map(Self::Remote)
            }
            None => Ok(Self::Local(wiring::engine(settings, &observability.monitoring, purpose).await?, actor())),
        }
    }

    /// Ends the engine, if it is one's own.
    pub async fn close(self, limit: Duration) {
        if let Self::Local(engine, _) = self {
            runtime::end_engine(&engine, limit).await;
        }
    }

    /// The branch that is meant by an id, a code or a name. A server knows its stores by id and name.
    pub async fn branch(&self, text: &str) -> Result<BranchId, Failure> {
        match self {
            Self::Local(engine, _) => branches::named(&engine.branches(), text).map(|branch| branch.id.clone()),
            Self::Remote(server) => server.branch(text).await,
        }
    }

    /// What is missing.
    pub async fn gaps(&self, filter: GapFilter) -> Result<GapList, Failure> {
        match self {
            Self::Local(engine, actor) => engine.list_gaps(actor, filter).await.map_err(use_case_failure),
            Self::Remote(server) => server.gaps(&filter).await,
        }
    }

    /// A store's day.
    pub async fn coverage(&self, filter: CoverageFilter) -> Result<CoverageDay, Failure> {
        match self {
            Self::Local(engine, actor) => engine.coverage(actor, filter).await.map_err(use_case_failure),
            Self::Remote(server) => server.coverage(&filter).await,
        }
    }

    /// Queues what is missing of a period.
    pub async fn recover(&self, request: RecoverGapRequest) -> Result<RecoverGapAnswer, Failure> {
        match self {
            Self::Local(engine, actor) => engine.recover_gap(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.recover(&request).await,
        }
    }

    /// Shows what would run.
    pub async fn plan(&self, request: PlanRequest) -> Result<PlanPreview, Failure> {
        match self {
            Self::Local(engine, actor) => engine.plan_recovery(actor, request).await.map_err(use_case_failure),
            Self::Remote(server) => server.plan(&request).await,
        }
    }

    /// Starts what was shown.
    pub async fn start_plan(&self, hash: &str) -> Result<PlanView, Failure> {
        match self {
            Self::Local(engine, actor) => engine.start_plan(actor, hash).await.map_err(use_case_failure),
            Self::Remote(server) => server.change_plan("iniciar", hash, None).await,
        }
    }

    /// Plans that were started, the newest first.
    pub async fn plans(&self, limit: u32) -> Result<PlanList, Failure> {
        match self {
            Self::Local(engine, actor) => engine.list_plans(actor, limit).await.map_err(use_case_failure),
            Self::Remote(server) => server.plans(limit).await,
        }
    }

    /// One plan by its hash.
    pub async fn read_plan(&self, hash: &str) -> Result<PlanDetail, Failure> {
        match self {
            Self::Local(engine, actor) => engine.read_plan(actor, hash).await.map_err(use_case_failure),
            Self::Remote(server) => server.read_plan(hash).await,
        }
    }

    /// Holds a plan, lets it go on, or takes it back.
    pub async fn change_plan(&self, verb: PlanVerb, hash: &str, reason: Option<String>) -> Result<PlanView, Failure> {
        let (engine, actor) = match self {
            Self::Local(engine, actor) => (engine, actor),
            Self::Remote(server) => return server.change_plan(verb.as_str(), hash, reason).await,
        };
        let outcome = match verb {
            PlanVerb::Pause => engine.pause_plan(actor, hash, reason).await,
            PlanVerb::Resume => engine.resume_plan(actor, hash, reason).await,
            PlanVerb::Cancel => engine.cancel_plan(actor, hash, reason).await,
        };
        outcome.map_err(use_case_failure)
    }

    /// How far the batches are.
    pub async fn progress(&self, batches: &[BatchId]) -> Result<Vec<BatchProgress>, Failure> {
        match self {
            Self::Local(engine, _) => {
                let mut progress = Vec::with_capacity(batches.len());
                for batch in batches {
                    progress.push(engine.batch(*batch).await.map_err(use_case_failure)?);
                }
                Ok(progress)
            }
            Self::Remote(server) => server.progress(batches).await,
        }
    }

    /// The runs of the batches, in order of time.
    pub async fn runs(&self, batches: &[BatchId]) -> Result<Vec<RunView>, Failure> {
        match self {
            Self::Local(engine, _) => {
                let mut runs = Vec::new();
                for batch in batches {
                    runs.extend(engine.batch_runs(*batch).await.map_err(use_case_failure)?);
                }
                Ok(runs)
            }
            Self::Remote(server) => server.runs(batches).await,
        }
    }
}
