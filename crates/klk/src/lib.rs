//! Client of the KLK POS API: one central server that answers for every store of the chain.
//!
//! - [`Client`] asks: for sales, for articles with their stock, for warehouses.
//! - [`SalesQuestion`] is about one local day at most, because the POS applies an hour filter to each day of a range.
//! - Answers are `domain` types, decimals exactly as the JSON text says. An answer that is short of what it announces
//!   is no error here: [`SalesAnswer`](domain::sale::SalesAnswer) carries both counts, and its `is_complete` decides.
//! - [`KlkError`] is the closed set of failures; its module says which of them are asked again.
//! - [`CallObserver`] hears of every request, answer and retry.
//!
//! ```no_run
//! use domain::BranchCode;
//! use jiff::civil::{date, time};
//! use klk::{Client, ClientConfig, SalesQuestion};
//! use rand::SeedableRng;
//!
//! # async fn example() -> Result<(), klk::KlkError> {
//! let config = ClientConfig::new("http://10.0.0.5:7002".parse()?);
//! let client = Client::new(config, rand::rngs::StdRng::seed_from_u64(7))?;
//!
//! let question = SalesQuestion::of_day(BranchCode::new("SUC001"), date(2025, 11, 17))
//!     .between(time(12, 0, 0, 0), Some(time(12, 30, 0, 0)));
//! let answer = client.sales(&question).await?;
//! assert!(answer.is_complete());
//! # Ok(())
//! # }
//! ```

mod backoff;
mod body;
pub mod client;
pub mod config;
mod endpoint;
pub mod error;
mod memory;
pub mod observer;
mod parse;
pub mod question;
mod refusal;
mod text;
mod transport;

pub use client::Client;
pub use config::{BaseUrl, ClientConfig};
pub use endpoint::Endpoint;
pub use error::{KlkError, TimeoutPhase};
pub use memory::{MemoryShare, Received};
pub use observer::{AnswerEvent, CallObserver, RequestEvent, RetryEvent};
pub use parse::sales::AnnouncedSales;
pub use parse::warehouses::WarehouseRow;
pub use question::SalesQuestion;
pub use refusal::RefusalKind;

/// Reads the response to a question of sales that is in memory as a whole; None where it cannot be read.
/// `examples/hot_paths.rs` has its instructions counted.
#[doc(hidden)]
pub fn sales_of_text(text: String, question: &SalesQuestion) -> Option<domain::sale::SalesAnswer> {
    let bytes = text.len();
    parse::sales::parse_sales(&mut body::Body::of(text), bytes, question).ok()
}
