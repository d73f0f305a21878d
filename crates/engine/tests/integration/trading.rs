//! Sales against the week before, and how late they arrived.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::support::{World, operator, sold};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_compared_with_the_same_day_of_the_week_before_and_today_is_not_among_them() {
    let world = World::new().await;
    for date in ["2025-11-10", "2025-11-17"] {
        world.extract("tienda_01", date, None).await;
    }
    let trading = world.engine.trading(&operator()).await.unwrap();
    let dates: Vec<Date> = trading.days.iter().map(|day| day.place).collect();
    assert_eq!(
        (dates.len(), dates[0].to_string(), dates[6].to_string()),
        (7, "2025-11-11".into(), "2025-11-17".into())
    );
    let of = |date: &str| sold(&world.sim, "SUC001", date).total_usd;
    let last = &trading.days[6];
    assert_eq!(
        (last.sales.usd.normalize(), last.before.map(|before| before.usd.normalize())),
        (of("2025-11-17"), Some(of("2025-11-10")))
    );
    assert_eq!((trading.days[0].sales.usd, trading.days[0].before), (Decimal::ZERO, None));
    let by_hour: Decimal = trading.hours.iter().map(|hour| hour.sales.usd).sum();
    assert_eq!(by_hour.normalize(), of("2025-11-17"));
    // No schedule ever fired: nobody watched, so nothing is late.
    assert_eq!((trading.punctuality.windows, trading.stores.len()), (0, 0));
}
