//! The articles of the chain: about 3,900, each product of a family by several brands in several presentations.

use serde::Serialize;

use crate::dice::{hash, text_key};
use crate::micros::{CENT, ONE, divide, multiply, round};
use crate::packaged::{BRANDS, BRANDS_PER_PRODUCT, PACKAGED, Packaged, Size};
use crate::weighed::{WEIGHED, Weighed};

/// How an article is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Piece,
    Kilo,
}

impl Unit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Piece => "UNIDAD",
            Self::Kilo => "KG",
        }
    }
}

/// An article. Amounts are in millionths.
pub(crate) struct Article {
    pub(crate) code: String,
    pub(crate) unit: Unit,
    pub(crate) price_usd: i64,
    pub(crate) cost_usd: i64,
    pub(crate) vat: i64,
    pub(crate) weight: i64,
    pub(crate) volume: i64,
    /// `"producto":[{…}]` of a sales line, ready to be copied.
    pub(crate) sales_json: Vec<u8>,
    /// The article of the stock listing up to the number after `"stock":`.
    pub(crate) stock_json: Vec<u8>,
}

/// All the articles; the first are sold most.
pub(crate) struct Catalogue {
    pub(crate) articles: Vec<Article>,
}

impl Catalogue {
    /// The first `count` articles, or as many as there are.
    pub(crate) fn new(seed: u64, count: usize) -> Self {
        let mut drafts: Vec<Draft> =
            WEIGHED.iter().flat_map(weighed).chain(PACKAGED.iter().enumerate().flat_map(packaged)).collect();
        drafts.sort_by_cached_key(Draft::rank);
        drafts.truncate(count.max(1));
        let articles = (1..).zip(drafts).map(|(number, draft)| draft.finish(seed, number)).collect();
        Self { articles }
    }
}

/// An article before it has a code and a price.
struct Draft {
    name: String,
    brand: Option<&'static str>,
    category: &'static str,
    category_name: &'static str,
    unit: Unit,
    vat: i64,
    /// Of one unit of sale, in millionths of a US dollar.
    list_price: i64,
    weight: i64,
}

fn weighed(family: &Weighed) -> impl Iterator<Item = Draft> {
    family.products.iter().flat_map(move |&(product, cents)| {
        family.qualities.iter().map(move |quality| Draft {
            name: [product, quality].join(" ").trim_end().to_owned(),
            brand: None,
            category: family.category,
            category_name: family.name,
            unit: Unit::Kilo,
            vat: 0,
            list_price: cents * CENT,
            weight: ONE,
        })
    })
}

fn packaged((family_number, family): (usize, &'static Packaged)) -> impl Iterator<Item = Draft> {
    (0..).zip(&family.products).flat_map(move |(product_number, &product)| {
        (0..BRANDS_PER_PRODUCT).flat_map(move |brand_number| {
            let brand = BRANDS[(family_number * 5 + product_number * 7 + brand_number) % BRANDS.len()];
            family.sizes.iter().map(move |&size| package(family, product, brand, size))
        })
    })
}

fn package(family: &Packaged, (product, cents): (&str, i64), brand: &'static str, (size, thousandths): Size) -> Draft {
    Draft {
        name: format!("{product} {brand} {size}"),
        brand: Some(brand),
        category: family.category,
        category_name: family.name,
        unit: Unit::Piece,
        vat: family.vat,
        list_price: cents * CENT * thousandths / 1_000,
        weight: if size.ends_with("UND") { thousandths * 150 } else { thousandths * 1_000 },
    }
}

#[derive(Serialize)]
struct SalesProduct<'a> {
    codigo_producto: &'a str,
    descripcion_producto: &'a str,
    marca_producto: &'a str,
    modelo_producto: &'a str,
    categoria_producto: &'a str,
    grupo_articulo: &'a str,
    subgrupo_producto: &'a str,
    categoria_nombre: &'a str,
    codigo_barras: &'a str,
    serial: &'a str,
    imei: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StockArticle<'a> {
    nombre_producto: &'a str,
    codigo: &'a str,
    barra: &'a str,
    categoria: &'a str,
    descripcion: &'a str,
    subcategoria: &'a str,
    #[serde(rename = "Descripcion_categoria")]
    descripcion_categoria: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    marca: Option<&'a str>,
}

/// What a text is in the listing of articles when there is none.
const NOTHING: &str = "N/A";

impl Draft {
    /// The lower, the more it sells: by chance, with what is weighed in the first quarter.
    fn rank(&self) -> u64 {
        let chance = hash(&[text_key(&self.name)]);
        if self.unit == Unit::Kilo { chance >> 2 } else { chance }
    }

    fn finish(self, seed: u64, number: u64) -> Article {
        let chance = |topic: u64, bound: u64| hash(&[seed, number, topic]) % bound;
        // Brands differ by up to 20 % either way, and none is given away.
        let price_usd = round(multiply(self.list_price, divide(80 + chance(1, 41) as i64, 100)), CENT).max(5 * CENT);
        let cost_usd = round(multiply(price_usd, divide(62 + chance(2, 27) as i64, 100)), CENT / 100);
        let code = format!("{number:06}");
        let barcode = match self.unit {
            Unit::Kilo => format!("{number:05}"),
            Unit::Piece => format!("759{:010}", chance(3, 10_000_000_000)),
        };
        let subcategory = format!("{}{:02}", self.category, 1 + chance(4, 9));
        Article {
            sales_json: self.sales_json(&code, &barcode, &subcategory),
            stock_json: self.stock_json(&code, &barcode, &subcategory, price_usd, chance(5, 2) == 0),
            unit: self.unit,
            price_usd,
            cost_usd,
            vat: self.vat,
            weight: self.weight,
            volume: multiply(self.weight, 1_150),
            code,
        }
    }

    fn sales_json(&self, code: &str, barcode: &str, subcategory: &str) -> Vec<u8> {
        let product = SalesProduct {
            codigo_producto: code,
            descripcion_producto: &self.name,
            marca_producto: self.brand.unwrap_or_default(),
            modelo_producto: "",
            categoria_producto: self.category,
            grupo_articulo: self.category,
            subgrupo_producto: subcategory,
            categoria_nombre: self.category_name,
            codigo_barras: barcode,
            serial: "",
            imei: "",
        };
        format!("\"producto\":[{}]", to_json(&product)).into_bytes()
    }

    fn stock_json(&self, code: &str, barcode: &str, subcategory: &str, price_usd: i64, says_nothing: bool) -> Vec<u8> {
        let article = StockArticle {
            nombre_producto: &self.name,
            codigo: code,
            barra: barcode,
            categoria: self.category,
            descripcion: NOTHING,
            subcategoria: subcategory,
            descripcion_categoria: self.category_name,
            marca: self.brand.or(says_nothing.then_some(NOTHING)),
        };
        let mut json = to_json(&article).into_bytes();
        json.pop();
        json.extend_from_slice(b",\"Precio\":");
        crate::micros::write(&mut json, price_usd);
        json.extend_from_slice(format!(",\"Iva\":{},\"stock\":", self.vat).as_bytes());
        json
    }
}

/// JSON of texts, which cannot fail.
fn to_json(texts: &impl Serialize) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_3900_articles_of_different_names_that_cost_less_than_their_price() {
        let catalogue = Catalogue::new(7, 3_900);
        let names: HashSet<String> = catalogue
            .articles
            .iter()
            .map(|article| {
                let json = format!("{{{}}}", String::from_utf8(article.sales_json.clone()).unwrap());
                let value: serde_json::Value = serde_json::from_str(&json).unwrap();
                value["producto"][0]["descripcion_producto"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names.len(), 3_900);
        assert!(catalogue.articles.iter().all(|article| 0 < article.cost_usd && article.cost_usd < article.price_usd));
    }

    #[test]
    fn both_taxes_and_both_units_exist() {
        let articles = Catalogue::new(7, 3_900).articles;
        for vat in [0, 16] {
            assert!(articles.iter().any(|article| article.vat == vat));
        }
        for unit in [Unit::Piece, Unit::Kilo] {
            assert!(articles.iter().any(|article| article.unit == unit));
        }
    }

    #[test]
    fn some_articles_name_no_brand_and_some_say_not_available() {
        let articles = Catalogue::new(7, 3_900).articles;
        let has = |article: &Article, text: &str| String::from_utf8(article.stock_json.clone()).unwrap().contains(text);
        assert!(articles.iter().any(|article| has(article, "\"Marca\":\"N/A\"")));
        assert!(articles.iter().any(|article| !has(article, "\"Marca\"")));
    }
}
