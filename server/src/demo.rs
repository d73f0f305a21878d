//! The demonstration: a simulated POS in this process, a week of sales, and a story of what went wrong in it.
//!
//! The story: ARTIGAS was down for some hours, one half hour of PERIFERICO answered fewer lines than it announced (both
//! are [`klk_sim::demo`]'s), and one half hour of PARAISO never ran. When the week is loaded the POS is well again, so that
//! Recuperar gets everything back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use domain::calendar::rules_of;
use domain::filter::GapFilter;
use domain::gap::GapClass;
use domain::read_model::GapView;
use domain::window::{half_hours, instant_of};
use domain::{Branch, BranchId, EtlKind, HALF_HOUR, Interval, IntervalSet, Role, Window};
use engine::{Actor, Engine};
use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use klk_sim::{Sim, SimConfig};
use monitoring::Monitoring;
use tokio::net::TcpListener;
use warehouse::{Access, CalendarKind};

use crate::failure::{Failure, use_case_failure};
use crate::output::progress::{Figures, ProgressDisplay};
use crate::output::remark;
use crate::settings::Settings;
use crate::{clock, database};

/// The demo's own database, apart from anybody's real one.
pub const DATABASE: &str = "data/demo.duckdb";
/// Days that are loaded.
const DAYS: u32 = 7;
/// Where a POS usually is.
const USUAL_PORT: u16 = 7002;
const SEED: u64 = 42;
/// The store whose half hour never ran.
const STORE_OF_THE_HOLE: &str = "tienda_18";
/// A half hour that ended less than this ago may still be on its way.
const NOT_DUE_YET: SignedDuration = SignedDuration::from_hours(2);
const LOOK_INTERVAL: Duration = Duration::from_millis(300);

/// Who loads the demo's sales.
const PERSON: &str = "demo";

/// The first day of the demo's stores, without which the year before its week would be missing: of a new database the
/// first day that is loaded from its beginning, later the day that it began with. Refuses a database that has something
/// and nothing of a demo: invented sales do not belong beside real ones.
async fn first_day(settings: &Settings) -> Result<Option<Date>, Failure> {
    if !settings.database.exists() {
        let today = settings.zone.to_datetime(clock::now()).date();
        return Ok(today.checked_sub(i64::from(DAYS - 1).days()).ok());
    }
    // One that cannot be read is said by whoever opens it next.
    let Ok(warehouse) = database::open(settings, &Monitoring::disabled(), Access::ReadOnly) else { return Ok(None) };
    let is_real = warehouse.is_without(PERSON.to_owned()).await.unwrap_or(false);
    let calendars = warehouse.calendar_changes(None).await.unwrap_or_default();
    warehouse.close().await;
    if is_real {
        let path = settings.database.display();
        return Err(Failure::Usage(format!(
            "{path} tiene cargas que no son de una demostración, y las ventas inventadas no van junto a las reales: elija otro \
             archivo con --base"
        )));
    }
    let first = calendars.iter().find(|row| row.kind == CalendarKind::OfFile);
    let rules = first.and_then(|row| serde_json::from_str(&row.document).ok()).map(|document| rules_of(&document));
    Ok(rules.and_then(Result::ok).and_then(|rules| rules.opened_on))
}

/// The simulated POS of a demonstration.
pub struct Demo {
    sim: Sim,
}

impl Demo {
    /// Starts the POS, and has the settings name it. Refuses a database of anybody else.
    pub async fn start(settings: &mut Settings) -> Result<Self, Failure> {
        settings.first_day = first_day(settings).await?;
        let listener = match TcpListener::bind(("127.0.0.1", USUAL_PORT)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind(("127.0.0.1", 0)).await.context("no hay puerto para el KLK simulado")?,
        };
        let address = listener.local_addr().context("no hay dirección")?;
        let sim = Sim::new(SimConfig::five_stores(SEED), Arc::new(clock::now));
        tokio::spawn(klk_sim::serve(listener, sim.clone(), std::future::pending()));
        settings.client.base_url = format!("http://{address}").parse().context("la dirección del KLK simulado")?;
        settings.client.api_key = None;
        // A store that is down stays down in the story: asking often only makes people wait.
        settings.client.retries = 1;
        settings.client.backoff_base = Duration::from_millis(100);
        // Its gaps are there to be looked at and recovered by hand.
        settings.engine.retries.is_on = false;
        settings.branches.clear();
        settings.discover_branches = true;
        remark(&format!("KLK simulado en http://{address}"));
        Ok(Self { sim })
    }

    /// Loads what is missing of the week, and shows how far it is. The first time the story happens; later its gaps are
    /// left as they are, and only what has passed since is loaded.
    pub async fn load(&self, engine: &Engine) -> Result<(), Failure> {
        let leave_out = leave_out(engine).await?;
        if leave_out.is_first_load {
            self.sim.begin_scenario();
        }
        let actor = Actor::new(PERSON, Role::Administrator);
        let loaded = engine.load_missing(&actor, DAYS, &leave_out.windows).await.map_err(use_case_failure);
        let outcome = match loaded {
            Ok(answer) => show_progress(engine, answer.batch).await,
            Err(failure) => Err(failure),
        };
        self.sim.end_scenario();
        outcome?;
        match sales_gaps(engine, DAYS).await?.len() {
            0 => remark("Listo: no falta nada"),
            missing => remark(&format!(
                "Listo: faltan {missing} períodos a propósito; el botón Recuperar de la primera página los trae de vuelta"
            )),
        }
        Ok(())
    }
}

async fn show_progress(engine: &Engine, batch: Option<domain::BatchId>) -> Result<(), Failure> {
    let Some(batch) = batch else { return Ok(()) };
    let mut display = ProgressDisplay::new(false);
    loop {
        let progress = engine.batch(batch).await.map_err(use_case_failure)?;
        let figures = Figures::of(std::slice::from_ref(&progress));
        if progress.terminado_en.is_some() {
            display.finish(&figures);
            return Ok(());
        }
        display.update(&figures, Instant::now());
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// What a load does not ask for.
struct LeaveOut {
    is_first_load: bool,
    windows: Vec<Window>,
}

async fn leave_out(engine: &Engine) -> Result<LeaveOut, Failure> {
    let now = clock::now();
    let gaps = sales_gaps(engine, DAYS + 1).await?;
    let branches = engine.branches();
    let settled = settled_week(now);
    let has_any = |branch: &Arc<Branch>| settled.is_some_and(|week| latest_covered(branch, &gaps, week).is_some());
    let is_first_load = !branches.iter().any(has_any);
    let windows = match settled {
        Some(week) if !is_first_load => branches.iter().flat_map(|branch| older_gaps(branch, &gaps, week)).collect(),
        _ => hole(&branches, now).into_iter().collect(),
    };
    Ok(LeaveOut { is_first_load, windows })
}

async fn sales_gaps(engine: &Engine, days: u32) -> Result<Vec<GapView>, Failure> {
    let filter = GapFilter { kind: Some(EtlKind::Sales), hours_max: days * 24, ..GapFilter::default() };
    Ok(engine.list_gaps(&Actor::system(), filter).await.map_err(use_case_failure)?.gaps)
}

/// The week up to a time whose half hours are gaps if they are not there: the latest ones may just not be due yet.
fn settled_week(now: Timestamp) -> Option<Interval<Timestamp>> {
    let end = now.checked_sub(NOT_DUE_YET).ok()?;
    let start = end.checked_sub(SignedDuration::from_hours(24 * i64::from(DAYS))).ok()?;
    Interval::new(start, end)
}

/// The branch's missing half hours that are older than the latest one it has: holes that somebody is to find.
fn older_gaps(branch: &Branch, gaps: &[GapView], week: Interval<Timestamp>) -> Vec<Window> {
    let Some(latest) = latest_covered(branch, gaps, week) else { return Vec::new() };
    let holes = gaps_of(&branch.id, gaps).filter(|gap| gap.start() < latest);
    holes
        .flat_map(|gap| half_hours(gap, &branch.zone))
        .map(|interval| Window { branch: branch.id.clone(), kind: EtlKind::Sales, interval })
        .collect()
}

/// The end of the latest half hour that the branch has: what is expected and no gap.
fn latest_covered(branch: &Branch, gaps: &[GapView], week: Interval<Timestamp>) -> Option<Timestamp> {
    let missing: IntervalSet<Timestamp> = gaps_of(&branch.id, gaps).collect();
    let covered = branch.calendar.expected(week, &branch.zone).difference(&missing);
    covered.intervals().last().map(Interval::end)
}

fn gaps_of<'list>(branch: &BranchId, gaps: &'list [GapView]) -> impl Iterator<Item = Interval<Timestamp>> + 'list {
    let branch = branch.clone();
    let is_missing = move |gap: &&GapView| gap.ubicacion_id == branch && gap.clase == GapClass::Coverage;
    gaps.iter().filter(is_missing).filter_map(|gap| Interval::new(gap.inicio, gap.fin))
}

/// The half hour that never ran: yesterday, 16:00 to 16:30.
fn hole(branches: &[Arc<Branch>], now: Timestamp) -> Option<Window> {
    let branch = branches.iter().find(|branch| branch.id.as_str() == STORE_OF_THE_HOLE)?;
    let yesterday = branch.zone.to_datetime(now).date().yesterday().ok()?;
    let start = instant_of(yesterday.to_datetime(time(16, 0, 0, 0)), &branch.zone)?;
    let interval = Interval::new(start, start.checked_add(HALF_HOUR).ok()?)?;
    Some(Window { branch: branch.id.clone(), kind: EtlKind::Sales, interval })
}

#[cfg(test)]
mod tests {
    use domain::cause::CauseKind;
    use domain::gap::{GapState, Urgency};
    use domain::read_model::CauseEvidence;
    use domain::{BranchCode, Calendar};
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;

    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn branch() -> Branch {
        Branch {
            id: BranchId::new(STORE_OF_THE_HOLE),
            code: BranchCode::new("SUC004"),
            name: "PARAISO".to_owned(),
            zone: TimeZone::get("America/Caracas").unwrap().into(),
            calendar: Calendar::every_day("07:00-21:00".parse().unwrap()),
            calendar_counts_from: None,
            warehouses: Vec::new(),
        }
    }

    fn gap(from: &str, to: &str) -> GapView {
        GapView {
            id: from.to_owned(),
            clase: GapClass::Coverage,
            etl_tipo: EtlKind::Sales,
            ubicacion_id: BranchId::new(STORE_OF_THE_HOLE),
            ubicacion_nombre: "PARAISO".to_owned(),
            inicio: instant(from),
            fin: instant(to),
            fecha_desde: Date::ZERO,
            fecha_hasta: Date::ZERO,
            hora_desde: String::new(),
            hora_hasta: String::new(),
            ventanas: 1,
            detectado_en: instant(to),
            detectado_en_local: DateTime::ZERO,
            antiguedad_horas: 0.0,
            urgencia: Urgency::Recent,
            estado: GapState::Pending,
            causa: String::new(),
            error_tipo: None,
            causa_detalle: None,
            causa_mensaje: None,
            intentos: 0,
            ejecucion_id: None,
            ejecucion_en_curso_id: None,
            recuperable: true,
            valor: None,
            ventanas_sin_historia: 1,
            evidencia: CauseEvidence {
                tipo: CauseKind::BeforeWatching,
                terminada_en_local: None,
                estado_http: None,
                anunciadas: None,
                recibidas: None,
                cargadas: None,
                usd_cargado: None,
                usd_ahora: None,
                vista_en_local: None,
                disparo_anterior_local: None,
                disparo_siguiente_local: None,
            },
            facturas_faltantes: Vec::new(),
        }
    }

    /// Tuesday 18, 20:00 in Caracas.
    const NOW: &str = "2025-11-19T00:00:00Z";

    #[test]
    fn the_half_hour_that_never_ran_is_yesterday_at_four() {
        let window = hole(&[Arc::new(branch())], instant(NOW)).unwrap();
        assert_eq!(window.interval.start(), instant("2025-11-17T20:00:00Z"));
        assert_eq!(window.interval.end(), instant("2025-11-17T20:30:00Z"));
    }

    #[test]
    fn a_second_start_keeps_older_holes_and_loads_what_has_passed_since() {
        let hole = gap("2025-11-17T20:00:00Z", "2025-11-17T21:00:00Z");
        let since = gap("2025-11-18T15:00:00Z", "2025-11-19T00:00:00Z");
        let week = settled_week(instant(NOW)).unwrap();
        let kept = older_gaps(&branch(), &[hole, since], week);
        let starts: Vec<Timestamp> = kept.iter().map(|window| window.interval.start()).collect();
        assert_eq!(starts, [instant("2025-11-17T20:00:00Z"), instant("2025-11-17T20:30:00Z")]);
    }

    #[test]
    fn a_store_without_anything_has_nothing_to_keep() {
        let everything = gap("2025-11-01T00:00:00Z", "2025-11-19T00:00:00Z");
        let week = settled_week(instant(NOW)).unwrap();
        assert_eq!(latest_covered(&branch(), std::slice::from_ref(&everything), week), None);
        assert_eq!(older_gaps(&branch(), &[everything], week), Vec::new());
    }
}
