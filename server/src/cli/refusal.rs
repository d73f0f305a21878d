//! What the command line refuses, in its language: clap has these sentences in English only.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use klk_sim::{Expected, InvalidFault};

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
        None if source == "invalid socket address syntax" => {
            ": debe ser una dirección IP con su puerto, como 127.0.0.1:3000".to_owned()
        }
        None => format!(": {source}"),
    }
}

/// What is wrong with a fault of `klk sim`, and an example of what may stand there.
pub fn fault_sentence(text: &str, error: &InvalidFault) -> String {
    let expected = match error.expected {
        Expected::Kind => "una clase de fallo, como en SUC003:ventas:status=503:2025-11-17T10:00..2025-11-17T13:00",
        Expected::Range => "horas locales, como en 2025-11-17T10:00..13:00",
        Expected::Status => "un código de 200 a 599, como en status=503",
        Expected::Seconds => "segundos, como en hang=130",
        Expected::Bytes => "bytes, como en cut=2000",
        Expected::MissingLines => "una cantidad, como en short=5",
        Expected::Duplicates => "una cantidad, como en duplicates=4",
        Expected::Milliseconds => "milisegundos, como en slow=800",
        Expected::Place => "una posición, como en malformed=3",
        Expected::Malformation => "missing_field, two_objects, text_for_number o not_an_object después de la posición",
        Expected::Drip => "bytes y milisegundos, como en drip=4096/50",
        Expected::Times => "una cantidad, como en times=1",
        Expected::Option => "times=, active= o label=",
    };
    match error.part.as_str() {
        "" => format!("'{text}' no sirve para '--fallo': falta {expected}"),
        part => format!("'{text}' no sirve para '--fallo': en vez de '{part}' va {expected}"),
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
    fn a_wrong_fault_and_a_wrong_address_are_refused_in_spanish() {
        let sentence = refused(&["serve", "--direccion", "aqui"]).unwrap();
        assert_eq!(
            sentence.lines().next(),
            Some(
                "'aqui' no sirve para '--direccion <DIRECCIÓN:PUERTO>': debe ser una dirección IP con su puerto, \
                 como 127.0.0.1:3000"
            )
        );
        let fault = |text: &str| fault_sentence(text, &text.parse::<klk_sim::Fault>().unwrap_err());
        assert_eq!(
            fault("SUC001:status=9"),
            "'SUC001:status=9' no sirve para '--fallo': en vez de 'status=9' va un código de 200 a 599, como en status=503"
        );
        assert_eq!(
            fault("SUC001"),
            "'SUC001' no sirve para '--fallo': falta una clase de fallo, \
             como en SUC003:ventas:status=503:2025-11-17T10:00..2025-11-17T13:00"
        );
    }

    #[test]
    fn help_is_no_refusal() {
        assert_eq!([&[][..], &["--help"], &["--version"]].map(refused), [None, None, None]);
    }
}
