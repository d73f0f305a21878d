//! `klk usuarios`: who may sign in. It works on the file itself, so whoever has the file administers it; while the server runs,
//! its page /usuarios does the same.

use clap::{Args, Subcommand};
use domain::access::{Role, StoreScope};
use engine::{Actor, Engine, UserView};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::HELP_TEMPLATE;
use super::target::actor;
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
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|error: domain::state::UnknownName| format!("debe ser uno de: {}", error.allowed))
}

/// Does something with an engine over the file.
pub(super) fn with_engine(
    settings: &Settings,
    work: impl AsyncFnOnce(&Engine, &Actor) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let observability = Observability::start(settings, "warn")?;
    let outcome = runtime::block_on(async {
        let engine = wiring::engine(settings, &observability.monitoring, Purpose::Decide).await?;
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
        with_engine(settings, async |engine, actor| {
            let done = match &self.order {
                None => return self.list(engine, actor).await,
                Some(Order::Crear(add)) => return self.add(engine, actor, add).await,
                Some(Order::Codigo(name)) => {
                    let code = engine.issue_code(actor, &name.nombre).await.map_err(use_case_failure)?;
                    return self.show_code(&name.nombre, &code);
                }
                Some(Order::Cambiar(role)) => engine.change_user(actor, &role.nombre, role.rol, role.stores()).await,
                Some(Order::Desactivar(name)) => engine.enable_user(actor, &name.nombre, false).await,
                Some(Order::Reactivar(name)) => engine.enable_user(actor, &name.nombre, true).await,
                Some(Order::Desvincular(name)) => engine.unlink_user(actor, &name.nombre).await,
                Some(Order::Cerrar(name)) => engine.end_user_sessions(actor, &name.nombre).await.map(|_| ()),
            };
            done.map_err(use_case_failure)?;
            if !self.json {
                answer("Hecho.");
            }
            Ok(Outcome::Success)
        })
    }

    async fn add(&self, engine: &Engine, actor: &Actor, add: &AddArguments) -> Result<Outcome, Failure> {
        let RoleArguments { nombre, rol, .. } = &add.role;
        if add.codigo {
            let code = engine.add_user(actor, nombre, *rol, add.role.stores()).await.map_err(use_case_failure)?;
            return self.show_code(nombre, &code);
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

    fn show_code(&self, name: &str, code: &SecretString) -> Result<Outcome, Failure> {
        if self.json {
            print_json(&json!({ "usuario": name, "codigo": code.expose_secret() }))?;
        } else {
            remark(&format!("Código de {name}, que se muestra solo esta vez; con él fija su clave en /clave:"));
            answer(code.expose_secret());
        }
        Ok(Outcome::Success)
    }

    async fn list(&self, engine: &Engine, actor: &Actor) -> Result<Outcome, Failure> {
        let users = engine.access_overview(actor).await.map_err(use_case_failure)?.users;
        if self.json {
            let users: Vec<_> = users.iter().map(as_json).collect();
            print_json(&json!({ "usuarios": users }))?;
            return Ok(Outcome::Success);
        }
        let mut table = Table::new(&["usuario", "rol", "tiendas", "sesiones", "estado"]);
        for user in users {
            let state = match (user.is_enabled, user.has_password || user.is_linked) {
                (false, _) => "desactivado",
                (true, false) => "sin clave",
                (true, true) => "activo",
            };
            let stores = user.stores.text().unwrap_or_else(|| "todas".to_owned());
            table.row([user.name, user.role.to_string(), stores, user.sessions.to_string(), state.to_owned()]);
        }
        table.lines().iter().for_each(|line| answer(line));
        Ok(Outcome::Success)
    }
}

fn as_json(user: &UserView) -> serde_json::Value {
    json!({
        "usuario": user.name,
        "rol": user.role,
        "tiendas": user.stores.text(),
        "activo": user.is_enabled,
        "tiene_clave": user.has_password,
        "vinculado": user.is_linked,
        "sesiones": user.sessions,
    })
}
