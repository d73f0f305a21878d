use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_377_200 + second).unwrap()
}

fn scrubbed(kind: ItemKind, text: &str) -> ScrubbedEnvelope {
    ScrubbedEnvelope { kind, count: 1, bytes: text.as_bytes().to_vec() }
}

fn texts(outbox: &mut Outbox) -> Vec<String> {
    let keys: Vec<Key> = outbox.entries.iter().map(|entry| entry.key).collect();
    keys.into_iter().map(|key| String::from_utf8(outbox.read(key).unwrap().bytes).unwrap()).collect()
}

#[test]
fn the_oldest_go_first_when_there_is_no_room() {
    for folder in [None, Some(tempfile::tempdir().unwrap())] {
        let (mut outbox, refusal) = Outbox::open(folder.as_ref().map(|dir| dir.path()), 10);
        assert!(refusal.is_none());
        assert_eq!(outbox.put(scrubbed(ItemKind::Event, "aaaa"), at(0)).unwrap(), []);
        assert_eq!(outbox.put(scrubbed(ItemKind::Log, "bbbb"), at(1)).unwrap(), []);
        let removed = outbox.put(scrubbed(ItemKind::Event, "cccc"), at(2)).unwrap();
        assert_eq!(removed, [Removed { kind: ItemKind::Event, count: 1 }]);
        assert_eq!(texts(&mut outbox), ["bbbb", "cccc"]);
        assert_eq!(outbox.waiting().bytes, 8);
        // What is larger than the whole outbox does not empty it.
        assert_eq!(outbox.put(scrubbed(ItemKind::Metric, "0123456789a"), at(3)).unwrap()[0].kind, ItemKind::Metric);
        assert_eq!(texts(&mut outbox), ["bbbb", "cccc"]);
    }
}

#[test]
fn a_later_process_takes_up_what_was_left_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, _) = Outbox::open(Some(folder.path()), 1000);
    first.put(scrubbed(ItemKind::CheckIn, "one"), at(0)).unwrap();
    first.put(ScrubbedEnvelope { count: 7, ..scrubbed(ItemKind::Metric, "two") }, at(0)).unwrap();
    drop(first);
    let (mut second, refusal) = Outbox::open(Some(folder.path()), 1000);
    assert!(refusal.is_none());
    assert_eq!(texts(&mut second), ["one", "two"]);
    assert_eq!(second.waiting().counts, BTreeMap::from([(ItemKind::CheckIn, 1), (ItemKind::Metric, 7)]));
    assert_eq!(second.waiting().oldest, Some(at(0)));
}

#[test]
fn two_processes_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (_first, _) = Outbox::open(Some(folder.path()), 1000);
    let (mut second, refusal) = Outbox::open(Some(folder.path()), 1000);
    assert!(refusal.is_some());
    second.put(scrubbed(ItemKind::Event, "in memory"), at(0)).unwrap();
    assert_eq!(texts(&mut second), ["in memory"]);
}

#[test]
fn each_kind_has_its_own_age() {
    let (mut outbox, _) = Outbox::open(None, 1000);
    outbox.put(scrubbed(ItemKind::CheckIn, "stale"), at(0)).unwrap();
    outbox.put(scrubbed(ItemKind::Event, "fine"), at(0)).unwrap();
    let cutoff = |kind| if kind == ItemKind::CheckIn { at(1) } else { at(-1) };
    assert_eq!(outbox.remove_older(cutoff), [Removed { kind: ItemKind::CheckIn, count: 1 }]);
    assert_eq!(texts(&mut outbox), ["fine"]);
}

#[test]
fn one_that_sentry_cannot_take_does_not_hold_up_the_rest() {
    let (mut outbox, _) = Outbox::open(None, 1000);
    for (second, text) in ["a", "b", "c"].into_iter().enumerate() {
        outbox.put(scrubbed(ItemKind::Event, text), at(second as i64)).unwrap();
    }
    let order: Vec<_> = (0..4).map(|_| outbox.next(|_| true).unwrap().0).collect();
    assert_eq!(order, [at(0), at(1), at(2), at(0)]);
    assert_eq!(outbox.next(|_| false), None);
}

#[test]
fn a_file_that_vanished_is_no_entry_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (mut outbox, _) = Outbox::open(Some(folder.path()), 1000);
    outbox.put(scrubbed(ItemKind::Event, "gone"), at(0)).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            fs::remove_file(path).unwrap();
        }
    }
    let key = outbox.next(|_| true).unwrap();
    assert_eq!(outbox.read(key), Err(Removed { kind: ItemKind::Event, count: 1 }));
    assert_eq!(outbox.waiting(), Waiting::default());
}
