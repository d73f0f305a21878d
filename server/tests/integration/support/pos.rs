//! A simulated POS in this process, and settings for a program that asks it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use klk_sim::{Sim, SimConfig};
use tokio::runtime::Runtime;

use super::Klk;

/// A small POS: two stores, few lines.
pub struct Pos {
    pub sim: Sim,
    pub address: String,
    /// The stores' yesterday, as it was at the start: a test may cross midnight.
    yesterday: Date,
    /// Serves as long as it lives.
    _runtime: Runtime,
}

/// What time it is for the program under test, which has the system's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary under test has the system's clock, so its test looks at it too"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

impl Pos {
    /// A POS that is well.
    pub fn start() -> Self {
        Self::with_latency(Duration::ZERO)
    }

    /// A POS that takes its time.
    pub fn with_latency(latency: Duration) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut config = SimConfig::five_stores(11).with_stores(2).with_volume(0.1);
        config.articles = 50;
        config.latency = latency;
        let sim = Sim::new(config, Arc::new(now));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(klk_sim::serve(listener, sim.clone(), std::future::pending()));
        let zone = TimeZone::get("America/Caracas").unwrap();
        let yesterday = zone.to_datetime(now()).date().yesterday().unwrap();
        Self { sim, address, yesterday, _runtime: runtime }
    }

    /// A program that asks this POS about two stores, of which anything is expected since yesterday only.
    pub fn klk(&self) -> Klk {
        let yesterday = self.yesterday();
        let stores = format!(
            r#"
            base_url = "{}"
            retries = 0
            backoff_base_milliseconds = 0
            gap_grace_minutes = 0
            scheduler = false
            [[tiendas]]
            id = "tienda_01"
            codigo = "SUC001"
            nombre = "PERIFERICO"
            desde = "{yesterday}"
            almacenes = [{{ codigo = "APP-TPF", nombre = "PISO DE VENTA" }}]
            [[tiendas]]
            id = "tienda_08"
            codigo = "SUC002"
            nombre = "BOSQUE"
            horario = "08:00-24:00"
            desde = "{yesterday}"
            almacenes = [{{ codigo = "APP-TBQ", nombre = "PISO DE VENTA" }}]
            "#,
            self.address
        );
        Klk::new().with_file(&stores)
    }

    /// The stores' yesterday.
    pub fn yesterday(&self) -> Date {
        self.yesterday
    }

    /// How many lines a store sold yesterday.
    pub fn lines_of_yesterday(&self, code: &str) -> u64 {
        self.sim.truth(code, self.yesterday(), self.yesterday()).unwrap().lines
    }
}
