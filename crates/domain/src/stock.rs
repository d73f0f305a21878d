//! Articles and their stock in one warehouse, under the names of the POS's contract.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::echo::Echoes;

/// One article of one warehouse, as a snapshot shows it. `"N/A"` and empty texts are None.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the POS's own, described in its contract")]
pub struct Article {
    pub codigo: String,
    pub nombre_producto: Option<String>,
    pub barra: Option<String>,
    pub categoria: Option<String>,
    pub descripcion_categoria: Option<String>,
    pub subcategoria: Option<String>,
    pub descripcion: Option<String>,
    pub marca: Option<String>,
    pub precio: Option<Decimal>,
    /// 0 or 16, in percent.
    pub iva: Option<Decimal>,
    /// Decimal, and negative for a quarter of the articles.
    pub stock: Decimal,
}

/// An answer to a question for the articles of one warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticlesAnswer {
    /// What the POS says it sent (`meta.total_articulos`).
    pub announced: u64,
    /// Elements of the answer's array, articles that came twice counted twice.
    pub received: u64,
    /// The code of the first article that came twice with different content; it is not among the articles.
    pub contradicted: Option<String>,
    /// Articles that cannot be read. The others are not discredited by them.
    pub unreadable: u64,
    /// The first of those.
    pub unreadable_articles: Vec<UnreadableArticle>,
    /// When the source made the response (`meta.fecha_generacion`); None where it does not say.
    pub generated_at: Option<Timestamp>,
    /// What it repeats of the request.
    pub echoes: Echoes,
    /// The articles that can be read, each once by `codigo`.
    pub articles: Vec<Article>,
}

/// An article of a response that cannot be read. Its stock stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableArticle {
    /// Its place in the response, from 1.
    #[serde(rename = "lugar")]
    pub place: u64,
    /// Its code, where that can be read.
    #[serde(rename = "codigo_articulo")]
    pub code: Option<String>,
    /// The first field that cannot be read; None where the article is no object at all.
    #[serde(rename = "campo")]
    pub field: Option<String>,
    /// The beginning of what came in the field's place; None where nothing came.
    #[serde(rename = "valor")]
    pub value: Option<String>,
}

impl ArticlesAnswer {
    /// Whether as many distinct articles came as the POS announced, all of them readable and none in two versions.
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0 && self.is_complete_but_for_unreadable()
    }

    /// Whether only articles that cannot be read keep it from being complete.
    pub fn is_complete_but_for_unreadable(&self) -> bool {
        self.articles.len() as u64 + self.unreadable == self.announced && self.contradicted.is_none()
    }
}
