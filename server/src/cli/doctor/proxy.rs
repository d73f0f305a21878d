//! Whether what people open leads here, through whatever proxy stands in between, and arrives as it was sent.

use std::time::Duration;

use reqwest::header::STRICT_TRANSPORT_SECURITY;
use reqwest::{Client, Response, StatusCode, Url};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::finding::Finding;
use crate::settings::Settings;

const SUBJECT: &str = "proxy";
/// A proxy on the way to a server that runs answers in this time.
const LIMIT: Duration = Duration::from_secs(5);

/// What `/health/live` answers.
#[derive(Deserialize)]
struct Health {
    version: String,
}

/// What is found at the address that people open; None where none is configured.
pub async fn check(settings: &Settings) -> Option<Finding> {
    let url = settings.http.public.url.as_ref()?;
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = Client::builder().connect_timeout(LIMIT).read_timeout(LIMIT).build().ok()?;
    let get = |path: &str| client.get(url.join(path).unwrap_or_else(|_| url.clone()));
    let health = match get("/health/live").send().await {
        Ok(response) => response,
        Err(error) => {
            let detail = format!("{url} no responde ({})", root_cause(&error.without_url()));
            return Some(Finding::warning(
                SUBJECT,
                detail,
                "si `klk serve` no está en marcha, vuelva a probar con él; si lo está, revise el proxy, su nombre (DNS) y su certificado",
            ));
        }
    };
    if let Some(finding) = of_health(url, health).await {
        return Some(finding);
    }
    let Some(token) = &settings.api_token else {
        let detail = format!("{url} llega hasta aquí; con KLK_API_TOKEN se prueba también si deja pasar los eventos");
        return Some(Finding::fine(SUBJECT, detail));
    };
    Some(match get("/api/eventos").bearer_auth(token.expose_secret()).send().await {
        Ok(response) => of_events(url, response).await,
        // Whether the head came first is a matter of moments.
        Err(_) => held_back(url, NO_EVENT),
    })
}

/// Whether a proxy has to stand before this server that it does not believe. What it listens at is never encrypted.
pub fn check_trust(settings: &Settings) -> Option<Finding> {
    let url = settings.http.public.url.as_ref().filter(|url| url.scheme() == "https")?;
    settings.http.public.proxies.is_empty().then(|| {
        let detail = format!(
            "{url} es cifrada y en {} se escucha sin cifrar, así que delante hay un proxy, y no se cree lo que dice de \
             quién pregunta: para los límites y la auditoría todas las personas tienen su dirección",
            settings.http.address
        );
        let advice = "ponga en KLK_TRUSTED_PROXIES la dirección IP desde la que llega el proxy (127.0.0.1 si está en \
                      esta máquina)";
        Finding::warning(SUBJECT, detail, advice)
    })
}

/// What went wrong underneath: a name that is not known, a port that nobody listens at, a certificate that is not trusted.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// What is wrong with the answer of a server that should be this one.
async fn of_health(url: &Url, response: Response) -> Option<Finding> {
    if response.status() == StatusCode::MISDIRECTED_REQUEST {
        let detail = format!("{url} llega hasta aquí con otro nombre");
        return Some(Finding::failure(
            SUBJECT,
            detail,
            "el proxy debe conservar Host (nginx: proxy_set_header Host $host)",
        ));
    }
    let is_gateway_error = matches!(response.status().as_u16(), 502..=504);
    if is_gateway_error {
        let detail =
            format!("en {url} responde el proxy, que no llega a este servidor (HTTP {})", response.status().as_u16());
        return Some(Finding::warning(
            SUBJECT,
            detail,
            "arranque `klk serve`; si está en marcha, el proxy debe pasar a KLK_ADDRESS",
        ));
    }
    let is_encrypted = response.headers().contains_key(STRICT_TRANSPORT_SECURITY);
    let status = response.status();
    match response.json::<Health>().await {
        Ok(health) if health.version != env!("CARGO_PKG_VERSION") => {
            let detail = format!("en {url} responde klk {}, y este es {}", health.version, env!("CARGO_PKG_VERSION"));
            return Some(Finding::warning(SUBJECT, detail, "reinicie el servidor con esta versión"));
        }
        Ok(_) => {}
        Err(_) => {
            let detail = format!("en {url} responde otro programa (HTTP {})", status.as_u16());
            return Some(Finding::failure(
                SUBJECT,
                detail,
                "el proxy debe pasar todas las rutas desde «/» a KLK_ADDRESS",
            ));
        }
    }
    if url.scheme() == "https" && !is_encrypted {
        let detail = format!("{url} llega hasta aquí sin decir que la conexión es cifrada");
        let advice = "el proxy debe enviar X-Forwarded-Proto, y su dirección debe estar en KLK_TRUSTED_PROXIES";
        return Some(Finding::failure(SUBJECT, detail, advice));
    }
    None
}

/// The server sends its first event at once.
async fn of_events(url: &Url, mut response: Response) -> Finding {
    if response.status() == StatusCode::UNAUTHORIZED {
        return Finding::warning(SUBJECT, format!("{url} no acepta KLK_API_TOKEN"), "cree otro con `klk tokens crear`");
    }
    if !response.status().is_success() {
        return held_back(url, &format!("HTTP {}", response.status().as_u16()));
    }
    match response.chunk().await {
        Ok(Some(_)) => Finding::fine(SUBJECT, format!("{url} llega hasta aquí y deja pasar los eventos")),
        Ok(None) => held_back(url, "la respuesta terminó"),
        // Whether the head came first is a matter of moments.
        Err(_) => held_back(url, NO_EVENT),
    }
}

const NO_EVENT: &str = "no llegó ninguno";

fn held_back(url: &Url, why: &str) -> Finding {
    let detail = format!("{url} no deja pasar los eventos ({why}): las páginas no se actualizarían solas");
    Finding::failure(SUBJECT, detail, "el proxy no debe reunir ni comprimir /api/eventos (nginx: proxy_buffering off)")
}
