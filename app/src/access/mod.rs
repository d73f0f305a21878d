//! Signing in and administering users: pages that the server draws alone, with plain forms and without a script.

mod account;
mod entrance;
mod fields;
mod users;

pub use account::AccountBar;
pub use entrance::{Entrance, EntranceKind, entrance_document};
pub use users::{SecretKind, UsersPage, users_page};
