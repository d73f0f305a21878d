//! A running simulator and a client of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use klk_sim::{Sim, SimConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub struct Server {
    pub sim: Sim,
    pub client: reqwest::Client,
    base_url: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Small stores, on the 18th of November 2025 at noon in Caracas.
    pub async fn start() -> Self {
        Self::with(SimConfig::five_stores(7).with_volume(0.1)).await
    }

    pub async fn with(config: SimConfig) -> Self {
        // The client insists on a provider for https even where it speaks http only; another test may have set it.
        let _already_set = rustls::crypto::ring::default_provider().install_default();
        let now: Timestamp = "2025-11-18T16:00:00Z".parse().unwrap();
        let sim = Sim::new(config, Arc::new(move || now));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _closed = stopped.await;
        };
        let task = tokio::spawn(klk_sim::serve(listener, sim.clone(), shutdown));
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
        Self { sim, client, base_url, stop: Some(stop), task }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        self.client.post(self.url(path)).json(body).send().await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let response = self.try_post(path, body).await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let response = self.client.get(self.url(path)).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Sales of a half hour that has some.
    pub async fn sales(&self, branch: &str) -> (u16, Value) {
        self.post("/ventas", &noon(branch)).await
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap().unwrap();
    }
}

/// A question for the sales of a half hour that has some.
pub fn noon(branch: &str) -> Value {
    json!({
        "sucursal": branch, "fecha_desde": "2025-11-17", "fecha_hasta": "2025-11-17",
        "hora_desde": "12:00", "hora_hasta": "12:30",
    })
}

/// The elements of an answer, whatever they are called.
pub fn elements<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap()
}
