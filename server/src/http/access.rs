//! The pages where one signs in, sets a password, signs out, and administers users: plain forms, which need no script.

use app::access::{Entrance, EntranceKind, SecretKind, UsersPage, entrance_document, users_page};
use app::page::Outcome;
use app::query::{PASSWORD_PATH, WALL_PATH, wall_link};
use axum::Form;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use domain::access::{Role, StoreScope};
use domain::filter::{InvalidParameter, Requirement, bounded, choice, required};
use domain::problem::{Problem, ProblemCode};
use engine::{Actor, CodeRequest, Identity, SignInRequest, SignedIn, UseCaseError};
use monitoring::EndpointTags;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use texts::Language;
use uuid::Uuid;

use super::gate::{self, Peer};
use super::{WebState, pages, redirect};
use crate::clock;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// Nothing that was shown to one is left for the next.
const CACHED_PAGES: HeaderValue = HeaderValue::from_static("\"cache\"");
const USERS: &str = "/usuarios";

/// Who asks, and from where.
pub(super) struct Asker {
    pub(super) identity: Identity,
    pub(super) peer: Peer,
    pub(super) parts: Parts,
}

impl Asker {
    pub(super) const fn actor(&self) -> &Actor {
        &self.identity.actor
    }

    /// Under which address they ask us.
    fn origin(&self) -> Option<String> {
        let scheme = if self.peer.is_encrypted { "https" } else { "http" };
        Some(format!("{scheme}://{}", gate::host(&self.parts.headers, &self.parts.uri)?))
    }

    /// Of the page that they look at.
    fn language(&self) -> Language {
        app::preferences::of(&self.parts.headers).language
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, StatusCode> {
        let found = parts.extensions.get::<Identity>().cloned().zip(parts.extensions.get::<Peer>().copied());
        let (identity, peer) = found.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Self { identity, peer, parts: parts.clone() })
    }
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    pub(super) volver: String,
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    usuario: String,
    #[serde(default)]
    clave: SecretString,
    #[serde(default)]
    volver: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    usuario: String,
    #[serde(default)]
    codigo: SecretString,
    #[serde(default)]
    actual: SecretString,
    #[serde(default)]
    clave: SecretString,
    #[serde(default)]
    repetida: SecretString,
}

#[derive(Deserialize)]
pub(super) struct OwnSessionForm {
    #[serde(default)]
    id: String,
}

/// One of the things that are done to users; fields that it does not need are absent.
#[derive(Deserialize)]
pub(super) struct UsersForm {
    accion: String,
    #[serde(default)]
    usuario: String,
    rol: Option<String>,
    #[serde(default)]
    tiendas: String,
    #[serde(default)]
    dias: String,
    #[serde(default)]
    id: String,
}

/// `GET /entrar`
pub(super) async fn entrance(State(state): State<WebState>, asker: Asker, Query(back): Query<Back>) -> Response {
    if asker.identity.actor.is_somebody() {
        return redirect::to(redirect::own_page(&back.volver).unwrap_or("/"));
    }
    let kind = if state.engine.has_nobody() { EntranceKind::First } else { EntranceKind::SignIn };
    let entrance = Entrance { back: back.volver, ..Entrance::of(kind) };
    show_entrance(&state, &asker, entrance, StatusCode::OK)
}

/// `POST /entrar`
pub(super) async fn sign_in(State(state): State<WebState>, asker: Asker, Form(form): Form<SignInForm>) -> Response {
    EndpointTags::about_everything("entrar").apply();
    let request = SignInRequest { name: form.usuario.clone(), password: form.clave, before: asker.identity.clone() };
    match state.engine.sign_in(request).await {
        Ok(signed_in) => welcome(asker.peer, &signed_in, redirect::own_page(&form.volver).unwrap_or("/")),
        Err(error) => {
            let kind = EntranceKind::SignIn;
            refuse_entrance(
                &state,
                &asker,
                "entrar",
                error,
                Entrance { name: form.usuario, back: form.volver, ..Entrance::of(kind) },
            )
            .await
        }
    }
}

/// What the link of a screen on a wall says.
#[derive(Deserialize)]
pub(super) struct WallLink {
    #[serde(default)]
    llave: SecretString,
}

/// `GET /muro`: the link is opened once on a screen, which is known by a cookie from then on: what it shows has no secret in
/// its address.
pub(super) async fn open_wall(State(state): State<WebState>, asker: Asker, Query(link): Query<WallLink>) -> Response {
    EndpointTags::about_everything("abrir_muro").apply();
    let token = link.llave.expose_secret();
    let Some(ends) = state.engine.wall_ends(token) else { return redirect::to_sign_in(WALL_PATH) };
    let mut response = redirect::to(WALL_PATH);
    let seconds = ends.duration_since(clock::now()).as_secs().max(0);
    set_cookie(&mut response, &gate::private_cookie(asker.peer, gate::WALL, token, seconds));
    response
}

/// `GET /clave`
pub(super) async fn password_page(State(state): State<WebState>, asker: Asker) -> Response {
    let kind = match (asker.identity.has_session(), state.engine.has_nobody()) {
        (true, _) => EntranceKind::ChangePassword,
        (false, true) => EntranceKind::First,
        (false, false) => EntranceKind::Code,
    };
    let sessions = state.engine.own_sessions(&asker.identity);
    show_entrance(&state, &asker, Entrance { sessions, ..Entrance::of(kind) }, StatusCode::OK)
}

/// `POST /clave/sesiones`
pub(super) async fn end_own_session(
    State(state): State<WebState>,
    asker: Asker,
    Form(form): Form<OwnSessionForm>,
) -> Response {
    EndpointTags::about_everything("cerrar_sesion_propia").apply();
    let ended = match Uuid::parse_str(&form.id) {
        Ok(session) => state.engine.end_own_session(&asker.identity, session).await,
        Err(_) => Err(UseCaseError::UnknownSession),
    };
    match ended {
        Ok(()) => redirect::to(PASSWORD_PATH),
        Err(error) => {
            let sessions = state.engine.own_sessions(&asker.identity);
            let kind = if sessions.is_empty() { EntranceKind::SignIn } else { EntranceKind::ChangePassword };
            let entrance = Entrance { sessions, ..Entrance::of(kind) };
            refuse_entrance(&state, &asker, "cerrar_sesion_propia", error, entrance).await
        }
    }
}

/// `POST /clave`
pub(super) async fn set_password(
    State(state): State<WebState>,
    asker: Asker,
    Form(form): Form<PasswordForm>,
) -> Response {
    EndpointTags::about_everything("fijar_clave").apply();
    let has_session = asker.identity.has_session();
    let kind = match (has_session, state.engine.has_nobody()) {
        (true, _) => EntranceKind::ChangePassword,
        (false, true) => EntranceKind::First,
        (false, false) => EntranceKind::Code,
    };
    let PasswordForm { usuario, codigo, actual, clave, repetida } = form;
    let outcome = if clave.expose_secret() != repetida.expose_secret() {
        Err(UseCaseError::from(InvalidParameter { name: "clave", requirement: Requirement::PasswordTwice }))
    } else if has_session {
        state.engine.change_password(&asker.identity, actual, clave).await
    } else {
        let request =
            CodeRequest { name: usuario.clone(), code: codigo, password: clave, before: asker.identity.clone() };
        state.engine.set_password_with_code(request).await
    };
    match outcome {
        Ok(signed_in) => welcome(asker.peer, &signed_in, "/"),
        Err(error) => {
            let sessions = state.engine.own_sessions(&asker.identity);
            let entrance = Entrance { name: usuario, sessions, ..Entrance::of(kind) };
            refuse_entrance(&state, &asker, "fijar_clave", error, entrance).await
        }
    }
}

/// `POST /salir`
pub(super) async fn sign_out(State(state): State<WebState>, asker: Asker) -> Response {
    EndpointTags::about_everything("salir").apply();
    // Where it could not be stored, the browser is signed out all the same.
    if let Err(error) = state.engine.sign_out(&asker.identity).await {
        state.engine.problem("salir", error, asker.language());
    }
    let mut response = redirect::to(redirect::SIGN_IN);
    set_cookie(&mut response, &gate::private_cookie(asker.peer, gate::SESSION, "", 0));
    response.headers_mut().insert(CLEAR_SITE_DATA, CACHED_PAGES);
    response
}

/// `GET /usuarios`
pub(super) async fn users(State(state): State<WebState>, asker: Asker) -> Response {
    EndpointTags::about_everything("get_usuarios").apply();
    show_users(&state, &asker, UsersPage::default()).await
}

/// `POST /usuarios`
pub(super) async fn change_users(State(state): State<WebState>, asker: Asker, Form(form): Form<UsersForm>) -> Response {
    EndpointTags::about_everything("cambiar_usuarios").apply();
    match change(&state, &asker, &form).await {
        Ok(None) => redirect::to(USERS),
        Ok(Some(page)) => show_users(&state, &asker, page).await,
        Err(error) => {
            let problem = state.engine.problem("cambiar_usuarios", error, asker.language());
            if problem.codigo == ProblemCode::Forbidden {
                state.engine.note_refused(&asker.identity.actor, "cambiar_usuarios");
            }
            let page = UsersPage { problem: Some(problem), ..UsersPage::default() };
            show_users(&state, &asker, page).await
        }
    }
}

/// Does what a form asks for. What is shown once comes back with the page.
async fn change(state: &WebState, asker: &Asker, form: &UsersForm) -> Result<Option<UsersPage>, UseCaseError> {
    let (engine, actor, name) = (&state.engine, asker.actor(), form.usuario.as_str());
    let stores = StoreScope::parse(&form.tiendas);
    let secret = |secret: SecretString, kind: SecretKind| {
        Some(UsersPage { secret: Some((name.to_owned(), secret, kind)), ..UsersPage::default() })
    };
    match form.accion.as_str() {
        "crear" => Ok(secret(
            engine.add_user(actor, name, Role::read_of_user(form.rol.as_deref())?, stores).await?,
            SecretKind::Code,
        )),
        "cambiar" => {
            let role = Role::read_of_user(form.rol.as_deref())?;
            engine.change_user(actor, name, role, stores).await.map(|()| None)
        }
        "desactivar" => engine.enable_user(actor, name, false).await.map(|()| None),
        "reactivar" => engine.enable_user(actor, name, true).await.map(|()| None),
        "codigo" => Ok(secret(engine.issue_code(actor, name).await?, SecretKind::Code)),
        "desvincular" => engine.unlink_user(actor, name).await.map(|()| None),
        "cerrar" => engine.end_user_sessions(actor, name).await.map(|_| None),
        "crear_token" => {
            let days = bounded("dias", Some(&form.dias), 90, 1, 366)?;
            let role = required("rol", choice("rol", form.rol.as_deref())?)?;
            let token = engine.add_api_token(actor, name, role, stores, days).await?;
            Ok(match (role, asker.origin()) {
                (Role::Wall, Some(origin)) => {
                    secret(wall_link(&origin, token.expose_secret()).into(), SecretKind::WallLink)
                }
                _ => secret(token, SecretKind::Token),
            })
        }
        "revocar_token" => {
            let id = Uuid::parse_str(&form.id).map_err(|_| UseCaseError::UnknownToken)?;
            engine.revoke_api_token(actor, id).await.map(|()| None)
        }
        _ => Err(InvalidParameter { name: "accion", requirement: Requirement::Known }.into()),
    }
}

async fn show_users(state: &WebState, asker: &Asker, page: UsersPage) -> Response {
    let overview = state.engine.access_overview(&asker.identity.actor).await;
    let overview = overview.map_err(|error| state.engine.problem("get_usuarios", error, asker.language()));
    pages::answer(state, asker.parts.clone(), async move { Outcome::Page(users_page(&overview, &page)) }).await
}

fn show_entrance(state: &WebState, asker: &Asker, entrance: Entrance, status: StatusCode) -> Response {
    let provider = state.sign_on.as_ref().map(|sign_on| sign_on.name().to_owned());
    let entrance = Entrance { provider, ..entrance };
    pages::draw(state, asker.parts.clone(), status, || entrance_document(&entrance))
}

/// The form once more, with what was wrong.
pub(super) async fn refuse_entrance(
    state: &WebState,
    asker: &Asker,
    endpoint: &'static str,
    error: UseCaseError,
    entrance: Entrance,
) -> Response {
    let problem = state.engine.problem(endpoint, error, asker.language());
    let status = status_of(&problem);
    show_entrance(state, asker, Entrance { problem: Some(problem), ..entrance }, status)
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.codigo.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Leads on, with the cookie of the new session.
pub(super) fn welcome(peer: Peer, signed_in: &SignedIn, page: &str) -> Response {
    let mut response = redirect::to(page);
    let seconds = signed_in.expires_at.duration_since(clock::now()).as_secs().max(0);
    set_cookie(&mut response, &gate::private_cookie(peer, gate::SESSION, signed_in.token.expose_secret(), seconds));
    response
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
