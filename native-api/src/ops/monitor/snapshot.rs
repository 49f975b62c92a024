//! Figures as they are at one moment: from the database, from the system, or read back from what a process told.

use std::collections::BTreeMap;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

/// One figure of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Names and values that tell it from the others of its family.
    pub labels: Vec<(String, String)>,
    /// The figure.
    pub value: f64,
}

impl Sample {
    /// The value of a label, or nothing where there is no such label.
    pub fn label(&self, name: &str) -> &str {
        let found = self.labels.iter().find(|(label, _)| label == name);
        found.map_or("", |(_, value)| value)
    }
}

/// All figures of one name.
#[derive(Clone, Debug, Default, PartialEq)]
struct Family {
    help: String,
    is_running: bool,
    samples: Vec<Sample>,
}

/// Families by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    families: BTreeMap<String, Family>,
}

impl Snapshot {
    /// Adds one figure; the first that adds to a family says what it is.
    pub fn add(&mut self, name: &str, help: &str, labels: &[(&str, &str)], value: f64) {
        let family = self.families.entry(name.to_owned()).or_default();
        if family.help.is_empty() {
            help.clone_into(&mut family.help);
        }
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        family.samples.push(Sample {
            labels: labels.collect(),
            value,
        });
    }

    /// Says that the figures of this name only ever grow, although it does not end with `_total`.
    pub fn is_running(&mut self, name: &str) {
        if let Some(family) = self.families.get_mut(name) {
            family.is_running = true;
        }
    }

    /// All figures of that name.
    pub fn all(&self, name: &str) -> &[Sample] {
        self.families
            .get(name)
            .map_or(&[], |family| &family.samples)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.families.keys().map(String::as_str)
    }

    /// The only figure of that name, or the first.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.all(name).first().map(|sample| sample.value)
    }

    /// The figure of that name with that label.
    pub fn labelled(&self, name: &str, label: &str, is: &str) -> Option<f64> {
        let mut all = self.all(name).iter();
        all.find(|sample| sample.label(label) == is)
            .map(|sample| sample.value)
    }

    /// The largest figure of that name.
    pub fn most(&self, name: &str) -> Option<f64> {
        let values = self.all(name).iter().map(|sample| sample.value);
        values.reduce(f64::max)
    }

    /// The sum of the figures of that name; nothing where there is none.
    pub fn sum(&self, name: &str) -> Option<f64> {
        let values = self.all(name).iter().map(|sample| sample.value);
        values.reduce(|sum, value| sum + value)
    }

    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for (name, mut family) in other.families {
            let ours = self.families.entry(name).or_default();
            ours.samples.append(&mut family.samples);
            ours.is_running |= family.is_running;
            if ours.help.is_empty() {
                ours.help = family.help;
            }
        }
        self
    }

    /// Reads what a process told as OpenMetrics text: every line that holds a figure, under the name it stands by.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, sample)) = sample(line) {
                let family = read.families.entry(name.to_owned()).or_default();
                family.samples.push(sample);
            }
        }
        read
    }
}

/// `name{label="value",...} 1.5`, or the same without labels.
fn sample(line: &str) -> Option<(&str, Sample)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, Sample { labels, value }))
}

/// Names and values, as they stand in a line.
type Labels = Vec<(String, String)>;

/// The labels up to the closing brace, and what follows it.
fn labels(text: &str) -> Option<(Labels, &str)> {
    let mut labels = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, value) = rest.split_once("=\"")?;
        let (value, after) = quoted(value)?;
        labels.push((name.to_owned(), value));
        rest = after;
    }
}

/// What stands before the closing quote, with its escapes undone, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => out.push(match letters.next()? {
                (_, 'n') => '\n',
                (_, other) => other,
            }),
            letter => out.push(letter),
        }
    }
    None
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        for (name, family) in &self.families {
            let (name, kind) = match name.strip_suffix("_total") {
                Some(stem) => (stem, MetricType::Counter),
                None if family.is_running => (name.as_str(), MetricType::Unknown),
                None => (name.as_str(), MetricType::Gauge),
            };
            let mut out = encoder.encode_descriptor(name, &family.help, None, kind)?;
            for sample in &family.samples {
                let mut out = out.encode_family(&sample.labels)?;
                match kind {
                    MetricType::Counter => {
                        out.encode_counter::<Labels, f64, f64>(&sample.value, None)?;
                    }
                    _ => out.encode_gauge(&sample.value)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    #[test]
    fn what_is_told_is_read_back() {
        let mut told = Snapshot::default();
        let nasty = "a \"quoted\" \\ name,\nof two lines}";
        let commits = "pg_stat_database_xact_commit";
        told.add("pg_up", "Whether it answers", &[], 1.0);
        told.add(commits, "Commits", &[("datname", nasty)], 12.5);
        let cpu = [("mode", "user"), ("of", "")];
        told.add("process_cpu_seconds_total", "CPU", &cpu, 3.0);
        told.is_running(commits);
        let mut registry = Registry::default();
        registry.register_collector(Box::new(told.clone()));
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        let read = Snapshot::read(&text);
        assert!(read.names().eq(told.names()), "{text}");
        for name in told.names() {
            assert_eq!(read.all(name), told.all(name), "{text}");
        }
        for kind in [
            "pg_stat_database_xact_commit unknown",
            "process_cpu_seconds counter",
            "pg_up gauge",
        ] {
            assert!(text.contains(&format!("# TYPE {kind}")), "{text}");
        }
    }
}
