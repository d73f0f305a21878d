//! The demonstration: what has gone wrong in the last two days.

use jiff::Timestamp;
use jiff::civil::time;

use crate::fault::{Endpoint, Fault, FaultKind};
use crate::local_time::local;

/// The label of the scenario's faults; [`crate::Sim::end_scenario`] removes them.
pub const LABEL: &str = "demo";

/// ARTIGAS was out of reach for three hours of yesterday, and one half hour of PERIFERICO on the day before came
/// short by seven lines. They stay so until the scenario is ended.
pub fn scenario(now: Timestamp) -> Vec<Fault> {
    let today = local(now).date();
    let yesterday = today.yesterday().unwrap_or(today);
    let day_before = yesterday.yesterday().unwrap_or(yesterday);
    let fault = |branch: &str, kind| Fault::new(kind).of_branch(branch).at(Endpoint::Sales).labelled(LABEL);
    vec![
        fault("SUC003", FaultKind::Status { code: 503, html: true })
            .of_sales(yesterday.to_datetime(time(10, 0, 0, 0)), yesterday.to_datetime(time(13, 0, 0, 0))),
        fault("SUC001", FaultKind::Short { missing_lines: 7 })
            .of_sales(day_before.to_datetime(time(12, 0, 0, 0)), day_before.to_datetime(time(12, 30, 0, 0))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yesterday_is_the_stores_yesterday() {
        // 02:00 in London is still the evening before in Caracas.
        let scenario = scenario("2025-11-19T02:00:00Z".parse().unwrap());
        assert_eq!(scenario[0].sales_from, Some("2025-11-17T10:00".parse().unwrap()));
        assert_eq!(scenario[1].sales_to, Some("2025-11-16T12:30".parse().unwrap()));
    }
}
