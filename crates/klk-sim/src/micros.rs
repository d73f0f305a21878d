//! Money and quantities in millionths: exact, and fast to write as JSON.

use rust_decimal::Decimal;

/// One whole.
pub(crate) const ONE: i64 = 1_000_000;
/// One hundredth: what amounts of money are rounded to.
pub(crate) const CENT: i64 = 10_000;
/// A thousandth: grams of a kilo.
pub(crate) const THOUSANDTH: i64 = 1_000;

/// The product of two numbers in millionths, to 6 decimals.
pub(crate) fn multiply(left: i64, right: i64) -> i64 {
    let product = i128::from(left) * i128::from(right);
    let half = i128::from(ONE / 2);
    ((product + if product < 0 { -half } else { half }) / i128::from(ONE)) as i64
}

/// The quotient of two numbers in millionths, to 6 decimals, towards zero.
pub(crate) fn divide(dividend: i64, divisor: i64) -> i64 {
    (i128::from(dividend) * i128::from(ONE) / i128::from(divisor)) as i64
}

/// So many percent of an amount, to the cent.
pub(crate) fn percent(amount: i64, percentage: i64) -> i64 {
    round(multiply(amount, percentage) / 100, CENT)
}

/// The nearest multiple of `step`, halves away from zero.
pub(crate) fn round(amount: i64, step: i64) -> i64 {
    (amount + if amount < 0 { -step / 2 } else { step / 2 }) / step * step
}

/// The same number as a decimal.
pub(crate) fn decimal(amount: i64) -> Decimal {
    Decimal::new(amount, 6).normalize()
}

/// Writes a number in millionths as a JSON number, without the zeros that mean nothing.
pub(crate) fn write(out: &mut Vec<u8>, amount: i64) {
    if amount < 0 {
        out.push(b'-');
    }
    let magnitude = amount.unsigned_abs();
    write_integer(out, magnitude / ONE as u64);
    let mut fraction = magnitude % ONE as u64;
    if fraction == 0 {
        return;
    }
    out.push(b'.');
    let mut place = ONE as u64 / 10;
    while fraction > 0 {
        out.push(b'0' + (fraction / place) as u8);
        fraction %= place;
        place /= 10;
    }
}

/// Writes a whole number.
pub(crate) fn write_integer(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0")]
    #[case(1, "0.000001")]
    #[case(12_080_000, "12.08")]
    #[case(-500_000, "-0.5")]
    #[case(-3_000_000, "-3")]
    #[case(1_158_670_000, "1158.67")]
    #[case(9_223_372_036_854_775_807, "9223372036854.775807")]
    fn numbers_are_written_exactly_and_without_useless_zeros(#[case] amount: i64, #[case] text: &str) {
        let mut out = Vec::new();
        write(&mut out, amount);
        assert_eq!(String::from_utf8(out).unwrap(), text);
        assert_eq!(decimal(amount).to_string(), text);
    }

    #[rstest]
    #[case(1_500_000, 2_000_000, 3_000_000)]
    #[case(1, 500_000, 1)]
    #[case(-1, 500_000, -1)]
    #[case(333_333, 3_000_000, 999_999)]
    fn products_are_rounded_to_six_decimals(#[case] left: i64, #[case] right: i64, #[case] product: i64) {
        assert_eq!(multiply(left, right), product);
    }

    #[rstest]
    #[case(12_345_000, CENT, 12_350_000)]
    #[case(12_344_999, CENT, 12_340_000)]
    #[case(-12_345_000, CENT, -12_350_000)]
    fn halves_are_rounded_away_from_zero(#[case] amount: i64, #[case] step: i64, #[case] rounded: i64) {
        assert_eq!(round(amount, step), rounded);
    }
}
