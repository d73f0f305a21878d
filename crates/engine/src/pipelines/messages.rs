//! What a run that failed says: the code of what happened, with what people need to know of it. The details for whoever mends
//! it are in the log and in Sentry.

use std::time::Duration;

use domain::few_lines::FewLines;
use domain::loss::LossLimits;
use domain::run_message::{ArticleOfWarehouse, Came, RunMessage};
use domain::sale::SalesAnswer;
use domain::stock::{ArticlesAnswer, UnreadableArticle};
use domain::stock_loss::Emptied;
use domain::{Branch, BranchClock, WarehouseCode};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use klk::{KlkError, RefusalKind, TimeoutPhase};
use warehouse::WarehouseError;

use super::error::PipelineError;

/// Lines or articles that one message names.
const ELEMENTS_NAMED: usize = 3;

/// Characters of the beginning of a body that is something else.
const BEGINNING_CHARACTERS: usize = 61;

/// What is stored with the run.
pub(super) fn of_error(error: &PipelineError) -> RunMessage {
    match error {
        PipelineError::Source(error) => of_source(error),
        PipelineError::Warehouse(WarehouseError::OutOfRange { place, column, value }) => {
            RunMessage::OutOfRange { lugar: place.clone(), columna: (*column).to_owned(), valor: value.clone() }
        }
        PipelineError::Warehouse(WarehouseError::Damaged(_)) => RunMessage::DatabaseDamaged,
        PipelineError::Warehouse(WarehouseError::Away(_)) => RunMessage::DatabaseAway,
        PipelineError::Warehouse(_) => RunMessage::DatabaseRefused,
        PipelineError::Short { message, .. } => message.clone(),
        PipelineError::NotOneDay => RunMessage::NotOneDay,
        PipelineError::UnknownBranch => RunMessage::UnknownBranch,
    }
}

fn of_source(error: &KlkError) -> RunMessage {
    match error {
        KlkError::Timeout { phase: TimeoutPhase::Connect, .. } => RunMessage::ConnectTimeout,
        KlkError::Timeout { phase: TimeoutPhase::Answer, limit, .. } => {
            RunMessage::AnswerTimeout { milisegundos: milliseconds(*limit) }
        }
        KlkError::Timeout { phase: TimeoutPhase::Body, limit, .. } => {
            RunMessage::BodyTimeout { milisegundos: milliseconds(*limit) }
        }
        KlkError::Connect { .. } => RunMessage::CannotConnect,
        KlkError::Interrupted { .. } => RunMessage::CutOff,
        KlkError::Status { status, location: Some(location), .. } => {
            RunMessage::Redirected { estado: *status, hacia: location.clone() }
        }
        KlkError::Status { status, .. } => RunMessage::HttpStatus { estado: *status },
        KlkError::Refused { message, kind: RefusalKind::UnknownBranch, .. } => {
            RunMessage::BranchUnknownToPos { dijo: message.clone() }
        }
        KlkError::Refused { message, .. } => RunMessage::Refused { dijo: message.clone() },
        KlkError::Malformed { element: Some(element), detail, .. } => RunMessage::MalformedElement {
            elemento: *element as u64 + 1,
            lugar: place_of(detail).map(str::to_owned),
            campo: field_of(detail).map(str::to_owned),
            llego: came_in(detail),
        },
        KlkError::Malformed { element: None, detail, .. } => malformed_answer(detail),
        KlkError::OtherQuestion { field: "ventas", asked, answered, .. } => {
            RunMessage::OtherPeriod { pedido: asked.clone(), respondido: answered.clone() }
        }
        KlkError::OtherQuestion { field, asked, answered, .. } if answered.is_empty() && !asked.is_empty() => {
            RunMessage::AnswerUnlabelled { pedido: asked.clone(), campo: (*field).to_owned() }
        }
        KlkError::OtherQuestion { field, asked, answered, .. } => RunMessage::OtherQuestion {
            campo: (*field).to_owned(),
            pedido: asked.clone(),
            respondido: answered.clone(),
        },
        KlkError::TooLarge { limit_bytes, .. } => RunMessage::TooLarge { bytes_max: *limit_bytes as u64 },
        KlkError::OverBudget { limit_bytes, .. } => RunMessage::OverBudget { bytes_max: *limit_bytes as u64 },
        KlkError::Configuration(_) => RunMessage::ClientMisconfigured,
        KlkError::Stopped { .. } => RunMessage::StoppedReading,
    }
}

fn malformed_answer(detail: &str) -> RunMessage {
    match detail.strip_prefix("'meta': ") {
        Some(detail) => RunMessage::MalformedAnswer {
            campo: field_of(detail).map(str::to_owned),
            llego: came_in(detail),
            empieza: None,
        },
        None if detail.starts_with("the end was expected") => {
            RunMessage::MalformedAnswer { campo: None, llego: Some(Came::BehindEnd), empieza: None }
        }
        None if field_of(detail).is_some() => RunMessage::MalformedAnswer {
            campo: field_of(detail).map(str::to_owned),
            llego: came_in(detail),
            empieza: None,
        },
        None => {
            let beginning = detail.rsplit_once("it begins with: ").map(|(_, beginning)| beginning);
            let empieza = beginning.map(|beginning| beginning.chars().take(BEGINNING_CHARACTERS).collect());
            RunMessage::MalformedAnswer { campo: None, llego: None, empieza }
        }
    }
}

/// Why a response about sales is not believed as a whole.
pub(super) fn incomplete(branch: &Branch, answer: &SalesAnswer) -> RunMessage {
    let received = answer.lines.len() as u64;
    if answer.unreadable > 0 {
        return RunMessage::UnreadableLines {
            tienda: branch.name.clone(),
            cantidad: answer.unreadable,
            total: answer.lines_of_source(),
            primeros: answer.unreadable_lines.iter().take(ELEMENTS_NAMED).cloned().collect(),
        };
    }
    if let Some((invoice, line)) = &answer.contradicted {
        return RunMessage::ContradictedLine { factura: invoice.clone(), linea: *line };
    }
    if answer.outside > 0 {
        return RunMessage::LinesOutside {
            llegaron: received,
            fuera: answer.outside,
            primeras: answer.outside_lines.iter().take(ELEMENTS_NAMED).cloned().collect(),
        };
    }
    RunMessage::LinesShort { anunciados: answer.announced, llegaron: received }
}

/// Articles of a warehouse that cannot be read.
pub(super) struct UnreadableStock {
    pub(super) warehouse: WarehouseCode,
    pub(super) count: u64,
    /// The first of them.
    pub(super) first: Vec<UnreadableArticle>,
}

/// Why a response about the articles of a warehouse is not believed as a whole.
pub(super) fn incomplete_stock(warehouse: &WarehouseCode, answer: &ArticlesAnswer) -> RunMessage {
    let almacen = warehouse.clone();
    match answer.contradicted.clone() {
        Some(articulo) => RunMessage::ContradictedArticle { articulo, almacen },
        None => {
            RunMessage::ArticlesShort { almacen, anunciados: answer.announced, llegaron: answer.articles.len() as u64 }
        }
    }
}

/// Articles that cannot be read, the first of them with all that is known.
pub(super) fn unreadable_articles(unreadable: &[UnreadableStock]) -> RunMessage {
    let articles = unreadable.iter().flat_map(|UnreadableStock { warehouse, first, .. }| {
        first.iter().map(|article| ArticleOfWarehouse { almacen: warehouse.clone(), articulo: article.clone() })
    });
    RunMessage::UnreadableArticles {
        cantidad: unreadable.iter().map(|of_warehouse| of_warehouse.count).sum(),
        primeros: articles.take(ELEMENTS_NAMED).collect(),
    }
}

/// A response that would remove too many loaded lines.
pub(super) fn would_lose(gone: u64, loaded: u64, lost_before: u64, pause: SignedDuration) -> RunMessage {
    RunMessage::WouldLose { perdidas: gone, cargadas: loaded, antes: lost_before, minutos: pause.as_mins() }
}

/// A response in which too many loaded lines have another quantity or amount.
pub(super) fn would_revalue(revalued: u64, loaded: u64, pause: SignedDuration) -> RunMessage {
    RunMessage::WouldRevalue { cambiadas: revalued, cargadas: loaded, minutos: pause.as_mins() }
}

/// A response with few lines in a half hour that always had many, or with none.
pub(super) fn unusually_few(few: &FewLines, limits: LossLimits) -> RunMessage {
    let media_hora = few.half_hour.strftime("%H:%M").to_string();
    let (semanas, minutos) = (limits.never_empty_weeks, limits.pause.as_mins());
    match few.lines {
        0 => RunMessage::NeverEmpty { media_hora, semanas, minutos },
        lineas => RunMessage::UnusuallyFew { media_hora, lineas, minimo: few.least, semanas, minutos },
    }
}

/// A snapshot without many of the articles of the last one.
pub(super) fn would_lose_articles(
    warehouse: &WarehouseCode,
    before: u64,
    gone: u64,
    pause: SignedDuration,
) -> RunMessage {
    let almacen = warehouse.clone();
    RunMessage::WouldLoseArticles { almacen, perdidos: gone, cargados: before, minutos: pause.as_mins() }
}

/// A snapshot in which many articles have lost their stock or their price.
pub(super) fn would_empty_stock(warehouse: &WarehouseCode, emptied: Emptied, pause: SignedDuration) -> RunMessage {
    RunMessage::WouldEmptyStock {
        almacen: warehouse.clone(),
        cambiados: emptied.changed,
        con_existencia: emptied.known,
        minutos: pause.as_mins(),
    }
}

/// Articles of a response that was made long before it was requested.
pub(super) fn old_stock(warehouse: &WarehouseCode, made_at: Timestamp, zone: &BranchClock) -> RunMessage {
    RunMessage::OldStock { almacen: warehouse.clone(), generada: zone.to_datetime(made_at) }
}

/// A response that was made before its window had ended.
pub(super) fn made_too_early(made_at: Timestamp, window_end: Timestamp, zone: &BranchClock) -> RunMessage {
    let (made_at, window_end) = (zone.to_datetime(made_at), zone.to_datetime(window_end));
    let time = |at: DateTime| at.strftime("%H:%M:%S").to_string();
    let dia = (made_at.date() != window_end.date()).then(|| made_at.date());
    RunMessage::MadeTooEarly { generada: time(made_at), fin: time(window_end), dia }
}

/// The field that the client names at the beginning of what it found wrong, in its own language.
fn field_of(detail: &str) -> Option<&str> {
    detail.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(field, _)| field)
}

/// The invoice and line that the client appends to the detail of a parse error.
fn place_of(detail: &str) -> Option<&str> {
    detail.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (in ")).map(|(_, place)| place)
}

/// What the client says that came in place of what was expected.
fn came_in(detail: &str) -> Option<Came> {
    let rest = detail.rsplit_once(" (in ").map_or(detail, |(rest, _)| rest);
    let rest = rest.split_once("; it begins with: ").map_or(rest, |(rest, _)| rest);
    if rest.ends_with("' is missing") {
        return Some(Came::Nothing);
    }
    if rest.ends_with("' comes twice") {
        return Some(Came::Twice);
    }
    let (_, came) = rest.strip_suffix(" came")?.rsplit_once(" was expected, ")?;
    Some(match came {
        "nothing" => Came::Nothing,
        "[]" => Came::EmptyArray,
        "[{…}, {…}]" => Came::SecondElement,
        value => Came::Value(value.to_owned()),
    })
}

fn milliseconds(limit: Duration) -> u64 {
    u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use klk::Endpoint;
    use rstest::rstest;

    use super::*;

    fn malformed(element: Option<usize>, detail: &str) -> RunMessage {
        of_error(&KlkError::Malformed { endpoint: Endpoint::Sales, element, detail: detail.to_owned() }.into())
    }

    #[test]
    fn a_field_of_the_wrong_shape_is_named_and_nothing_else_of_the_clients_words() {
        let message = malformed(Some(2), "'linea': an integer was expected");
        let expected =
            RunMessage::MalformedElement { elemento: 3, lugar: None, campo: Some("linea".to_owned()), llego: None };
        assert_eq!(message, expected);
    }

    #[test]
    fn a_value_of_the_wrong_shape_is_shown_with_its_invoice() {
        let detail = r#"'cantidad_vendida': a number was expected, "dos" came (in C10-01-00008064/1)"#;
        let expected = RunMessage::MalformedElement {
            elemento: 3,
            lugar: Some("C10-01-00008064/1".to_owned()),
            campo: Some("cantidad_vendida".to_owned()),
            llego: Some(Came::Value("\"dos\"".to_owned())),
        };
        assert_eq!(malformed(Some(2), detail), expected);
    }

    #[rstest]
    #[case("nothing", Came::Nothing)]
    #[case("[]", Came::EmptyArray)]
    #[case("[{…}, {…}]", Came::SecondElement)]
    fn what_the_client_says_in_its_own_language_is_a_code(#[case] came: &str, #[case] code: Came) {
        let message =
            malformed(None, &format!("'meta': 'meta': an array of exactly one object was expected, {came} came"));
        let expected = RunMessage::MalformedAnswer { campo: Some("meta".to_owned()), llego: Some(code), empieza: None };
        assert_eq!(message, expected);
    }

    #[rstest]
    #[case("'ventas' is missing; it begins with: {", Some("ventas"), Came::Nothing)]
    #[case("'Content-Encoding': no compression was expected, \"gzip\" came", Some("Content-Encoding"), Came::Value("\"gzip\"".to_owned()))]
    #[case("'meta' comes twice; it begins with: {", Some("meta"), Came::Twice)]
    #[case("'meta': 'total_registros' comes twice", Some("total_registros"), Came::Twice)]
    #[case("'ventas': an array was expected, {} came; it begins with: {", Some("ventas"), Came::Value("{}".to_owned()))]
    #[case("the end was expected at byte 3170, there is: x; it begins with: {", None, Came::BehindEnd)]
    fn what_is_wrong_with_a_response_that_begins_well_is_said(
        #[case] detail: &str,
        #[case] field: Option<&str>,
        #[case] came: Came,
    ) {
        let expected =
            RunMessage::MalformedAnswer { campo: field.map(str::to_owned), llego: Some(came), empieza: None };
        assert_eq!(malformed(None, detail), expected);
    }

    #[test]
    fn the_page_of_a_proxy_is_not_shown_to_people_and_where_it_redirects_is() {
        let status = |status, location: Option<&str>| {
            let (excerpt, location) = ("<html>503</html>".to_owned(), location.map(str::to_owned));
            KlkError::Status { endpoint: Endpoint::Sales, status, excerpt, location, retry_after: None }
        };
        assert_eq!(of_error(&status(503, None).into()), RunMessage::HttpStatus { estado: 503 });
        let hacia = "https://pos.example/ventas".to_owned();
        assert_eq!(of_error(&status(301, Some(&hacia)).into()), RunMessage::Redirected { estado: 301, hacia });
    }
}
