//! klk.toml and the environment, read as one: the environment wins. Names that are nobody's are found here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};

use super::nearest::nearest;
use super::variable::{Kind, Variable};
use super::variables;

/// The key of the list of stores. This one and the next two are the only ones that are no variables.
pub const BRANCHES_KEY: &str = "tiendas";

/// The key of the list of holidays of the whole chain.
pub const HOLIDAYS_KEY: &str = "feriados";

/// The key of the list of channels for notices.
pub const CHANNELS_KEY: &str = "canales";

/// What was read, before it means anything.
pub struct Source {
    config: Config,
    environment: HashMap<String, String>,
    /// The file, where there is one.
    pub file: Option<PathBuf>,
    /// What is wrong so far, a sentence each.
    pub problems: Vec<String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// klk.toml.
    File,
    /// A variable of the environment.
    Environment,
}

impl Origin {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "por defecto",
            Self::File => "klk.toml",
            Self::Environment => "entorno",
        }
    }
}

impl Source {
    /// Reads the file, if there is one, and lays the environment over it.
    pub fn read(file: Option<&Path>, environment: HashMap<String, String>) -> Self {
        let mut problems = Vec::new();
        let mut builder = Config::builder();
        let mut known_file = None;
        if let Some(path) = file {
            match std::fs::read_to_string(path) {
                Ok(text) => match check_file(&text) {
                    Ok(unknown) => {
                        problems.extend(unknown);
                        builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
                        known_file = Some(path.to_owned());
                    }
                    Err(error) => problems.push(format!("{}: {error}", path.display())),
                },
                Err(error) => problems.push(format!("{} no se puede leer: {error}", path.display())),
            }
        }
        let of_prefix = |prefix: &str| {
            environment
                .iter()
                .filter(|(name, _)| name.starts_with(prefix))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect()
        };
        let layer = |prefix: &str| Environment::with_prefix(prefix).ignore_empty(true);
        builder = builder
            .add_source(layer("KLK").source(Some(of_prefix("KLK_"))))
            .add_source(layer("SENTRY").keep_prefix(true).source(Some(of_prefix("SENTRY_"))));
        let config = builder.build().unwrap_or_else(|error| {
            problems.push(error.to_string());
            Config::default()
        });
        Self { config, environment, file: known_file, problems }
    }

    /// Variables of the environment that look like ours and are not, each with the nearest name.
    pub fn unknown_variables(&self) -> Vec<String> {
        let known: Vec<&str> = variables::ALL.iter().map(|variable| variable.name).collect();
        let mut unknown: Vec<&str> = self
            .environment
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with("KLK_") && !known.contains(name) && !variables::NOT_OURS.contains(name))
            .collect();
        unknown.sort_unstable();
        unknown.iter().map(|name| format!("la variable {name} no existe{}", suggestion(name, &known))).collect()
    }

    /// Where a variable's value comes from.
    pub fn origin(&self, variable: &Variable) -> Origin {
        let in_environment = self.environment.get(variable.name).is_some_and(|text| !text.trim().is_empty());
        if in_environment {
            Origin::Environment
        } else if self.config.get_string(&variable.key()).is_ok() {
            Origin::File
        } else {
            Origin::Default
        }
    }

    /// What was written for a variable, or its default.
    pub fn optional_text(&self, variable: &Variable) -> Option<String> {
        let written = self.config.get_string(&variable.key()).ok();
        written.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).or_else(|| variable.default_text())
    }

    /// What a variable of the environment holds that somebody named in klk.toml.
    pub fn environment_text(&self, name: &str) -> Option<String> {
        let text = self.environment.get(name).map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    }

    /// A text that has a default.
    pub fn text(&self, variable: &Variable) -> String {
        self.optional_text(variable).unwrap_or_default()
    }

    /// A number; out of its bounds it is a problem, and the default counts meanwhile.
    pub fn number(&mut self, variable: &Variable) -> u64 {
        let Kind::Number { default, least, most } = variable.kind else { return 0 };
        let text = self.text(variable);
        let number = text.replace('_', "").parse().ok().filter(|number| (least..=most).contains(number));
        number.unwrap_or_else(|| self.refuse(variable, &text, default))
    }

    /// on or off.
    pub fn switch(&mut self, variable: &Variable) -> bool {
        let text = self.text(variable);
        match text.to_lowercase().as_str() {
            "on" | "true" | "1" | "si" | "sí" => true,
            "off" | "false" | "0" | "no" => false,
            _ => self.refuse(variable, &text, false),
        }
    }

    /// From 0 to 1.
    pub fn share(&mut self, variable: &Variable) -> f64 {
        let text = self.text(variable);
        let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        share.unwrap_or_else(|| self.refuse(variable, &text, 0.0))
    }

    /// One of a choice's words.
    pub fn choice(&mut self, variable: &Variable) -> &'static str {
        let Kind::Choice { words } = variable.kind else { return "" };
        let text = self.text(variable);
        words.iter().find(|word| **word == text).copied().unwrap_or_else(|| self.refuse(variable, &text, ""))
    }

    /// Whatever its type can be read from; what cannot be read is a problem.
    pub fn parsed<T: std::str::FromStr>(&mut self, variable: &Variable) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match self.text(variable).parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add_problem(variable, &error.to_string());
                None
            }
        }
    }

    /// The entries of `[[tiendas]]`, or of another list.
    pub fn entries<T: for<'de> serde::Deserialize<'de>>(&mut self, key: &str) -> Vec<T> {
        match self.config.get(key) {
            Ok(entries) => entries,
            Err(config::ConfigError::NotFound(_)) => Vec::new(),
            Err(error) => {
                self.problems.push(format!("[[{key}]]: {error}"));
                Vec::new()
            }
        }
    }

    fn refuse<T>(&mut self, variable: &Variable, text: &str, meanwhile: T) -> T {
        let accepted = variable.accepted_text();
        self.add_problem(variable, &format!("se espera {accepted}; llegó '{text}'"));
        meanwhile
    }

    /// What is wrong with a variable, with its name in klk.toml where that is where it was written.
    pub fn add_problem(&mut self, variable: &Variable, reason: &str) {
        let in_file = match self.origin(variable) {
            Origin::File => format!(" ({} en klk.toml)", variable.key()),
            Origin::Default | Origin::Environment => String::new(),
        };
        self.problems.push(format!("{}{in_file}: {reason}", variable.name));
    }
}

/// The keys of the file that are nobody's. An error where it is no TOML at all.
fn check_file(text: &str) -> Result<Vec<String>, config::ConfigError> {
    let table = Config::builder().add_source(File::from_str(text, FileFormat::Toml)).build()?.cache.into_table()?;
    let known: Vec<String> = variables::ALL
        .iter()
        .map(|variable| variable.key())
        .chain([BRANCHES_KEY, HOLIDAYS_KEY, CHANNELS_KEY].map(str::to_owned))
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut unknown: Vec<&String> = table.keys().filter(|key| !known.contains(&key.as_str())).collect();
    unknown.sort_unstable();
    Ok(unknown.iter().map(|key| format!("klk.toml: la clave '{key}' no existe{}", suggestion(key, &known))).collect())
}

fn suggestion(name: &str, known: &[&str]) -> String {
    nearest(name, known.iter().copied()).map(|near| format!("; ¿quiso decir {near}?")).unwrap_or_default()
}
