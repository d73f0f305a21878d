//! Having the server fail, to try out that Sentry hears of it.

use domain::problem::ProblemCode;

use super::done;
use crate::api::{ErrorMessage, try_monitoring};
use crate::page::Outcome;
use crate::query::{MONITORING, trial_path};

/// Fails, and shows by which reference that is found. Any other failure is shown as what it is.
pub async fn fail() -> Outcome {
    let Err(error) = try_monitoring(Some("error".to_owned())).await else { return done(MONITORING, "") };
    match ErrorMessage::from(&error).reference {
        Some(code) if error.0.codigo == ProblemCode::Internal => done(trial_path(&code), ""),
        _ => done(MONITORING, error.to_string()),
    }
}
