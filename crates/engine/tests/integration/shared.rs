//! Several engines over one database, as processes on several machines are: they need a PostgreSQL server, so that only `./dev test`
//! runs them, on its own.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use domain::access::{Role, StoreScope};
use domain::decision::Origin;
use domain::{EtlKind, RunMode, RunState};
use engine::{Actor, Credentials, Engine, EngineSettings, SignInRequest, Topic};
use secrecy::{ExposeSecret, SecretString};

use crate::support::{World, eventually, operator, settings, sold, totals};

const PASSWORD: &str = "una clave bastante larga";

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

/// So many workers, and no more of a store at once than there are.
fn workers(workers: usize) -> EngineSettings {
    EngineSettings { workers, workers_per_branch: workers, ..settings() }
}

/// How many of its runs each process did.
async fn hosts(world: &World) -> HashMap<String, usize> {
    let mut hosts = HashMap::new();
    for run in world.runs().await {
        *hosts.entry(run.host.unwrap_or_default()).or_default() += 1;
    }
    hosts
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn windows_are_loaded_once_and_every_process_loads_some() {
    let world = World::with(workers(2)).await;
    let others = [world.another(workers(2)).await, world.another(workers(2)).await];
    for branch in ["tienda_01", "tienda_08"] {
        for half_hour in 0..28 {
            let hour = |half: u32| format!("{:02}:{:02}", 8 + half / 2, half % 2 * 30);
            let (from, to) = (hour(half_hour), hour(half_hour + 1));
            world.ask_for(branch, "2025-11-17", Some((&from, &to))).await;
        }
    }
    let runs = world.all_ended().await;
    assert_eq!(runs.len(), 56);
    assert!(runs.iter().all(|run| run.estado == RunState::Succeeded && run.intento == 1), "{runs:?}");
    let hosts = hosts(&world).await;
    assert_eq!(hosts.len(), 3, "{hosts:?}");
    let loaded = totals(&world.beside, "tienda_01", "2025-11-17").await;
    let all_day = sold(&world.sim, "SUC001", "2025-11-17");
    assert!(loaded.lines > 0 && loaded.lines <= all_day.lines, "{loaded:?} of {all_day:?}");
    for engine in others {
        engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn who_is_signed_in_at_one_is_signed_in_at_the_other_and_signed_out_at_both() {
    let world = World::with(workers(0)).await;
    let other = world.another(workers(0)).await;
    let admin = Actor::at_console("root".to_owned());
    world
        .engine
        .add_user_with_password(&admin, "ana", Role::Operator, StoreScope::All, secret(PASSWORD))
        .await
        .unwrap();
    let who = |engine: &Engine, token: &str| engine.identify(Credentials::Session(token), Origin::Web, None);
    let request = || {
        let before = other.identify(Credentials::None, Origin::Web, None);
        SignInRequest { name: "ana".to_owned(), password: secret(PASSWORD), before }
    };
    eventually(async || other.sign_in(request()).await.is_ok()).await;
    let signed_in = other.sign_in(request()).await.unwrap();
    let token = signed_in.token.expose_secret().to_owned();
    eventually(async || who(&world.engine, &token).actor.is_somebody()).await;
    world.engine.sign_out(&who(&world.engine, &token)).await.unwrap();
    eventually(async || !who(&other, &token).actor.is_somebody()).await;
    other.shutdown().await;
}

/// The database refuses, however late the other process hears.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn who_was_disabled_at_one_process_opens_no_session_at_another() {
    let world = World::with(workers(0)).await;
    let other = world.another(workers(0)).await;
    let admin = Actor::at_console("root".to_owned());
    let (role, stores) = (Role::Operator, StoreScope::All);
    world.engine.add_user_with_password(&admin, "ana", role, stores, secret(PASSWORD)).await.unwrap();
    let request = || {
        let before = other.identify(Credentials::None, Origin::Web, None);
        SignInRequest { name: "ana".to_owned(), password: secret(PASSWORD), before }
    };
    eventually(async || other.sign_in(request()).await.is_ok()).await;
    world.engine.enable_user(&admin, "ana", false).await.unwrap();
    assert!(other.sign_in(request()).await.is_err());
    eventually(async || other.read_user(&admin, "ana").is_ok_and(|user| !user.activo)).await;
    other.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn two_processes_that_take_an_administrator_away_each_leave_one() {
    let world = World::with(workers(0)).await;
    let other = world.another(workers(0)).await;
    let admin = Actor::at_console("root".to_owned());
    for name in ["ana", "luis"] {
        let (role, stores) = (Role::Administrator, StoreScope::All);
        world.engine.add_user_with_password(&admin, name, role, stores, secret(PASSWORD)).await.unwrap();
    }
    let has_password = |name: &str| other.read_user(&admin, name).is_ok_and(|user| user.tiene_clave);
    eventually(async || has_password("ana") && has_password("luis")).await;
    let (demoted, disabled) = tokio::join!(
        world.engine.change_user(&admin, "ana", Role::Reader, StoreScope::All),
        other.enable_user(&admin, "luis", false),
    );
    assert!(demoted.is_ok() != disabled.is_ok(), "{demoted:?} {disabled:?}");
    other.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn what_one_process_commits_every_other_one_hears_and_shows() {
    let world = World::with(workers(1)).await;
    let other = world.another(workers(0)).await;
    let mut heard = other.events();
    let runs = world.extract("tienda_01", "2025-11-17", None).await;
    assert_eq!(runs[0].estado, RunState::Succeeded);
    let is_of_runs = async { while heard.recv().await.unwrap() != Topic::Runs {} };
    tokio::time::timeout(Duration::from_secs(10), is_of_runs).await.unwrap();
    let shown = async || {
        let list = other.list_runs(&operator(), domain::filter::RunFilter { limit: 10, ..Default::default() }).await;
        list.unwrap().ejecuciones.iter().any(|run| run.estado == RunState::Succeeded)
    };
    eventually(shown).await;
    other.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn who_leads_next_loses_no_firing_and_doubles_none() {
    let schedules = EngineSettings { scheduler: true, nap_max: Duration::from_millis(20), ..workers(1) };
    let mut leased = schedules.clone();
    leased.processes.lease = Duration::from_millis(400);
    let mut world = World::with(leased.clone()).await;
    let other = world.another(leased.clone()).await;
    world.clock.set("2025-11-18T16:05:00Z");
    let live = async |engine: &Engine| {
        let filter = domain::filter::RunFilter { limit: 100, ..Default::default() };
        let runs = engine.list_runs(&operator(), filter).await.unwrap().ejecuciones;
        let of_live = runs.into_iter().filter(|run| run.etl_tipo == EtlKind::Sales && run.modo == RunMode::Incremental);
        of_live.map(|run| (run.ubicacion_id.to_string(), run.hora_desde)).collect::<Vec<_>>()
    };
    eventually(async || live(&other).await.len() == 2).await;
    // The leader ends, and the next half hour is due before anybody else leads.
    world.engine.shutdown().await;
    world.clock.set("2025-11-18T16:35:00Z");
    eventually(async || live(&other).await.len() == 4).await;
    let fired = live(&other).await;
    assert_eq!(fired.iter().collect::<BTreeSet<_>>().len(), 4, "{fired:?}");
    other.shutdown().await;

    // Nobody is there when the next half hour is due; who starts right after makes up for it.
    world.clock.set("2025-11-18T17:06:00Z");
    world.restart(leased.clone()).await;
    eventually(async || live(&world.engine).await.len() == 6).await;
    // Who starts long after does not: it is a gap, and the next one is due.
    world.engine.shutdown().await;
    world.clock.set("2025-11-18T17:50:00Z");
    world.restart(leased).await;
    world.clock.set("2025-11-18T18:05:00Z");
    eventually(async || live(&world.engine).await.len() == 8).await;
    let fired: BTreeSet<String> = live(&world.engine).await.into_iter().map(|(_, from)| from).collect();
    assert_eq!(fired.into_iter().collect::<Vec<_>>(), ["11:30", "12:00", "12:30", "13:30"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL"]
async fn the_steps_of_a_run_are_shown_by_a_process_that_does_not_do_it() {
    let world = World::with(workers(1)).await;
    let other = world.another(workers(0)).await;
    let run = world.extract("tienda_01", "2025-11-17", None).await[0].clone();
    eventually(async || {
        let own = world.engine.run_log(&operator(), &run).await.unwrap();
        !own.is_empty() && other.run_log(&operator(), &run).await.unwrap() == own
    })
    .await;
    other.shutdown().await;
}
