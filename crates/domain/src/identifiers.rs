//! Identifiers, each its own type, so that a store's code is never taken for its identifier.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! text_identifier {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(String);

        impl $name {
            /// Wraps a text as it is; checking it against the configured branches is the caller's business.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_identifier! {
    /// A branch in our own words, as `tienda_01`: the column `ubicacion_id`.
    BranchId
}
text_identifier! {
    /// A branch in the words of the POS, as `SUC001` (`CodigoSucursal`).
    BranchCode
}
text_identifier! {
    /// A warehouse in the words of the POS, as `APP-TPF` (`CodigoAlmacen`).
    WarehouseCode
}

macro_rules! ordered_identifier {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

ordered_identifier! {
    /// A run (ejecución). Version 7, so identifiers sort by the time the run was queued.
    RunId
}
ordered_identifier! {
    /// Runs that were asked for together (a first load, a recovery): the column `lote_id`. Version 7.
    BatchId
}
