//! `GET /api/usuarios` and `POST /api/usuarios/…`: what the page of users does, for scripts of administrators.

use domain::BranchId;
use domain::read_model::{SessionsEnded, UserCode, UserList, UserSummary};
use leptos::server;
use secrecy::ExposeSecret;
use server_fn::codec::{GetUrl, Json};

use super::ApiError;

/// Everybody who may sign in, and those who may not any more.
#[server(prefix = "/api", endpoint = "usuarios", input = GetUrl)]
pub async fn list_users() -> Result<UserList, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("listar_usuarios"))?;
    session.answer(async { session.engine.list_users(&session.actor) }).await
}

/// Adds a user, who sets a password with the code.
#[server(prefix = "/api", endpoint = "usuarios/crear", input = Json)]
pub async fn add_user(
    /// The name to sign in with.
    usuario: Option<String>,
    /// lector, operador or administrador.
    rol: Option<String>,
    /// Where an operator may change something; without it, in all stores.
    tiendas: Option<Vec<BranchId>>,
) -> Result<UserCode, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("crear_usuario"))?;
    let (name, role, stores) = session.checked(role_of(usuario, rol.as_deref(), tiendas))?;
    session
        .answer(async {
            let code = session.engine.add_user(&session.actor, &name, role, stores).await?;
            Ok(code_of(name, &code))
        })
        .await
}

/// Gives a user another role or other stores.
#[server(prefix = "/api", endpoint = "usuarios/cambiar", input = Json)]
pub async fn change_user(
    /// Which user.
    usuario: Option<String>,
    /// lector, operador or administrador.
    rol: Option<String>,
    /// Where an operator may change something; without it, in all stores.
    tiendas: Option<Vec<BranchId>>,
) -> Result<UserSummary, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("cambiar_usuario"))?;
    let (name, role, stores) = session.checked(role_of(usuario, rol.as_deref(), tiendas))?;
    let (engine, actor) = (&session.engine, &session.actor);
    session
        .answer(async {
            engine.change_user(actor, &name, role, stores).await?;
            engine.read_user(actor, &name)
        })
        .await
}

/// A user may not sign in any more, and their sessions end.
#[server(prefix = "/api", endpoint = "usuarios/desactivar", input = Json)]
pub async fn disable_user(
    /// Which user.
    usuario: Option<String>,
) -> Result<UserSummary, ApiError> {
    enable("desactivar_usuario", usuario, false).await
}

/// A user may sign in again.
#[server(prefix = "/api", endpoint = "usuarios/reactivar", input = Json)]
pub async fn enable_user(
    /// Which user.
    usuario: Option<String>,
) -> Result<UserSummary, ApiError> {
    enable("reactivar_usuario", usuario, true).await
}

/// Gives a user a code to set another password.
#[server(prefix = "/api", endpoint = "usuarios/codigo", input = Json)]
pub async fn issue_code(
    /// Which user.
    usuario: Option<String>,
) -> Result<UserCode, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("dar_codigo"))?;
    let name = session.checked(named(usuario))?;
    session
        .answer(async {
            let code = session.engine.issue_code(&session.actor, &name).await?;
            Ok(code_of(name, &code))
        })
        .await
}

/// Ends every session of a user.
#[server(prefix = "/api", endpoint = "usuarios/cerrar-sesiones", input = Json)]
pub async fn end_sessions(
    /// Which user.
    usuario: Option<String>,
) -> Result<SessionsEnded, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("cerrar_sesiones"))?;
    let name = session.checked(named(usuario))?;
    session
        .answer(async {
            let ended = session.engine.end_user_sessions(&session.actor, &name).await?;
            Ok(SessionsEnded { usuario: name, cerradas: u64::try_from(ended).unwrap_or(u64::MAX) })
        })
        .await
}

/// Takes back who a user is at the provider of identities; their sessions end.
#[server(prefix = "/api", endpoint = "usuarios/desvincular", input = Json)]
pub async fn unlink_user(
    /// Which user.
    usuario: Option<String>,
) -> Result<UserSummary, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything("desvincular_usuario"))?;
    let name = session.checked(named(usuario))?;
    let (engine, actor) = (&session.engine, &session.actor);
    session
        .answer(async {
            engine.unlink_user(actor, &name).await?;
            engine.read_user(actor, &name)
        })
        .await
}

async fn enable(endpoint: &'static str, usuario: Option<String>, is_enabled: bool) -> Result<UserSummary, ApiError> {
    let session = super::session::Session::of(engine::EndpointCall::about_everything(endpoint))?;
    let name = session.checked(named(usuario))?;
    let (engine, actor) = (&session.engine, &session.actor);
    session
        .answer(async {
            engine.enable_user(actor, &name, is_enabled).await?;
            engine.read_user(actor, &name)
        })
        .await
}

fn named(usuario: Option<String>) -> Result<String, domain::filter::InvalidParameter> {
    domain::filter::required("usuario", usuario)
}

fn code_of(usuario: String, code: &secrecy::SecretString) -> UserCode {
    UserCode { usuario, codigo: code.expose_secret().to_owned() }
}

fn role_of(
    usuario: Option<String>,
    rol: Option<&str>,
    tiendas: Option<Vec<BranchId>>,
) -> Result<(String, domain::Role, domain::access::StoreScope), domain::filter::InvalidParameter> {
    use domain::access::StoreScope;

    let stores = match tiendas.unwrap_or_default() {
        stores if stores.is_empty() => StoreScope::All,
        stores => StoreScope::Only(stores.into_iter().collect()),
    };
    Ok((named(usuario)?, domain::Role::read_of_user(rol)?, stores))
}
