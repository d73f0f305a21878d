//! Telling a store that does not exist from one that cannot answer right now.

/// Whether a refusal of the POS can pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The POS does not know the store (or warehouse): asking again gives the same.
    UnknownBranch,
    /// Anything else, as a store without connection.
    Other,
}

/// Words of a passing fault. They decide first: of "no se encontró conexión con la sucursal" the connection is the point.
const PASSING_FAULT: &[&str] = &[
    "conexi",
    "conect",
    "connect",
    "comunica",
    "timeout",
    "tiempo de espera",
    "offline",
    "fuera de linea",
    "no responde",
    "no disponible",
    "unavailable",
    "unreachable",
    "temporal",
];

/// Words of something that is not there at all.
const NOT_THERE: &[&str] = &[
    "no existe",
    "inexistente",
    "desconocid",
    "no encontrad",
    "no se encontr",
    "no se encuentra",
    "no registrad",
    "no reconocid",
    "no valid",
    "invalid",
    "unknown",
    "not found",
    "does not exist",
];

/// Judges the message of a refusal; the POS gives no code, so its words have to do.
///
/// In doubt it is [`RefusalKind::Other`]: a few needless requests cost less than a store that is given up for a fault
/// that would have passed.
pub(crate) fn refusal_kind(message: &str) -> RefusalKind {
    let folded = fold(message);
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    if !has(PASSING_FAULT) && has(NOT_THERE) { RefusalKind::UnknownBranch } else { RefusalKind::Other }
}

/// Lower case without accents.
fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|character| match character {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' | 'ü' => 'u',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Sucursal SUC099 no existe")]
    #[case("SUCURSAL DESCONOCIDA")]
    #[case("Sucursal no encontrada: SUC099")]
    #[case("No se encontró la sucursal SUC099")]
    #[case("Código de sucursal inválido")]
    #[case("La tienda no está registrada: sucursal inexistente")]
    #[case("unknown store SUC099")]
    #[case("Store not found")]
    fn a_store_that_is_not_there_is_unknown(#[case] message: &str) {
        assert_eq!(refusal_kind(message), RefusalKind::UnknownBranch);
    }

    #[rstest]
    #[case("Sucursal sin conexión")]
    #[case("Tienda SUC001 sin conexion con el servidor central")]
    #[case("No se encontró conexión con la sucursal")]
    #[case("La sucursal no responde")]
    #[case("store offline: host not found")]
    #[case("Error interno")]
    #[case("")]
    fn anything_else_may_pass(#[case] message: &str) {
        assert_eq!(refusal_kind(message), RefusalKind::Other);
    }
}
