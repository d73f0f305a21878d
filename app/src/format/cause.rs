//! Why a run failed, in plain words.

use domain::ErrorClass;

use crate::i18n::Language;

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
