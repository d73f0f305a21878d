//! Decimals exactly as a JSON text says them.

use rust_decimal::Decimal;

/// The contract's precision, and that of our columns.
const PLACES_MAX: i64 = 6;

/// Reads a JSON number without going through a float.
///
/// Up to 6 decimals are kept as they are; where more come, the number is rounded to 6, half to even. None where the
/// number does not fit. The text has to be a JSON number.
pub(super) fn parse_decimal(number: &str) -> Option<Decimal> {
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let magnitude = match plain(unsigned) {
        Some(decimal) => decimal,
        None => general(unsigned)?,
    };
    Some(if negative && !magnitude.is_zero() { -magnitude } else { magnitude })
}

/// The usual case: few digits, no exponent.
fn plain(number: &str) -> Option<Decimal> {
    // 18 digits always fit into an i64.
    if number.len() > 18 {
        return None;
    }
    let mut mantissa = 0_i64;
    let mut point = None;
    for (position, byte) in number.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
            b'.' => point = Some(position),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |position| number.len() - position - 1);
    if scale as i64 > PLACES_MAX { None } else { Some(Decimal::new(mantissa, scale as u32)) }
}

/// Any number: its digits and where the decimal point stands among them, which may be outside.
fn general(number: &str) -> Option<Decimal> {
    let (base, exponent) = match number.split_once(['e', 'E']) {
        Some((base, exponent)) => (base, exponent_of(exponent)),
        None => (number, 0),
    };
    let (whole, fraction) = base.split_once('.').unwrap_or((base, ""));
    let digits = || whole.bytes().chain(fraction.bytes()).map(|byte| i128::from(byte - b'0'));
    let count = (whole.len() + fraction.len()) as i64;
    let point = whole.len() as i64 + exponent;

    if digits().all(|digit| digit == 0) || point + PLACES_MAX < 0 {
        return Some(Decimal::ZERO);
    }
    let kept = count.min(point + PLACES_MAX);
    let mut mantissa = 0_i128;
    for digit in digits().take(kept as usize) {
        mantissa = mantissa.checked_mul(10)?.checked_add(digit)?;
    }
    // Zeros between the last digit and the decimal point.
    for _ in kept..point {
        mantissa = mantissa.checked_mul(10)?;
    }
    if rounds_up(digits().skip(kept as usize), mantissa) {
        mantissa += 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from((kept - point).max(0)).ok()?).ok()
}

/// An exponent, or one that is out of any range where it does not fit.
fn exponent_of(text: &str) -> i64 {
    const FAR: i64 = 1_000_000_000;
    let far = if text.starts_with('-') { -FAR } else { FAR };
    text.parse::<i64>().ok().filter(|exponent| exponent.abs() < FAR).unwrap_or(far)
}

/// Whether what is dropped makes the last kept digit go up: more than half of it, or half of it and it is odd.
fn rounds_up(mut dropped: impl Iterator<Item = i128>, mantissa: i128) -> bool {
    match dropped.next() {
        Some(digit) if digit > 5 => true,
        Some(5) => dropped.any(|digit| digit > 0) || mantissa % 2 == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", "0")]
    #[case("-0", "0")]
    #[case("-0.0", "0.0")]
    #[case("12.08", "12.08")]
    #[case("-23.5", "-23.5")]
    #[case("1158.670000", "1158.670000")]
    #[case("0.000001", "0.000001")]
    #[case("999999999999.999999", "999999999999.999999")]
    #[case("12345678901234567890.123456", "12345678901234567890.123456")]
    #[case("0.1000000000000000000000000000000001", "0.100000")]
    #[case("236.46e0", "236.46")]
    #[case("1e3", "1000")]
    #[case("1.5E+2", "150")]
    #[case("125e-2", "1.25")]
    #[case("5e-324", "0")]
    #[case("0e99999999999999999999", "0")]
    #[case("79228162514264337593543950335", "79228162514264337593543950335")]
    fn a_number_is_taken_as_it_is_written(#[case] number: &str, #[case] decimal: &str) {
        assert_eq!(parse_decimal(number).unwrap().to_string(), decimal);
    }

    #[rstest]
    #[case("0.0000005", "0.000000")]
    #[case("0.0000015", "0.000002")]
    #[case("0.0000025", "0.000002")]
    #[case("0.00000250000000000000000000000000000001", "0.000003")]
    #[case("-0.0000015", "-0.000002")]
    #[case("1.0000004999", "1.000000")]
    #[case("9.9999999", "10.000000")]
    #[case("4e-7", "0.000000")]
    #[case("6e-7", "0.000001")]
    #[case("15e-7", "0.000002")]
    #[case("6e-8", "0")]
    fn more_than_six_places_are_rounded_half_to_even(#[case] number: &str, #[case] decimal: &str) {
        assert_eq!(parse_decimal(number).unwrap().to_string(), decimal);
    }

    #[rstest]
    #[case("1e29")]
    #[case("-1e400")]
    #[case("1e99999999999999999999")]
    #[case("79228162514264337593543950336")]
    fn a_number_that_does_not_fit_is_refused(#[case] number: &str) {
        assert_eq!(parse_decimal(number), None);
    }
}
