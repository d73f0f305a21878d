//! Whatever Sentry does, a command loads the same, says the same and ends with the same code, and what could not be sent
//! is sent later with its own time.
//!
//! Exit must be within 5 seconds of the job's end. How long a job takes on a busy machine is nobody's promise, so a
//! command may take 10 seconds longer here than the same one without Sentry: enough to tell "held up" from "slow".

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use klk_sim::{Endpoint, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::fake_sentry::{FakeSentry, Manner};
use crate::support::{Klk, Pos, Run};

const HELD_UP: Duration = Duration::from_secs(10);

/// Nothing listens on the discard port.
const NOBODY: &str = "http://publickey0123@127.0.0.1:9/42";

/// What somebody learns of a run, without what is new every time.
fn outcome_of(run: &Run) -> (i32, Value) {
    let mut answer = run.json();
    for run in answer["ejecuciones"].as_array_mut().unwrap() {
        let kept =
            ["ubicacion_id", "estado", "error_tipo", "error_mensaje", "registros_extraidos", "registros_cargados"];
        run.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    }
    answer.as_object_mut().unwrap().remove("lotes");
    (run.code, answer)
}

/// A day of two stores, of which one is down.
fn load(klk: &Klk, pos: &Pos) -> (Run, Duration) {
    let day = pos.yesterday().to_string();
    let started = Instant::now();
    let run = klk.run(&["etl", "ventas", "--desde", &day, "--json"]);
    (run, started.elapsed())
}

fn with_dsn(pos: &Pos, dsn: &str) -> Klk {
    pos.klk().with_variable("SENTRY_DSN", dsn).with_variable("SENTRY_ENVIRONMENT", "test")
}

/// The identifiers of the runs in what arrived.
fn runs_of(items: &[Value]) -> BTreeSet<String> {
    items.iter().map(|item| item["contexts"]["etl"]["ejecucion_id"].as_str().unwrap().to_owned()).collect()
}

/// A time, as either of Sentry's two ways to write it has it.
fn moment(value: &Value) -> Timestamp {
    match value {
        Value::String(text) => text.parse().unwrap(),
        number => Timestamp::from_microsecond((number.as_f64().unwrap() * 1e6) as i64).unwrap(),
    }
}

/// A load while Sentry is not well, and a look once it is.
fn nothing_changes_and_nothing_is_lost(manner: Option<Manner>) {
    let pos = Pos::start();
    let down = Fault::new(FaultKind::Status { code: 503, html: false }).of_branch("SUC002").at(Endpoint::Sales);
    pos.sim.add_fault(down);
    let (plain, plain_time) = load(&pos.klk(), &pos);
    let lines = pos.lines_of_yesterday("SUC001");
    assert_eq!((plain.code, &plain.json()["ejecuciones"][0]["registros_cargados"]), (3, &json!(lines)));

    let server = FakeSentry::start(manner.unwrap_or(Manner::Accept));
    let dsn = if manner.is_some() { server.dsn() } else { NOBODY.to_owned() };
    let klk = with_dsn(&pos, &dsn);
    let (watched, watched_time) = load(&klk, &pos);
    assert_eq!(outcome_of(&watched), outcome_of(&plain), "{}", watched.errors);
    assert!(watched_time < plain_time + HELD_UP, "{watched_time:?} instead of {plain_time:?}");
    assert_eq!(server.payloads("transaction").len(), 0, "nothing gets through yet");

    server.behave(Manner::Accept);
    let look = klk.with_variable("SENTRY_DSN", &server.dsn()).run(&["gaps"]);
    assert_eq!(look.code, 3, "{}", look.errors);
    let runs: Vec<Value> = watched.json()["ejecuciones"].as_array().unwrap().clone();
    let ids: BTreeSet<String> = runs.iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
    let (transactions, errors) = (server.payloads("transaction"), server.payloads("event"));
    assert_eq!((runs_of(&transactions), transactions.len()), (ids, 2));
    assert_eq!((errors.len(), &errors[0]["tags"]["tienda"]), (1, &json!("tienda_08")));
    for transaction in &transactions {
        let id = &transaction["contexts"]["etl"]["ejecucion_id"];
        let run = runs.iter().find(|run| run["id"] == *id).unwrap();
        let time_of_run = |name: &str| moment(&run[name]);
        // Its own time: it was under way while the run was, whenever it is sent.
        assert!(moment(&transaction["start_timestamp"]) <= time_of_run("fecha_fin"), "{transaction}");
        assert!(moment(&transaction["timestamp"]) >= time_of_run("fecha_inicio"), "{transaction}");
    }
}

#[test]
fn a_sentry_that_is_not_there() {
    nothing_changes_and_nothing_is_lost(None);
}

#[test]
fn a_sentry_that_never_answers() {
    nothing_changes_and_nothing_is_lost(Some(Manner::Hang));
}

#[test]
fn a_sentry_that_resets() {
    nothing_changes_and_nothing_is_lost(Some(Manner::Reset));
}

#[test]
fn a_sentry_that_asks_for_patience() {
    nothing_changes_and_nothing_is_lost(Some(Manner::RetryAfter(3600)));
}

#[test]
fn a_sentry_that_breaks() {
    nothing_changes_and_nothing_is_lost(Some(Manner::Status(500)));
}

#[test]
fn a_sentry_that_answers_a_byte_at_a_time() {
    nothing_changes_and_nothing_is_lost(Some(Manner::Trickle));
}
