//! Things that happen at the same time, or in between.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use domain::read_model::{CalendarDocument, CalendarRequest};
use domain::{BranchId, RunState};
use engine::EngineSettings;
use klk_sim::{Fault, FaultKind};
use warehouse::{JobWatch, StatementObserver};

use crate::support::{World, hours_of, operator, settings};

/// Holds up whoever has read the coverage until a window was committed.
#[derive(Clone, Default)]
struct HeldCoverage(Arc<Hold>);

#[derive(Default)]
struct Hold {
    armed: AtomicBool,
    is_committed: Mutex<bool>,
    changed: Condvar,
}

impl StatementObserver for HeldCoverage {
    fn on_asked(&self, name: &'static str) -> Option<Box<dyn JobWatch>> {
        Some(Box::new(HeldJob(name, Arc::clone(&self.0))))
    }
}

struct HeldJob(&'static str, Arc<Hold>);

impl JobWatch for HeldJob {
    fn on_ended(self: Box<Self>, _work: Duration, _failed: bool) {
        let (name, Hold { armed, is_committed, changed }) = (self.0, &*self.1);
        if name == "reemplazar_ventana_ventas" {
            *is_committed.lock().unwrap() = true;
            changed.notify_all();
        } else if name == "cobertura" && armed.swap(false, Ordering::SeqCst) {
            let guard = is_committed.lock().unwrap();
            drop(changed.wait_timeout_while(guard, Duration::from_secs(20), |is_committed| !*is_committed).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_committed_while_gaps_are_looked_for_is_not_one() {
    let held = HeldCoverage::default();
    let world = World::observed(held.clone()).await;
    world.sim.add_fault(Fault::new(FaultKind::Slow { milliseconds: 300 }));
    let noon = || hours_of("2025-11-17", "12:00", "12:30");
    let first = world.engine.recover_gap(&operator(), noon()).await.unwrap();
    let run = first.ejecuciones[0].id;
    while world.runs().await[0].estado != RunState::Running {
        tokio::task::yield_now().await;
    }

    held.0.armed.store(true, Ordering::SeqCst);
    let second = world.engine.recover_gap(&operator(), noon()).await.unwrap();
    assert!(second.ejecuciones.is_empty(), "{second:?}");
    assert_eq!(second.en_curso.iter().map(|run| run.id).collect::<Vec<_>>(), [run]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_asked_for_who_left_before_the_answer_is_done_all_the_same() {
    let world = World::new().await;
    // The asker leaves at each of the moments at which the use case waits for something.
    for (looks, hour) in (1..=12).zip(8..) {
        let request = hours_of("2025-11-17", &format!("{hour:02}:00"), &format!("{hour:02}:30"));
        let actor = operator();
        let mut asking = Box::pin(world.engine.recover_gap(&actor, request));
        for _ in 0..looks {
            if futures::poll!(asking.as_mut()).is_ready() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    let runs = world.all_ended().await;
    assert!(!runs.is_empty());
    assert!(runs.iter().all(|run| run.estado == RunState::Succeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_second_is_told_which_runs_are_at_it() {
    let mut world = World::with(EngineSettings { workers: 0, ..settings() }).await;
    let first = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "10:00", "12:00")).await.unwrap();
    let second = world.engine.recover_gap(&operator(), hours_of("2025-11-17", "11:00", "13:00")).await.unwrap();
    let hours = |runs: &[domain::read_model::RunView]| -> Vec<String> {
        runs.iter().map(|run| run.hora_desde.clone()).collect()
    };
    assert_eq!(hours(&first.ejecuciones), ["10:00", "10:30", "11:00", "11:30"]);
    assert_eq!(hours(&second.ejecuciones), ["12:00", "12:30"]);
    assert_eq!(hours(&second.en_curso), ["11:00", "11:30"]);
    assert_eq!(second.mensaje, "2 ventanas en cola; 2 ventanas ya en curso.");

    world.restart(settings()).await;
    assert!(world.all_ended().await.iter().all(|run| run.estado == RunState::Succeeded && run.intento == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_go_on_clicking_while_their_windows_are_loaded_run_each_once() {
    let world = World::new().await;
    let clicking = (0..4).map(|_| {
        let engine = world.engine.clone();
        tokio::spawn(async move {
            let mut queued = 0;
            loop {
                let day = hours_of("2025-11-17", "07:00", "21:00");
                let answer = engine.recover_gap(&operator(), day).await.unwrap();
                queued += answer.ejecuciones.len();
                if answer.ejecuciones.is_empty() && answer.en_curso.is_empty() {
                    return queued;
                }
            }
        })
    });
    let queued: usize = futures::future::join_all(clicking).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(queued, 28);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_being_loaded_is_never_shown_as_one_that_nobody_is_at() {
    let world = World::new().await;
    let batch = world.engine.load_missing(&operator(), 2, &[]).await.unwrap().batch.unwrap();
    while world.engine.batch(batch).await.unwrap().terminado_en.is_none() {
        for gap in world.gaps(48).await {
            assert!(gap.ejecucion_en_curso_id.is_some(), "{} {} {}", gap.ubicacion_id, gap.fecha_desde, gap.hora_desde);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_that_was_stored_for_somebody_who_left_counts_at_once() {
    let world = World::new().await;
    let actor = operator();
    let zones = ["America/Bogota", "America/Santiago", "America/Lima", "Europe/Madrid", "America/Caracas", "UTC"];
    let list = async || world.engine.list_calendars(&operator()).await.unwrap().calendarios[0].clone();
    // The asker leaves at each of the moments at which the use case waits for something.
    for (looks, zone) in (1..).zip(zones.into_iter().cycle().take(12)) {
        let calendario = CalendarDocument { zona: Some(zone.to_owned()), ..list().await.calendario };
        let request = CalendarRequest {
            ubicacion_id: BranchId::new("tienda_01"),
            vigente_desde: "2025-11-10".to_owned(),
            calendario,
        };
        let mut asking = Box::pin(world.engine.change_calendar(&actor, request));
        for _ in 0..looks {
            if futures::poll!(asking.as_mut()).is_ready() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(asking);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let found = list().await;
        let stored = found.cambios.first().and_then(|change| change.calendario.zona.clone());
        assert!(stored.is_none_or(|stored| stored == found.zona), "{found:?}");
    }
    assert!(list().await.cambios.len() > 1);
}
