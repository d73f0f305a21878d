//! Whether the provider of identities is there and knows us.

use std::sync::Arc;

use oidc::{Provider, ProviderError};

use super::finding::Finding;
use crate::clock;
use crate::settings::Settings;

const SUBJECT: &str = "proveedor de identidad";

/// What is found at the provider; None where none is configured.
pub async fn check(settings: &Settings) -> Option<Finding> {
    let settings = &settings.sign_on.as_ref()?.provider;
    let outcome = match Provider::new(settings.clone(), Arc::new(clock::now)) {
        Ok(provider) => provider.check().await,
        Err(error) => Err(error),
    };
    let issuer = &settings.issuer;
    Some(match outcome {
        Ok(()) => Finding::fine(SUBJECT, format!("{issuer} responde y nos conoce")),
        Err(error) => {
            let (detail, advice) = explained(&error, settings.redirect_url.as_str());
            Finding::failure(SUBJECT, format!("{issuer} {detail}"), &advice)
        }
    })
}

/// What is wrong, and what to do about it.
fn explained(error: &ProviderError, redirect_url: &str) -> (String, String) {
    match error {
        ProviderError::Unreachable { detail } => (
            format!("no se puede alcanzar ({detail})"),
            "compruebe la dirección, el certificado y el firewall de salida; mientras tanto se entra con clave"
                .to_owned(),
        ),
        ProviderError::OtherIssuer { found } => {
            (format!("se llama a sí mismo {found}"), format!("si es el correcto, escriba KLK_OIDC_ISSUER={found}"))
        }
        ProviderError::NotAProvider { detail } => (
            format!("no responde como un proveedor de identidad ({detail})"),
            "en KLK_OIDC_ISSUER va la dirección que tiene debajo /.well-known/openid-configuration".to_owned(),
        ),
        ProviderError::Refused { code } => (
            format!("no nos acepta ({code})"),
            format!(
                "compruebe KLK_OIDC_CLIENT_ID y KLK_OIDC_CLIENT_SECRET, y que allí esté registrada la vuelta {redirect_url}"
            ),
        ),
        ProviderError::Unproven { detail } => {
            (format!("responde otra cosa que la acordada ({detail})"), "avise a quien lo administra".to_owned())
        }
        ProviderError::NoName { claim } => {
            (format!("no da el dato {claim}"), "elija otro con KLK_OIDC_NOMBRE_DE_USUARIO".to_owned())
        }
    }
}
