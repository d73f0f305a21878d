//! An answer of the POS before it is sent: elements of an array between a head and a tail, so that faults can take
//! elements away, repeat them or spoil them whatever they are.

use serde_json::Value;

use crate::fault::Malformation;

/// The parts of an answer.
pub(crate) struct Listing {
    /// Everything up to and including the array's `[`.
    head: Vec<u8>,
    /// The elements, one after the other.
    elements: Vec<u8>,
    /// Where each element begins.
    starts: Vec<usize>,
    /// Everything from the array's `]` on.
    tail: &'static str,
}

impl Listing {
    /// An answer without elements. The head is written last, when it is known what it has to announce.
    pub(crate) fn new(tail: &'static str) -> Self {
        Self { head: Vec::new(), elements: Vec::new(), starts: Vec::new(), tail }
    }

    /// Where to write the next element.
    pub(crate) fn next_element(&mut self) -> &mut Vec<u8> {
        self.starts.push(self.elements.len());
        &mut self.elements
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn set_head(&mut self, head: String) {
        self.head = head.into_bytes();
    }

    /// Leaves out so many elements, the last ones; the head goes on announcing them.
    pub(crate) fn shorten(&mut self, count: usize) {
        let rest = self.len().saturating_sub(count);
        if let Some(end) = self.starts.get(rest).copied() {
            self.elements.truncate(end);
            self.starts.truncate(rest);
        }
    }

    /// Repeats so many elements, the first ones, at the end; the head does not announce the copies.
    pub(crate) fn duplicate(&mut self, count: usize) {
        for index in 0..count.min(self.len()) {
            let copy = self.element(index).to_vec();
            self.next_element().extend_from_slice(&copy);
        }
    }

    /// Spoils the element at this place, or the last one where there are fewer.
    pub(crate) fn spoil(&mut self, place: usize, malformation: Malformation) {
        let Some(last) = self.len().checked_sub(1) else { return };
        let place = place.min(last);
        let Ok(element) = serde_json::from_slice(self.element(place)) else { return };
        let spoiled = spoiled(element, malformation).to_string();
        let end = self.end(place);
        let grown = spoiled.len() as isize - (end - self.starts[place]) as isize;
        self.elements.splice(self.starts[place]..end, spoiled.into_bytes());
        for start in &mut self.starts[place + 1..] {
            *start = start.saturating_add_signed(grown);
        }
    }

    /// The body.
    pub(crate) fn into_body(self) -> Vec<u8> {
        let length = self.head.len() + self.elements.len() + self.starts.len() + self.tail.len();
        let mut body = Vec::with_capacity(length);
        body.extend_from_slice(&self.head);
        for index in 0..self.len() {
            if index > 0 {
                body.push(b',');
            }
            body.extend_from_slice(self.element(index));
        }
        body.extend_from_slice(self.tail.as_bytes());
        body
    }

    fn end(&self, index: usize) -> usize {
        self.starts.get(index + 1).copied().unwrap_or(self.elements.len())
    }

    fn element(&self, index: usize) -> &[u8] {
        &self.elements[self.starts[index]..self.end(index)]
    }
}

/// An element of a wrong shape: a sales line, or an article or warehouse, which have the fields that matter at the top.
fn spoiled(mut element: Value, malformation: Malformation) -> Value {
    let is_line = element.get("producto").is_some();
    match malformation {
        Malformation::MissingField => {
            if let Some(fields) = element.as_object_mut() {
                for name in ["numero_factura", "Codigo", "CodigoAlmacen"] {
                    fields.remove(name);
                }
            }
        }
        Malformation::TwoObjects if is_line => {
            if let Some(products) = element["producto"].as_array_mut() {
                products.extend(products.first().cloned());
            }
        }
        Malformation::TwoObjects => return Value::Array(vec![element.clone(), element]),
        Malformation::TextForNumber if is_line => element["cantidad"][0]["cantidad_vendida"] = "doce".into(),
        Malformation::TextForNumber => element["stock"] = "doce".into(),
        Malformation::NotAnObject => return "linea".into(),
    }
    element
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn listing() -> Listing {
        let mut listing = Listing::new("]}");
        for number in 1..=3 {
            let line =
                format!(r#"{{"numero_factura":"{number}","producto":[{{}}],"cantidad":[{{"cantidad_vendida":1}}]}}"#);
            listing.next_element().extend_from_slice(line.as_bytes());
        }
        listing.set_head(format!(r#"{{"announced":{},"ventas":["#, listing.len()));
        listing
    }

    fn lines(listing: Listing) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&listing.into_body()).unwrap();
        assert_eq!(body["announced"], 3);
        body["ventas"].as_array().unwrap().clone()
    }

    fn numbers(listing: Listing) -> Vec<String> {
        lines(listing).iter().map(|line| line["numero_factura"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_answer_that_nothing_happened_to_has_all_its_elements() {
        assert_eq!(numbers(listing()), ["1", "2", "3"]);
    }

    #[rstest]
    #[case(2, &["1"])]
    #[case(9, &[])]
    #[case(0, &["1", "2", "3"])]
    fn a_shortened_answer_announces_what_it_lacks(#[case] missing: usize, #[case] rest: &[&str]) {
        let mut listing = listing();
        listing.shorten(missing);
        assert_eq!(numbers(listing), rest);
    }

    #[test]
    fn duplicates_are_not_announced() {
        let mut listing = listing();
        listing.duplicate(2);
        assert_eq!(numbers(listing), ["1", "2", "3", "1", "2"]);
    }

    #[rstest]
    #[case(Malformation::MissingField, r#"{"producto":[{}],"cantidad":[{"cantidad_vendida":1}]}"#)]
    #[case(
        Malformation::TwoObjects,
        r#"{"numero_factura":"2","producto":[{},{}],"cantidad":[{"cantidad_vendida":1}]}"#
    )]
    #[case(
        Malformation::TextForNumber,
        r#"{"numero_factura":"2","producto":[{}],"cantidad":[{"cantidad_vendida":"doce"}]}"#
    )]
    #[case(Malformation::NotAnObject, r#""linea""#)]
    fn only_the_chosen_element_is_spoiled(#[case] malformation: Malformation, #[case] expected: &str) {
        let mut spoiled = listing();
        spoiled.spoil(1, malformation);
        let (before, after) = (lines(listing()), lines(spoiled));
        assert_eq!(after[1], serde_json::from_str::<Value>(expected).unwrap());
        assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    }

    #[test]
    fn a_place_behind_the_end_is_the_last_element() {
        let mut spoiled = listing();
        spoiled.spoil(99, Malformation::NotAnObject);
        assert_eq!(lines(spoiled)[2], Value::from("linea"));
    }
}
