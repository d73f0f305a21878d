//! Reading what a server function answered.
//!
//! JSON has objects where serde's derived code also takes lists of fields in order, and code for the lists would be half of
//! what a browser downloads to read answers. Here an object is asked for where a struct is wanted, so nothing calls that code
//! and the compiler leaves it out (docs/adr/0028).

use std::fmt;

use leptos::serde_json;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reads one value, and nothing after it.
pub fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut source = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Objects(&mut source))?;
    source.end()?;
    Ok(value)
}

/// A deserializer in which structs are objects.
struct Objects<D>(D);

/// What is found in it is read in the same way.
struct Inside<V>(V);

/// Reads as is.
macro_rules! unchanged {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(visitor)
        })*
    };
}

/// Reads something that may have structs in it.
macro_rules! within {
    ($($method:ident($($argument:ident: $kind:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $kind,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* Inside(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    unchanged! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    within! {
        deserialize_option()
        deserialize_seq()
        deserialize_map()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Inside(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Inside(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Inside(entries))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Inside<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Inside(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Inside<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Inside(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Inside<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(source))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Store {
        name: Name,
        days: Vec<Day>,
        #[serde(default)]
        closed: Option<Day>,
        by_code: BTreeMap<String, (u8, bool)>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Name(String);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Day {
        lines: i64,
        state: State,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Rest {
        share: f64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum State {
        Open,
        Closed { since: u32 },
    }

    const STORE: &str = r#" {"name": "Petare \"2\"", "more": [{}, null], "days": [
        {"lines": -3, "state": "open", "share": 0.5}, {"share": 1, "state": {"closed": {"since": 4}}, "lines": 0}],
        "by_code": {"a": [1, true]}} "#;

    #[test]
    fn what_is_read_is_what_the_library_reads() {
        let store: Store = read(STORE).unwrap();
        assert_eq!(store, serde_json::from_str(STORE).unwrap());
        assert_eq!((store.days.len(), store.closed.is_none()), (2, true));
        assert_eq!(read::<Option<Day>>("null").unwrap(), None);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["", "<html>", "{}", "[1]", "{\"since\": 4} rubbish", "{\"since\": \"4\"}", "{\"since\": -1}"] {
            #[derive(Debug, Deserialize)]
            struct Closed {
                #[expect(dead_code, reason = "only whether it can be read is asked")]
                since: u32,
            }
            assert!(read::<Closed>(text).is_err(), "{text}");
        }
    }
}
