//! `klk justificar`: gives up what is missing, with a reason, or takes that back.

use clap::Args;
use domain::EtlKind;
use domain::gap::GapClass;
use domain::justification::Reason;
use domain::read_model::{JustifyAnswer, JustifyRequest, WithdrawRequest};
use domain::state::UnknownName;
use domain::window::clock_text;
use uuid::Uuid;

use super::period::{EndTime, PeriodArguments};
use super::target::Target;
use super::{FormerName, ServerArgument};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, json};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk justificar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct JustifyArguments {
    /// La tienda: id, código o nombre
    #[arg(long, required_unless_present = "retirar", conflicts_with = "retirar", requires_all = ["desde", "motivo"])]
    tienda: Option<String>,
    #[command(flatten)]
    period: PeriodArguments,
    /// cobertura: medias horas; secuencia: números de factura que tampoco tiene el POS
    #[arg(long, value_name = "CLASE", default_value = "cobertura", value_parser = gap_class)]
    clase: GapClass,
    /// ventas o inventario
    #[arg(long, value_name = "TIPO", default_value = "ventas", value_parser = super::etl_kind)]
    etl_tipo: EtlKind,
    /// tienda_cerrada, falla_electrica, sin_ventas, pos_danado u otro
    #[arg(long, value_name = "MOTIVO", value_parser = reason)]
    motivo: Option<Reason>,
    /// Qué pasó; obligatoria con el motivo otro
    #[arg(long, value_name = "TEXTO")]
    nota: Option<String>,
    #[command(flatten)]
    former_name: FormerName,
    /// Retira la justificación con este identificador
    #[arg(long, value_name = "ID", value_parser = identifier)]
    retirar: Option<Uuid>,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

fn gap_class(text: &str) -> Result<GapClass, String> {
    text.parse().map_err(|error: UnknownName| format!("debe ser uno de: {}", error.allowed))
}

fn reason(text: &str) -> Result<Reason, String> {
    text.parse().map_err(|error: UnknownName| format!("debe ser uno de: {}", error.allowed))
}

fn identifier(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| "no es el identificador de una justificación".to_owned())
}

impl JustifyArguments {
    /// Justifies, or takes back.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        let observability = Observability::start(settings, "warn")?;
        let server = self.server.servidor.clone();
        let outcome = runtime::block_on(async {
            let target = Target::open(server.as_deref(), settings, &observability, Purpose::Decide).await?;
            let outcome = match self.retirar {
                Some(id) => self.withdraw(&target, id).await,
                None => self.justify(&target).await,
            };
            target.close(settings.shutdown_limit).await;
            outcome
        });
        observability.shutdown();
        outcome
    }

    async fn withdraw(&self, target: &Target, id: Uuid) -> Result<Outcome, Failure> {
        let withdrawn = target.withdraw(WithdrawRequest { id }).await?;
        if self.json {
            json(&withdrawn)?
        } else {
            answer(&withdrawn.mensaje)
        }
        Ok(Outcome::Success)
    }

    async fn justify(&self, target: &Target) -> Result<Outcome, Failure> {
        let (Some(tienda), Some(from), Some(motivo)) = (&self.tienda, self.period.desde, self.motivo) else {
            return Err(Failure::Usage("diga --tienda, --desde y --motivo, o --retirar".to_owned()));
        };
        let justified = target
            .justify(JustifyRequest {
                clase: self.clase,
                etl_tipo: self.etl_tipo,
                ubicacion_id: target.branch(tienda).await?,
                fecha_desde: from.to_string(),
                hora_desde: self.period.hora_desde.map(clock_text),
                fecha_hasta: self.period.hasta.unwrap_or(from).to_string(),
                hora_hasta: self.period.hora_hasta.map(EndTime::text),
                motivo,
                nota: self.nota.clone(),
            })
            .await?;
        if self.json {
            json(&justified)?
        } else {
            print(&justified)
        }
        Ok(Outcome::Success)
    }
}

fn print(justified: &JustifyAnswer) {
    answer(&justified.mensaje);
    for one in &justified.justificaciones {
        let numbers = one.facturas.iter().map(|part| format!(" {} {}-{}", part.caja, part.desde, part.hasta));
        answer(&format!(
            "{}  {} {}{} {} {}-{}  {} ({})",
            one.id,
            one.ubicacion_nombre,
            if one.clase == GapClass::Sequence { one.clase.as_str() } else { one.etl_tipo.as_str() },
            numbers.collect::<String>(),
            one.fecha_desde,
            one.hora_desde,
            one.hora_hasta,
            one.motivo,
            one.nombre
        ));
    }
}
