//! `klk usuarios`: who may sign in. It works on the database itself, so whoever has the file administers it, or asks a running
//! server with the token of an administrator.

use clap::{Args, Subcommand};
use domain::BranchId;
use domain::access::{Role, StoreScope};
use domain::read_model::{SessionsEnded, UserCode, UserRequest, UserRoleRequest, UserSummary};
use engine::{Actor, Engine};
use secrecy::ExposeSecret;
use serde_json::json;

use super::plans::with_target;
use super::remote::RemoteServer;
use super::target::{Target, actor};
use super::{HELP_TEMPLATE, ServerArgument};
use crate::failure::{Failure, Outcome, use_case_failure};
use crate::output::table::Table;
use crate::output::{answer, json as print_json, remark};
use crate::settings::Settings;
use crate::wiring::{self, Observability, Purpose};
use crate::{password, runtime};

/// Options of `klk usuarios`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones", subcommand_help_heading = "Órdenes", subcommand_value_name = "ORDEN")]
pub struct UsersArguments {
    /// Un documento JSON en vez de una tabla
    #[arg(long, global = true)]
    json: bool,
    /// Pregunta a un `klk serve` en marcha (http://127.0.0.1:3000) en vez de abrir la base de datos; también KLK_SERVIDOR
    #[arg(long, value_name = "URL", global = true)]
    servidor: Option<String>,
    #[command(subcommand)]
    order: Option<Order>,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Agrega un usuario; pregunta su clave sin mostrarla, o la lee de la entrada, o con --codigo da un código
    #[command(help_template = HELP_TEMPLATE)]
    Crear(AddArguments),
    /// Le da otro rol u otras tiendas
    #[command(help_template = HELP_TEMPLATE)]
    Cambiar(RoleArguments),
    /// Ya no puede entrar; sus sesiones terminan
    #[command(help_template = HELP_TEMPLATE)]
    Desactivar(NameArgument),
    /// Puede entrar otra vez
    #[command(help_template = HELP_TEMPLATE)]
    Reactivar(NameArgument),
    /// Le da un código para fijar otra clave
    #[command(help_template = HELP_TEMPLATE)]
    Codigo(NameArgument),
    /// Olvida quién es en el proveedor de identidad; sus sesiones terminan
    #[command(help_template = HELP_TEMPLATE)]
    Desvincular(NameArgument),
    /// Termina sus sesiones
    #[command(help_template = HELP_TEMPLATE)]
    Cerrar(NameArgument),
}

#[derive(Debug, Args)]
struct NameArgument {
    /// Con qué nombre entra
    #[arg(value_name = "NOMBRE")]
    nombre: String,
}

/// What somebody may.
#[derive(Debug, Args)]
pub(super) struct RoleArguments {
    /// Con qué nombre entra, o para qué es el token
    #[arg(value_name = "NOMBRE")]
    pub(super) nombre: String,
    /// lector, operador o administrador; de un token también muro, para una pantalla
    #[arg(long, value_name = "ROL", value_parser = role)]
    pub(super) rol: Role,
    /// Tiendas en las que un operador puede cambiar algo, por su id y separadas por comas; sin ellas, todas
    #[arg(long, value_name = "TIENDAS", default_value = "")]
    tiendas: String,
}

#[derive(Debug, Args)]
struct AddArguments {
    #[command(flatten)]
    role: RoleArguments,
    /// Da un código de un solo uso en vez de preguntar una clave
    #[arg(long)]
    codigo: bool,
}

impl RoleArguments {
    pub(super) fn stores(&self) -> StoreScope {
        StoreScope::parse(&self.tiendas)
    }

    fn request(&self) -> UserRoleRequest {
        let tiendas = match self.stores() {
            StoreScope::All => None,
            StoreScope::Only(stores) => Some(stores.into_iter().collect()),
        };
        UserRoleRequest { usuario: self.nombre.clone(), rol: self.rol, tiendas }
    }
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|error: domain::state::UnknownName| format!("debe ser uno de: {}", error.allowed))
}

/// Does something with an engine over the file.
pub(super) fn with_engine(
    settings: &Settings,
    purpose: Purpose,
    work: impl AsyncFnOnce(&Engine, &Actor) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let observability = Observability::start(settings, "warn")?;
    let outcome = runtime::block_on(async {
        let engine = wiring::engine(settings, &observability.monitoring, purpose).await?;
        let outcome = work(&engine, &actor()).await;
        runtime::end_engine(&engine, settings.shutdown_limit).await;
        outcome
    });
    observability.shutdown();
    outcome
}

impl UsersArguments {
    /// Lists users, or does something to one.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let server = ServerArgument { servidor: self.servidor.clone() };
        let purpose = if self.order.is_some() { Purpose::Decide } else { Purpose::Look };
        with_target(server, settings, purpose, async |target| match target {
            Target::Local(engine, actor) => self.in_database(engine, actor).await,
            Target::Remote(server) => self.at_server(server).await,
        })
    }

    async fn in_database(&self, engine: &Engine, actor: &Actor) -> Result<Outcome, Failure> {
        let done = match &self.order {
            None => return self.list(&engine.list_users(actor).map_err(use_case_failure)?.usuarios),
            Some(Order::Crear(add)) => return self.add(engine, actor, add).await,
            Some(Order::Codigo(name)) => {
                let code = engine.issue_code(actor, &name.nombre).await.map_err(use_case_failure)?;
                return self.show_code(&name.nombre, code.expose_secret());
            }
            Some(Order::Cambiar(role)) => engine.change_user(actor, &role.nombre, role.rol, role.stores()).await,
            Some(Order::Desactivar(name)) => engine.enable_user(actor, &name.nombre, false).await,
            Some(Order::Reactivar(name)) => engine.enable_user(actor, &name.nombre, true).await,
            Some(Order::Desvincular(name)) => engine.unlink_user(actor, &name.nombre).await,
            Some(Order::Cerrar(name)) => engine.end_user_sessions(actor, &name.nombre).await.map(|_| ()),
        };
        done.map_err(use_case_failure)?;
        Ok(self.say_done())
    }

    /// No password is sent to a server: whoever signs in sets it with the code.
    async fn at_server(&self, server: &RemoteServer) -> Result<Outcome, Failure> {
        let of = |name: &NameArgument| UserRequest { usuario: name.nombre.clone() };
        let changed = async |action: &str, name: &NameArgument| {
            server.change_user::<UserSummary>(action, &of(name)).await.map(|_| ())
        };
        match &self.order {
            None => return self.list(&server.users().await?.usuarios),
            Some(Order::Crear(add)) if !add.codigo => {
                return Err(Failure::Usage(
                    "a un servidor en marcha no se le manda la clave de otro: agregue --codigo, y con él fija la suya en /clave"
                        .to_owned(),
                ));
            }
            Some(Order::Crear(add)) => {
                let code: UserCode = server.change_user("crear", &add.role.request()).await?;
                return self.show_code(&code.usuario, &code.codigo);
            }
            Some(Order::Codigo(name)) => {
                let code: UserCode = server.change_user("codigo", &of(name)).await?;
                return self.show_code(&code.usuario, &code.codigo);
            }
            Some(Order::Cambiar(role)) => {
                server.change_user::<UserSummary>("cambiar", &role.request()).await?;
            }
            Some(Order::Desactivar(name)) => changed("desactivar", name).await?,
            Some(Order::Reactivar(name)) => changed("reactivar", name).await?,
            Some(Order::Desvincular(name)) => changed("desvincular", name).await?,
            Some(Order::Cerrar(name)) => {
                server.change_user::<SessionsEnded>("cerrar-sesiones", &of(name)).await?;
            }
        }
        Ok(self.say_done())
    }

    fn say_done(&self) -> Outcome {
        if !self.json {
            answer("Hecho.");
        }
        Outcome::Success
    }

    async fn add(&self, engine: &Engine, actor: &Actor, add: &AddArguments) -> Result<Outcome, Failure> {
        let RoleArguments { nombre, rol, .. } = &add.role;
        if add.codigo {
            let code = engine.add_user(actor, nombre, *rol, add.role.stores()).await.map_err(use_case_failure)?;
            return self.show_code(nombre, code.expose_secret());
        }
        let password = password::ask(&format!("Clave de {nombre}: "))?;
        engine
            .add_user_with_password(actor, nombre, *rol, add.role.stores(), password)
            .await
            .map_err(use_case_failure)?;
        if !self.json {
            answer(&format!("{nombre} ya puede entrar."));
        }
        Ok(Outcome::Success)
    }

    fn show_code(&self, name: &str, code: &str) -> Result<Outcome, Failure> {
        if self.json {
            print_json(&json!({ "usuario": name, "codigo": code }))?;
        } else {
            remark(&format!("Código de {name}, que se muestra solo esta vez; con él fija su clave en /clave:"));
            answer(code);
        }
        Ok(Outcome::Success)
    }

    fn list(&self, users: &[UserSummary]) -> Result<Outcome, Failure> {
        if self.json {
            let users: Vec<_> = users.iter().map(as_json).collect();
            print_json(&json!({ "usuarios": users }))?;
            return Ok(Outcome::Success);
        }
        let mut table = Table::new(&["usuario", "rol", "tiendas", "sesiones", "estado"]);
        for user in users {
            let state = match (user.activo, user.tiene_clave || user.vinculado) {
                (false, _) => "desactivado",
                (true, false) => "sin clave",
                (true, true) => "activo",
            };
            let stores = stores_text(user).unwrap_or_else(|| "todas".to_owned());
            table.row([
                user.usuario.clone(),
                user.rol.to_string(),
                stores,
                user.sesiones.to_string(),
                state.to_owned(),
            ]);
        }
        table.lines().iter().for_each(|line| answer(line));
        Ok(Outcome::Success)
    }
}

fn stores_text(user: &UserSummary) -> Option<String> {
    let stores = user.tiendas.as_ref()?;
    Some(stores.iter().map(BranchId::as_str).collect::<Vec<_>>().join(","))
}

fn as_json(user: &UserSummary) -> serde_json::Value {
    json!({
        "usuario": user.usuario,
        "rol": user.rol,
        "tiendas": stores_text(user),
        "activo": user.activo,
        "tiene_clave": user.tiene_clave,
        "vinculado": user.vinculado,
        "sesiones": user.sesiones,
    })
}
