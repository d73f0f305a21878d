//! Users: `GET /api/usuarios`, and what is done to them below it.

use jiff::Timestamp;

use super::read_model;
use crate::BranchId;
use crate::access::Role;

read_model! {
    /// Everybody who may sign in, and those who may not any more.
    pub struct UserList {
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
        #[serde(with = "crate::plain_time")]
        pub generado_en: Timestamp,
        /// By name.
        pub usuarios: Vec<UserSummary>,
    }

    /// A user; no hash and no code is in it.
    pub struct UserSummary {
        pub usuario: String,
        pub rol: Role,
        /// Where an operator may change something; None, in all stores.
        pub tiendas: Option<Vec<BranchId>>,
        pub activo: bool,
        pub tiene_clave: bool,
        /// Whether the user is a person at the provider of identities.
        pub vinculado: bool,
        /// Browsers that are signed in.
        pub sesiones: u64,
        /// Until when the one-time code counts.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub codigo_vence: Option<Timestamp>,
        /// The last request of any browser.
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
        #[serde(default, with = "crate::plain_time::optional")]
        pub visto_en: Option<Timestamp>,
    }

    /// Which user.
    pub struct UserRequest {
        pub usuario: String,
    }

    /// Which user, with what they may do from now on.
    pub struct UserRoleRequest {
        pub usuario: String,
        pub rol: Role,
        /// Only of an operator: where they may change something. Without it, or empty, in all stores.
        #[serde(default)]
        pub tiendas: Option<Vec<BranchId>>,
    }

    /// How many browsers are not signed in any more.
    pub struct SessionsEnded {
        pub usuario: String,
        pub cerradas: u64,
    }
}

/// With what a user sets a password; this is the only time that it is shown. It has no `Debug`, so that it is in no log.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserCode {
    /// Whose.
    pub usuario: String,
    /// To be typed at `/clave`, once.
    pub codigo: String,
}
