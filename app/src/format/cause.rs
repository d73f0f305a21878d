//! Why something is missing, in plain words.

use domain::read_model::GapView;
use domain::{ErrorClass, RunState};

use crate::i18n::{Language, state_name};

/// A cause in two parts, as the table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `El POS no respondió a tiempo`.
    pub title: String,
    /// What the latest attempt said.
    pub detail: Option<String>,
}

/// What people call a class of error.
pub const fn class_name(language: Language, class: ErrorClass) -> &'static str {
    let texts = language.error_class();
    match class {
        ErrorClass::Timeout => texts.timeout(),
        ErrorClass::Connection => texts.connection(),
        ErrorClass::ApiError => texts.api_error(),
        ErrorClass::InvalidData => texts.invalid_data(),
        ErrorClass::DatabaseError => texts.database_error(),
        ErrorClass::Interrupted => texts.interrupted(),
    }
}

/// A class of error in a word or two.
pub const fn class_badge(language: Language, class: ErrorClass) -> &'static str {
    let texts = language.error_badge();
    match class {
        ErrorClass::Timeout => texts.timeout(),
        ErrorClass::Connection => texts.connection(),
        ErrorClass::ApiError => texts.api_error(),
        ErrorClass::InvalidData => texts.invalid_data(),
        ErrorClass::DatabaseError => texts.database_error(),
        ErrorClass::Interrupted => texts.interrupted(),
    }
}

/// The cause of a gap: its class of error, else how the latest attempt ended, else that there was none.
pub fn cause_of_gap(language: Language, gap: &GapView) -> Cause {
    let detail = gap.causa_detalle.clone().filter(|detail| !detail.is_empty());
    if let Some(class) = gap.error_tipo {
        return Cause { title: class_name(language, class).to_owned(), detail };
    }
    match gap.causa.parse::<RunState>() {
        Ok(state) => Cause { title: state_name(language, state).to_owned(), detail },
        Err(_) => {
            let texts = language.gaps();
            Cause {
                title: texts.never_ran().to_owned(),
                detail: detail.or_else(|| Some(texts.never_ran_detail().to_owned())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::sample;

    #[rstest]
    #[case("nunca_ejecutado", None, "Nunca se ejecutó")]
    #[case("fallido", Some(ErrorClass::Timeout), "El POS no respondió a tiempo")]
    #[case("parcial", Some(ErrorClass::InvalidData), "Respuesta incompleta")]
    #[case("cancelado", None, "Cancelado")]
    fn the_most_telling_name_wins(#[case] causa: &str, #[case] error_tipo: Option<ErrorClass>, #[case] title: &str) {
        let gap = GapView { causa: causa.to_owned(), error_tipo, ..sample::gap() };
        assert_eq!(cause_of_gap(Language::Es, &gap).title, title);
    }

    #[test]
    fn what_the_attempt_said_is_the_detail() {
        let gap = GapView {
            causa: "parcial".to_owned(),
            error_tipo: Some(ErrorClass::InvalidData),
            causa_detalle: Some("llegaron 180 de 212 líneas".to_owned()),
            ..sample::gap()
        };
        assert_eq!(cause_of_gap(Language::Es, &gap).detail.as_deref(), Some("llegaron 180 de 212 líneas"));
    }
}
