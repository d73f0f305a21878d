//! What a run says of its end, as a sentence: what happened, and what it means. The details for whoever mends it are in the
//! log and in Sentry.

use domain::run_message::{ArticleOfWarehouse, Came, RunMessage};
use domain::sale::{OutsideLine, UnreadableLine};
use jiff::civil::DateTime;

use crate::Language;

/// Characters of a foreign text in a message about a line.
const VALUE_CHARACTERS: usize = 60;

/// What a run says, in a language; its stored sentence where it has no code, as in the rows of an earlier version.
pub fn shown_message(language: Language, message: Option<&RunMessage>, sentence: Option<&String>) -> Option<String> {
    message.map(|message| run_message(language, message)).or_else(|| sentence.cloned())
}

/// The sentence of a message.
pub fn run_message(language: Language, message: &RunMessage) -> String {
    let texts = language.run_message();
    match message {
        RunMessage::OutOfRange { lugar, columna, valor } => texts.out_of_range(lugar, columna, valor),
        RunMessage::DatabaseRefused => texts.database_refused().to_owned(),
        RunMessage::DatabaseAway => texts.database_away().to_owned(),
        RunMessage::DatabaseDamaged => texts.database_damaged().to_owned(),
        RunMessage::NotOneDay => texts.not_one_day().to_owned(),
        RunMessage::UnknownBranch => texts.unknown_branch().to_owned(),
        RunMessage::ConnectTimeout => texts.connect_timeout().to_owned(),
        RunMessage::AnswerTimeout { milisegundos } => texts.answer_timeout(limit(*milisegundos)),
        RunMessage::BodyTimeout { milisegundos } => texts.body_timeout(limit(*milisegundos)),
        RunMessage::CannotConnect => texts.cannot_connect().to_owned(),
        RunMessage::CutOff => texts.cut_off().to_owned(),
        RunMessage::Redirected { estado, hacia } => texts.redirected(shortened(hacia), estado),
        RunMessage::HttpStatus { estado } => texts.http_status(estado, meaning(language, *estado)),
        RunMessage::BranchUnknownToPos { dijo } => texts.branch_unknown_to_pos(dijo),
        RunMessage::Refused { dijo } => texts.refused(dijo),
        RunMessage::MalformedElement { elemento, lugar, campo, llego } => {
            let place = lugar.as_ref().map_or_else(String::new, |place| texts.of_place(place));
            let what = format!("{}{}", in_field(language, campo.as_deref()), came(language, llego.as_ref()));
            texts.malformed_element(elemento, place, what)
        }
        RunMessage::MalformedAnswer { campo, llego, empieza } => {
            let field = in_field(language, campo.as_deref());
            let beginning = empieza.as_ref().map_or_else(String::new, |text| texts.begins_with(shortened(text)));
            texts.malformed_answer(format!("{field}{}{beginning}", came(language, llego.as_ref())))
        }
        RunMessage::OtherPeriod { pedido, respondido } => texts.other_period(pedido, respondido),
        RunMessage::AnswerUnlabelled { pedido, campo } => texts.answer_unlabelled(pedido, campo),
        RunMessage::OtherQuestion { campo, pedido, respondido } if pedido.is_empty() => {
            texts.other_question_unasked(campo, respondido)
        }
        RunMessage::OtherQuestion { campo, pedido, respondido } => texts.other_question(campo, pedido, respondido),
        RunMessage::TooLarge { bytes_max } => texts.too_large(size(*bytes_max)),
        RunMessage::OverBudget { bytes_max } => texts.over_budget(bytes_max / 1_000_000),
        RunMessage::ClientMisconfigured => texts.client_misconfigured().to_owned(),
        RunMessage::StoppedReading => texts.stopped_reading().to_owned(),
        RunMessage::UnreadableLines { tienda, cantidad, total, primeros } => {
            let named = primeros.iter().map(|line| unreadable_line(language, tienda, line));
            let named = named_and_others(language, named.collect(), *cantidad);
            match cantidad {
                1 => texts.unreadable_line(total, named),
                _ => texts.unreadable_lines(cantidad, total, named),
            }
        }
        RunMessage::ContradictedLine { factura, linea } => texts.contradicted_line(linea, factura),
        RunMessage::LinesOfOtherStore { llegaron, ajenas, almacen, factura, linea } => {
            let first = format!("{}, {}", texts.invoice(shortened(factura)), texts.line(linea));
            match ajenas {
                1 => texts.line_of_other_store(llegaron, shortened(almacen), first),
                many => texts.lines_of_other_store(many, llegaron, shortened(almacen), first),
            }
        }
        RunMessage::LinesOutside { llegaron, fuera, primeras } => {
            let named = primeras.iter().map(|OutsideLine { invoice, line, moment }| {
                format!(
                    "{}, {}, {}",
                    texts.invoice(shortened(invoice)),
                    texts.line(line),
                    texts.of_moment(day_and_time(*moment))
                )
            });
            let named = named_and_others(language, named.collect(), *fuera);
            match fuera {
                1 => texts.line_outside(llegaron, named),
                _ => texts.lines_outside(llegaron, fuera, named),
            }
        }
        RunMessage::LinesShort { anunciados, llegaron } => texts.lines_short(anunciados, llegaron),
        RunMessage::UnreadableArticles { cantidad, primeros } => {
            let named = primeros.iter().map(|article| unreadable_article(language, article));
            let named = named_and_others(language, named.collect(), *cantidad);
            match cantidad {
                1 => texts.unreadable_article(named),
                _ => texts.unreadable_articles(cantidad, named),
            }
        }
        RunMessage::ContradictedArticle { articulo, almacen } => texts.contradicted_article(articulo, almacen),
        RunMessage::ArticlesShort { almacen, anunciados, llegaron } => {
            texts.articles_short(anunciados, almacen, llegaron)
        }
        RunMessage::WouldLose { perdidas, cargadas, antes: 0, minutos } => {
            texts.would_lose(perdidas, cargadas, minutos)
        }
        RunMessage::WouldLose { perdidas, cargadas, antes, minutos } => {
            texts.would_lose_more(perdidas, cargadas, antes, minutos)
        }
        RunMessage::WouldRevalue { cambiadas, cargadas, minutos } => texts.would_revalue(cambiadas, cargadas, minutos),
        RunMessage::LinesOfOtherDay { factura, linea, cargada_en, cantidad } => {
            let first = format!("{}, {}", texts.invoice(shortened(factura)), texts.line(linea));
            match cantidad {
                1 => texts.line_of_other_day(first, day_and_time(*cargada_en)),
                many => texts.lines_of_other_day(many, first, day_and_time(*cargada_en)),
            }
        }
        RunMessage::LineInTwoHalfHours { factura, linea, tambien, cantidad } => {
            let first = format!("{}, {}", texts.invoice(shortened(factura)), texts.line(linea));
            match cantidad {
                1 => texts.line_in_two_half_hours(first, day_and_time(*tambien)),
                many => texts.lines_in_two_half_hours(many, first, day_and_time(*tambien)),
            }
        }
        RunMessage::NeverEmpty { media_hora, semanas, minutos } => texts.never_empty(media_hora, semanas, minutos),
        RunMessage::UnusuallyFew { media_hora, lineas, minimo, semanas, minutos } => {
            texts.unusually_few(lineas, media_hora, semanas, minimo, minutos)
        }
        RunMessage::WouldEmptyStock { almacen, cambiados, con_existencia, minutos } => {
            texts.would_empty_stock(cambiados, con_existencia, almacen, minutos)
        }
        RunMessage::WouldLoseArticles { almacen, perdidos, cargados, minutos } => {
            texts.would_lose_articles(perdidos, cargados, almacen, minutos)
        }
        RunMessage::OldStock { almacen, generada } => texts.old_stock(almacen, day_and_time(*generada)),
        RunMessage::OlderThanLoaded { generada, cargada } => {
            texts.older_than_loaded(day_and_time(*generada), day_and_time(*cargada))
        }
        RunMessage::WithoutMoment => texts.without_moment().to_owned(),
        RunMessage::WithoutEcho { campo } => texts.without_echo(campo),
        RunMessage::MadeTooEarly { generada, fin, dia: None } => texts.made_too_early(generada, fin),
        RunMessage::MadeTooEarly { generada, fin, dia: Some(day) } => {
            texts.made_too_early_on(generada, day.strftime("%d/%m/%Y"), fin)
        }
        RunMessage::Cancelled => texts.cancelled().to_owned(),
        RunMessage::CancelledBy { nombre } => texts.cancelled_by(nombre),
        RunMessage::StoreSkipped { fallas } => texts.store_skipped(fallas),
        RunMessage::ProcessEnded => texts.process_ended().to_owned(),
        RunMessage::InternalFault => texts.internal_fault().to_owned(),
    }
}

fn unreadable_line(language: Language, branch: &str, line: &UnreadableLine) -> String {
    let texts = language.run_message();
    let UnreadableLine { place, invoice, line, field, value } = line;
    let invoice = match invoice {
        Some(invoice) => texts.invoice(shortened(invoice)),
        None => texts.without_invoice().to_owned(),
    };
    let line = match line {
        Some(line) => texts.line(line),
        None => texts.element(place),
    };
    let what = wrong_field(language, field.as_deref(), value.as_deref());
    format!("{}, {invoice}, {line}{what}", texts.store(branch))
}

fn unreadable_article(language: Language, ArticleOfWarehouse { almacen, articulo }: &ArticleOfWarehouse) -> String {
    let texts = language.run_message();
    let which = match &articulo.code {
        Some(code) => texts.article(shortened(code)),
        None => texts.element(articulo.place),
    };
    let what = wrong_field(language, articulo.field.as_deref(), articulo.value.as_deref());
    format!("{}, {which}{what}", texts.warehouse(almacen))
}

fn day_and_time(moment: DateTime) -> String {
    moment.strftime("%d/%m/%Y %H:%M:%S").to_string()
}

/// Which field is wrong, and what came.
fn wrong_field(language: Language, field: Option<&str>, value: Option<&str>) -> String {
    let texts = language.run_message();
    let field = field.map_or_else(String::new, |field| texts.wrong_field(shortened(field)));
    let value = value.map_or_else(|| texts.nothing_came().to_owned(), |value| texts.value_came(shortened(value)));
    field + &value
}

fn in_field(language: Language, field: Option<&str>) -> String {
    field.map_or_else(String::new, |field| language.run_message().in_field(field))
}

/// What came; nothing is said where that is not known.
fn came(language: Language, came: Option<&Came>) -> String {
    let texts = language.run_message();
    match came {
        None => String::new(),
        Some(Came::Nothing) => texts.nothing_came().to_owned(),
        Some(Came::EmptyArray) => texts.empty_array_came().to_owned(),
        Some(Came::SecondElement) => texts.second_element_came().to_owned(),
        Some(Came::Twice) => texts.came_twice().to_owned(),
        Some(Came::BehindEnd) => texts.came_behind_end().to_owned(),
        Some(Came::Value(value)) => texts.value_came(value),
    }
}

/// Those that are named, and that there are more.
fn named_and_others(language: Language, named: Vec<String>, count: u64) -> String {
    let others = match count.saturating_sub(named.len() as u64) {
        0 => String::new(),
        others => language.run_message().and_others(others),
    };
    named.join("; ") + &others
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What the usual ones mean, for people who do not know the numbers.
fn meaning(language: Language, status: u16) -> &'static str {
    let texts = language.run_message();
    match status {
        401 | 403 => texts.status_forbidden(),
        404 => texts.status_unknown(),
        429 => texts.status_too_many(),
        500..=599 => texts.status_fault(),
        _ => "",
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn limit(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        _ => format!("{:.0} s", milliseconds as f64 / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn unreadable(value: Option<&str>) -> UnreadableLine {
        UnreadableLine {
            place: 7,
            invoice: None,
            line: None,
            field: Some("linea".to_owned()),
            value: value.map(str::to_owned),
        }
    }

    #[rstest]
    #[case(
        RunMessage::MalformedElement {
            elemento: 3,
            lugar: Some("C10-01-00008064/1".to_owned()),
            campo: Some("cantidad_vendida".to_owned()),
            llego: Some(Came::Value("\"dos\"".to_owned())),
        },
        "La línea 3 (C10-01-00008064/1) de la respuesta no tiene la forma acordada en «cantidad_vendida»: llegó \"dos\". No se \
         cargó nada.",
        "Line 3 (C10-01-00008064/1) of the response does not have the agreed form in “cantidad_vendida”: \"dos\" came. Nothing \
         was loaded."
    )]
    #[case(
        RunMessage::MalformedAnswer { campo: Some("meta".to_owned()), llego: Some(Came::EmptyArray), empieza: None },
        "La respuesta no es la que se acordó con el KLK en «meta»: llegó una lista vacía. No se cargó nada.",
        "The response is not the one agreed with the POS in “meta”: an empty list came. Nothing was loaded."
    )]
    #[case(
        RunMessage::HttpStatus { estado: 503 },
        "El KLK respondió con el estado HTTP 503 (falla del servidor).",
        "The POS answered with HTTP status 503 (a fault of the server)."
    )]
    #[case(
        RunMessage::AnswerTimeout { milisegundos: 30_000 },
        "El KLK no respondió en 30 s.",
        "The POS did not answer within 30 s."
    )]
    #[case(
        RunMessage::UnreadableLines {
            tienda: "BOSQUE".to_owned(),
            cantidad: 5,
            total: 12,
            primeros: vec![unreadable(None), unreadable(Some("x")), unreadable(None)],
        },
        "5 de 12 líneas no se pudieron leer y no se cargaron: tienda BOSQUE, sin número de factura, elemento 7 de la respuesta, \
         «linea»: no llegó nada; tienda BOSQUE, sin número de factura, elemento 7 de la respuesta, «linea»: llegó x; tienda \
         BOSQUE, sin número de factura, elemento 7 de la respuesta, «linea»: no llegó nada; y 2 más. Las demás se conservan; la \
         ventana sigue pendiente.",
        "5 of 12 lines could not be read and were not loaded: store BOSQUE, no invoice number, element 7 of the response, \
         “linea”: nothing came; store BOSQUE, no invoice number, element 7 of the response, “linea”: x came; store BOSQUE, no \
         invoice number, element 7 of the response, “linea”: nothing came; and 2 more. The others are kept; the window is still \
         missing."
    )]
    fn a_message_is_a_sentence_of_either_language(
        #[case] message: RunMessage,
        #[case] spanish: &str,
        #[case] english: &str,
    ) {
        assert_eq!(run_message(Language::Es, &message), spanish);
        assert_eq!(run_message(Language::En, &message), english);
    }

    #[test]
    fn what_has_no_code_keeps_its_sentence() {
        let (message, sentence) = (RunMessage::CutOff, "El KLK no respondió.".to_owned());
        let shown = |message| shown_message(Language::En, message, Some(&sentence));
        assert_eq!(shown(None), Some(sentence.clone()));
        assert_eq!(shown(Some(&message)), Some(run_message(Language::En, &message)));
        assert_eq!(shown_message(Language::En, None, None), None);
    }
}
