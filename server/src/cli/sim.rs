//! `klk sim`: a POS that answers like the real one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use klk_sim::{Fault, Sim, SimConfig};

use super::refusal;
use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::output::remark;
use crate::runtime;

/// Options of `klk sim`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct SimArguments {
    /// Puerto en 127.0.0.1
    #[arg(long, default_value_t = 7002)]
    puerto: u16,
    /// Cuántas tiendas: las cinco conocidas primero
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=500))]
    tiendas: u16,
    /// Con la misma semilla se vende lo mismo
    #[arg(long, default_value_t = 42)]
    semilla: u64,
    /// Lo que falla, como SUC003:ventas:status=503 o SUC001:short=5:2025-11-17T12:00..12:30; se puede repetir
    #[arg(long, value_name = "FALLO")]
    fallo: Vec<String>,
    /// Milisegundos que tarda cada respuesta
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latencia_ms: u64,
    /// Cuánto se vende, como múltiplo de una tienda real
    #[arg(long, default_value_t = 1.0)]
    volumen: f64,
}

impl SimArguments {
    /// Serves until it is asked to end.
    pub fn run(self) -> Result<Outcome, Failure> {
        let faults: Vec<Fault> = self
            .fallo
            .iter()
            .map(|text| text.parse::<Fault>().map_err(|error| Failure::Usage(refusal::fault_sentence(text, &error))))
            .collect::<Result<_, Failure>>()?;
        runtime::block_on(async move {
            let mut config =
                SimConfig::five_stores(self.semilla).with_stores(self.tiendas.into()).with_volume(self.volumen);
            config.latency = Duration::from_millis(self.latencia_ms);
            let sim = Sim::new(config, Arc::new(clock::now));
            for fault in faults {
                sim.add_fault(fault);
            }
            let address = SocketAddr::from(([127, 0, 0, 1], self.puerto));
            let listener = tokio::net::TcpListener::bind(address)
                .await
                .with_context(|| format!("no se puede escuchar en {address}"))?;
            let address = listener.local_addr().context("no hay dirección")?;
            remark(&format!("KLK simulado en http://{address} (semilla {}, {} tiendas)", self.semilla, self.tiendas));
            klk_sim::serve(listener, sim, runtime::stop_signal()).await.context("el simulador terminó")?;
            Ok(Outcome::Success)
        })
    }
}
