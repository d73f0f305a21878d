//! Answers of `/maestra/articulos/*`.

use std::borrow::Cow;

use domain::stock::{Article, ArticlesAnswer};

use super::ParseError;
use super::check::check_codes;
use super::distinct::{Collected, Distinct};
use super::envelope::{Elements, read_envelope, refusal_message};
use super::field::read;
use super::problem::Problem;
use super::raw::{RawObject, raw_object};
use super::scanner::Scanner;

raw_object!(RawArticle, "an article", {
    NombreProducto, Codigo, Barra, Categoria, Descripcion, Subcategoria, Descripcion_categoria, Marca, Precio, Iva,
    stock,
});

raw_object!(RawMeta, "the object 'meta'", { almacences_filtrados, tiendas_filtradas, total_articulos, error });

/// About what an article takes in a body.
const BYTES_PER_ARTICLE: usize = 250;

/// Reads an answer about the warehouse or store with the given code.
pub(crate) fn parse_articles(body: &str, code: &str) -> Result<ArticlesAnswer, ParseError> {
    let mut articles = Articles(Distinct::with_capacity(body.len() / BYTES_PER_ARTICLE));
    let mut meta = read_envelope(body, &mut articles)?;
    let meta = RawMeta::read(&mut meta).map_err(ParseError::of_meta)?;
    if let Some(message) = refusal_message(meta.error) {
        return Err(ParseError::Refused { message });
    }
    check_codes("almacences_filtrados", meta.almacences_filtrados, code)?;
    check_codes("tiendas_filtradas", meta.tiendas_filtradas, code)?;
    let announced = announced_in(&meta).map_err(ParseError::of_meta)?;
    let Collected { received, contradicted, items } = articles.0.finish();
    let contradicted = contradicted.map(|article| article.codigo);
    Ok(ArticlesAnswer { announced, received, contradicted, articles: items })
}

fn announced_in(meta: &RawMeta<'_>) -> Result<u64, Problem> {
    Ok(read!(required_count, meta.total_articulos))
}

struct Articles<'body>(Distinct<Cow<'body, str>, Article>);

impl<'body> Elements<'body> for Articles<'body> {
    const ARRAY: &'static str = "articulos";

    fn read(&mut self, scanner: &mut Scanner<'body>, _index: usize) -> Result<(), Problem> {
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
