//! Answers of `/maestra/articulos/*`.

use domain::echo::Echoes;
use domain::stock::{Article, ArticlesAnswer};

use super::ParseError;
use super::check::{check_codes, moment_of, require_one};
use super::distinct::{Collected, Distinct};
use super::envelope::{Elements, read_envelope, refusal_message};
use super::field::read;
use super::problem::Problem;
use super::raw::{RawObject, raw_object};
use super::scanner::Scanner;
use super::unreadable::{UnreadableArticles, read_or_set_aside};
use crate::body::Body;

raw_object!(RawArticle, "an article", {
    NombreProducto, Codigo, Barra, Categoria, Descripcion, Subcategoria, Descripcion_categoria, Marca, Precio, Iva,
    stock, error,
});

raw_object!(RawMeta, "the object 'meta'", {
    almacences_filtrados, tiendas_filtradas, total_articulos, fecha_generacion, error,
});

/// The field that repeats the request; responses about stores have `tiendas_filtradas` in its place.
const ECHO: &str = "almacences_filtrados";

/// About what an article takes in a body.
const BYTES_PER_ARTICLE: usize = 250;

/// Reads a response about the warehouse or store with the given code. Articles that cannot be read are set aside, unless there
/// is no other.
pub(crate) fn parse_articles(body: &mut Body, expected_bytes: usize, code: &str) -> Result<ArticlesAnswer, ParseError> {
    let distinct = Distinct::with_capacity(expected_bytes / BYTES_PER_ARTICLE);
    let mut articles = Articles { distinct, unreadable: UnreadableArticles::default() };
    let meta = read_envelope(body, &mut articles)?;
    let meta = RawMeta::read(&mut Scanner::new(&meta)).map_err(ParseError::of_meta)?;
    if let Some(message) = refusal_message(meta.error) {
        return Err(ParseError::Refused { message });
    }
    check_codes("almacences_filtrados", meta.almacences_filtrados, code)?;
    check_codes("tiendas_filtradas", meta.tiendas_filtradas, code)?;
    let filters = [("almacences_filtrados", meta.almacences_filtrados), ("tiendas_filtradas", meta.tiendas_filtradas)];
    let announced = announced_in(&meta).map_err(ParseError::of_meta)?;
    if announced == 0 {
        require_one(filters, code)?;
    }
    let generated_at = moment_of("fecha_generacion", meta.fecha_generacion).map_err(ParseError::of_meta)?;
    let Articles { distinct, unreadable } = articles;
    let Collected { received, contradicted, mut items } = distinct.finish();
    if let (true, Some((element, detail))) = (items.is_empty() && contradicted.is_none(), unreadable.refusal) {
        return Err(ParseError::Shape { element: Some(element), detail });
    }
    // What a readable article says is contradicted by one of the same code that cannot be read.
    if unreadable.count > 0 {
        items.retain(|article| !unreadable.codes.contains(article.codigo.as_str()));
    }
    Ok(ArticlesAnswer {
        announced,
        received: received + unreadable.count,
        contradicted: contradicted.map(|article| article.codigo),
        unreadable: unreadable.count,
        unreadable_articles: unreadable.first,
        generated_at,
        echoes: Echoes::of([(ECHO, filters.iter().any(|(_, filter)| filter.is_some()))]),
        articles: items,
    })
}

fn announced_in(meta: &RawMeta<'_>) -> Result<u64, Problem> {
    Ok(read!(required_count, meta.total_articulos))
}

struct Articles {
    distinct: Distinct<String, Article>,
    unreadable: UnreadableArticles,
}

impl Elements for Articles {
    const ARRAY: &'static str = "articulos";

    fn read(&mut self, scanner: &mut Scanner<'_>, index: usize, has_marks: bool) -> Result<(), Problem> {
        match read_or_set_aside(scanner, has_marks, read_article)? {
            Ok(article) => self.distinct.add(article.codigo.clone(), article),
            Err((element, reason)) => self.unreadable.add(index, element, &reason),
        }
        Ok(())
    }
}

fn read_article(scanner: &mut Scanner<'_>) -> Result<Article, Problem> {
    let raw = RawArticle::read(scanner)?;
    if let Some(message) = refusal_message(raw.error) {
        return Err(Problem::Discredit(format!("'error': {message}")));
    }
    Ok(Article {
        codigo: read!(article_code, raw.Codigo).into_owned(),
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
    })
}
