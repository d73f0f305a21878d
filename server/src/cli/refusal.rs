//! What the command line refuses, in its language: clap has these sentences in English only.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What is wrong, how the command is written, and where to read more. None of what refuses nothing, as a help that is asked for,
/// and of what cannot come of our commands.
pub fn sentence(error: &Error) -> Option<String> {
    let text = |kind| error.get(kind).map(text_of).filter(|text| !text.is_empty());
    let argument = || text(ContextKind::InvalidArg);
    let said = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("no hay ninguna orden '{}'", text(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => format!("no se conoce '{}'", argument()?),
        ErrorKind::MissingRequiredArgument => format!("falta {}", argument()?),
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            Some(other) if Some(&other) != argument().as_ref() => format!("'{}' no va con '{other}'", argument()?),
            _ => format!("'{}' se escribe una sola vez", argument()?),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match text(ContextKind::InvalidValue) {
            Some(value) => format!("'{value}' no sirve para '{}'{}", argument()?, requirement(error)),
            None => format!("falta el valor de '{}'{}", argument()?, requirement(error)),
        },
        _ => return None,
    };
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let suggested = suggested.into_iter().find_map(text).map(|close| format!("; ¿quiso decir '{close}'?"));
    let usage = text(ContextKind::Usage).map(|usage| usage.replacen("Usage:", "Uso:", 1));
    let usage = usage.map(|usage| format!("\n\n{}", usage.trim_end())).unwrap_or_default();
    Some(format!("{said}{}{usage}\n\nSobre cada orden: klk ORDEN --help", suggested.unwrap_or_default()))
}

/// What may be written, as far as it is known.
fn requirement(error: &Error) -> String {
    let allowed = error.get(ContextKind::ValidValue).map(text_of).filter(|allowed| !allowed.is_empty());
    if let Some(allowed) = allowed {
        return format!(": debe ser uno de: {allowed}");
    }
    let Some(source) = error.source().map(ToString::to_string) else { return String::new() };
    let range = source.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
    match range {
        Some((least, most)) => format!(": debe ser un número de {least} a {most}"),
        None if source.contains("invalid digit") => ": debe ser un número".to_owned(),
        None => format!(": {source}"),
    }
}

fn text_of(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::CommandLine;

    fn refused(arguments: &[&str]) -> Option<String> {
        sentence(&CommandLine::try_parse_from([&["klk"], arguments].concat()).unwrap_err())
    }

    #[test]
    fn a_refusal_says_what_is_wrong_in_spanish() {
        let cases: [(&[&str], &str); 6] = [
            (&["vender"], "no hay ninguna orden 'vender'"),
            (&["gaps", "--tinda", "x"], "no se conoce '--tinda'; ¿quiso decir '--tienda'?"),
            (&["gaps", "--max-horas", "0"], "'0' no sirve para '--max-horas <N>': debe ser un número de 1 a 8784"),
            (&["gaps", "--max-horas", "x"], "'x' no sirve para '--max-horas <N>': debe ser un número"),
            (&["gaps", "--max-horas"], "falta el valor de '--max-horas <N>'"),
            (&["plan", "--dias", "7", "--desde", "2025-11-17"], "'--dias <N>' no va con '--desde <FECHA>'"),
        ];
        for (arguments, said) in cases {
            let sentence = refused(arguments).unwrap();
            assert_eq!(sentence.lines().next(), Some(said));
            assert!(sentence.ends_with("klk ORDEN --help") && !sentence.contains("Usage"), "{sentence}");
        }
    }

    #[test]
    fn help_is_no_refusal() {
        assert_eq!([&[][..], &["--help"], &["--version"]].map(refused), [None, None, None]);
    }
}
