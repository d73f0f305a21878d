//! What a variable is: its name, what it may hold, and what it is for.

/// A setting. In the environment it has its own name, in `klk.toml` the same without `KLK_` and in lower case.
#[derive(Debug)]
pub struct Variable {
    /// As `KLK_BASE_URL`.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// What it is for; read by people, so in Spanish.
    pub meaning: &'static str,
}

/// What a variable may hold, and what counts where it is absent.
#[derive(Debug)]
pub enum Kind {
    /// Any text; absent without a default.
    Text {
        /// What counts where it is absent.
        default: Option<&'static str>,
    },
    /// Any text, never shown.
    Secret,
    /// A whole number within bounds.
    Number {
        /// What counts where it is absent.
        default: u64,
        /// The least that is accepted.
        least: u64,
        /// The most that is accepted.
        most: u64,
    },
    /// From 0 to 1.
    Share {
        /// What counts where it is absent.
        default: &'static str,
    },
    /// on or off.
    Switch {
        /// What counts where it is absent.
        default: bool,
    },
    /// One of some words.
    Choice {
        /// The words; the first counts where it is absent.
        words: &'static [&'static str],
    },
}

impl Variable {
    /// Its name in `klk.toml`.
    pub fn key(&self) -> String {
        self.name.strip_prefix("KLK_").unwrap_or(self.name).to_ascii_lowercase()
    }

    /// Whether its value must not be shown.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret)
    }

    /// What counts where it is absent; None where nothing does.
    pub fn default_text(&self) -> Option<String> {
        match self.kind {
            Kind::Text { default } => default.map(str::to_owned),
            Kind::Secret => None,
            Kind::Number { default, .. } => Some(default.to_string()),
            Kind::Share { default } => Some(default.to_owned()),
            Kind::Switch { default } => Some(if default { "on" } else { "off" }.to_owned()),
            Kind::Choice { words } => words.first().map(|word| (*word).to_owned()),
        }
    }

    /// What may be written, for people.
    pub fn accepted_text(&self) -> String {
        match self.kind {
            Kind::Text { .. } => "texto".to_owned(),
            Kind::Secret => "texto secreto".to_owned(),
            Kind::Number { least, most, .. } => format!("entero de {least} a {most}"),
            Kind::Share { .. } => "número de 0 a 1".to_owned(),
            Kind::Switch { .. } => "on u off".to_owned(),
            Kind::Choice { words } => words.join(", "),
        }
    }
}
