//! The name that was probably meant.

/// Below this likeness a name is another name, not a misspelled one.
const LIKENESS_LEAST: f64 = 0.75;

/// The known name that is most like the given one, if any is like it.
pub fn nearest<'known>(given: &str, known: impl Iterator<Item = &'known str>) -> Option<&'known str> {
    known
        .map(|name| (strsim::normalized_damerau_levenshtein(given, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_LEAST)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_finds_the_nearest_and_a_foreign_one_none() {
        let known = ["KLK_BASE_URL", "KLK_DATABASE"];
        assert_eq!(nearest("KLK_BASEURL", known.into_iter()), Some("KLK_BASE_URL"));
        assert_eq!(nearest("KLK_COLOR_OF_THE_SKY", known.into_iter()), None);
    }
}
