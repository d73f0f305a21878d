//! What people read of a run that failed, in Spanish: what happened, and what it means. The details for whoever mends it
//! are in the log and in Sentry.

use std::time::Duration;

use domain::sale::{OutsideLine, SalesAnswer, UnreadableLine};
use domain::stock::{ArticlesAnswer, UnreadableArticle};
use domain::{Branch, BranchClock, WarehouseCode};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use klk::{KlkError, RefusalKind, TimeoutPhase};
use warehouse::WarehouseError;

use super::error::PipelineError;

/// Of a run whose plan was cancelled while it waited for the POS.
pub(super) const CANCELLED: &str = "Cancelada mientras se esperaba al KLK; no se cargó nada.";

/// The sentence that is stored with the run.
pub(super) fn describe(error: &PipelineError) -> String {
    match error {
        PipelineError::Source(error) => describe_source(error),
        PipelineError::Warehouse(WarehouseError::OutOfRange { place, column, value }) => format!(
            "En {place}, «{column}» es {value}: un número que no cabe en la base de datos. No se cargó nada; lo que había \
             antes sigue como estaba."
        ),
        PipelineError::Warehouse(_) => {
            "La base de datos no aceptó los datos; lo que había antes sigue como estaba.".to_owned()
        }
        PipelineError::Short { message, .. } => message.clone(),
        PipelineError::NotOneDay => "La ventana no cabe en un solo día de la tienda y no se puede pedir.".to_owned(),
        PipelineError::UnknownBranch => "La tienda ya no está en la configuración.".to_owned(),
    }
}

fn describe_source(error: &KlkError) -> String {
    match error {
        KlkError::Timeout { phase, limit, .. } => {
            let limit = seconds(*limit);
            match phase {
                TimeoutPhase::Connect => "No se logró conectar con el KLK a tiempo.".to_owned(),
                TimeoutPhase::Answer => format!("El KLK no respondió en {limit}."),
                TimeoutPhase::Body => format!("El KLK empezó a responder y no terminó en {limit}."),
            }
        }
        KlkError::Connect { .. } => {
            "No se pudo conectar con el KLK: no acepta conexiones o no está en la red.".to_owned()
        }
        KlkError::Interrupted { .. } => "La respuesta del KLK se cortó antes de llegar completa.".to_owned(),
        KlkError::Status { status, .. } => format!("El KLK respondió con el estado HTTP {status}{}.", meaning(*status)),
        KlkError::Refused { message, kind: RefusalKind::UnknownBranch, .. } => {
            format!("El KLK no conoce la tienda: «{message}». Revise su código en la configuración.")
        }
        KlkError::Refused { message, .. } => format!("El KLK rechazó la consulta: «{message}»."),
        KlkError::Malformed { element: Some(element), detail, .. } => {
            let field = field_of(detail).map_or_else(String::new, |field| format!(" en «{field}»"));
            let place = place_of(detail).map_or_else(String::new, |place| format!(" ({place})"));
            let came = match came_in(detail) {
                Some("nothing") => ": no llegó nada".to_owned(),
                Some(came) => format!(": llegó {came}"),
                None => String::new(),
            };
            format!(
                "La línea {}{place} de la respuesta no tiene la forma acordada{field}{came}. No se cargó nada.",
                element + 1
            )
        }
        KlkError::Malformed { element: None, detail, .. } => {
            let what = match detail.strip_prefix("'meta': ") {
                Some(detail) => {
                    let field = field_of(detail).map_or_else(String::new, |field| format!(" en «{field}»"));
                    let came = came_in(detail).map(|came| {
                        if came == "nothing" { "no llegó nada".to_owned() } else { format!("llegó {came}") }
                    });
                    format!("{field}{}", came.map_or_else(String::new, |came| format!(": {came}")))
                }
                None => detail
                    .rsplit_once("it begins with: ")
                    .map_or_else(String::new, |(_, beginning)| format!(": empieza con «{}»", shortened(beginning))),
            };
            format!("La respuesta no es la que se acordó con el KLK{what}. No se cargó nada.")
        }
        KlkError::OtherQuestion { field: "ventas", asked, answered, .. } => format!(
            "La respuesta del KLK no tiene ninguna línea del período pedido ({asked}): la primera es de {answered}. \
             No se cargó nada."
        ),
        KlkError::OtherQuestion { field, asked, answered, .. } if answered.is_empty() && !asked.is_empty() => {
            format!("La respuesta del KLK no dice de qué es: se pidió «{asked}» y «{field}» no vino. No se cargó nada.")
        }
        KlkError::OtherQuestion { field, asked, answered, .. } => {
            let asked = if asked.is_empty() { "nada".to_owned() } else { format!("«{asked}»") };
            format!(
                "El KLK respondió a otra consulta: en «{field}» se pidió {asked} y llegó «{answered}». No se cargó nada."
            )
        }
        KlkError::TooLarge { limit_bytes, .. } => {
            format!("La respuesta pasa de {}, el máximo configurado (KLK_ANSWER_BYTES_MAX).", size(*limit_bytes as u64))
        }
        KlkError::OverBudget { limit_bytes, .. } => format!(
            "Con esta respuesta, todas juntas pasarían de {} MB de memoria, el máximo configurado \
             (KLK_RESPONSES_BYTES_MAX). No se cargó nada.",
            limit_bytes / 1_000_000
        ),
        KlkError::Configuration(_) => {
            "El cliente del KLK está mal configurado; `klk doctor` dice qué corregir.".to_owned()
        }
        KlkError::Stopped { .. } => "El proceso terminó mientras se leía la respuesta.".to_owned(),
    }
}

/// Why a response about sales is not believed as a whole.
pub(super) fn incomplete(branch: &Branch, answer: &SalesAnswer) -> String {
    let (announced, distinct) = (answer.announced, answer.lines.len());
    if answer.unreadable > 0 {
        return unreadable(branch, answer);
    }
    if let Some((invoice, line)) = &answer.contradicted {
        return format!("La línea {line} de la factura {invoice} llegó dos veces con datos distintos.");
    }
    if answer.outside > 0 {
        return outside(answer);
    }
    format!("El KLK anunció {announced} líneas y llegaron {distinct} distintas.")
}

/// Lines that lie outside of the requested time, the first of them with their moment.
fn outside(answer: &SalesAnswer) -> String {
    let (distinct, outside) = (answer.lines.len(), answer.outside);
    let named: Vec<String> = answer
        .outside_lines
        .iter()
        .take(ELEMENTS_NAMED)
        .map(|OutsideLine { invoice, line, moment }| {
            let moment = moment.strftime("%d/%m/%Y %H:%M:%S");
            format!("factura {}, línea {line}, del {moment}", shortened(invoice))
        })
        .collect();
    let others = and_others(outside, named.len());
    let are_not = if outside == 1 { "no es" } else { "no son" };
    format!(
        "De {distinct} líneas que llegaron, {outside} {are_not} del período pedido: {}{others}. No se cargan aquí; la ventana \
         sigue pendiente.",
        named.join("; ")
    )
}

/// Lines or articles that one message names.
const ELEMENTS_NAMED: usize = 3;

/// Characters of a foreign text in a message about a line.
const VALUE_CHARACTERS: usize = 60;

/// Lines that cannot be read, the first of them with all that is known.
fn unreadable(branch: &Branch, answer: &SalesAnswer) -> String {
    let (count, all) = (answer.unreadable, answer.lines_of_source());
    let named: Vec<String> =
        answer.unreadable_lines.iter().take(ELEMENTS_NAMED).map(|line| unreadable_line(branch, line)).collect();
    let others = and_others(count, named.len());
    let were_not_loaded = match count {
        1 => "no se pudo leer y no se cargó",
        _ => "no se pudieron leer y no se cargaron",
    };
    format!(
        "{count} de {all} líneas {were_not_loaded}: {}{others}. Las demás se conservan; la ventana sigue pendiente.",
        named.join("; ")
    )
}

fn unreadable_line(branch: &Branch, line: &UnreadableLine) -> String {
    let UnreadableLine { place, invoice, line, field, value } = line;
    let mut text = format!("tienda {}, ", branch.name);
    match invoice {
        Some(invoice) => text.push_str(&format!("factura {}, ", shortened(invoice))),
        None => text.push_str("sin número de factura, "),
    }
    match line {
        Some(line) => text.push_str(&format!("línea {line}")),
        None => text.push_str(&format!("elemento {place} de la respuesta")),
    }
    push_field(&mut text, field.as_deref(), value.as_deref());
    text
}

/// Articles of a warehouse that cannot be read.
pub(super) struct UnreadableStock {
    pub(super) warehouse: WarehouseCode,
    pub(super) count: u64,
    /// The first of them.
    pub(super) first: Vec<UnreadableArticle>,
}

/// Why a response about the articles of a warehouse is not believed as a whole.
pub(super) fn incomplete_stock(warehouse: &WarehouseCode, answer: &ArticlesAnswer) -> String {
    let (announced, distinct) = (answer.announced, answer.articles.len());
    match &answer.contradicted {
        Some(article) => format!("El artículo {article} de {warehouse} llegó dos veces con datos distintos."),
        None => format!("El KLK anunció {announced} artículos de {warehouse} y llegaron {distinct} distintos."),
    }
}

/// Articles that cannot be read, the first of them with all that is known.
pub(super) fn unreadable_articles(unreadable: &[UnreadableStock]) -> String {
    let count: u64 = unreadable.iter().map(|of_warehouse| of_warehouse.count).sum();
    let articles = unreadable.iter().flat_map(|UnreadableStock { warehouse, first, .. }| {
        first.iter().map(move |article| unreadable_article(warehouse, article))
    });
    let named: Vec<String> = articles.take(ELEMENTS_NAMED).collect();
    let others = and_others(count, named.len());
    let were_not_loaded = match count {
        1 => "1 artículo no se pudo leer y conserva la existencia que tenía".to_owned(),
        _ => format!("{count} artículos no se pudieron leer y conservan la existencia que tenían"),
    };
    format!("{were_not_loaded}: {}{others}. Los demás están al día; la foto no cuenta como completa.", named.join("; "))
}

fn unreadable_article(warehouse: &WarehouseCode, article: &UnreadableArticle) -> String {
    let UnreadableArticle { place, code, field, value } = article;
    let mut text = format!("almacén {warehouse}, ");
    match code {
        Some(code) => text.push_str(&format!("artículo {}", shortened(code))),
        None => text.push_str(&format!("elemento {place} de la respuesta")),
    }
    push_field(&mut text, field.as_deref(), value.as_deref());
    text
}

/// Which field is wrong, and what came.
fn push_field(text: &mut String, field: Option<&str>, value: Option<&str>) {
    if let Some(field) = field {
        text.push_str(&format!(", «{}»", shortened(field)));
    }
    match value {
        Some(value) => text.push_str(&format!(": llegó {}", shortened(value))),
        None => text.push_str(": no llegó nada"),
    }
}

/// That there are more than are named.
fn and_others(count: u64, named: usize) -> String {
    match count.saturating_sub(named as u64) {
        0 => String::new(),
        others => format!("; y {others} más"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A response that would remove too many loaded lines.
pub(super) fn would_lose(gone: u64, loaded: u64, lost_before: u64, pause: SignedDuration) -> String {
    let minutes = pause.as_mins();
    let before = match lost_before {
        0 => String::new(),
        _ => format!(", y en cargas anteriores quitó {lost_before}"),
    };
    format!(
        "El KLK ya no tiene {gone} de las {loaded} líneas que están cargadas{before}. Se conservan: se creerá la misma respuesta \
         si llega otra vez después de {minutes} min."
    )
}

/// An answer without sales in a half hour that always had some.
pub(super) fn never_empty(half_hour: DateTime, weeks: u32, pause: SignedDuration) -> String {
    let (time, minutes) = (half_hour.strftime("%H:%M"), pause.as_mins());
    format!(
        "El KLK no tiene ventas de las {time}, y en las últimas {weeks} semanas siempre las hubo: sin ventas, sin confirmar. \
         Se creerá si lo repite después de {minutes} min."
    )
}

/// A snapshot without many of the articles of the last one.
pub(super) fn would_lose_articles(warehouse: &WarehouseCode, before: u64, gone: u64, pause: SignedDuration) -> String {
    let minutes = pause.as_mins();
    format!(
        "El KLK ya no tiene {gone} de los {before} artículos del almacén {warehouse}. Se conserva la foto anterior: se creerá \
         la nueva si llega igual después de {minutes} min."
    )
}

/// Articles of a response that was made long before it was requested.
pub(super) fn old_stock(warehouse: &WarehouseCode, made_at: Timestamp, zone: &BranchClock) -> String {
    let made_at = zone.to_datetime(made_at).strftime("%d/%m/%Y %H:%M:%S");
    format!(
        "El KLK generó la existencia del almacén {warehouse} el {made_at}: no es la de ahora. Se conserva la foto anterior."
    )
}

/// A response that does not say when it was made, of a source that does so otherwise.
pub(super) fn without_its_moment() -> String {
    "La respuesta no dice cuándo la generó el KLK («fecha_generacion»), y las demás lo dicen: no prueba que esté completa. \
     Se consultará otra vez."
        .to_owned()
}

/// A response that was made before its window had ended.
pub(super) fn made_too_early(made_at: Timestamp, window_end: Timestamp, zone: &BranchClock) -> String {
    let time = |at: Timestamp| zone.to_datetime(at).strftime("%H:%M:%S").to_string();
    format!(
        "El KLK generó la respuesta a las {}, antes de que la ventana terminara ({}): pueden faltar ventas. \
         Revise los relojes.",
        time(made_at),
        time(window_end)
    )
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// What the usual ones mean, for people who do not know the numbers.
fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (sin permiso: revise la clave de API)",
        404 => " (dirección desconocida: revise KLK_BASE_URL)",
        429 => " (demasiadas consultas)",
        500..=599 => " (falla del servidor)",
        _ => "",
    }
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
fn came_in(detail: &str) -> Option<&str> {
    let rest = detail.rsplit_once(" (in ").map_or(detail, |(rest, _)| rest);
    rest.strip_suffix(" came")?.rsplit_once(" was expected, ").map(|(_, came)| came)
}

fn seconds(limit: Duration) -> String {
    let seconds = limit.as_secs_f64();
    if seconds < 1.0 { format!("{} ms", limit.as_millis()) } else { format!("{seconds:.0} s") }
}

#[cfg(test)]
mod tests {
    use klk::Endpoint;

    use super::*;

    #[test]
    fn a_field_of_the_wrong_shape_is_named_and_nothing_else_of_the_clients_words() {
        let error = KlkError::Malformed {
            endpoint: Endpoint::Sales,
            element: Some(2),
            detail: "'linea': an integer was expected".to_owned(),
        };
        let message = "La línea 3 de la respuesta no tiene la forma acordada en «linea». No se cargó nada.";
        assert_eq!(describe(&error.into()), message);
    }

    #[test]
    fn a_value_of_the_wrong_shape_is_shown_with_its_invoice() {
        let error = KlkError::Malformed {
            endpoint: Endpoint::Sales,
            element: Some(2),
            detail: r#"'cantidad_vendida': a number was expected, "dos" came (in C10-01-00008064/1)"#.to_owned(),
        };
        let message = "La línea 3 (C10-01-00008064/1) de la respuesta no tiene la forma acordada en «cantidad_vendida»: llegó \
                       \"dos\". No se cargó nada.";
        assert_eq!(describe(&error.into()), message);
    }

    #[test]
    fn a_number_that_is_too_large_is_shown_with_its_invoice() {
        let error = WarehouseError::OutOfRange {
            place: "C10-01-00008064/1".to_owned(),
            column: "cantidad_vendida",
            value: "7591234567890".to_owned(),
        };
        let message = describe(&error.into());
        assert!(message.starts_with("En C10-01-00008064/1, «cantidad_vendida» es 7591234567890:"), "{message}");
    }

    #[test]
    fn the_page_of_a_proxy_is_not_shown_to_people() {
        let error = KlkError::Status {
            endpoint: Endpoint::Sales,
            status: 503,
            excerpt: "<html>503</html>".to_owned(),
            retry_after: None,
        };
        assert_eq!(describe(&error.into()), "El KLK respondió con el estado HTTP 503 (falla del servidor).");
    }
}
