//! What a run that did not do its work says of it: a closed set of codes with their parameters. It is stored with the run;
//! the sentence is made where somebody reads it, in the reader's language. Parameters have the contract's own names, as in
//! the read models.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::WarehouseCode;
use crate::sale::{OutsideLine, UnreadableLine};
use crate::stock::UnreadableArticle;

/// What a run says of its end. `codigo` is what JSON and the column `error_detalle` call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "codigo")]
pub enum RunMessage {
    /// A number of the source does not fit the column.
    #[serde(rename = "numero_no_cabe")]
    OutOfRange {
        /// Which line or article.
        lugar: String,
        /// Of the table.
        columna: String,
        /// As it came.
        valor: String,
    },
    /// Our own database did not take the rows.
    #[serde(rename = "base_de_datos")]
    DatabaseRefused,
    /// The window spans two local days, which no request can name.
    #[serde(rename = "mas_de_un_dia")]
    NotOneDay,
    /// The store is not configured any more.
    #[serde(rename = "tienda_sin_configurar")]
    UnknownBranch,
    /// No connection within the limit.
    #[serde(rename = "sin_conexion_a_tiempo")]
    ConnectTimeout,
    /// No response within the limit.
    #[serde(rename = "sin_respuesta_a_tiempo")]
    AnswerTimeout {
        /// The limit.
        milisegundos: u64,
    },
    /// The response did not end within the limit.
    #[serde(rename = "respuesta_sin_terminar")]
    BodyTimeout {
        /// The limit.
        milisegundos: u64,
    },
    /// The database server does not answer.
    #[serde(rename = "base_de_datos_ausente")]
    DatabaseAway,
    /// The database file is damaged.
    #[serde(rename = "base_de_datos_danada")]
    DatabaseDamaged,
    /// The POS is not in the network, or takes no connections.
    #[serde(rename = "sin_conexion")]
    CannotConnect,
    /// The connection broke within the response.
    #[serde(rename = "respuesta_cortada")]
    CutOff,
    /// A status other than 200.
    #[serde(rename = "estado_http")]
    HttpStatus {
        /// Which.
        estado: u16,
    },
    /// A redirect, which nothing follows: the key would go with it.
    #[serde(rename = "redireccion")]
    Redirected {
        /// The status.
        estado: u16,
        /// Where it leads.
        hacia: String,
    },
    /// The POS does not know the store.
    #[serde(rename = "tienda_desconocida")]
    BranchUnknownToPos {
        /// The POS's own words.
        dijo: String,
    },
    /// The POS refused for another reason.
    #[serde(rename = "consulta_rechazada")]
    Refused {
        /// The POS's own words.
        dijo: String,
    },
    /// An element of the response has the wrong shape.
    #[serde(rename = "elemento_mal_formado")]
    MalformedElement {
        /// Its place in the response, from 1.
        elemento: u64,
        /// Its invoice and line, where they can be read.
        lugar: Option<String>,
        /// The field, where one is at fault.
        campo: Option<String>,
        /// What came in its place; None where that is not known.
        llego: Option<Came>,
    },
    /// The response as a whole has the wrong shape.
    #[serde(rename = "respuesta_mal_formada")]
    MalformedAnswer {
        /// The field of its head, where one is at fault.
        campo: Option<String>,
        /// What came in its place; None where that is not known.
        llego: Option<Came>,
        /// How a body begins that is something else, as the page of a proxy.
        empieza: Option<String>,
    },
    /// No line of the response is of the requested time.
    #[serde(rename = "otro_periodo")]
    OtherPeriod {
        /// The requested time.
        pedido: String,
        /// Of the first line.
        respondido: String,
    },
    /// The response does not say what it is about.
    #[serde(rename = "respuesta_sin_nombre")]
    AnswerUnlabelled {
        /// What was requested.
        pedido: String,
        /// The field that did not come.
        campo: String,
    },
    /// The response is about something else.
    #[serde(rename = "otra_consulta")]
    OtherQuestion {
        /// The field that differs.
        campo: String,
        /// What was requested; empty for a filter that was not.
        pedido: String,
        /// What it says.
        respondido: String,
    },
    /// The response is larger than is read.
    #[serde(rename = "respuesta_demasiado_grande")]
    TooLarge {
        /// `KLK_ANSWER_BYTES_MAX`.
        bytes_max: u64,
    },
    /// All responses together need more memory than is set aside.
    #[serde(rename = "memoria_agotada")]
    OverBudget {
        /// `KLK_RESPONSES_BYTES_MAX`.
        bytes_max: u64,
    },
    /// The POS client cannot be built from its settings.
    #[serde(rename = "cliente_mal_configurado")]
    ClientMisconfigured,
    /// The process ended while the response was read.
    #[serde(rename = "proceso_terminado_leyendo")]
    StoppedReading,
    /// Lines that cannot be read; the others are loaded.
    #[serde(rename = "lineas_ilegibles")]
    UnreadableLines {
        /// The store's name.
        tienda: String,
        /// How many.
        cantidad: u64,
        /// Lines of the response, readable or not.
        total: u64,
        /// The first of them.
        primeros: Vec<UnreadableLine>,
    },
    /// A line came twice with different content.
    #[serde(rename = "linea_contradictoria")]
    ContradictedLine {
        /// Its invoice.
        factura: String,
        /// Its number in the invoice.
        linea: i32,
    },
    /// Lines lie outside of the requested time.
    #[serde(rename = "lineas_fuera_de_periodo")]
    LinesOutside {
        /// Distinct lines that came.
        llegaron: u64,
        /// Those outside.
        fuera: u64,
        /// The first of those.
        #[serde(default)]
        primeras: Vec<OutsideLine>,
    },
    /// Lines left the warehouse of another store; they are not loaded.
    #[serde(rename = "lineas_de_otra_tienda")]
    LinesOfOtherStore {
        /// Distinct lines that came.
        llegaron: u64,
        /// Those of another store.
        ajenas: u64,
        /// The warehouse of the first of those.
        almacen: String,
        /// Its invoice.
        factura: String,
        /// Its number within the invoice.
        linea: i32,
    },
    /// Fewer lines, or more, than were announced.
    #[serde(rename = "lineas_incompletas")]
    LinesShort {
        /// By the POS.
        anunciados: u64,
        /// Distinct ones.
        llegaron: u64,
    },
    /// Articles that cannot be read; the others are loaded.
    #[serde(rename = "articulos_ilegibles")]
    UnreadableArticles {
        /// How many.
        cantidad: u64,
        /// The first of them.
        primeros: Vec<ArticleOfWarehouse>,
    },
    /// An article came twice with different content.
    #[serde(rename = "articulo_contradictorio")]
    ContradictedArticle {
        /// Its code.
        articulo: String,
        /// Of which warehouse.
        almacen: WarehouseCode,
    },
    /// Fewer articles, or more, than were announced.
    #[serde(rename = "articulos_incompletos")]
    ArticlesShort {
        /// Of which warehouse.
        almacen: WarehouseCode,
        /// By the POS.
        anunciados: u64,
        /// Distinct ones.
        llegaron: u64,
    },
    /// The response would remove too many loaded lines, and has to come twice to be believed.
    #[serde(rename = "perdida_en_duda")]
    WouldLose {
        /// Lines that would go.
        perdidas: u64,
        /// Lines that are loaded.
        cargadas: u64,
        /// Lines that loads before this one have removed.
        #[serde(default)]
        antes: u64,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// The response has loaded lines with much changed quantities or amounts, and has to come twice to be believed.
    #[serde(rename = "montos_en_duda")]
    WouldRevalue {
        /// Lines that would change much.
        cambiadas: u64,
        /// Lines that are loaded.
        cargadas: u64,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// Lines are loaded in another day, which is requested again before they are believed to have moved.
    #[serde(rename = "lineas_de_otro_dia")]
    LinesOfOtherDay {
        /// The first one's invoice.
        factura: String,
        /// Its number within the invoice.
        linea: i32,
        /// The half hour that has it, local.
        cargada_en: DateTime,
        /// How many there are.
        cantidad: u64,
    },
    /// A line that the source has in another half hour too: each response took it from the other.
    #[serde(rename = "linea_en_dos_medias_horas")]
    LineInTwoHalfHours {
        /// Its invoice.
        factura: String,
        /// Its number within the invoice.
        linea: i32,
        /// The other half hour, local.
        tambien: DateTime,
        /// Lines of which that is so.
        cantidad: u64,
    },
    /// No sales in a half hour that always had some.
    #[serde(rename = "media_hora_vacia_en_duda")]
    NeverEmpty {
        /// `HH:MM`, local.
        media_hora: String,
        /// Of the past, all with sales.
        semanas: u32,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// Few lines in a half hour that always had many.
    #[serde(rename = "pocas_lineas_en_duda")]
    UnusuallyFew {
        /// `HH:MM`, local.
        media_hora: String,
        /// Lines that came.
        lineas: u64,
        /// The fewest that a week before had.
        minimo: u64,
        /// Weeks before that were compared.
        semanas: u32,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// A snapshot in which many articles that had stock have none, or another amount by far.
    #[serde(rename = "existencias_en_duda")]
    WouldEmptyStock {
        /// Of which warehouse.
        almacen: WarehouseCode,
        /// Articles whose stock or price would be lost.
        cambiados: u64,
        /// Articles that have stock.
        con_existencia: u64,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// A snapshot without many of the articles of the last one.
    #[serde(rename = "foto_en_duda")]
    WouldLoseArticles {
        /// Of which warehouse.
        almacen: WarehouseCode,
        /// Articles that would go.
        perdidos: u64,
        /// Articles that are loaded.
        cargados: u64,
        /// Until the same response is believed.
        minutos: i64,
    },
    /// Articles of a response that was made long before it was requested.
    #[serde(rename = "foto_de_otro_momento")]
    OldStock {
        /// Of which warehouse.
        almacen: WarehouseCode,
        /// When the response was made, local.
        generada: DateTime,
    },
    /// The response was made before what is loaded of its window.
    #[serde(rename = "anterior_a_lo_cargado")]
    OlderThanLoaded {
        /// When the response was made, local.
        generada: DateTime,
        /// When what is loaded was, local.
        cargada: DateTime,
    },
    /// The response does not say when it was made, and others of the source do.
    #[serde(rename = "sin_fecha_de_generacion")]
    WithoutMoment,
    /// The response leaves out a field that repeats the request, and others of the source have it.
    #[serde(rename = "sin_eco")]
    WithoutEcho {
        /// Its name in `meta`.
        campo: String,
    },
    /// The response was made before its window ended.
    #[serde(rename = "generada_antes_de_tiempo")]
    MadeTooEarly {
        /// `HH:MM:SS`, local.
        generada: String,
        /// `HH:MM:SS`, local.
        fin: String,
        /// The day on which it was made, where that is another than the window's end.
        #[serde(default)]
        dia: Option<Date>,
    },
    /// The plan was cancelled while the run waited for the POS.
    #[serde(rename = "cancelada_esperando")]
    Cancelled,
    /// The plan was cancelled before the run began.
    #[serde(rename = "cancelada")]
    CancelledBy {
        /// Who did.
        nombre: String,
    },
    /// Its plan goes on without its store: the store's windows failed one after the other.
    #[serde(rename = "tienda_omitida")]
    StoreSkipped {
        /// How many in a row.
        fallas: u32,
    },
    /// The process ended while the run was in progress.
    #[serde(rename = "proceso_terminado")]
    ProcessEnded,
    /// A fault of ours.
    #[serde(rename = "falla_interna")]
    InternalFault,
}

/// What came in a field's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Came {
    /// Nothing.
    #[serde(rename = "nada")]
    Nothing,
    /// An array without elements.
    #[serde(rename = "lista_vacia")]
    EmptyArray,
    /// An array with a second element where one was expected.
    #[serde(rename = "mas_de_uno")]
    SecondElement,
    /// The field, twice.
    #[serde(rename = "dos_veces")]
    Twice,
    /// Something behind the end of the response.
    #[serde(rename = "tras_el_final")]
    BehindEnd,
    /// The beginning of the value, as it came.
    #[serde(rename = "valor")]
    Value(String),
}

/// An article that cannot be read, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleOfWarehouse {
    /// Of which warehouse.
    pub almacen: WarehouseCode,
    /// What is known of it.
    pub articulo: UnreadableArticle,
}

impl RunMessage {
    /// The JSON of the column `error_detalle`; None where it cannot be written.
    pub fn to_stored(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// What a run said, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RunText {
    /// The Spanish sentence for whoever reads the table.
    pub sentence: String,
    /// The JSON of its [`RunMessage`]; None where an earlier version wrote the row.
    pub stored: Option<String>,
}

impl RunText {
    /// The code and its parameters; None where there are none, or where a later version wrote them.
    pub fn message(&self) -> Option<RunMessage> {
        serde_json::from_str(self.stored.as_deref()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_stored_under_the_contracts_name_and_read_again() {
        let message = RunMessage::LinesShort { anunciados: 12, llegaron: 9 };
        let stored = message.to_stored().unwrap();
        assert_eq!(stored, r#"{"codigo":"lineas_incompletas","anunciados":12,"llegaron":9}"#);
        assert_eq!(RunText { sentence: String::new(), stored: Some(stored) }.message(), Some(message));
    }

    #[test]
    fn what_an_earlier_or_a_later_version_stored_has_its_sentence_alone() {
        let text = |stored: Option<&str>| RunText { sentence: "algo".to_owned(), stored: stored.map(str::to_owned) };
        assert_eq!(text(None).message(), None);
        assert_eq!(text(Some(r#"{"codigo":"de_manana"}"#)).message(), None);
    }
}
