//! Numbers, lengths of time and moments as people write them, by pure functions: nothing here knows what time it is.

mod cause;
mod duration;
mod evidence;
mod moment;
mod money;
mod number;
mod period;

pub use cause::{class_badge, class_name};
pub use duration::{duration, whole_duration};
pub use evidence::{cause_name, evidence_of_gap, missing_invoices, numbers_of};
pub use moment::{absolute, day, relative};
pub use money::{cents, dollars, rounded};
pub use number::{decimal, whole};
pub use period::{Period, period};
