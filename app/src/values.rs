//! What a page or a form is asked with.

use crate::query::{Listing, Query};

/// Parameters of the path, the query and the form, by name. A name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// Of pairs; what is empty asks for nothing.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<String> {
        self.all(name).next().map(str::to_owned)
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The parameters that a list knows.
    pub fn query(&self, listing: Listing) -> Query {
        Query::from_values(listing, |name| self.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_asks_for_nothing_and_a_name_may_come_twice() {
        let pairs = [("gap", "a"), ("gap", "b"), ("nota", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let values = Values::new(pairs);
        assert_eq!(values.all("gap").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(values.get("nota"), None);
        assert!(!values.is_set("nota"));
    }
}
