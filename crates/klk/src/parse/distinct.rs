//! Elements of an answer, each once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// Collects elements by their key. Of elements with the same key and different content the first one is kept,
/// and the contradiction is said: the order of a response decides nothing.
pub(super) struct Distinct<Key, Item> {
    received: u64,
    contradiction: Option<usize>,
    items: Vec<Item>,
    places: HashMap<Key, usize>,
}

/// What was collected.
pub(super) struct Collected<Item> {
    /// Elements that came.
    pub(super) received: u64,
    /// The place of the first element that came again with different content.
    pub(super) contradiction: Option<usize>,
    /// The elements, in the order they came.
    pub(super) items: Vec<Item>,
}

impl<Key: Eq + Hash, Item: PartialEq> Distinct<Key, Item> {
    /// Room for about this many.
    pub(super) fn with_capacity(expected: usize) -> Self {
        let (items, places) = (Vec::with_capacity(expected), HashMap::with_capacity(expected));
        Self { received: 0, contradiction: None, items, places }
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
                    self.contradiction = self.contradiction.or(Some(place));
                }
            }
        }
    }

    pub(super) fn finish(self) -> Collected<Item> {
        Collected { received: self.received, contradiction: self.contradiction, items: self.items }
    }
}
