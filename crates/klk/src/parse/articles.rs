//! Answers of `/maestra/articulos/*`.

use std::borrow::Cow;

use domain::stock::{Article, ArticlesAnswer};

use super::ParseError;
use super::distinct::{Collected, Distinct};
use super::envelope::{Elements, read_envelope};
use super::field::{read, text_or_json};
use super::raw::{Field, RawObject, raw_object};
use super::scanner::{Problem, Scanner};

raw_object!(RawArticle, "an article", {
    NombreProducto, Codigo, Barra, Categoria, Descripcion, Subcategoria, Descripcion_categoria, Marca, Precio, Iva,
    stock,
});

raw_object!(RawMeta, "the object 'meta'", { almacences_filtrados, tiendas_filtradas, total_articulos });

/// About what an article takes in a body.
const BYTES_PER_ARTICLE: usize = 250;

/// Reads an answer about the warehouse or store with the given code.
pub(crate) fn parse_articles(body: &str, code: &str) -> Result<ArticlesAnswer, ParseError> {
    let mut articles = Articles(Distinct::with_capacity(body.len() / BYTES_PER_ARTICLE));
    let mut meta = read_envelope(body, &mut articles)?;
    let announced = announced_in(&mut meta, code).map_err(ParseError::of_meta)?;
    let Collected { received, contradictions, items } = articles.0.finish();
    if contradictions > 0 {
        tracing::warn!(code, contradictions, "articles came twice with different content; the last is kept");
    }
    Ok(ArticlesAnswer { announced, received, articles: items })
}

fn announced_in(meta: &mut Scanner<'_>, code: &str) -> Result<u64, Problem> {
    let meta = RawMeta::read(meta)?;
    let answered = filter_codes(meta.almacences_filtrados).or_else(|| filter_codes(meta.tiendas_filtradas));
    if let Some(answered) = answered
        && !answered.iter().any(|one| one.eq_ignore_ascii_case(code))
    {
        tracing::warn!(code, ?answered, "the answer says that it is about something else");
    }
    Ok(read!(required_count, meta.total_articulos))
}

/// The codes that an answer was filtered by: an array, or an array inside a string, or nothing that can be read.
fn filter_codes(filter: Field<'_>) -> Option<Vec<String>> {
    serde_json::from_str(&text_or_json(filter?)).ok()
}

struct Articles<'body>(Distinct<Cow<'body, str>, Article>);

impl<'body> Elements<'body> for Articles<'body> {
    const ARRAY: &'static str = "articulos";

    fn read(&mut self, scanner: &mut Scanner<'body>) -> Result<(), Problem> {
        let raw = RawArticle::read(scanner)?;
        let code = read!(required_text, raw.Codigo);
        let article = Article {
            codigo: code.clone().into_owned(),
            nombre_producto: read!(article_text, raw.NombreProducto),
            barra: read!(article_text, raw.Barra),
            categoria: read!(article_text, raw.Categoria),
            descripcion_categoria: read!(article_text, raw.Descripcion_categoria),
            subcategoria: read!(article_text, raw.Subcategoria),
            descripcion: read!(article_text, raw.Descripcion),
            marca: read!(article_text, raw.Marca),
            precio: read!(number, raw.Precio),
            iva: read!(number, raw.Iva),
            stock: read!(required_number, raw.stock),
        };
        self.0.add(code, article);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#""[\"APP-TPF\"]""#, Some(vec!["APP-TPF"]))]
    #[case(r#"["SUC001","SUC002"]"#, Some(vec!["SUC001", "SUC002"]))]
    #[case(r#""APP-TPF""#, None)]
    #[case("7", None)]
    fn a_filter_is_an_array_or_an_array_in_a_string(#[case] json: &str, #[case] codes: Option<Vec<&str>>) {
        assert_eq!(filter_codes(Some(json)), codes.map(|codes| codes.into_iter().map(str::to_owned).collect()));
    }
}
