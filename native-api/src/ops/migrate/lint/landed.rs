//! The waivers of steps that have landed.

use super::Landed;

const BEFORE_PLAYERS: &str =
    "no database with players existed when it landed: nobody could wait for the scan or the lock";

const SAID_BETTER: &str =
    "the constraint gives way, in the same step, to one that says the same or more";

const NOTHING_SEALED: &str = "no batch of the audit log had ever been sealed when it landed";

/// A waiver.
const fn of(step: &'static str, rule: &'static str, reason: &'static str) -> Landed {
    Landed { step, rule, reason }
}

/// Step, rule, reason.
pub const LANDED: &[Landed] = &[
    of(
        "0009_competition",
        "constraint-missing-not-valid",
        BEFORE_PLAYERS,
    ),
    of(
        "0009_competition",
        "adding-foreign-key-constraint",
        BEFORE_PLAYERS,
    ),
    of(
        "0012_breeding",
        "constraint-missing-not-valid",
        BEFORE_PLAYERS,
    ),
    of(
        "0012_breeding",
        "adding-foreign-key-constraint",
        BEFORE_PLAYERS,
    ),
    of("0012_breeding", "adding-not-nullable-field", BEFORE_PLAYERS),
    of(
        "0012_breeding",
        "require-concurrent-index-creation",
        BEFORE_PLAYERS,
    ),
    of(
        "0012_breeding",
        "require-concurrent-index-deletion",
        BEFORE_PLAYERS,
    ),
    of("0012_breeding", "ban-drop-constraint", SAID_BETTER),
    of(
        "0013_genotypes",
        "constraint-missing-not-valid",
        BEFORE_PLAYERS,
    ),
    of(
        "0013_genotypes",
        "adding-foreign-key-constraint",
        BEFORE_PLAYERS,
    ),
    of(
        "0013_genotypes",
        "require-concurrent-index-creation",
        BEFORE_PLAYERS,
    ),
    of("0013_genotypes", "ban-drop-constraint", SAID_BETTER),
    of(
        "0014_operators",
        "constraint-missing-not-valid",
        BEFORE_PLAYERS,
    ),
    of(
        "0014_operators",
        "require-concurrent-index-creation",
        BEFORE_PLAYERS,
    ),
    of("0014_operators", "ban-drop-constraint", SAID_BETTER),
    of(
        "0016_monitoring",
        "require-concurrent-index-creation",
        BEFORE_PLAYERS,
    ),
    of(
        "0019_audit",
        "require-concurrent-index-creation",
        BEFORE_PLAYERS,
    ),
    of("0019_audit", "constraint-missing-not-valid", BEFORE_PLAYERS),
    of("0019_audit", "disallowed-unique-constraint", BEFORE_PLAYERS),
    of("0019_audit", "ban-drop-constraint", SAID_BETTER),
    of("0019_audit", "adding-required-field", NOTHING_SEALED),
];
