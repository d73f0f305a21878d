//! Whether the POS answers, and whether we do.

use std::time::Instant;

use domain::ErrorClass;
use domain::read_model::{Connectivity, ConnectivityState};
use texts::{Language, probe_failure};

use crate::requests::RequestWatcher;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Asks the POS one small question. That it does not answer is an answer, not an error. Whoever asks while it is being
    /// asked, or soon after, gets the same answer: a thousand pages cost the POS one question.
    pub async fn connectivity(&self, actor: &Actor) -> Result<Connectivity, UseCaseError> {
        actor.may_watch()?;
        let mut last = self.last_probe.lock().await;
        if let Some((at, answer)) = last.as_ref()
            && at.elapsed() < self.settings.probe_interval
        {
            return Ok(answer.clone());
        }
        let answer = self.probe().await;
        self.pos_outage.record(&answer);
        *last = Some((Instant::now(), answer.clone()));
        Ok(answer)
    }

    async fn probe(&self) -> Connectivity {
        let started = Instant::now();
        let watcher = RequestWatcher::of_task(self.monitoring.clone());
        let outcome = self.source.observed_by(watcher.clone()).probe().await;
        if let Err(error) = &outcome {
            watcher.failed(error);
        }
        let latencia_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let error_tipo = outcome.err().map(|error| error.class());
        let estado = match error_tipo {
            None => ConnectivityState::Available,
            Some(ErrorClass::Timeout) => ConnectivityState::Timeout,
            Some(_) => ConnectivityState::Error,
        };
        let drift = self.source_clock.latest();
        Connectivity {
            estado,
            latencia_ms,
            error_tipo,
            detalle: error_tipo.map(|class| probe_failure(Language::Es, class).to_owned()),
            desfase_reloj_s: drift.map(|drift| drift.ahead.as_secs()),
            verificado_en: self.clock.now(),
        }
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), UseCaseError> {
        Ok(self.warehouse.ping().await?)
    }
}
