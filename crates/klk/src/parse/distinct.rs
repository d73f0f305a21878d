//! Elements of an answer, each once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Collects elements by their key. Elements with the same key and different content are left out and reported:
/// the order of a response decides nothing.
pub(super) struct Distinct<Key, Item> {
    received: u64,
    /// Places of elements that came again with different content, in the order in which that was seen.
    contradicted: Vec<usize>,
    items: Vec<Item>,
    places: HashMap<Key, usize, RandomState>,
}

/// What was collected.
pub(super) struct Collected<Item> {
    /// Elements that came.
    pub(super) received: u64,
    /// The first element that came again with different content; it is not among the items.
    pub(super) contradicted: Option<Item>,
    /// The elements without contradiction, in the order they came.
    pub(super) items: Vec<Item>,
}

impl<Key: Eq + Hash, Item: PartialEq> Distinct<Key, Item> {
    /// Room for about this many.
    pub(super) fn with_capacity(expected: usize) -> Self {
        let items = Vec::with_capacity(expected);
        let places = HashMap::with_capacity_and_hasher(expected, RandomState::default());
        Self { received: 0, contradicted: Vec::new(), items, places }
    }

    #[inline]
    pub(super) fn add(&mut self, key: Key, item: Item) {
        self.received += 1;
        match self.places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self.items.len());
                self.items.push(item);
            }
            Entry::Occupied(place) => {
                let place = *place.get();
                if self.items[place] != item {
                    self.contradicted.push(place);
                }
            }
        }
    }

    pub(super) fn finish(self) -> Collected<Item> {
        let Self { received, contradicted: mut places, mut items, .. } = self;
        let first = places.first().copied();
        places.sort_unstable();
        places.dedup();
        let mut contradicted = None;
        // From the end, so that the places before stay what they are.
        for place in places.into_iter().rev() {
            let item = items.remove(place);
            if Some(place) == first {
                contradicted = Some(item);
            }
        }
        Collected { received, contradicted, items }
    }
}
