//! The variables as the doctor shows them, and as they are documented.

use serde::Serialize;

use crate::output::table::Table;
use crate::settings::variable::Variable;
use crate::settings::variables::{ALL, CONFIG};
use crate::settings::{Origin, Source};

const HIDDEN: &str = "••••••";
const INTRODUCTION: &str = "\
# Configuración

Todo lo que `klk` lee. Cada variable vale en el entorno con su nombre y en `klk.toml` con su clave; el entorno gana. Una clave
desconocida en `klk.toml` es un error, una variable `KLK_` desconocida un aviso; ambos dicen el nombre más parecido. Las tiendas
(`[[tiendas]]`), los feriados de todas (`[[feriados]]`) y los canales de los avisos (`[[canales]]`) se describen en [klk.toml.example](../klk.toml.example). `klk doctor` muestra qué vale ahora y de dónde viene.

Esta página se genera: `klk doctor --variables-markdown > docs/CONFIGURATION.md`. Una prueba compara ambas.

| Variable | klk.toml | Por defecto | Acepta | Para qué |
|---|---|---|---|---|
";

/// A variable's present value.
#[derive(Serialize)]
pub struct Value {
    nombre: &'static str,
    valor: Option<String>,
    origen: &'static str,
}

/// Every variable's present value; secrets are masked.
pub fn values(source: &Source) -> Vec<Value> {
    ALL.iter().map(|variable| value(source, variable)).collect()
}

fn value(source: &Source, variable: &Variable) -> Value {
    let valor = source.optional_text(variable).map(|text| if variable.is_secret() { HIDDEN.to_owned() } else { text });
    Value { nombre: variable.name, valor, origen: source.origin(variable).as_str() }
}

/// For people: those that somebody has set.
pub fn table(values: &[Value]) -> Table {
    let mut table = Table::new(&["Variable", "Valor", "Origen"]);
    for value in values.iter().filter(|value| value.origen != Origin::Default.as_str()) {
        table.row([value.nombre.to_owned(), value.valor.clone().unwrap_or_default(), value.origen.to_owned()]);
    }
    table
}

/// docs/CONFIGURATION.md.
pub fn markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for variable in ALL {
        let default = variable.default_text().map(|text| format!("`{text}`")).unwrap_or_default();
        text.push_str(&format!(
            "| `{}` | `{}` | {default} | {} | {} |\n",
            variable.name,
            variable.key(),
            variable.accepted_text(),
            variable.meaning.replace('|', "\\|"),
        ));
    }
    text.push_str(&format!(
        "| `{CONFIG}` | | `klk.toml` si existe | texto | Archivo de configuración; también `--config`. |\n"
    ));
    text
}
