//! What pages are drawn with. Components are given data and fetch nothing.

mod boundary;
mod connectivity;
mod copy_button;
#[cfg(feature = "ssr")]
mod crash;
mod empty;
mod failure;
mod filters;
mod frame;
mod gap_row;
mod gaps;
mod icon;
mod page_header;
mod pager;
mod part;
mod pill;
mod preferences_switch;
mod progress;
mod recover_dialog;
mod run_row;
mod runs;
mod sentry_trial;
mod skeleton;
mod stat_card;
mod time;
mod toasts;

pub use boundary::Boundary;
pub use connectivity::ConnectivityBadge;
pub use copy_button::CopyButton;
#[cfg(feature = "ssr")]
pub use crash::CrashTemplate;
pub use empty::Empty;
pub use failure::Failure;
pub use filters::{GapFilters, RunFilters};
pub use frame::{Brand, LiveBadge, NavLink};
pub use gaps::{GapCards, GapsTable};
pub use icon::{Glyph, Icon};
pub use page_header::{PageHeader, PageTitle};
pub use pager::Pager;
pub use part::Part;
pub use pill::{Pill, Tone};
pub use preferences_switch::PreferencesSwitch;
pub use progress::ProgressList;
pub use recover_dialog::RecoverDialog;
pub use runs::{RunCards, RunsTable};
pub use sentry_trial::SentryTrial;
pub use skeleton::Skeleton;
pub use stat_card::StatCard;
pub use time::{Elapsed, Moment};
pub use toasts::{ToastRegion, Toasts};
