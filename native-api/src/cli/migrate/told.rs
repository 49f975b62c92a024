//! What the person at the terminal hears of a runner.

use std::time::Duration;

use crate::dev::say::{Voice, human};
use crate::ops::migrate::{Blocker, Direction, Migration, Progress, RestorePoint};

/// Tells each step to the person at the terminal.
pub(in crate::cli) struct Told<'a>(pub(in crate::cli) &'a Voice);

impl Progress for Told<'_> {
    fn queues(&mut self, holder: &str) {
        self.0.say(&format!(
            "  waiting until {holder} has migrated this database"
        ));
    }

    fn marks(&mut self, point: &Result<RestorePoint, String>) {
        match point {
            Ok(point) => self.0.say(&format!("  {point}")),
            Err(why) => self.0.say(&format!("  {why}; going on without")),
        }
    }

    fn ends(&mut self, step: &Migration, direction: Direction, took: Duration) {
        let verb = match direction {
            Direction::Up => "applied",
            Direction::Down => "undone",
        };
        self.0.say(&format!("  {step} {verb} ({})", human(took)));
    }

    fn is_blocked(&mut self, step: &Migration, blockers: &[Blocker]) {
        for blocker in blockers {
            self.0.say(&format!("  {step} waits for {blocker}"));
        }
    }

    fn waits(&mut self, step: &Migration, attempt: u32) {
        if attempt == 1 {
            self.0.say(&format!(
                "  {step} steps back from that lock, and tries again until it is free"
            ));
        }
    }

    fn clears(&mut self, step: &Migration, index: &str) {
        self.0.say(&format!(
            "  {step} removed {index}, which an earlier attempt had left half built"
        ));
    }
}
