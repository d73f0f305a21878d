//! Numbers, lengths of time and moments as people write them, by pure functions: nothing here knows what time it is.

mod bytes;
mod cause;
mod dated;
mod difference;
mod duration;
mod evidence;
mod moment;
mod money;
mod monitoring;
mod number;
mod period;
mod schedule;

pub use bytes::bytes;
pub use cause::{class_badge, class_name};
pub use dated::with_days;
pub use difference::difference;
pub use duration::{duration, whole_duration};
pub use evidence::{cause_name, cause_of_gap, evidence_of_gap, missing_invoices, numbers_in_a_row, numbers_of};
pub use moment::{absolute, ahead, day, relative, weekday};
pub use money::{cents, dollars, rounded};
pub use monitoring::{
    MonitoringState, check_in_name, cron_name, drop_reason_name, report_failure_name, report_kind_name,
};
pub use number::{decimal, whole};
pub use period::{Period, period};
pub use schedule::schedule;
