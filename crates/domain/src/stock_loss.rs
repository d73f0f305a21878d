//! A snapshot whose articles are all there and whose amounts are not: every stock at zero, or a decimal point that was lost. As with
//! sales (`loss`), it is not believed at once.

use std::collections::HashMap;

use crate::loss::{LossLimits, millionths};
use crate::stock::Article;

/// What is loaded of an article, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownArticle {
    /// Its stock, which may be below zero.
    pub stock: i64,
    /// Its price, where it has one.
    pub price: Option<i64>,
}

/// Articles that have an amount, and those of them whose amount a snapshot would make worthless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Emptied {
    /// Articles that have one.
    pub known: u64,
    /// Those whose amount is a tenth or less now, or a hundred times as much and more: sales and deliveries change few articles so.
    pub changed: u64,
}

/// Of stock or of prices, whichever is lost by more articles than the limits let go at once; None where neither is.
pub fn emptied(known: &HashMap<String, KnownArticle>, came: &[Article], limits: LossLimits) -> Option<Emptied> {
    let (mut stock, mut price) = (Emptied::default(), Emptied::default());
    for article in came {
        let Some(known) = known.get(&article.codigo) else { continue };
        stock.add(known.stock, millionths(article.stock));
        price.add(known.price.unwrap_or_default(), article.precio.map_or(0, millionths));
    }
    [stock, price].into_iter().filter(|of| limits.is_much(of.known, of.changed)).max_by_key(|of| of.changed)
}

impl Emptied {
    fn add(&mut self, before: i64, now: i64) {
        if before == 0 {
            return;
        }
        let (before, now) = (before.unsigned_abs(), now.unsigned_abs());
        self.known += 1;
        self.changed += u64::from(now.saturating_mul(10) <= before || now >= before.saturating_mul(100));
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use rust_decimal::Decimal;

    use super::*;

    fn article(number: u32, stock: i64, price: Option<i64>) -> Article {
        Article {
            codigo: format!("A-{number}"),
            nombre_producto: None,
            barra: None,
            categoria: None,
            descripcion_categoria: None,
            subcategoria: None,
            descripcion: None,
            marca: None,
            precio: price.map(Decimal::from),
            iva: None,
            stock: Decimal::from(stock),
        }
    }

    /// Of a hundred articles with a stock of 20 and a price of 3, what is doubted where so many come with other amounts.
    fn changed(count: u32, stock: i64, price: Option<i64>) -> Option<u64> {
        let known = |number| (format!("A-{number}"), KnownArticle { stock: 20_000_000, price: Some(3_000_000) });
        let came: Vec<Article> = (0..100)
            .map(|number| if number < count { article(number, stock, price) } else { article(number, 20, Some(3)) })
            .collect();
        emptied(&(0..100).map(known).collect(), &came, LossLimits::default()).map(|emptied| emptied.changed)
    }

    #[rstest]
    #[case::none_left(100, 0, Some(3), Some(100))]
    #[case::a_tenth(100, 2, Some(3), Some(100))]
    #[case::sold(100, 3, Some(3), None)]
    #[case::delivered(100, 1_999, Some(3), None)]
    #[case::a_lost_decimal_point(100, 20_000, Some(3), Some(100))]
    #[case::no_price(100, 20, None, Some(100))]
    #[case::a_price_of_zero(100, 20, Some(0), Some(100))]
    #[case::few_sold_out(20, 0, Some(3), None)]
    #[case::more_sold_out(21, 0, Some(3), Some(21))]
    fn amounts_that_cannot_be_are_doubted(
        #[case] count: u32,
        #[case] stock: i64,
        #[case] price: Option<i64>,
        #[case] expected: Option<u64>,
    ) {
        assert_eq!(changed(count, stock, price), expected);
    }

    #[test]
    fn articles_without_stock_do_not_dilute_those_that_have_some() {
        let known = |number: u32| {
            let stock = if number < 10 { 5_000_000 } else { 0 };
            (format!("A-{number}"), KnownArticle { stock, price: None })
        };
        let came: Vec<Article> = (0..1_000).map(|number| article(number, 0, None)).collect();
        let found = emptied(&(0..1_000).map(known).collect(), &came, LossLimits::default());
        assert_eq!(found, Some(Emptied { known: 10, changed: 10 }));
    }
}
