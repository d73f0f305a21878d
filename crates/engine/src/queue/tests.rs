use domain::{Interval, RunState};
use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn run(number: u128, branch: &str, mode: RunMode) -> Waiting {
    let interval = Interval::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
    Waiting {
        record: RunRecord {
            id: RunId(Uuid::from_u128(number)),
            kind: EtlKind::Sales,
            branch: BranchId::new(branch),
            interval,
            mode,
            state: RunState::Queued,
            attempt: 1,
            batch: None,
            requested_by: None,
            sentry_trace: None,
            baggage: None,
        },
        check_in: None,
    }
}

fn number(run: &Waiting) -> u128 {
    run.record.id.0.as_u128()
}

/// Takes and ends everything; gives the order.
fn order(queue: &Queue) -> Vec<u128> {
    std::iter::from_fn(|| {
        let run = queue.take()?;
        queue.done(run.record.id, &run.record.branch);
        Some(number(&run))
    })
    .collect()
}

#[test]
fn live_windows_go_before_recoveries_and_recoveries_before_first_loads() {
    let queue = Queue::new(4, 1, 4);
    queue.push([run(1, "a", RunMode::Full), run(2, "a", RunMode::Recovery), run(3, "a", RunMode::Incremental)]);
    assert_eq!(order(&queue), [3, 2, 1]);
}

#[test]
fn of_two_processes_each_takes_the_runs_of_its_own_stores_first_and_then_the_others() {
    let workers = [1, 2].map(Uuid::from_u128);
    let runs = || (1..=20).map(|number| run(number, &format!("tienda_{number}"), RunMode::Recovery));
    let first = |worker: usize| {
        let queue = Queue::new(4, 1, 4);
        queue.share(Share::of(workers[worker], &workers));
        queue.push(runs());
        order(&queue)
    };
    let (one, other) = (first(0), first(1));
    let own = one.iter().zip(&one[1..]).take_while(|(run, next)| run < next).count() + 1;
    assert!((1..20).contains(&own), "{one:?}");
    assert_eq!((&one[..own], &one[own..]), (&other[20 - own..], &other[..20 - own]));
}

#[test]
fn a_snapshot_goes_before_everything_that_can_be_had_later() {
    let queue = Queue::new(4, 1, 4);
    let mut snapshot = run(3, "a", RunMode::Full);
    snapshot.record.kind = EtlKind::Inventory;
    queue.push([run(1, "a", RunMode::Full), run(2, "a", RunMode::Recovery), snapshot]);
    assert_eq!(order(&queue), [3, 2, 1]);
}

#[test]
fn recoveries_are_not_starved_by_live_windows() {
    let queue = Queue::new(4, 1, 2);
    queue.push((1..=6).map(|number| run(number, "a", RunMode::Incremental)));
    queue.push([run(100, "a", RunMode::Recovery), run(101, "a", RunMode::Recovery)]);
    assert_eq!(order(&queue), [1, 2, 100, 3, 4, 101, 5, 6]);
}

#[test]
fn a_branch_has_no_more_in_progress_than_it_may() {
    let queue = Queue::new(4, 1, 4);
    queue.push([run(1, "a", RunMode::Recovery), run(2, "a", RunMode::Recovery), run(3, "b", RunMode::Recovery)]);
    assert_eq!(queue.take().map(|run| number(&run)), Some(1));
    assert_eq!(queue.take().map(|run| number(&run)), Some(3));
    assert!(queue.take().is_none());
    queue.done(RunId(Uuid::nil()), &BranchId::new("a"));
    assert_eq!(queue.take().map(|run| number(&run)), Some(2));
}

fn of_plan(number: u128, plan: u128, branch: &str) -> Waiting {
    let mut run = run(number, branch, RunMode::Recovery);
    run.record.batch = Some(BatchId(Uuid::from_u128(plan)));
    run
}

fn plan(number: u128) -> BatchId {
    BatchId(Uuid::from_u128(number))
}

#[test]
fn a_held_plan_waits_others_go_and_it_goes_on_in_order() {
    let queue = Queue::new(4, 1, 4);
    queue.push([of_plan(1, 7, "a"), of_plan(2, 8, "a"), of_plan(3, 7, "b")]);
    assert!(!queue.hold(plan(7)));
    assert!(queue.hold(plan(7)), "it says that it was held");
    assert_eq!(order(&queue), [2]);
    queue.release(plan(7));
    assert_eq!(order(&queue), [1, 3]);
}

#[test]
fn what_was_taken_back_never_goes() {
    let queue = Queue::new(4, 1, 4);
    queue.push([of_plan(1, 7, "a"), of_plan(2, 8, "a")]);
    queue.remove(plan(7));
    assert_eq!(order(&queue), [2]);
    assert_eq!(queue.len(), 0);
}

#[test]
fn open_branches_of_a_plan_that_leaves_them_alone_wait() {
    let queue = Queue::new(4, 1, 4);
    queue.push([of_plan(1, 7, "a"), of_plan(2, 7, "b"), of_plan(3, 8, "a")]);
    queue.leave_alone(HashMap::from([(plan(7), HashSet::from([BranchId::new("a")]))]));
    assert_eq!(order(&queue), [2, 3]);
    queue.leave_alone(HashMap::new());
    assert_eq!(order(&queue), [1]);
}

#[test]
fn a_resting_branch_still_has_its_live_windows_extracted() {
    let queue = Queue::new(4, 1, 4);
    queue.push([run(1, "a", RunMode::Recovery), run(2, "a", RunMode::Incremental), run(3, "a", RunMode::Full)]);
    queue.rest(&BranchId::new("a"));
    assert_eq!(order(&queue), [2, 3]);
    queue.rested(&BranchId::new("a"));
    assert_eq!(order(&queue), [1]);
}

fn taken(queue: &Queue) -> Vec<u128> {
    std::iter::from_fn(|| queue.take()).map(|run| run.record.id.0.as_u128()).collect()
}

#[test]
fn branches_that_do_not_answer_have_at_most_half_of_the_workers() {
    let queue = Queue::new(4, 1, 4);
    let branches = ["a", "b", "c", "d", "e"];
    queue.push((1..=5).zip(branches).map(|(number, branch)| run(number, branch, RunMode::Incremental)));
    for number in 1..=4 {
        assert_eq!(queue.take().unwrap().record.id, RunId(Uuid::from_u128(number)));
    }
    let stops: Vec<_> = (1..=4).map(|number| queue.stop_of(RunId(Uuid::from_u128(number))).unwrap()).collect();
    for (number, branch) in (1..=4).zip(branches) {
        queue.record_unanswered(RunId(Uuid::from_u128(number)), &BranchId::new(branch));
    }
    let given_up: Vec<bool> = stops.iter().map(|stop| *stop.borrow()).collect();
    assert_eq!(given_up, [false, false, true, true]);
    assert!(!queue.is_cancelled(RunId(Uuid::from_u128(3))), "it failed, nobody cancelled it");

    for number in [3, 4] {
        queue.done(RunId(Uuid::from_u128(number)), &BranchId::new(branches[usize::try_from(number).unwrap() - 1]));
    }
    queue.push([run(6, "c", RunMode::Incremental), run(7, "f", RunMode::Incremental)]);
    assert_eq!(taken(&queue), [5, 7], "c waits until a or b has ended");
    queue.record_answered(&BranchId::new("a"));
    assert_eq!(taken(&queue), [6]);
}

#[test]
fn what_is_in_progress_of_a_cancelled_plan_asks_for_nothing_more() {
    let queue = Queue::new(4, 1, 4);
    let plan = BatchId(Uuid::from_u128(9));
    let mut own = run(1, "a", RunMode::Recovery);
    own.record.batch = Some(plan);
    queue.push([own, run(2, "b", RunMode::Recovery)]);
    assert_eq!(taken(&queue), [1, 2]);
    let stops = [1, 2].map(|number| queue.stop_of(RunId(Uuid::from_u128(number))).unwrap());
    queue.remove(plan);
    assert_eq!(stops.map(|stop| *stop.borrow()), [true, false]);
    assert!(queue.is_cancelled(RunId(Uuid::from_u128(1))));
}
