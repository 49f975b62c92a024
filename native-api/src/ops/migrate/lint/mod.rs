//! What the migrations' texts themselves tell: squawk's rules, with waivers that say why.
//!
//! Of `up.sql` every rule counts; `down.sql` takes things away by its nature and must only be readable as SQL. A waiver
//! is a comment before the statement that it is for, or inside it on the line before:
//!
//! ```sql
//! -- equoria: waive ban-drop-column: nothing has read it since 0012
//! alter table horses drop column nickname;
//! ```
//!
//! Steps that have landed are never edited; theirs stand in a table here.

mod landed;
mod waiver;

pub use landed::LANDED;
pub use waiver::Landed;

use squawk_linter::{Linter, LinterSettings, Rule, Version};
use squawk_syntax::{Parse, SourceFile};

use self::waiver::Waivers;
use super::{Migration, step};

/// Something in a file that ought to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Complaint {
    /// The file, such as `0015_paddocks/up.sql`.
    pub file: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// The rule that says so; `syntax` and `waiver` are our own.
    pub rule: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What came of reading all files.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Review {
    /// How many files were read.
    pub files: usize,
    /// What ought to be otherwise.
    pub complaints: Vec<Complaint>,
    /// How many complaints were waived, each for a reason.
    pub waived: usize,
}

/// Rules that hold for no step of this project, and why.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "require-lock-timeout",
        "the runner gives every step a lock_timeout of 500 ms and tries again",
    ),
    (
        "require-statement-timeout",
        "the runner tells what a step waits for; how long it may work is the operator's to say",
    ),
    (
        "prefer-bigint-over-smallint",
        "a smallint has a named check that keeps it far below its limit",
    ),
    (
        "prefer-bigint-over-int",
        "every id is a bigint; integers count what a named check or the rules bound",
    ),
];

/// Reads the files of these steps.
pub fn review(steps: &[Migration], landed: &[Landed]) -> Review {
    let mut review = Review::default();
    for step in steps {
        read_up(step, landed, &mut review);
        read_down(step, &mut review);
    }
    for strange in landed {
        if !steps.iter().any(|step| step.folder == strange.step) {
            let message = format!("there is no migration {}: remove its waivers", strange.step);
            review.complain(strange.step, 0, "waiver", message);
        }
    }
    review
}

impl Review {
    fn complain(&mut self, file: &str, line: usize, rule: &str, message: impl Into<String>) {
        self.complaints.push(Complaint {
            file: file.to_owned(),
            line,
            rule: rule.to_owned(),
            message: message.into(),
        });
    }
}

fn read_up(step: &Migration, landed: &[Landed], review: &mut Review) {
    let name = format!("{}/up.sql", step.folder);
    review.files += 1;
    let file = SourceFile::parse(step.up);
    read_syntax(&name, step.up, &file, review);
    let mut waivers = Waivers::of(step.up, &file.tree());
    let mut landed: Vec<(&Landed, bool)> = landed
        .iter()
        .filter(|waiver| waiver.step == step.folder)
        .map(|waiver| (waiver, false))
        .collect();
    for violation in linter(step.up).lint(&file, step.up) {
        let (rule, at) = (
            violation.code.to_string(),
            usize::from(violation.text_range.start()),
        );
        let by_table = landed.iter_mut().find(|(waiver, _)| waiver.rule == rule);
        if waivers.cover(&rule, at) {
            review.waived += 1;
        } else if let Some((_, is_used)) = by_table {
            *is_used = true;
            review.waived += 1;
        } else {
            let help = violation
                .help
                .map(|help| format!(" {help}"))
                .unwrap_or_default();
            let message = format!("{}{help}", violation.message);
            review.complain(&name, line(step.up, at), &rule, message);
        }
    }
    for (at, message) in waivers.complaints() {
        review.complain(&name, line(step.up, at), "waiver", message);
    }
    for (waiver, _) in landed.iter().filter(|(_, is_used)| !is_used) {
        let message = format!(
            "the table's waiver of {} waives nothing: remove it",
            waiver.rule
        );
        review.complain(&name, 0, "waiver", message);
    }
}

fn read_down(step: &Migration, review: &mut Review) {
    let name = format!("{}/down.sql", step.folder);
    review.files += 1;
    read_syntax(&name, step.down, &SourceFile::parse(step.down), review);
}

fn read_syntax(name: &str, sql: &str, file: &Parse<SourceFile>, review: &mut Review) {
    for error in file.errors() {
        let at = usize::from(error.range().start());
        review.complain(name, line(sql, at), "syntax", error.message());
    }
}

fn linter(sql: &str) -> Linter {
    let elsewhere: Vec<Rule> = ELSEWHERE
        .iter()
        .filter_map(|(name, _)| name.parse().ok())
        .collect();
    let mut linter = Linter::with_rules(&[], &elsewhere);
    linter.settings = LinterSettings {
        pg_version: "18.0".parse::<Version>().unwrap_or_default(),
        assume_in_transaction: step::is_transactional(sql),
    };
    linter
}

fn line(sql: &str, at: usize) -> usize {
    sql.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::super::ALL;
    use super::*;

    fn made_up(up: &'static str) -> Migration {
        Migration {
            folder: "0099_made_up",
            up,
            down: "",
        }
    }

    fn rules(up: &'static str) -> Vec<String> {
        let review = review(&[made_up(up)], &[]);
        let told = review.complaints.into_iter();
        told.map(|complaint| format!("{}:{}", complaint.line, complaint.rule))
            .collect()
    }

    #[test]
    fn every_migration_is_as_it_ought_to_be_or_says_why_not() {
        let review = review(ALL, LANDED);
        let told: Vec<String> = review
            .complaints
            .iter()
            .map(|it| format!("{}:{}: {}: {}", it.file, it.line, it.rule, it.message))
            .collect();
        assert!(told.is_empty(), "\n{}", told.join("\n"));
        assert_eq!(review.files, 2 * ALL.len());
    }

    #[test]
    fn what_would_stop_the_players_is_complained_about_with_its_line() {
        let sql = "set local role equoria_owner;\nalter table horses drop column name;\n";
        assert_eq!(rules(sql), ["2:ban-drop-column"]);
        let sql = "alter table horses add column x bigint not null;\ncreate index i on horses (x);";
        assert_eq!(
            rules(sql),
            [
                "1:adding-required-field",
                "2:require-concurrent-index-creation"
            ]
        );
        assert_eq!(rules("select 1;\ncreate tabel x ();")[0], "2:syntax");
    }

    #[test]
    fn outside_a_transaction_every_statement_must_bear_repeating() {
        let sql = "-- equoria: no-transaction\ncreate index concurrently i on horses (name);";
        assert_eq!(rules(sql), ["2:prefer-robust-stmts"]);
        let sql = "-- equoria: no-transaction\ncreate index concurrently if not exists i on horses (name);";
        assert!(rules(sql).is_empty());
    }

    #[test]
    fn a_waiver_before_the_statement_covers_it_and_nothing_else() {
        let sql = "-- equoria: waive ban-drop-column: nobody reads it\nalter table horses\n  drop column name;\nalter table users drop column name;";
        assert_eq!(rules(sql), ["4:ban-drop-column"]);
        let inside = "alter table horses\n  -- equoria: waive ban-drop-column: nobody reads it\n  drop column name,\n  drop column xp;";
        assert_eq!(rules(inside), ["4:ban-drop-column"]);
    }

    #[test]
    fn a_waiver_without_use_reason_or_rule_is_complained_about() {
        assert_eq!(
            rules("-- equoria: waive ban-drop-table: no more\nselect 1;"),
            ["1:waiver"]
        );
        assert_eq!(
            rules("-- equoria: waive ban-drop-table\ndrop table horses;"),
            ["2:ban-drop-table", "1:waiver"]
        );
        assert_eq!(
            rules("-- equoria: waive wishes: why not\nselect 1;"),
            ["1:waiver"]
        );
    }

    #[test]
    fn a_landed_waiver_covers_its_rule_in_its_step_and_must_be_of_use() {
        let waiver = |step, rule| Landed {
            step,
            rule,
            reason: "it has landed",
        };
        let step = made_up("drop table horses;");
        let good = waiver("0099_made_up", "ban-drop-table");
        let review_with = |waivers: &[Landed]| review(&[step], waivers).complaints;
        assert!(review_with(&[good]).is_empty());
        let idle = waiver("0099_made_up", "ban-drop-column");
        assert_eq!(review_with(&[good, idle]).len(), 1);
        let strange = waiver("0098_never_was", "ban-drop-table");
        assert_eq!(review_with(&[good, strange]).len(), 1);
    }

    #[test]
    fn rules_that_hold_elsewhere_are_rules() {
        for (rule, _) in ELSEWHERE {
            assert!(rule.parse::<Rule>().is_ok(), "{rule}");
        }
    }
}
