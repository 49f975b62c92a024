//! Where a recovery is to end.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

use super::super::catalogue::{Catalogue, Entry};
use super::super::wal::shelf::{Reach, Shelf};
use crate::trouble::Trouble;

/// Where a recovery is to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// At the end of what was archived.
    Latest,
    /// Behind the last change that was committed until then.
    Time(DateTime<Utc>),
    /// At a named restore point.
    Point(String),
}

impl Target {
    /// Reads `latest`, an instant such as `2026-11-22T21:05:00Z`, or the name of a restore point. An instant without a
    /// zone is in UTC.
    ///
    /// # Errors
    /// When it begins like an instant and is none.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let text = text.trim();
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let looks_like_time = text.len() >= 10
            && text.bytes().take(4).all(|it| it.is_ascii_digit())
            && text.as_bytes().get(4) == Some(&b'-');
        match (instant(text), looks_like_time) {
            (Some(at), _) => Ok(Self::Time(at)),
            (None, false) if !text.is_empty() => Ok(Self::Point(text.to_owned())),
            _ => Err(Trouble::new(format!(
                "`{text}` is no target: say latest, an instant such as 2026-11-22T21:05:00Z, or the name of a restore point"
            ))),
        }
    }

    /// PostgreSQL's settings for it.
    pub fn settings(&self) -> Vec<String> {
        match self {
            Self::Latest => Vec::new(),
            Self::Time(at) => vec![format!(
                "recovery_target_time={}",
                at.format("%Y-%m-%d %H:%M:%S%.6f+00")
            )],
            Self::Point(name) => vec![format!("recovery_target_name={name}")],
        }
    }

    /// The backups to start from, the best one first, each with how far the log goes on from it: the named one, or the
    /// newest that was complete before the target. When a restore point was made that belongs to no backup nobody knows:
    /// then every backup may be the one, the newest first.
    ///
    /// # Errors
    /// When the target is outside of what can be restored, which is told.
    pub fn choose<'a>(
        &self,
        id: Option<&str>,
        catalogue: &'a Catalogue,
        shelf: &Shelf,
    ) -> Result<Vec<(&'a Entry, Reach)>, Trouble> {
        let entries = match id {
            Some(id) => vec![catalogue.find(id)?],
            None => self.candidates(catalogue)?,
        };
        let mut chosen = Vec::new();
        let mut refused = None;
        for entry in entries {
            match self.within(entry, shelf) {
                Ok(reach) => chosen.push((entry, reach)),
                Err(trouble) => refused = refused.or(Some(trouble)),
            }
        }
        match (chosen.is_empty(), refused) {
            (true, Some(trouble)) => Err(trouble),
            _ => Ok(chosen),
        }
    }

    fn candidates<'a>(&self, catalogue: &'a Catalogue) -> Result<Vec<&'a Entry>, Trouble> {
        let usable = catalogue.entries.iter().rev();
        let usable: Vec<&Entry> = usable
            .filter(|entry| entry.is_usable() && catalogue.chain(entry).is_ok())
            .collect();
        let first = |is_it: &dyn Fn(&Entry) -> bool| -> Vec<&'a Entry> {
            usable
                .iter()
                .copied()
                .find(|it| is_it(it))
                .into_iter()
                .collect()
        };
        let mut found = match self {
            Self::Latest => first(&|_| true),
            Self::Time(at) => first(&|entry| entry.point.at <= *at),
            Self::Point(name) => first(&|entry| entry.point.name == *name),
        };
        if found.is_empty() && matches!(self, Self::Point(_)) {
            found.clone_from(&usable);
        }
        match (found.is_empty(), usable.last(), self) {
            (false, _, _) => Ok(found),
            (true, Some(oldest), Self::Time(at)) => Err(Trouble::new(format!(
                "nothing reaches back to {}: the oldest usable backup, {}, can be restored from {} on",
                shown(at),
                oldest.id,
                shown(&oldest.point.at)
            ))),
            _ => Err(catalogue.nothing_usable()),
        }
    }

    /// How far the log goes on from a backup, if the target is in between.
    fn within(&self, entry: &Entry, shelf: &Shelf) -> Result<Reach, Trouble> {
        if !entry.is_usable() {
            return Err(Trouble::new(format!(
                "backup {} is {}: restore from another one (`equoria backup list`)",
                entry.id,
                entry.standing()
            )));
        }
        let reach = shelf.reach(entry).ok_or_else(|| missing(entry, shelf))?;
        let is_told = shelf.closed_at.contains_key(&reach.last);
        self.require_within(entry, &reach, is_told)?;
        Ok(reach)
    }

    fn require_within(&self, entry: &Entry, reach: &Reach, is_told: bool) -> Result<(), Trouble> {
        let Self::Time(at) = self else {
            return Ok(());
        };
        if (entry.point.at..=reach.until).contains(at) {
            return Ok(());
        }
        let mut refused = format!(
            "{} is outside of what backup {} and its log can restore: {} to {}",
            shown(at),
            entry.id,
            shown(&entry.point.at),
            shown(&reach.until)
        );
        if !is_told {
            refused.push_str(&format!(
                " (the last segment, {}, does not tell when it was closed: restore to `latest` or to a restore point)",
                reach.last
            ));
        }
        Err(Trouble::new(refused))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => out.write_str("the end of what was archived"),
            Self::Time(at) => out.write_str(&shown(at)),
            Self::Point(name) => write!(out, "the restore point {name}"),
        }
    }
}

fn missing(entry: &Entry, shelf: &Shelf) -> Trouble {
    let segment = shelf.missing_for(entry).map(|it| it.to_string());
    Trouble::new(format!(
        "backup {} cannot be restored: segment {} of the write-ahead log is missing",
        entry.id,
        segment.unwrap_or_default()
    ))
}

/// An instant as people and programs read it.
pub fn shown(at: &DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let with_zone = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"));
    if let Ok(at) = with_zone {
        return Some(at.to_utc());
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_names_and_the_end_are_told_apart() {
        let at = |text| match Target::parse(text) {
            Ok(Target::Time(at)) => shown(&at),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(at("2026-11-22T21:05:00Z"), "2026-11-22T21:05:00Z");
        assert_eq!(at("2026-11-22 22:05:00+01"), "2026-11-22T21:05:00Z");
        assert_eq!(at("2026-11-22 21:05:00"), "2026-11-22T21:05:00Z");
        assert_eq!(Target::parse("latest").unwrap(), Target::Latest);
        let name = "before_migration_0017";
        assert_eq!(Target::parse(name).unwrap(), Target::Point(name.to_owned()));
        for strange in ["", "2026-13-01T00:00:00Z", "2026-11-22T25:00"] {
            assert!(Target::parse(strange).is_err(), "{strange}");
        }
    }

    #[test]
    fn a_time_is_given_to_postgres_with_its_zone() {
        let settings = Target::parse("2026-11-22T21:05:00.5Z").unwrap().settings();
        assert_eq!(
            settings,
            ["recovery_target_time=2026-11-22 21:05:00.500000+00"]
        );
    }
}
