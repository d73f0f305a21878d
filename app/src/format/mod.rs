//! Numbers, lengths of time and moments as people write them, by pure functions: nothing here knows what time it is.

mod cause;
mod difference;
mod duration;
mod moment;
mod number;
mod period;

pub use cause::{Cause, cause_of_gap, class_badge, class_name};
pub use difference::difference;
pub use duration::{duration, whole_duration};
pub use moment::{absolute, day, relative};
pub use number::{decimal, whole};
pub use period::{Period, period};
