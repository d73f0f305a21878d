//! Turns locales/*.json into typed functions, so that a text which is missing in a language does not compile.
//!
//! A text without placeholders becomes `fn name(self) -> &'static str`; one with placeholders, as `"hace {count} min"`,
//! becomes `fn name(self, count: impl Display) -> String`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Group, then key, then text.
type Locale = BTreeMap<String, BTreeMap<String, String>>;

fn main() -> Result<(), Box<dyn Error>> {
    let spanish = read("es")?;
    let english = read("en")?;
    if let Some(difference) = difference(&spanish, &english) {
        return Err(format!("locales/es.json and locales/en.json differ: {difference}").into());
    }
    let target = PathBuf::from(std::env::var("OUT_DIR")?).join("texts.rs");
    std::fs::write(target, generate(&spanish, &english)?)?;
    Ok(())
}

fn read(language: &str) -> Result<Locale, Box<dyn Error>> {
    let path = format!("locales/{language}.json");
    let text = std::fs::read_to_string(&path)?;
    let locale = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    // Cargo reads this line.
    println!("cargo:rerun-if-changed={path}");
    Ok(locale)
}

/// The first group, key or placeholder that one language has and the other has not.
fn difference(spanish: &Locale, english: &Locale) -> Option<String> {
    let names = |locale: &Locale| -> BTreeMap<String, Vec<String>> {
        // Languages put their words in orders of their own.
        let sorted = |text: &String| {
            let mut names = placeholders(text);
            names.sort();
            names
        };
        let keys = |(group, texts): (&String, &BTreeMap<String, String>)| {
            texts.iter().map(|(key, text)| (format!("{group}.{key}"), sorted(text))).collect::<Vec<_>>()
        };
        locale.iter().flat_map(keys).collect()
    };
    let (spanish, english) = (names(spanish), names(english));
    let differs = |one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>| {
        one.iter().find(|(name, used)| other.get(*name) != Some(used)).map(|(name, _)| name.clone())
    };
    differs(&spanish, &english).or_else(|| differs(&english, &spanish))
}

/// The names between braces, each once, in the order in which they come: in Spanish, that of the function's arguments.
fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in text.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn generate(spanish: &Locale, english: &Locale) -> Result<String, Box<dyn Error>> {
    let mut code = String::from("impl Language {\n");
    for group in spanish.keys() {
        let name = type_name(group);
        writeln!(code, "    /// The texts of `{group}`.\n    pub const fn {group}(self) -> {name} {{ {name}(self) }}")?;
    }
    code.push_str("}\n");
    for (group, texts) in spanish {
        let name = type_name(group);
        writeln!(code, "\n/// The texts of `{group}`.\n#[derive(Clone, Copy, Debug)]\npub struct {name}(Language);\n")?;
        writeln!(code, "impl {name} {{")?;
        for (key, text) in texts {
            let other = &english[group][key];
            writeln!(code, "    /// {text}")?;
            let used = placeholders(text);
            if used.is_empty() {
                writeln!(code, "    pub const fn {key}(self) -> &'static str {{")?;
                writeln!(
                    code,
                    "        match self.0 {{ Language::Es => {text:?}, Language::En => {other:?} }}\n    }}"
                )?;
            } else {
                let arguments: String = used.iter().map(|name| format!(", {name}: impl std::fmt::Display")).collect();
                writeln!(code, "    pub fn {key}(self{arguments}) -> String {{")?;
                writeln!(
                    code,
                    "        match self.0 {{ Language::Es => format!({text:?}), Language::En => format!({other:?}) }}\n    }}"
                )?;
            }
        }
        code.push_str("}\n");
    }
    Ok(code)
}

/// `run_states` becomes `RunStatesTexts`.
fn type_name(group: &str) -> String {
    let words = group.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect::<String>() + "Texts"
}
