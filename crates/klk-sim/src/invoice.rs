//! Invoices: when and where they are made, and the amounts of their lines.

use jiff::civil::Date;

use crate::catalogue::{Article, Catalogue, Unit};
use crate::dice::Dice;
use crate::local_time::{HALF_HOUR_TICKS, SECOND_TICKS};
use crate::micros::{CENT, ONE, THOUSANDTH, divide, multiply, percent, round};

/// What is known of an invoice before its lines are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) register: usize,
    pub(crate) sequence: u64,
    pub(crate) date: Date,
    /// Since midnight.
    pub(crate) ticks: u64,
    /// What its lines follow from.
    pub(crate) seed: u64,
}

/// An invoice with all its lines.
pub(crate) struct Invoice {
    pub(crate) header: Header,
    /// In Bs, with tax.
    pub(crate) total_bs: i64,
    /// Bs per US dollar.
    pub(crate) rate: i64,
    pub(crate) non_fiscal: bool,
    /// Whether its lines have `fecha_hora_completa`.
    pub(crate) has_whole_moment: bool,
    pub(crate) lines: Vec<Line>,
}

/// A line of an invoice. Amounts are in millionths.
pub(crate) struct Line {
    pub(crate) number: u32,
    /// Its place in the catalogue.
    pub(crate) article: usize,
    /// Sold from the main warehouse instead of the sales floor.
    pub(crate) from_main: bool,
    pub(crate) quantity: i64,
    pub(crate) price_bs: i64,
    pub(crate) cost_bs: i64,
    pub(crate) tax_bs: i64,
    pub(crate) discount: Discount,
    pub(crate) loyalty: Discount,
    pub(crate) payment: Discount,
    /// The promotion's number.
    pub(crate) promotion: Option<u64>,
    pub(crate) sale_bs: i64,
    pub(crate) sale_usd: i64,
    pub(crate) total_cost_bs: i64,
    pub(crate) total_cost_usd: i64,
}

/// A part of the price that is not asked for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Discount {
    pub(crate) percentage: i64,
    pub(crate) amount_bs: i64,
}

impl Discount {
    fn of(amount: i64, percentage: i64) -> Self {
        Self { percentage, amount_bs: percent(amount, percentage) }
    }
}

/// When the invoices of one register in one half hour are made, in order.
///
/// One of them is made at the very start where `on_the_hour`; some are made at whole seconds.
pub(crate) fn moments(dice: &mut Dice, slot: u64, count: u32, on_the_hour: bool) -> Vec<u64> {
    let start = slot * HALF_HOUR_TICKS;
    let mut moments: Vec<u64> = (0..count)
        .map(|index| {
            let ticks = start + 1 + dice.below(HALF_HOUR_TICKS - 1);
            let whole_second = dice.one_in(10);
            if index == 0 && on_the_hour {
                start
            } else if whole_second {
                // Never down to the very start, which only `on_the_hour` may give.
                (ticks / SECOND_TICKS * SECOND_TICKS).max(start + SECOND_TICKS)
            } else {
                ticks
            }
        })
        .collect();
    moments.sort_unstable();
    moments
}

impl Invoice {
    /// Makes the lines of an invoice.
    pub(crate) fn new(header: Header, rate: i64, catalogue: &Catalogue) -> Self {
        let mut dice = Dice::new(header.seed);
        let non_fiscal = dice.one_in(33);
        let has_whole_moment = !dice.one_in(60);
        let loyalty = if dice.one_in(12) { dice.between(1, 3) as i64 * ONE } else { 0 };
        let payment = if dice.one_in(15) { dice.pick(&[3, 5]) * ONE } else { 0 };
        // Many short invoices, few long ones: 1 to 25 lines.
        let length = dice.below(1_000);
        let count = 1 + 25 * length * length / 1_000_000;
        let lines: Vec<Line> = (1..=count as u32)
            .map(|number| Line::new(&mut dice, number, rate, (loyalty, payment), catalogue))
            .collect();
        let total_bs = lines.iter().map(|line| line.sale_bs + line.tax_bs).sum();
        Self { header, total_bs, rate, non_fiscal, has_whole_moment, lines }
    }
}

impl Line {
    fn new(dice: &mut Dice, number: u32, rate: i64, (loyalty, payment): (i64, i64), catalogue: &Catalogue) -> Self {
        // The third power makes the first articles the ones that sell.
        let popularity = dice.below(1 << 16);
        let place = (catalogue.articles.len() as u64 * popularity * popularity * popularity) >> 48;
        let article = &catalogue.articles[place as usize];
        let quantity = quantity(dice, article);
        let promotion = dice.one_in(14).then(|| dice.between(1, 40));
        let discount = promotion.map_or(0, |_| dice.pick(&[5, 10, 15, 20]) * ONE);
        let from_main = dice.one_in(50);

        let price_bs = multiply(article.price_usd, rate);
        let cost_bs = multiply(article.cost_usd, rate);
        let gross_bs = round(multiply(quantity, price_bs), CENT);
        let discount = Discount::of(gross_bs, discount);
        let after_discount = gross_bs - discount.amount_bs;
        let loyalty = Discount::of(after_discount, loyalty);
        let after_loyalty = after_discount - loyalty.amount_bs;
        let payment = Discount::of(after_loyalty, payment);
        let sale_bs = after_loyalty - payment.amount_bs;
        Self {
            number,
            article: place as usize,
            from_main,
            quantity,
            price_bs,
            cost_bs,
            tax_bs: percent(sale_bs, article.vat * ONE),
            discount,
            loyalty,
            payment,
            promotion,
            sale_bs,
            sale_usd: round(divide(sale_bs, rate), CENT / 100),
            total_cost_bs: round(multiply(quantity, cost_bs), CENT),
            total_cost_usd: multiply(quantity, article.cost_usd),
        }
    }
}

fn quantity(dice: &mut Dice, article: &Article) -> i64 {
    match article.unit {
        Unit::Kilo => dice.between(60, 2_600) as i64 * THOUSANDTH,
        Unit::Piece if dice.one_in(3) => dice.between(2, 6) as i64 * ONE,
        Unit::Piece => ONE,
    }
}
