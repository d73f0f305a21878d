//! How old the last copy of the database is.

use jiff::{SignedDuration, Timestamp};

use super::finding::Finding;
use crate::settings::Settings;

const SUBJECT: &str = "respaldos";
/// One is made each day; so long without one, and something is wrong. The alert on metrics says the same.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(36);

/// What is found in the folder of copies; None where there is nothing to copy yet.
pub fn check(settings: &Settings, now: Timestamp) -> Option<Finding> {
    if settings.postgres.is_some() || !settings.database.exists() {
        return None;
    }
    let folder = settings.backups.folder.display();
    let by_itself = settings.backups.at.map(|at| at.strftime("%H:%M").to_string());
    let Some((made_at, path)) = settings.backups.latest() else {
        let detail = format!("no hay ninguno en {folder}");
        let advice = match by_itself {
            Some(at) => format!(
                "`klk serve` hace uno cada día a las {at}; ahora mismo, `klk respaldar` (con el servidor en marcha, --servidor)"
            ),
            None => "nadie los hace (KLK_RESPALDO_HORA=nunca): haga uno con `klk respaldar`".to_owned(),
        };
        return Some(Finding::warning(SUBJECT, detail, &advice));
    };
    let age = now.duration_since(made_at);
    let detail = format!("el último es de hace {}: {}", age_text(age), path.display());
    Some(match by_itself {
        _ if age <= AGE_MAX => Finding::fine(SUBJECT, detail),
        Some(at) => {
            let advice =
                format!("compruebe que `klk serve` esté en marcha a las {at}, y en su registro por qué no se copió");
            Finding::failure(SUBJECT, detail, &advice)
        }
        None => {
            Finding::warning(SUBJECT, detail, "nadie los hace (KLK_RESPALDO_HORA=nunca): haga uno con `klk respaldar`")
        }
    })
}

/// In hours, and in days from two on.
fn age_text(age: SignedDuration) -> String {
    match age.as_hours().max(0) {
        0 => "menos de una hora".to_owned(),
        hours @ 1..=47 => format!("{hours} h"),
        hours => format!("{} días", hours / 24),
    }
}
