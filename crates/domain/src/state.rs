//! What is extracted, how a run was asked for, and what became of it.

use serde::{Deserialize, Serialize};

/// Implements `as_str`, `Display` and `FromStr` for an enum whose wire names are given beside its variants, so that
/// serde, columns, query strings and tags cannot disagree.
macro_rules! wire_names {
    ($name:ident { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order of its declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in JSON, columns and tags.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::state::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::state::UnknownName {
                        given: text.to_owned(),
                        allowed: Self::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "),
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text),+]))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use wire_names;

/// A text that names none of the values of an enum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("'{given}' is not one of: {allowed}")]
pub struct UnknownName {
    /// What came.
    pub given: String,
    /// What may come, separated by commas.
    pub allowed: String,
}

/// What is extracted: the column `etl_tipo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EtlKind {
    /// Invoice lines; a window can be extracted again at any later time.
    Sales,
    /// A snapshot of stock; it can only be taken now.
    Inventory,
}
wire_names!(EtlKind { Sales => "ventas", Inventory => "inventario" });

impl EtlKind {
    /// Whether a window of the past can be extracted again; of what cannot, a missed window stays missing.
    pub const fn is_recoverable(self) -> bool {
        match self {
            Self::Sales => true,
            Self::Inventory => false,
        }
    }

    /// Whether its lines have invoice numbers, which prove that none is missing.
    pub const fn has_invoice_numbers(self) -> bool {
        match self {
            Self::Sales => true,
            Self::Inventory => false,
        }
    }
}

/// How a run was asked for: the column `modo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RunMode {
    /// A whole day of sales, or a whole snapshot.
    Full,
    /// The half hour that has just ended, asked for by the schedule.
    Incremental,
    /// A half hour that was missing.
    Recovery,
}
wire_names!(RunMode { Full => "completo", Incremental => "incremental_30min", Recovery => "recuperacion" });

/// What became of a run: the column `estado`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RunState {
    /// Durable, waiting for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Everything the source announced was committed.
    Succeeded,
    /// Nothing was loaded; what was there before stays.
    Failed,
    /// Fewer lines came than the source announced; the gap stays.
    Partial,
    /// Taken back before it did anything.
    Cancelled,
    /// The process ended while it ran; nothing of it was committed.
    Interrupted,
}
wire_names!(RunState {
    Queued => "en_cola",
    Running => "en_proceso",
    Succeeded => "exitoso",
    Failed => "fallido",
    Partial => "parcial",
    Cancelled => "cancelado",
    Interrupted => "interrumpido",
});

impl RunState {
    /// Whether nothing more will happen to the run.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// Whether the run ended without doing what it was asked to (a cancelled run was asked not to).
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Partial | Self::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_round_trip_and_unknown_ones_name_the_choices() {
        for state in RunState::ALL {
            assert_eq!(state.as_str().parse::<RunState>().unwrap(), *state);
            assert_eq!(serde_json::from_str::<RunState>(&serde_json::to_string(state).unwrap()).unwrap(), *state);
        }
        let error = "venta".parse::<EtlKind>().unwrap_err();
        assert_eq!(error.to_string(), "'venta' is not one of: ventas, inventario");
    }
}
