//! `klk tokens`: with what scripts present themselves. It works on the file itself; while the server runs, its page /usuarios
//! does the same.

use app::query::wall_link;
use clap::{Args, Subcommand};
use domain::Role;
use engine::{Actor, Engine};
use secrecy::ExposeSecret;
use serde_json::json;
use uuid::Uuid;

use super::HELP_TEMPLATE;
use super::users::{RoleArguments, with_engine};
use crate::failure::{Failure, Outcome, use_case_failure};
use crate::output::table::Table;
use crate::output::{answer, json as print_json, remark};
use crate::settings::Settings;
use crate::wiring::Purpose;

/// Options of `klk tokens`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones", subcommand_help_heading = "Órdenes", subcommand_value_name = "ORDEN")]
pub struct TokensArguments {
    /// Un documento JSON en vez de texto
    #[arg(long, global = true)]
    json: bool,
    /// No se puede con un servidor en marcha, cuyos tokens se crean y se revocan en su página /usuarios
    #[arg(long, value_name = "URL", global = true)]
    servidor: Option<String>,
    #[command(subcommand)]
    order: Option<Order>,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Crea un token y lo muestra, solo esta vez
    #[command(help_template = HELP_TEMPLATE)]
    Crear(AddArguments),
    /// El token ya no vale
    #[command(help_template = HELP_TEMPLATE)]
    Revocar(RevokeArguments),
}

#[derive(Debug, Args)]
struct AddArguments {
    #[command(flatten)]
    role: RoleArguments,
    /// Cuántos días vale
    #[arg(long, value_name = "N", default_value_t = 90)]
    dias: u32,
}

#[derive(Debug, Args)]
struct RevokeArguments {
    /// El identificador que muestra klk tokens
    #[arg(value_name = "ID")]
    id: Uuid,
}

impl TokensArguments {
    /// Lists tokens, makes one, or takes one back.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        if let Some(server) = &self.servidor {
            return Err(Failure::Usage(format!(
                "klk tokens trabaja sobre la base de datos; los tokens de un servidor en marcha los crea y los revoca un \
                 administrador en su página: {}/usuarios",
                server.trim_end_matches('/')
            )));
        }
        let purpose = if self.order.is_some() { Purpose::Decide } else { Purpose::Look };
        with_engine(settings, purpose, async |engine, actor| match &self.order {
            None => self.list(engine, actor).await,
            Some(Order::Crear(add)) => self.add(settings, engine, actor, add).await,
            Some(Order::Revocar(revoke)) => {
                engine.revoke_api_token(actor, revoke.id).await.map_err(use_case_failure)?;
                if !self.json {
                    answer("Hecho.");
                }
                Ok(Outcome::Success)
            }
        })
    }

    async fn add(
        &self,
        settings: &Settings,
        engine: &Engine,
        actor: &Actor,
        add: &AddArguments,
    ) -> Result<Outcome, Failure> {
        let RoleArguments { nombre, rol, .. } = &add.role;
        let token = engine.add_api_token(actor, nombre, *rol, add.role.stores(), add.dias).await;
        let token = token.map_err(use_case_failure)?;
        let link = (*rol == Role::Wall).then(|| {
            let public = settings.http.public.url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
            wall_link(&public.unwrap_or_else(|| format!("http://{}", settings.http.address)), token.expose_secret())
        });
        if self.json {
            print_json(&json!({ "nombre": nombre, "token": token.expose_secret(), "enlace": link }))?;
        } else if let Some(link) = link {
            remark(&format!(
                "Enlace de la pantalla {nombre}, que se muestra solo esta vez; ábralo en ella: muestra el resumen, y nada más:"
            ));
            answer(&link);
        } else {
            remark(&format!(
                "Token {nombre}, que se muestra solo esta vez; va en KLK_API_TOKEN o como Authorization: Bearer:"
            ));
            answer(token.expose_secret());
        }
        Ok(Outcome::Success)
    }

    async fn list(&self, engine: &Engine, actor: &Actor) -> Result<Outcome, Failure> {
        let tokens = engine.access_overview(actor).await.map_err(use_case_failure)?.tokens;
        if self.json {
            let tokens: Vec<_> = tokens
                .iter()
                .map(|token| {
                    json!({
                        "id": token.id,
                        "nombre": token.name,
                        "rol": token.role,
                        "tiendas": token.stores.text(),
                        "vence_en_local": token.expires_at.to_string(),
                        "vale": token.is_valid,
                    })
                })
                .collect();
            print_json(&json!({ "tokens": tokens }))?;
            return Ok(Outcome::Success);
        }
        let mut table = Table::new(&["id", "token", "rol", "tiendas", "vence"]);
        for token in tokens {
            let ends = if token.is_valid { token.expires_at.to_string() } else { "ya no vale".to_owned() };
            let stores = token.stores.text().unwrap_or_else(|| "todas".to_owned());
            table.row([token.id.to_string(), token.name, token.role.to_string(), stores, ends]);
        }
        table.lines().iter().for_each(|line| answer(line));
        Ok(Outcome::Success)
    }
}
