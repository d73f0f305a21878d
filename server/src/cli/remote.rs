//! A running server, spoken to over its REST interface.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use domain::filter::{CoverageFilter, GapFilter};
use domain::problem::{Problem, ProblemCode};
use domain::read_model::{
    BackupRequest, BackupStatus, BatchProgress, CalendarList, CoverageDay, GapList, PlanDetail, PlanHashRequest,
    PlanList, PlanPreview, PlanRequest, PlanView, Progress, RecoverGapAnswer, RecoverGapRequest, RunPage, RunView,
    UserList,
};
use domain::{BatchId, BranchId};
use jiff::civil::DateTime;
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Servers keep from where somebody decided something.
const AGENT: &str = concat!("klk/", env!("CARGO_PKG_VERSION"));
const BACKUPS: &str = "/api/respaldos";
const USERS: &str = "/api/usuarios";

/// A running server.
pub struct RemoteServer {
    base: Url,
    client: Client,
    token: Option<SecretString>,
}

impl RemoteServer {
    /// The server at this address; nothing is sent yet.
    pub fn new(url: &str, token: Option<&SecretString>, timeout: Duration) -> Result<Self, Failure> {
        let refuse =
            || Failure::Usage(format!("'{url}' no es la dirección de un servidor; escriba http://127.0.0.1:3000"));
        let base = Url::parse(url).map_err(|_| refuse())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(refuse());
        }
        // An error says that the process has a provider already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().user_agent(AGENT).timeout(timeout).build().context("no hay cliente HTTP")?;
        Ok(Self { base, client, token: token.cloned() })
    }

    /// What is missing.
    pub async fn gaps(&self, filter: &GapFilter) -> Result<GapList, Failure> {
        self.gaps_at(filter, None).await
    }

    /// What was missing at a moment of the chain's clock.
    pub async fn gaps_at(&self, filter: &GapFilter, moment: Option<DateTime>) -> Result<GapList, Failure> {
        let mut query = vec![("max_horas", filter.hours_max.to_string())];
        query.push(("ordenar", filter.order.to_string()));
        query.extend(filter.kind.map(|kind| ("etl_tipo", kind.to_string())));
        query.extend(filter.branch.as_ref().map(|branch| ("ubicacion_id", branch.to_string())));
        query.extend(moment.map(|moment| ("en", moment.to_string())));
        self.ask(self.client.get(self.url("gaps", &query))).await
    }

    /// The calendar of each store.
    pub async fn calendars(&self) -> Result<CalendarList, Failure> {
        self.ask(self.client.get(self.url("calendarios", &[]))).await
    }

    /// A store's day.
    pub async fn coverage(&self, filter: &CoverageFilter) -> Result<CoverageDay, Failure> {
        let query = [("ubicacion_id", filter.branch.to_string()), ("fecha", filter.date.to_string())];
        self.ask(self.client.get(self.url("cobertura", &query))).await
    }

    /// The branch that is meant by an id or a name; another text is left to the server to refuse.
    pub async fn branch(&self, text: &str) -> Result<BranchId, Failure> {
        let query = [("limite", "1".to_owned())];
        let page: RunPage = self.ask(self.client.get(self.url("ejecuciones", &query))).await?;
        let wanted = text.trim().to_lowercase();
        let is_meant = |name: &str| name.to_lowercase() == wanted;
        let found = page
            .tiendas
            .into_iter()
            .find(|branch| is_meant(branch.ubicacion_id.as_str()) || is_meant(&branch.ubicacion_nombre));
        Ok(found.map_or_else(|| BranchId::new(text.trim()), |branch| branch.ubicacion_id))
    }

    /// Queues what is missing of a period.
    pub async fn recover(&self, request: &RecoverGapRequest) -> Result<RecoverGapAnswer, Failure> {
        self.ask(self.client.post(self.url("recuperar-gap", &[])).json(request)).await
    }

    /// Shows what would run.
    pub async fn plan(&self, request: &PlanRequest) -> Result<PlanPreview, Failure> {
        self.ask(self.client.post(self.url("planes", &[])).json(request)).await
    }

    /// Plans that were started.
    pub async fn plans(&self, limit: u32) -> Result<PlanList, Failure> {
        self.ask(self.client.get(self.url("planes", &[("limite", limit.to_string())]))).await
    }

    /// One plan.
    pub async fn read_plan(&self, hash: &str) -> Result<PlanDetail, Failure> {
        self.ask(self.client.get(self.url("plan", &[("hash", hash.to_owned())]))).await
    }

    /// Does something to the plan of a hash.
    pub async fn change_plan(&self, action: &str, hash: &str, reason: Option<String>) -> Result<PlanView, Failure> {
        let body = PlanHashRequest { hash: hash.to_owned(), motivo: reason };
        self.ask(self.client.post(self.url(&format!("planes/{action}"), &[])).json(&body)).await
    }

    /// The copy of the database that is being made, or the last one.
    pub async fn backup_status(&self) -> Result<BackupStatus, Failure> {
        self.ask(self.client.get(self.below(BACKUPS))).await
    }

    /// Has the server begin a copy of the database.
    pub async fn start_backup(&self, request: &BackupRequest) -> Result<BackupStatus, Failure> {
        self.ask(self.client.post(self.below(BACKUPS)).json(request)).await
    }

    /// Everybody who may sign in.
    pub async fn users(&self) -> Result<UserList, Failure> {
        self.ask(self.client.get(self.below(USERS))).await
    }

    /// Does something to a user, or adds one.
    pub async fn change_user<T: DeserializeOwned>(&self, action: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.ask(self.client.post(self.below(&format!("{USERS}/{action}"))).json(body)).await
    }

    /// Posts a body to a resource.
    pub async fn post<T: DeserializeOwned>(&self, resource: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.ask(self.client.post(self.url(resource, &[])).json(body)).await
    }

    /// A list as a file.
    pub async fn export(&self, name: &str, filter: &[(String, String)]) -> Result<Vec<u8>, Failure> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/exportar/{name}", self.base.path().trim_end_matches('/')));
        url.query_pairs_mut().extend_pairs(filter);
        self.bytes(self.client.get(url)).await
    }

    /// How far the batches are. The server forgets those that ended a while ago, and so do we.
    pub async fn progress(&self, batches: &[BatchId]) -> Result<Vec<BatchProgress>, Failure> {
        let progress: Progress = self.ask(self.client.get(self.url("progreso", &[]))).await?;
        Ok(progress.lotes.into_iter().filter(|batch| batches.contains(&batch.lote_id)).collect())
    }

    /// The runs of the batches, in the order in which they were queued.
    pub async fn runs(&self, batches: &[BatchId]) -> Result<Vec<RunView>, Failure> {
        let mut found = BTreeMap::new();
        for batch in batches {
            let mut cursor: Option<String> = None;
            loop {
                let mut query = vec![("limite", "100".to_owned()), ("lote_id", batch.to_string())];
                query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
                let page: RunPage = self.ask(self.client.get(self.url("ejecuciones", &query))).await?;
                found.extend(page.ejecuciones.into_iter().map(|run| (run.id, run)));
                cursor = page.cursor_siguiente;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(found.into_values().collect())
    }

    fn url(&self, resource: &str, query: &[(&str, String)]) -> Url {
        let mut url = self.below(&format!("/api/etl/tracking/{resource}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn below(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let body = self.bytes(request).await?;
        Ok(serde_json::from_slice(&body).context("el servidor respondió algo inesperado")?)
    }

    async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        };
        let response =
            request.send().await.with_context(|| format!("el servidor {} no responde", self.base.as_str()))?;
        let status = response.status();
        let body = response.bytes().await.context("la respuesta del servidor se cortó")?;
        if status.is_success() {
            return Ok(body.into());
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(problem_failure(problem)),
            Err(_) => Err(anyhow::anyhow!("el servidor {} respondió {status}", self.base.as_str()).into()),
        }
    }
}

fn problem_failure(problem: Problem) -> Failure {
    match problem.codigo {
        ProblemCode::NotSignedIn => Failure::Usage(format!(
            "{}: ponga en KLK_API_TOKEN un token que todavía valga; se crea en /usuarios o con klk tokens crear",
            problem.detail
        )),
        ProblemCode::InvalidParameter | ProblemCode::NotFound | ProblemCode::Forbidden => {
            Failure::Usage(problem.detail)
        }
        ProblemCode::Conflict | ProblemCode::PlanChanged | ProblemCode::TooManyAttempts | ProblemCode::Busy => {
            Failure::Incomplete(problem.detail)
        }
        ProblemCode::Internal => anyhow::anyhow!("{} (referencia {})", problem.detail, problem.correlacion).into(),
    }
}
