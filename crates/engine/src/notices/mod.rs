//! Notices to people who are not looking: what is worth one (`rules`), the look for it (`looking`), and the outbox that is
//! delivered from (`delivery`).

mod delivery;
mod looking;
mod rules;

pub(crate) use delivery::deliver;
pub(crate) use looking::{look, message};
