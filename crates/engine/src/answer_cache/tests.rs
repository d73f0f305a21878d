use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::*;

const LAG: Duration = Duration::from_secs(3600);

/// A database of one number, and what is known of its version.
#[derive(Default)]
struct World {
    value: AtomicU32,
    changes: AtomicUsize,
    minute: AtomicUsize,
    computed: AtomicU32,
}

impl World {
    fn as_of(&self) -> AsOf {
        AsOf {
            version: Version::default(),
            branches: self.changes.load(Ordering::SeqCst),
            ends_told: 0,
            minute: self.minute.load(Ordering::SeqCst) as i64,
        }
    }

    fn write(&self, value: u32) {
        self.value.store(value, Ordering::SeqCst);
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    async fn compute(&self) -> Result<u32, UseCaseError> {
        self.computed.fetch_add(1, Ordering::SeqCst);
        let value = self.value.load(Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(value)
    }

    async fn ask(&self, cache: &AnswerCache) -> u32 {
        cache.answer(&question(0), || self.as_of(), false, self.compute()).await.unwrap().value
    }

    fn times_computed(&self) -> u32 {
        self.computed.load(Ordering::SeqCst)
    }
}

fn question(number: u32) -> Question {
    Question::new("a_number", &number, Subject::ALL)
}

fn cache() -> AnswerCache {
    AnswerCache::new(CacheLimits::default())
}

#[tokio::test]
async fn an_answer_is_computed_once_until_something_changes() {
    let (world, cache) = (World::default(), cache());
    assert_eq!((world.ask(&cache).await, world.ask(&cache).await, world.times_computed()), (0, 0, 1));
    world.write(7);
    assert_eq!((world.ask(&cache).await, world.ask(&cache).await, world.times_computed()), (7, 7, 2));
}

#[tokio::test]
async fn an_answer_lasts_for_its_minute() {
    let (world, cache) = (World::default(), cache());
    world.ask(&cache).await;
    world.minute.store(1, Ordering::SeqCst);
    world.ask(&cache).await;
    // A clock that was set back shows another minute too.
    world.minute.store(0, Ordering::SeqCst);
    world.ask(&cache).await;
    assert_eq!(world.times_computed(), 3);
}

#[tokio::test]
async fn many_who_ask_at_once_have_one_answer_computed() {
    let (world, cache) = (World::default(), cache());
    let answers = futures::future::join_all((0..50).map(|_| world.ask(&cache))).await;
    assert_eq!((answers, world.times_computed()), (vec![0; 50], 1));
}

#[tokio::test]
async fn what_changes_while_an_answer_is_computed_is_in_the_next_one() {
    let (world, cache) = (World::default(), cache());
    let during = async {
        let value = world.compute().await;
        world.write(5);
        value
    };
    let found = cache.answer(&question(0), || world.as_of(), false, during).await.unwrap();
    assert_eq!(found.value, 0);
    assert_eq!(world.ask(&cache).await, 5);
}

#[tokio::test]
async fn who_asks_after_a_change_is_not_given_what_was_begun_before_it() {
    let (world, cache) = (World::default(), cache());
    let slow = async {
        let value = world.value.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(value)
    };
    let asked = question(0);
    let first = cache.answer(&asked, || world.as_of(), false, slow);
    let second = async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        world.write(9);
        world.ask(&cache).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.unwrap().value, second), (0, 9));
}

#[tokio::test]
async fn a_failure_is_not_kept() {
    let (world, cache) = (World::default(), cache());
    let failed =
        cache.answer(&question(0), || world.as_of(), false, async { Err::<u32, _>(UseCaseError::UnknownRun) }).await;
    assert!(failed.is_err());
    assert_eq!((world.ask(&cache).await, world.times_computed()), (0, 1));
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_any_more_leaves_the_way_free() {
    let (world, cache) = (World::default(), cache());
    let asked = question(0);
    let never = cache.answer(&asked, || world.as_of(), false, std::future::pending::<Result<u32, UseCaseError>>());
    assert!(tokio::time::timeout(Duration::from_millis(5), never).await.is_err());
    assert_eq!(world.ask(&cache).await, 0);
}

/// The version of a database of which runs, or a person, have changed something so often.
fn versions(by_runs: usize, decided: usize) -> (Version, Version) {
    let warehouse = warehouse::Warehouse::open(&warehouse::WarehouseSettings::default()).unwrap();
    let before = warehouse.version(Subject::ALL);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = "2025-11-18T16:00:00Z".parse().unwrap();
        for _ in 0..by_runs {
            warehouse.note_fired("ventas", now).await.unwrap();
        }
        for _ in 0..decided {
            warehouse.change_calendars(Vec::new(), Vec::new()).await.unwrap();
        }
    });
    (before, warehouse.version(Subject::ALL))
}

/// What is answered to a question that was answered before a change: an outdated answer, or none.
fn outdated_after((before, after): (Version, Version), is_busy: bool, lag: Duration) -> bool {
    let cache = AnswerCache::new(CacheLimits { lag, ..CacheLimits::default() });
    let as_of = |version| AsOf { version, branches: 0, ends_told: 0, minute: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        cache.answer(&question(0), || as_of(before), is_busy, async { Ok(1) }).await.unwrap();
        let found = cache.answer(&question(0), || as_of(after), is_busy, async { Ok(2) }).await.unwrap();
        assert_eq!(found.value, if found.outdated_for.is_some() { 1 } else { 2 });
        found.outdated_for.is_some()
    })
}

#[test]
fn while_runs_wait_an_answer_may_lack_for_a_moment_what_runs_have_changed() {
    assert!(outdated_after(versions(1, 0), true, LAG));
    assert!(!outdated_after(versions(1, 0), false, LAG), "nothing waits");
    assert!(!outdated_after(versions(1, 0), true, Duration::ZERO), "the time is over");
}

#[test]
fn what_somebody_decided_is_never_lacking() {
    assert!(!outdated_after(versions(0, 1), true, LAG));
    assert!(!outdated_after(versions(3, 1), true, LAG));
}

#[tokio::test]
async fn nothing_lacks_the_end_that_somebody_was_told_of() {
    let cache = AnswerCache::new(CacheLimits { lag: LAG, ..CacheLimits::default() });
    let (before, after) = tokio::task::spawn_blocking(|| versions(1, 0)).await.unwrap();
    let as_of = |version| AsOf { version, branches: 0, ends_told: cache.ends_told.load(Ordering::SeqCst), minute: 0 };
    cache.answer(&question(0), || as_of(before), true, async { Ok(1) }).await.unwrap();
    assert!(cache.answer(&question(0), || as_of(after), true, async { Ok(2) }).await.unwrap().outdated_for.is_some());
    cache.tell_end();
    let found = cache.answer(&question(0), || as_of(after), true, async { Ok(3) }).await.unwrap();
    assert_eq!((found.value, found.outdated_for), (3, None));
}

#[tokio::test]
async fn the_answers_that_were_used_longest_ago_are_forgotten() {
    let cache = AnswerCache::new(CacheLimits { answers_max: 2, ..CacheLimits::default() });
    let world = World::default();
    for number in [1, 2, 1, 3, 1] {
        cache.answer(&question(number), || world.as_of(), false, world.compute()).await.unwrap();
    }
    assert_eq!(world.times_computed(), 3);
    cache.answer(&question(2), || world.as_of(), false, world.compute()).await.unwrap();
    assert_eq!((world.times_computed(), cache.slots().by_key.len()), (4, 2));
}

#[tokio::test]
async fn answers_take_no_more_bytes_than_they_may() {
    let cache = AnswerCache::new(CacheLimits { bytes_max: 100, ..CacheLimits::default() });
    let world = World::default();
    let text = |length: usize| async move { Ok::<_, UseCaseError>("x".repeat(length)) };
    for (number, length) in [(1, 40), (2, 40), (3, 40), (4, 4000)] {
        cache.answer(&question(number), || world.as_of(), false, text(length)).await.unwrap();
    }
    let slots = cache.slots();
    let kept: usize = slots.by_key.values().filter_map(|slot| slot.kept.as_ref()).map(|kept| kept.bytes).sum();
    assert_eq!((slots.bytes, kept), (84, 84));
}

#[test]
fn an_answer_that_takes_long_may_be_older_up_to_a_limit() {
    let limits =
        CacheLimits { lag: Duration::from_millis(250), lag_max: Duration::from_secs(2), ..CacheLimits::default() };
    let lag = [1, 40, 5_000].map(|took| limits.lag_of(Duration::from_millis(took)).as_millis());
    assert_eq!(lag, [250, 800, 2_000]);
}
