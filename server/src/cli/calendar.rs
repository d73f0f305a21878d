//! `klk calendario`: when each store is open, other hours from a day on, and a single day of all stores.

use clap::{Args, Subcommand};
use domain::calendar::CLOSED;
use domain::read_model::{
    BranchCalendar, CalendarDocument, CalendarException, CalendarPreview, CalendarRequest, HolidayRequest,
};
use jiff::civil::Date;

use super::plans::with_target;
use super::target::Target;
use super::{FormerName, HELP_TEMPLATE, ServerArgument, period};
use crate::failure::{Failure, Outcome};
use crate::output::table::Table;
use crate::output::{answer, json, remark};
use crate::settings::Settings;
use crate::wiring::Purpose;

/// Options of `klk calendario`.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Opciones",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Órdenes",
    subcommand_value_name = "ORDEN"
)]
pub struct CalendarArguments {
    #[command(subcommand)]
    order: Option<CalendarOrder>,
    /// Un documento JSON en vez de una tabla
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

/// What is changed.
#[derive(Debug, Subcommand)]
enum CalendarOrder {
    /// Da otro horario u otra zona a una tienda desde un día; muestra qué cambia, y lo guarda con --guardar
    #[command(help_template = HELP_TEMPLATE)]
    Cambiar(ChangeArguments),
    /// Da otro horario a un día en todas las tiendas, un feriado; muestra qué cambia, y lo guarda con --guardar
    #[command(help_template = HELP_TEMPLATE)]
    Dia(DayArguments),
}

/// What is changed of a store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
struct ChangeArguments {
    /// La tienda: id, código o nombre
    #[arg(value_name = "TIENDA")]
    tienda: String,
    /// El día desde el que vale, AAAA-MM-DD; los anteriores conservan lo que tenían
    #[arg(long, value_name = "FECHA", value_parser = period::date)]
    desde: Date,
    /// El horario de toda la semana (07:00-21:00, cerrado) o de un día (domingo=08:00-18:00); se puede repetir
    #[arg(long, value_name = "HORARIO")]
    horario: Vec<String>,
    /// Un solo día: "2025-12-25 cerrado Navidad"; se puede repetir
    #[arg(long, value_name = "DÍA")]
    excepcion: Vec<String>,
    /// La zona horaria de la tienda, como America/Caracas
    #[arg(long, value_name = "ZONA")]
    zona: Option<String>,
    #[command(flatten)]
    decision: DecisionArguments,
}

/// A day of all stores.
#[derive(Debug, Args)]
#[command(next_help_heading = "Opciones")]
struct DayArguments {
    /// El día, AAAA-MM-DD
    #[arg(value_name = "FECHA", value_parser = period::date)]
    fecha: Date,
    /// Su horario, como 07:00-13:00
    #[arg(value_name = "HORARIO", default_value = CLOSED)]
    horario: String,
    /// Por qué, como Navidad
    #[arg(long, value_name = "TEXTO", default_value = "")]
    nota: String,
    #[command(flatten)]
    decision: DecisionArguments,
}

/// Who decides, and whether.
#[derive(Debug, Args)]
struct DecisionArguments {
    /// Lo guarda; sin esta opción solo se muestra qué cambiaría
    #[arg(long)]
    guardar: bool,
    #[command(flatten)]
    former_name: FormerName,
    /// Un documento JSON en vez de texto
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgument,
}

impl CalendarArguments {
    /// Shows the calendars, or changes what is asked.
    pub fn run(self, settings: &Settings) -> Result<Outcome, Failure> {
        match self.order {
            Some(CalendarOrder::Cambiar(change)) => {
                with_target(change.decision.server.clone(), settings, Purpose::Decide, async |target| {
                    change.carry_out(target).await
                })
            }
            Some(CalendarOrder::Dia(day)) => {
                with_target(day.decision.server.clone(), settings, Purpose::Decide, async |target| {
                    day.carry_out(target).await
                })
            }
            None => with_target(self.server, settings, Purpose::Look, async |target| {
                let list = target.calendars().await?;
                if self.json {
                    json(&list)?
                } else {
                    print(&list.calendarios)
                }
                Ok(Outcome::Success)
            }),
        }
    }
}

impl ChangeArguments {
    async fn carry_out(&self, target: &Target) -> Result<Outcome, Failure> {
        let store = target.branch(&self.tienda).await?;
        let known = target.calendars().await?.calendarios.into_iter().find(|one| one.ubicacion_id == store);
        let mut document = known.map(|one| one.calendario).ok_or_else(|| Failure::Usage(format!("no hay {store}")))?;
        self.horario.iter().try_for_each(|hours| write_hours(&mut document, hours))?;
        for line in &self.excepcion {
            let exception = exception_of(line)?;
            document.excepciones.retain(|known| known.fecha != exception.fecha);
            document.excepciones.push(exception);
        }
        document.zona = self.zona.clone().or(document.zona);
        let request =
            CalendarRequest { ubicacion_id: store, vigente_desde: self.desde.to_string(), calendario: document };
        if !self.decision.guardar {
            return self.decision.show(&target.preview_calendar(request).await?);
        }
        let saved = target.change_calendar(request).await?;
        if self.decision.json {
            json(&saved)?
        } else {
            answer(&saved.mensaje)
        }
        Ok(Outcome::Success)
    }
}

impl DayArguments {
    async fn carry_out(&self, target: &Target) -> Result<Outcome, Failure> {
        let request =
            HolidayRequest { fecha: self.fecha.to_string(), horario: self.horario.clone(), nota: self.nota.clone() };
        if !self.decision.guardar {
            return self.decision.show(&target.preview_holiday(request).await?);
        }
        let saved = target.change_holiday(request).await?;
        if self.decision.json {
            json(&saved)?
        } else {
            answer(&saved.mensaje)
        }
        Ok(Outcome::Success)
    }
}

impl DecisionArguments {
    fn show(&self, preview: &CalendarPreview) -> Result<Outcome, Failure> {
        if self.json {
            json(preview)?;
            return Ok(Outcome::Success);
        }
        answer(&preview.mensaje);
        answer(&format!("{} gaps desaparecen y {} aparecen.", preview.gaps_que_desaparecen, preview.gaps_nuevos));
        remark("No se guardó nada: repita la orden con --guardar.");
        Ok(Outcome::Success)
    }
}

/// `07:00-21:00` for every day, or `domingo=cerrado` for one.
fn write_hours(document: &mut CalendarDocument, text: &str) -> Result<(), Failure> {
    let days = [
        ("lunes", &mut document.lunes),
        ("martes", &mut document.martes),
        ("miercoles", &mut document.miercoles),
        ("jueves", &mut document.jueves),
        ("viernes", &mut document.viernes),
        ("sabado", &mut document.sabado),
        ("domingo", &mut document.domingo),
    ];
    let Some((wanted, hours)) = text.split_once('=') else {
        days.into_iter().for_each(|(_, day)| text.clone_into(day));
        return Ok(());
    };
    let wanted = wanted.trim().to_lowercase().replace('é', "e").replace('á', "a");
    match days.into_iter().find(|(name, _)| *name == wanted) {
        Some((_, day)) => hours.clone_into(day),
        None => return Err(Failure::Usage(format!("'{wanted}' no es un día: escriba lunes a domingo"))),
    }
    Ok(())
}

fn exception_of(line: &str) -> Result<CalendarException, Failure> {
    let mut words = line.trim().splitn(3, char::is_whitespace);
    match (words.next(), words.next()) {
        (Some(fecha), Some(horario)) => Ok(CalendarException {
            fecha: fecha.to_owned(),
            horario: horario.to_owned(),
            nota: words.next().unwrap_or_default().trim().to_owned(),
        }),
        _ => Err(Failure::Usage(format!("'{line}' no es un día: escriba \"2025-12-25 cerrado Navidad\""))),
    }
}

fn print(calendars: &[BranchCalendar]) {
    let mut table =
        Table::new(&["Tienda", "Zona", "Lunes a viernes", "Sábado", "Domingo", "Vigente desde", "Días aparte"]);
    for one in calendars {
        let hours = &one.calendario;
        let week = [&hours.lunes, &hours.martes, &hours.miercoles, &hours.jueves, &hours.viernes];
        let is_same = week.iter().all(|day| *day == week[0]);
        let week = if is_same { week[0].clone() } else { week.map(String::as_str).join(" ") };
        table.row(vec![
            one.ubicacion_nombre.clone(),
            one.zona.clone(),
            week,
            hours.sabado.clone(),
            hours.domingo.clone(),
            one.vigente_desde.map_or_else(|| "klk.toml".to_owned(), |from| from.to_string()),
            hours.excepciones.len().to_string(),
        ]);
    }
    table.lines().iter().for_each(|line| answer(line));
}

#[cfg(test)]
mod tests {
    use domain::calendar::CalendarRules;

    use super::*;

    #[test]
    fn hours_are_of_the_week_or_of_a_day_and_another_word_is_refused() {
        let mut document = CalendarRules::every_day("07:00-21:00".parse().unwrap()).document();
        write_hours(&mut document, "08:00-20:00").unwrap();
        write_hours(&mut document, "Miércoles=cerrado").unwrap();
        assert_eq!((document.lunes.as_str(), document.miercoles.as_str()), ("08:00-20:00", "cerrado"));
        assert!(write_hours(&mut document, "feriado=cerrado").is_err());
    }

    #[test]
    fn a_single_day_is_a_date_hours_and_why() {
        let day = exception_of("2025-12-25 cerrado  Navidad y paz").unwrap();
        assert_eq!((day.horario.as_str(), day.nota.as_str()), ("cerrado", "Navidad y paz"));
        assert!(exception_of("2025-12-25").is_err());
    }
}
