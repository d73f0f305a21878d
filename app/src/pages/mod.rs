//! One file a page: its resources, what changes them, and a boundary around each part that can fail alone.

mod frame;
mod gaps;
mod home;
mod not_found;
mod plan_orders;
mod recovery;
mod runs;

pub use frame::Frame;
pub use gaps::GapsPage;
pub use home::HomePage;
pub use not_found::NotFoundPage;
pub use runs::RunsPage;
