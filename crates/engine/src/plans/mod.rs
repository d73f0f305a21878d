//! Recovery plans at work: from a request to sealed windows, from a started plan to its end.
//!
//! [`request`] resolves what somebody asks for to instants, [`seal`] finds the windows of them that are missing, and
//! [`preview`] says what they cost. [`start`] queues exactly those. [`control`] holds a plan, lets it go on, and takes it
//! back; [`book`] counts what is left of each and trips its breaker, and [`follow`] acts on that; [`keeper`] is the task that
//! holds what must not run in trading hours and tries again what failed.
//!
//! What decides takes what it needs (a store, the branches, a moment, limits) and is tested in memory; only [`preview`],
//! [`start`] and [`keeper`] have the engine, to collect it.

pub(crate) mod book;
pub(crate) mod control;
pub(crate) mod decision;
pub(crate) mod follow;
pub(crate) mod keeper;
pub(crate) mod preview;
pub(crate) mod request;
mod retries;
pub(crate) mod seal;
pub(crate) mod start;
pub(crate) mod store;
#[cfg(test)]
pub(crate) mod testing;
mod trading_hours;
pub(crate) mod view;
