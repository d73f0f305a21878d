//! What a list that is kept as a file is narrowed to.

/// The filters of the list, as its page and the REST interface call them; each list reads those that it knows.
#[derive(Clone, Debug, Default)]
pub struct ExportFilter(pub Vec<(String, String)>);

impl ExportFilter {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}
