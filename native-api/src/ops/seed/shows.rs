//! The seeded shows, by the rules: a season that was settled, and shows that are open now.

use chrono::TimeDelta;
use rules::Instant;
use rules::competition::entry::Entered;
use rules::competition::proof::{Digest, Proof};
use rules::competition::settlement::settle;
use rules::competition::show::{Host, LEAST_ENTRIES, Show, ShowFacts, ShowState};
use rules::id::{EntryId, ShowId, UserId};
use rules::money::Coins;
use uuid::Uuid;

use super::calendar::Listed;
use super::coins::Moved;
use super::season::{Candidate, Stage};
use super::{Plan, Topic};
use crate::competition::entry::fee_of;
use crate::competition::settlement::{Lines, transfers};
use crate::competition::store::{prize_of, refund_of, returned_prize};
use crate::ledger::Transfer;
use crate::trouble::{Because, Trouble};

/// A show with its entries and what became of it.
pub(super) struct Played {
    /// What the calendar says.
    pub listed: Listed,
    /// The show as it was opened.
    pub show: Show,
    /// Its entries, by id.
    pub entries: Vec<Entered>,
    /// Who made them.
    pub users: Vec<Uuid>,
    /// How it stands.
    pub ending: Ending,
}

/// How a show stands.
pub(super) enum Ending {
    /// It is open.
    Open,
    /// It had too few entries.
    Cancelled(Instant),
    /// It was settled, with these results.
    Settled(Instant, Digest, Box<Lines>),
}

/// Holds shows, and keeps what came of them.
pub(super) struct Season<'a> {
    plan: &'a Plan,
    stage: &'a mut Stage,
    next_show: i64,
    next_entry: i64,
    /// The shows, in the order in which they were opened.
    pub played: Vec<Played>,
    /// The coins that they moved.
    pub moved: Vec<Moved>,
}

impl<'a> Season<'a> {
    /// A season on this stage, whose shows and entries are numbered from these on.
    pub(super) fn on(
        plan: &'a Plan,
        stage: &'a mut Stage,
        (next_show, next_entry): (i64, i64),
    ) -> Self {
        Self {
            plan,
            stage,
            next_show,
            next_entry,
            played: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Opens a show for the players of today.
    pub(super) fn announce(&mut self, listed: Listed) {
        let open = self.open(listed, self.plan.opening);
        self.played.push(open);
    }

    /// Opens a show of the past and ends it: with results, or for want of entries.
    pub(super) fn hold(&mut self, listed: Listed) -> Result<(), Trouble> {
        let closing = listed.run_date - TimeDelta::minutes(15);
        let mut played = self.open(listed, closing);
        let at = played.listed.run_date + TimeDelta::seconds(1);
        played.ending = if played.entries.len() < LEAST_ENTRIES {
            self.call_off(&played, at)
        } else {
            self.settle(&played, at)?
        };
        self.played.push(played);
        Ok(())
    }

    /// Opens a show, with horses entered until `closing`.
    fn open(&mut self, listed: Listed, closing: Instant) -> Played {
        let mut dice = self.plan.dice(Topic::Sessions, listed.number);
        let host = if listed.is_players {
            self.stage.host(listed.prize, &mut dice)
        } else {
            Host::Treasury
        };
        let show = listed.show(ShowId::new(self.next_show), host);
        self.next_show += 1;
        let prize = prize_of(show.facts.id, host, show.facts.prize);
        let moved = Moved::of(listed.announced_at, host_id(host), prize);
        self.moved.push(moved);
        let candidates = self.stage.enter(&show, &listed, closing, &mut dice);
        let users = candidates.iter().map(|it| it.user.get()).collect();
        let entries = candidates
            .into_iter()
            .map(|candidate| self.enter(&show, candidate));
        Played {
            users,
            entries: entries.collect(),
            show,
            listed,
            ending: Ending::Open,
        }
    }

    fn enter(&mut self, show: &Show, candidate: Candidate) -> Entered {
        let entry_id = EntryId::new(self.next_entry);
        self.next_entry += 1;
        let fee = fee_of(show, entry_id, candidate.user, candidate.horse);
        self.moved
            .push(Moved::of(candidate.entered_at, Some(candidate.user), fee));
        Entered {
            entry_id,
            entered_at: candidate.entered_at,
            snapshot: candidate.snapshot,
        }
    }

    fn call_off(&mut self, played: &Played, at: Instant) -> Ending {
        let show = &played.show;
        let entries = played.entries.iter().zip(&played.users);
        let refund = |(it, user): (&Entered, &Uuid)| {
            let horse = it.snapshot.horse_id;
            refund_of(show, it.entry_id.get(), UserId::new(*user), horse)
        };
        let mut back: Vec<Transfer> = entries.map(refund).collect();
        back.push(returned_prize(show, show.facts.prize));
        self.pay_out(back, at);
        Ending::Cancelled(at)
    }

    fn settle(&mut self, played: &Played, at: Instant) -> Result<Ending, Trouble> {
        let because = || format!("could not settle the seeded show {}", played.listed.name);
        let Played { listed, show, .. } = played;
        let settlement = settle(&show.facts, &listed.secret, &played.entries).because(because)?;
        self.stage.reward(&settlement);
        let mut lines = Lines::default();
        for result in &settlement.results {
            let nth = played
                .entries
                .iter()
                .position(|it| it.entry_id == result.entry_id);
            let user = nth.and_then(|nth| played.users.get(nth)).copied();
            lines.push(result, user.unwrap_or_default());
        }
        self.pay_out(transfers(show, &settlement, &lines.users), at);
        let entries = played.entries.clone();
        let proof = Proof::new(show.facts.clone(), listed.secret, entries, settlement);
        Ok(Ending::Settled(at, proof.digest, Box::new(lines)))
    }

    fn pay_out(&mut self, transfers: Vec<Transfer>, at: Instant) {
        self.stage.receive(&transfers);
        let moved = transfers.into_iter().map(|it| Moved::of(at, None, it));
        self.moved.extend(moved);
    }
}

impl Listed {
    fn show(&self, id: ShowId, host: Host) -> Show {
        Show {
            facts: ShowFacts {
                id,
                name: self.name.clone(),
                discipline: self.discipline,
                level_min: self.bracket.level_min,
                level_max: self.bracket.level_max,
                entry_fee: Coins::new(self.entry_fee),
                prize: Coins::new(self.prize),
                run_date: self.run_date,
            },
            state: ShowState::Open,
            host,
        }
    }
}

/// The player who is the host, if one is.
pub(super) const fn host_id(host: Host) -> Option<UserId> {
    match host {
        Host::Treasury => None,
        Host::User(user) => Some(user),
    }
}
