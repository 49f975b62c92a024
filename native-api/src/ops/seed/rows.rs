//! The seeded world as rows: players, stables, horses, training, stipends. What breeding leaves is in `registry`.

use std::collections::BTreeMap;

use rules::Instant;
use rules::economy::{GENETIC_TEST, STIPEND, WELCOME};
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use rules::pedigree::Parents;
use tokio_postgres::Transaction;
use tokio_postgres::types::Json;

use super::coins::Moved;
use super::copy::{Writer, next_id};
use super::player::Player;
use super::stable_life::Steed;
use super::world::{About, Spending, World};
use crate::horse::store::price_of;
use crate::ledger::{Account, Cause, Transfer};
use crate::trouble::{Because, Trouble};
use crate::user::stipend::stipend_of;

const HORSE_COLUMNS: &str = "id, name, sex, born_at, breed_id, user_id, stable_id, temperament, precision, strength, speed,
    agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score, stress_level, xp,
    discipline_scores, epigenetic_modifiers, training_cooldown, groomed_on, created_at, updated_at, sire_id, dam_id, inbreeding,
    genotype, breeding_values, coat, height_cm";

/// The world with the numbers that its rows have in the database.
pub(super) struct Numbered<'a> {
    pub world: &'a World,
    pub as_of: Instant,
    /// The id of the first horse; the others follow.
    pub horses: i64,
    /// The id of the first pregnancy.
    pub pregnancies: i64,
    /// The ids of the breeds.
    pub breeds: BTreeMap<String, i64>,
    stables: Stables,
}

/// The stables that have a horse in them: both of a player's, the first, or none.
struct Stables {
    ids: Vec<[Option<i64>; 2]>,
    opened: Vec<(i64, usize, usize, Instant)>,
}

impl Stables {
    fn of(world: &World, first: i64) -> Self {
        let mut stables = Self {
            ids: vec![[None; 2]; world.players.len()],
            opened: Vec::new(),
        };
        let mut next = first;
        for steed in &world.steeds {
            let slot = &mut stables.ids[steed.keeper][steed.stable];
            if slot.is_none() {
                *slot = Some(next);
                let opened = (next, steed.keeper, steed.stable, steed.got_at);
                stables.opened.push(opened);
                next += 1;
            }
        }
        stables
    }
}

impl<'a> Numbered<'a> {
    /// Numbers a world for tables that may have other rows.
    pub(super) async fn of(
        transaction: &Transaction<'_>,
        world: &'a World,
        as_of: Instant,
    ) -> Result<Self, Trouble> {
        Ok(Self {
            world,
            as_of,
            horses: next_id(transaction, "horses").await?,
            pregnancies: next_id(transaction, "pregnancies").await?,
            breeds: breeds(transaction).await?,
            stables: Stables::of(world, next_id(transaction, "stables").await?),
        })
    }

    /// How many rows the world has without its coins and shows, more or less.
    pub(super) fn rows(&self) -> u64 {
        let world = self.world;
        let of_horses: usize = world.steeds.iter().map(rows_of).sum();
        let claims: usize = world.players.iter().map(|it| it.claims.len()).sum();
        let all = 3 * world.players.len() + world.coverings.len() + of_horses + claims;
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// The id of the horse at a place.
    pub(super) fn id(&self, place: usize) -> i64 {
        self.horses + i64::try_from(place).unwrap_or(i64::MAX)
    }

    /// Every horse with its id.
    pub(super) fn each(&self) -> impl Iterator<Item = (i64, &'a Steed)> {
        (self.horses..).zip(&self.world.steeds)
    }

    /// The owner of a horse.
    pub(super) fn keeper(&self, steed: &Steed) -> &'a Player {
        &self.world.players[steed.keeper]
    }

    /// Writes players, stables, horses, and what they did from day to day.
    pub(super) async fn write(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        self.write_users(writer).await?;
        self.write_stables(writer).await?;
        self.write_horses(writer).await?;
        self.write_scores(writer).await?;
        self.write_starters(writer).await?;
        self.write_logs(writer).await?;
        self.write_claims(writer).await
    }

    async fn write_users(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "id, name, email, money, xp, settings, created_at, updated_at";
        let mut copy = writer.open("users", columns).await?;
        for it in &self.world.players {
            let (money, xp, joined_at) = (it.money.get(), small(it.xp), it.joined_at);
            let settings = Json(&it.settings);
            copy.row(&[
                &it.id, &it.name, &it.email, &money, &xp, &settings, &joined_at, &joined_at,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    async fn write_stables(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "id, user_id, name, location, created_at, updated_at";
        let mut copy = writer.open("stables", columns).await?;
        for (id, keeper, nth, at) in &self.stables.opened {
            let player = &self.world.players[*keeper];
            let (name, place) = &player.stables[*nth];
            copy.row(&[id, &player.id, name, place, at, at]).await?;
        }
        writer.close(copy).await
    }

    async fn write_horses(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let mut copy = writer.open("horses", HORSE_COLUMNS).await?;
        for ((id, it), Parents { sire, dam }) in self.each().zip(&self.world.parents) {
            let breed = self.breeds.get(it.breed.name);
            let inherited = &it.inheritance;
            let parent = |place: &Option<u32>| place.map(|place| self.id(place as usize));
            let [a, b, c, d, e, f, g, h, i, j, k, l] = it.stats.numbers();
            let inbreeding = it.childhood.as_ref().map_or(0.0, |it| it.inbreeding);
            let values = inherited.values.numbers();
            copy.row(&[
                &id,
                &it.name,
                &it.sex.as_str(),
                &it.born_at,
                &breed,
                &self.keeper(it).id,
                &self.stables.ids[it.keeper][it.stable],
                &it.temperament.as_str(),
                &a,
                &b,
                &c,
                &d,
                &e,
                &f,
                &g,
                &h,
                &i,
                &j,
                &k,
                &l,
                &it.bond.get(),
                &it.stress.get(),
                &small(it.xp),
                &Json(&it.scores),
                &Json(&it.modifiers),
                &it.resting_until,
                &it.groomed_on,
                &it.got_at,
                &it.got_at,
                &parent(sire),
                &parent(dam),
                &inbreeding,
                &inherited.genome.to_string(),
                &values.as_slice(),
                &Json(&inherited.coat),
                &inherited.height_cm,
            ])
            .await?;
        }
        writer.close(copy).await
    }

    async fn write_scores(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "horse_id, discipline, score";
        let mut copy = writer.open("horse_discipline_scores", columns).await?;
        for (id, steed) in self.each() {
            for (discipline, score) in steed.scores.iter() {
                copy.row(&[&id, &discipline.as_str(), &small(score)])
                    .await?;
            }
        }
        writer.close(copy).await
    }

    async fn write_starters(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns = "user_id, horse_id, created_at";
        let mut copy = writer.open("starter_horses", columns).await?;
        for (id, steed) in self.each().filter(|(_, steed)| steed.is_starter) {
            copy.row(&[&self.keeper(steed).id, &id, &steed.got_at])
                .await?;
        }
        writer.close(copy).await
    }

    async fn write_logs(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let columns =
            "id, horse_id, user_id, discipline, trained_at, score_gain, stat, stat_gain, user_xp";
        let mut next = next_id(writer.transaction, "training_logs").await?;
        let mut copy = writer.open("training_logs", columns).await?;
        for (id, steed) in self.each() {
            let owner = self.keeper(steed).id;
            for it in &steed.sessions {
                let (stat, gain) = (
                    it.stat_gain.map(|it| it.stat.as_str()),
                    it.stat_gain.map(|it| it.gain),
                );
                copy.row(&[
                    &next,
                    &id,
                    &owner,
                    &it.discipline.as_str(),
                    &it.at,
                    &small(it.score_gain),
                    &stat,
                    &gain,
                    &small(it.user_xp),
                ])
                .await?;
                next += 1;
            }
        }
        writer.close(copy).await
    }

    async fn write_claims(&self, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let mut copy = writer
            .open("stipend_claims", "user_id, week, claimed_at")
            .await?;
        for player in &self.world.players {
            for (week, at) in &player.claims {
                copy.row(&[&player.id, week, at]).await?;
            }
        }
        writer.close(copy).await
    }

    /// Every transfer of the world: the players' first coins, then what they received and paid in its order.
    pub(super) fn moved(&self) -> impl Iterator<Item = Moved> {
        let welcome = self.world.players.iter().map(welcome_of);
        welcome.chain(self.world.spendings.iter().flat_map(|it| self.spent(it)))
    }

    fn spent(&self, spending: &Spending) -> impl Iterator<Item = Moved> {
        let user = UserId::new(self.world.players[spending.player].id);
        let (one, other) = match spending.about {
            About::Week(week) => (stipend_of(user, week, STIPEND), None),
            About::Horse(at) => (price_of(user, HorseId::new(self.id(at))), None),
            About::Test(at) => (test_of(user, HorseId::new(self.id(at))), None),
            About::Covering(at) => self.covering_of(user, at),
        };
        let at = spending.at;
        let moved = move |transfer| Moved::of(at, Some(user), transfer);
        other.into_iter().chain([one]).map(moved)
    }

    /// The registration of a covering, and the fee that was paid before it.
    fn covering_of(&self, user: UserId, at: usize) -> (Transfer, Option<Transfer>) {
        let covering = &self.world.coverings[at];
        let owner = self.keeper(&self.world.steeds[covering.stallion]).id;
        let pregnancy = self.pregnancies + i64::try_from(at).unwrap_or(i64::MAX);
        let pay = |cause: Cause, to: Account, amount: Coins| Transfer {
            key: format!("{}:{pregnancy}", cause.as_str()),
            cause,
            from: Account::Purse(user),
            to,
            amount,
            show: None,
            horse: Some(HorseId::new(self.id(covering.mare))),
        };
        let to = Account::Purse(UserId::new(owner));
        let fee = covering.fee.map(|fee| pay(Cause::StudFee, to, fee));
        let registered = Cause::CoveringRegistration;
        (pay(registered, Account::Sink, covering.registration), fee)
    }
}

fn rows_of(steed: &Steed) -> usize {
    let lessons = steed
        .childhood
        .as_ref()
        .map_or(0, |it| 2 + it.lessons.len());
    let tests = if steed.tested.is_some() { 34 } else { 0 };
    1 + steed.scores.iter().count() + steed.sessions.len() + lessons + tests
}

fn welcome_of(player: &Player) -> Moved {
    let user = UserId::new(player.id);
    let transfer = Transfer {
        key: format!("{}:{user}", Cause::Welcome.as_str()),
        cause: Cause::Welcome,
        from: Account::Treasury,
        to: Account::Purse(user),
        amount: WELCOME,
        show: None,
        horse: None,
    };
    Moved::of(player.joined_at, Some(user), transfer)
}

fn test_of(user: UserId, horse: HorseId) -> Transfer {
    Transfer {
        key: format!("{}:{horse}", Cause::GeneticTest.as_str()),
        cause: Cause::GeneticTest,
        from: Account::Purse(user),
        to: Account::Sink,
        amount: GENETIC_TEST,
        show: None,
        horse: Some(horse),
    }
}

/// The ids of the breeds, by name.
async fn breeds(transaction: &Transaction<'_>) -> Result<BTreeMap<String, i64>, Trouble> {
    let because = || "could not look for breeds";
    let found = transaction.query("select name, id from breeds", &[]).await;
    let mut breeds = BTreeMap::new();
    for row in found.because(because)? {
        breeds.insert(
            row.try_get("name").because(because)?,
            row.try_get("id").because(because)?,
        );
    }
    if breeds.is_empty() {
        return Err(Trouble::new(
            "there are no breeds yet: run `equoria seed` first",
        ));
    }
    Ok(breeds)
}

/// A number that the rules keep small, as the database has it.
pub(super) fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
