//! What may be otherwise in one place, and why.

use squawk_linter::Rule;
use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode as _;

/// What a landed step may do against a rule: its text is never edited, so the waiver stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The step's folder.
    pub step: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// Why the step may.
    pub reason: &'static str,
}

const MARK: &str = "-- equoria: waive ";

/// The waivers in one file.
pub(super) struct Waivers {
    all: Vec<Waiver>,
    complaints: Vec<(usize, String)>,
}

struct Waiver {
    rule: String,
    /// Where the comment begins.
    at: usize,
    /// Where what it covers ends; it begins with the comment.
    end: usize,
    is_used: bool,
}

impl Waivers {
    pub(super) fn of(sql: &str, file: &SourceFile) -> Self {
        let statements: Vec<(usize, usize)> = file
            .stmts()
            .map(|statement| statement.syntax().text_range())
            .map(|range| (usize::from(range.start()), usize::from(range.end())))
            .collect();
        let mut waivers = Self {
            all: Vec::new(),
            complaints: Vec::new(),
        };
        let mut at = 0;
        for line in sql.split_inclusive('\n') {
            if let Some(text) = line.trim_start().strip_prefix(MARK) {
                waivers.read(text.trim(), at, end(sql, &statements, at, line.len()));
            }
            at += line.len();
        }
        waivers
    }

    fn read(&mut self, text: &str, at: usize, end: usize) {
        let (rule, reason) = text.split_once(':').unwrap_or((text, ""));
        if rule.parse::<Rule>().is_err() {
            let message = format!("`{rule}` is no rule that could be waived");
            self.complaints.push((at, message));
        } else if reason.trim().is_empty() {
            let message = format!("say why {rule} is waived: `{MARK}{rule}: reason`");
            self.complaints.push((at, message));
        } else {
            self.all.push(Waiver {
                rule: rule.to_owned(),
                at,
                end,
                is_used: false,
            });
        }
    }

    /// Whether what begins at this place may break this rule.
    pub(super) fn cover(&mut self, rule: &str, at: usize) -> bool {
        let found = self
            .all
            .iter_mut()
            .find(|waiver| waiver.rule == rule && (waiver.at..waiver.end).contains(&at));
        match found {
            Some(waiver) => {
                waiver.is_used = true;
                true
            }
            None => false,
        }
    }

    /// What is wrong with the waivers themselves, once all complaints have been through.
    pub(super) fn complaints(self) -> Vec<(usize, String)> {
        let unused = self.all.into_iter().filter(|waiver| !waiver.is_used);
        let unused = unused.map(|waiver| {
            let message = format!("this waiver of {} waives nothing: remove it", waiver.rule);
            (waiver.at, message)
        });
        self.complaints.into_iter().chain(unused).collect()
    }
}

/// Before a statement a waiver is for all of it, inside one for the next line.
fn end(sql: &str, statements: &[(usize, usize)], at: usize, length: usize) -> usize {
    let is_inside = statements
        .iter()
        .any(|(start, end)| (*start..*end).contains(&at));
    if is_inside {
        let next = at + length;
        let rest = sql.get(next..).unwrap_or_default();
        return next + rest.find('\n').unwrap_or(rest.len());
    }
    let next = statements.iter().find(|(start, _)| *start >= at);
    next.map_or(sql.len(), |(_, end)| *end)
}
