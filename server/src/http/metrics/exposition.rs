//! The text format of Prometheus, version 0.0.4.

use engine::HistogramReading;

/// The content type of the text.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A text that is being written.
#[derive(Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// What goes up and down: a sample for each set of labels.
    pub(super) fn gauges<'labels>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Vec<(&'labels str, String)>, f64)>,
    ) {
        self.family(name, "gauge", help, samples);
    }

    /// What goes up and down.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.gauges(name, help, [(Vec::new(), value)]);
    }

    /// What only goes up: a sample for each set of labels.
    pub(super) fn counters<'labels>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Vec<(&'labels str, String)>, f64)>,
    ) {
        self.family(name, "counter", help, samples);
    }

    /// How long something took.
    pub(super) fn histogram(&mut self, name: &str, help: &str, reading: &HistogramReading) {
        self.head(name, "histogram", help);
        let bucket = format!("{name}_bucket");
        for (bound, count) in &reading.buckets {
            self.sample(&bucket, &[("le", bound.to_string())], *count as f64);
        }
        self.sample(&bucket, &[("le", "+Inf".to_owned())], reading.count as f64);
        self.sample(&format!("{name}_sum"), &[], reading.seconds);
        self.sample(&format!("{name}_count"), &[], reading.count as f64);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn family<'labels>(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Vec<(&'labels str, String)>, f64)>,
    ) {
        self.head(name, kind, help);
        for (labels, value) in samples {
            self.sample(name, &labels, value);
        }
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        self.0.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, String)], value: f64) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"");
            let before = if place == 0 { '{' } else { ',' };
            self.0.push_str(&format!("{before}{label}=\"{text}\""));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        self.0.push_str(&format!("{after} {value}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_line_or_a_label_is_escaped() {
        let mut text = Exposition::default();
        text.gauges(
            "klk_x",
            "two\nlines \\",
            [(vec![("tienda", "a\"b\\c\nd".to_owned()), ("tipo", String::new())], 1.5)],
        );
        text.gauge("klk_y", "plain", 3.0);
        assert_eq!(
            text.into_text(),
            "# HELP klk_x two\\nlines \\\\\n# TYPE klk_x gauge\nklk_x{tienda=\"a\\\"b\\\\c\\nd\",tipo=\"\"} 1.5\n\
             # HELP klk_y plain\n# TYPE klk_y gauge\nklk_y 3\n"
        );
    }

    #[test]
    fn a_histogram_ends_with_everything() {
        let mut text = Exposition::default();
        let reading = HistogramReading { buckets: vec![(0.01, 1), (1.0, 2)], count: 3, seconds: 7.5 };
        text.histogram("klk_z_seconds", "how long", &reading);
        let samples: Vec<_> = text.0.lines().skip(2).collect();
        assert_eq!(
            samples,
            [
                "klk_z_seconds_bucket{le=\"0.01\"} 1",
                "klk_z_seconds_bucket{le=\"1\"} 2",
                "klk_z_seconds_bucket{le=\"+Inf\"} 3",
                "klk_z_seconds_sum 7.5",
                "klk_z_seconds_count 3"
            ]
        );
    }
}
