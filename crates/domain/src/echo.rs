//! Fields of a response's `meta` that repeat the request.

/// Which of them a response has. What is in them is compared where the response is read; one that is left out may hide that the
/// response belongs to another request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Echoes {
    /// Those that the response has, by their names in `meta`.
    pub said: Vec<&'static str>,
    /// Those that it leaves out, though the contract has them in each response to such a request.
    pub missing: Vec<&'static str>,
}

impl Echoes {
    /// Of fields by name, each with whether the response has it.
    pub fn of(fields: impl IntoIterator<Item = (&'static str, bool)>) -> Self {
        let mut echoes = Self::default();
        for (field, is_said) in fields {
            let list = if is_said { &mut echoes.said } else { &mut echoes.missing };
            list.push(field);
        }
        echoes
    }
}
