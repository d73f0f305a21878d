//! A KLK POS server for demonstrations, tests and benchmarks: deterministic sales from a seed, faults on demand.
//!
//! It speaks the POS's contract and nothing beside it, so whatever works here works against the real one:
//!
//! ```no_run
//! # async fn example(now: klk_sim::Now) -> std::io::Result<()> {
//! let sim = klk_sim::Sim::new(klk_sim::SimConfig::five_stores(7), now);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:7002").await?;
//! klk_sim::serve(listener, sim.clone(), std::future::pending()).await
//! # }
//! ```
//!
//! # What is the same every time
//! Everything but `fecha_generacion` follows from the seed: the same question at the same `now` gets the same bytes.
//! Each half hour is made by itself, so a question costs its own lines only. Sequence numbers of invoices rise by one
//! per store and register, over days too: the invoices of a half hour are counted without being made
//! ([`SimConfig::first_day`] is where counting begins). What has not happened yet at `now` is not sold yet.
//!
//! # What the contract leaves open, and what this server does
//! - Hours are compared with all their decimals: `hora_hasta` `23:59:59` misses a sale at `23:59:59.5`. `24:00` is no hour.
//! - A range or hours that end before they begin, and more than [`SimConfig::days_max`] days, are a 400.
//! - Several warehouses in one question give their articles one after the other; `reposicion` sums a store's
//!   warehouses to one row an article.
//!
//! # Faults
//! A [`Fault`] is added with [`Sim::add_fault`], with `POST /_sim/faults` (JSON) or as a compact text (its `FromStr`):
//!
//! | part | examples | meaning |
//! |---|---|---|
//! | store | `SUC003`, `*`, nothing | the store asked for; every store |
//! | endpoint | `ventas`, `articulos`, `almacenes`, `any`, nothing | what is asked; everything |
//! | kind | `status=503`, `html=502` | this status, with JSON or with the HTML page of a proxy |
//! | | `error=sin conexion` | 200 with `{"error": …}` |
//! | | `hang=130` | silence for so many seconds, then the connection ends |
//! | | `refuse`, `reset` | the connection ends without an answer, closed or reset |
//! | | `cut=2000` | the body ends after so many bytes of those promised |
//! | | `short=5` | so many elements fewer than announced |
//! | | `malformed=3`, `malformed=3/two_objects` | the element at this place is of a wrong shape ([`Malformation`]) |
//! | | `not_json` | 200 with a body that is no JSON |
//! | | `duplicates=4` | so many elements come twice |
//! | | `slow=800` | the right answer after so many milliseconds |
//! | | `drip=4096/50` | the right answer in pieces of so many bytes, so many milliseconds apart |
//! | sales | `2025-11-17T10:00..2025-11-17T13:00`, `2025-11-17T12:00..12:30`, `2025-11-17` | only questions whose hours overlap (local time) |
//! | options | `times=1` | over after so many questions |
//! | | `active=2025-11-18T08:00..2025-11-18T09:00` | only asked between these local times (either may be missing) |
//! | | `label=demo` | a name to remove it by ([`Sim::remove_labelled`]) |
//!
//! The parts stand in this order between colons: `SUC003:ventas:status=503:2025-11-17T10:00..2025-11-17T13:00`,
//! `SUC001:short=5:2025-11-17T12:00..12:30:times=1`, `refuse`. Where several faults match, the oldest one hits.
//!
//! # Control
//! `GET /_sim/health`; `GET`, `POST`, `DELETE /_sim/faults`, `DELETE /_sim/faults/{id}`; `POST /_sim/late`;
//! `GET /_sim/requests`; `GET /_sim/truth?sucursal=&fecha_desde=&fecha_hasta=`. Never subject to faults.

mod answers;
mod branch;
mod catalogue;
mod config;
mod connection;
mod counts;
pub mod demo;
mod dice;
mod fault;
mod fault_book;
mod fault_text;
mod http;
mod invoice;
mod invoice_json;
mod journal;
mod listing;
mod local_time;
mod micros;
mod packaged;
mod request;
mod sim;
mod stock;
mod stores;
mod weighed;
mod window;
mod world;

pub use branch::{SimBranch, SimWarehouse, WarehouseKind};
pub use config::SimConfig;
pub use fault::{Endpoint, Fault, FaultKind, Malformation};
pub use fault_book::{FaultId, FaultState, LateSales};
pub use fault_text::{Expected, InvalidFault};
pub use http::{API_KEY_HEADER, router, serve};
pub use journal::{RequestCount, RequestRecord, RequestReport};
pub use request::{Refusal, SalesRequest};
pub use sim::{Now, Sim};
pub use world::Truth;
