//! `klk justificar`: gives up what is missing, with a reason, or takes that back.

use clap::Args;
use domain::EtlKind;
use domain::gap::GapClass;
use domain::justification::Reason;
use domain::read_model::{
    GapView, JustificationPreview, JustificationPreviewRequest, JustifyAnswer, JustifyRequest, JustifySelectionRequest,
    PlanPeriod, WithdrawRequest,
};
use domain::state::UnknownName;
use domain::window::clock_text;
use uuid::Uuid;

use super::gaps::period_text;
use super::period::{DayPeriod, EndTime, PeriodArguments, day_period};
use super::target::Target;
use super::{FormerName, ServerArgument};
use crate::failure::{Failure, Outcome};
use crate::output::{answer, confirm, json, remark};
use crate::runtime;
use crate::settings::Settings;
use crate::wiring::{Observability, Purpose};

/// Options of `klk justificar`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
pub struct JustifyArguments {
    /// La tienda: id, código o nombre; de varias se muestra antes lo que se justificaría, y se pregunta
    #[arg(long, required_unless_present_any = ["todas", "retirar"], conflicts_with = "retirar", requires = "motivo")]
    tienda: Vec<String>,
    /// Todas las tiendas
    #[arg(long, conflicts_with_all = ["tienda", "retirar"], requires = "motivo")]
    todas: bool,
    #[command(flatten)]
    period: PeriodArguments,
    /// Un día, o unas horas de él; se puede repetir
    #[arg(long, value_name = "'FECHA HH:MM-HH:MM'", value_parser = day_period)]
    #[arg(conflicts_with_all = ["desde", "retirar"])]
    periodo: Vec<DayPeriod>,
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
    /// No pregunta antes de justificar lo de varias tiendas o varios períodos
    #[arg(long)]
    si: bool,
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
                None if self.is_selection() => self.justify_selection(&target).await,
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

    /// Whether it is about more than one period of one store.
    fn is_selection(&self) -> bool {
        self.todas || self.tienda.len() > 1 || !self.periodo.is_empty()
    }

    /// Shows what of it is missing, asks, and gives up exactly that.
    async fn justify_selection(&self, target: &Target) -> Result<Outcome, Failure> {
        if self.clase == GapClass::Sequence {
            return Err(Failure::Usage(
                "los números de factura se justifican de una tienda y un período a la vez".to_owned(),
            ));
        }
        let Some(motivo) = self.motivo else { return Err(Failure::Usage("diga --motivo".to_owned())) };
        let (etl_tipo, periodos) = (self.etl_tipo, self.periods(target).await?);
        let request = JustificationPreviewRequest { etl_tipo, periodos: periodos.clone() };
        let preview = target.preview_justification(request).await?;
        if preview.ventanas == 0 {
            return Err(Failure::Incomplete("no falta nada de lo elegido que se pueda justificar".to_owned()));
        }
        if !self.si {
            ask(&preview)?;
        }
        let hash = preview.hash.to_string();
        let request = JustifySelectionRequest { etl_tipo, periodos, hash, motivo, nota: self.nota.clone() };
        let justified = target.justify_selection(request).await?;
        if self.json {
            json(&justified)?
        } else {
            answer(&justified.mensaje)
        }
        Ok(Outcome::Success)
    }

    /// Each period of each store.
    async fn periods(&self, target: &Target) -> Result<Vec<PlanPeriod>, Failure> {
        let mut stores = Vec::new();
        for store in &self.tienda {
            stores.push(Some(target.branch(store).await?));
        }
        if self.todas {
            stores.push(None);
        }
        let shared = self.period.desde.map(|from| PlanPeriod {
            ubicacion_id: None,
            fecha_desde: from.to_string(),
            fecha_hasta: self.period.hasta.map(|to| to.to_string()),
            hora_desde: self.period.hora_desde.map(clock_text),
            hora_hasta: self.period.hora_hasta.map(EndTime::text),
        });
        let days = self.periodo.iter().map(|DayPeriod { date, hours }| PlanPeriod {
            ubicacion_id: None,
            fecha_desde: date.to_string(),
            fecha_hasta: None,
            hora_desde: hours.map(|(from, _)| clock_text(from)),
            hora_hasta: hours.map(|(_, to)| to.text()),
        });
        let periods: Vec<PlanPeriod> = shared.into_iter().chain(days).collect();
        if periods.is_empty() {
            return Err(Failure::Usage("diga --desde o --periodo".to_owned()));
        }
        let of = |store: &Option<_>| {
            let store = store.clone();
            periods.iter().map(move |period| PlanPeriod { ubicacion_id: store.clone(), ..period.clone() })
        };
        Ok(stores.iter().flat_map(of).collect())
    }

    async fn justify(&self, target: &Target) -> Result<Outcome, Failure> {
        let (Some(tienda), Some(from), Some(motivo)) = (self.tienda.first(), self.period.desde, self.motivo) else {
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

fn ask(preview: &JustificationPreview) -> Result<(), Failure> {
    for gap @ GapView { ubicacion_nombre, etl_tipo, ventanas, .. } in &preview.gaps {
        remark(&format!("  {ubicacion_nombre} {etl_tipo} {} ({ventanas})", period_text(gap)));
    }
    if preview.en_curso > 0 {
        remark(&format!("  {} ventanas están en cola o en proceso y se dejan fuera", preview.en_curso));
    }
    match confirm(&format!("¿Justificar estas {} ventanas de {} tiendas?", preview.ventanas, preview.tiendas)) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::Incomplete("no se justificó nada".to_owned())),
        None => Err(Failure::Usage("sin terminal no se puede preguntar: agregue --si".to_owned())),
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
