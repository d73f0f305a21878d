//! `POST /api/preferencias`: how this browser wants its pages.

use leptos::server;
use server_fn::codec::PostUrl;

use super::ApiError;

/// Keeps language, theme and density in cookies, which the server reads before it renders, so that no page shows in the wrong
/// ones first. It takes an ordinary form (without JavaScript, the browser is sent back to where it came from) and changes
/// nothing but the caller's own cookies; values that are none of ours are left out.
#[server(prefix = "/api", endpoint = "preferencias", input = PostUrl)]
pub async fn save_preferences(
    /// `es` or `en`.
    idioma: Option<String>,
    /// `sistema`, `claro` or `oscuro`.
    tema: Option<String>,
    /// `comoda` or `compacta`.
    densidad: Option<String>,
    /// `visto` closes the first steps of the demo.
    recorrido: Option<String>,
    /// `no` has single keys lead nowhere, `si` has them lead somewhere again.
    atajos: Option<String>,
) -> Result<(), ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("guardar_preferencias"))?;
    let single_keys = |code: &str| match code {
        crate::preferences::KEYS_ON => Some(true),
        crate::preferences::KEYS_OFF => Some(false),
        _ => None,
    };
    crate::preferences::keep(crate::preferences::Wanted {
        language: idioma.as_deref().and_then(crate::i18n::Language::of),
        theme: tema.as_deref().and_then(crate::preferences::Theme::of),
        density: densidad.as_deref().and_then(crate::preferences::Density::of),
        closes_tour: recorrido.as_deref() == Some(crate::preferences::TOUR_CLOSED),
        single_keys: atajos.as_deref().and_then(single_keys),
    });
    session.answer(std::future::ready(Ok(()))).await
}
