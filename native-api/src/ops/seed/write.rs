//! The seeded world as rows: one statement a table.

use rules::Instant;
use rules::economy::{GENETIC_TEST, STIPEND};
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use serde_json::{Value, json};
use tokio_postgres::Transaction;

use super::rows::{Moved, ids, post, write_rows};
use super::stable_life::{Logged, Steed};
use super::world::{About, Player, Spending, World};
use super::{Plan, Summary, registry};
use crate::horse::store::price_of;
use crate::ledger::{Account, Cause, Transfer};
use crate::trouble::{Because, Trouble};
use crate::user::stipend::stipend_of;

const USERS: &str = "insert into users (id, name, email, xp, settings, created_at, updated_at)
    select id, name, email, xp, settings, joined_at, joined_at
    from jsonb_to_recordset($1) r (id uuid, name text, email text, xp integer, settings jsonb, joined_at timestamptz)";

const STABLES: &str = "insert into stables (id, user_id, name, location, created_at, updated_at)
    select id, user_id, name, location, opened_at, opened_at
    from jsonb_to_recordset($1) r (id bigint, user_id uuid, name text, location text, opened_at timestamptz)";

const HORSES: &str = "insert into horses (id, name, sex, born_at, breed_id, user_id, stable_id, temperament, precision, strength,
      speed, agility, endurance, intelligence, stamina, balance, boldness, flexibility, obedience, focus, bond_score,
      stress_level, discipline_scores, epigenetic_modifiers, training_cooldown, groomed_on, created_at, updated_at, sire_id,
      dam_id, inbreeding, genotype, breeding_values, coat, height_cm)
    select r.id, r.name, r.sex, r.born_at, b.id, r.user_id, r.stable_id, r.temperament, s[1], s[2], s[3], s[4], s[5], s[6], s[7],
      s[8], s[9], s[10], s[11], s[12], r.bond, r.stress, r.scores, r.modifiers, r.resting_until, r.groomed_on, r.got_at, r.got_at,
      r.sire_id, r.dam_id, r.inbreeding, r.genotype, r.breeding_values, r.coat, r.height_cm
    from jsonb_to_recordset($1) r (id bigint, name text, sex text, born_at timestamptz, breed text, user_id uuid,
      stable_id bigint, temperament text, s smallint[], bond smallint, stress smallint, scores jsonb, modifiers jsonb,
      resting_until timestamptz, groomed_on date, got_at timestamptz, sire_id bigint, dam_id bigint,
      inbreeding double precision, genotype text, breeding_values integer[], coat jsonb, height_cm smallint)
    join breeds b on b.name = r.breed order by r.id";

const STARTERS: &str =
    "insert into starter_horses (user_id, horse_id, created_at) select user_id, horse_id, at
    from jsonb_to_recordset($1) r (user_id uuid, horse_id bigint, at timestamptz)";

const LOGS: &str = "insert into training_logs (horse_id, user_id, discipline, trained_at, score_gain, stat, stat_gain, user_xp)
    select horse_id, user_id, discipline, at, score_gain, stat, stat_gain, user_xp
    from jsonb_to_recordset($1) r (horse_id bigint, user_id uuid, discipline text, at timestamptz, score_gain integer,
      stat text, stat_gain smallint, user_xp integer) order by at, horse_id";

const CLAIMS: &str =
    "insert into stipend_claims (user_id, week, claimed_at) select user_id, week, at
    from jsonb_to_recordset($1) r (user_id uuid, week date, at timestamptz)";

/// Writes a world into tables that have none.
pub(super) async fn world(
    transaction: &Transaction<'_>,
    plan: &Plan,
    world: &World,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    require_breeds(transaction).await?;
    let mut writer = Writer {
        transaction,
        summary,
    };
    let users: Vec<Value> = world.players.iter().map(user).collect();
    writer.write("users", USERS, &users).await?;
    let stables = Stables::of(
        world,
        &ids(transaction, "stables", 2 * world.players.len()).await?,
    );
    writer.write("stables", STABLES, &stables.rows).await?;
    let of_world = Numbered {
        world,
        as_of: plan.as_of,
        horses: &ids(transaction, "horses", world.steeds.len()).await?,
        pregnancies: &ids(transaction, "pregnancies", world.coverings.len()).await?,
    };
    let rows: Vec<Value> = of_world
        .each()
        .map(|(id, steed)| of_world.horse(id, steed, &stables))
        .collect();
    writer.write("horses", HORSES, &rows).await?;
    let rows = of_world.starters();
    writer.write("starter_horses", STARTERS, &rows).await?;
    writer
        .write("training_logs", LOGS, &of_world.logs())
        .await?;
    // After the logs: whoever is in foal now could not be trained any more.
    registry::write(&mut writer, &of_world).await?;
    writer
        .write("stipend_claims", CLAIMS, &of_world.claims())
        .await?;
    let moved: Vec<Moved> = world
        .spendings
        .iter()
        .flat_map(|it| of_world.moved(it))
        .collect();
    let welcomes = u64::try_from(users.len()).unwrap_or(0);
    writer
        .summary
        .count("transfers", welcomes + post(transaction, &moved).await?);
    Ok(())
}

/// Writes rows and counts them.
pub(super) struct Writer<'a> {
    pub transaction: &'a Transaction<'a>,
    pub summary: &'a mut Summary,
}

impl Writer<'_> {
    pub(super) async fn write(
        &mut self,
        table: &'static str,
        sql: &str,
        rows: &[Value],
    ) -> Result<(), Trouble> {
        let count = write_rows(self.transaction, table, sql, rows).await?;
        self.summary.count(table, count);
        Ok(())
    }
}

async fn require_breeds(transaction: &Transaction<'_>) -> Result<(), Trouble> {
    let found = transaction
        .query("select from breeds limit 1", &[])
        .await
        .because(|| "could not look for breeds")?;
    if found.is_empty() {
        return Err(Trouble::new(
            "there are no breeds yet: run `equoria seed` first",
        ));
    }
    Ok(())
}

fn user(player: &Player) -> Value {
    json!({
        "id": player.id, "name": player.name, "email": player.email, "xp": player.xp, "settings": player.settings,
        "joined_at": player.joined_at,
    })
}

/// The stables that have a horse in them: both of a player's, the first, or none.
struct Stables {
    ids: Vec<[Option<i64>; 2]>,
    rows: Vec<Value>,
}

impl Stables {
    fn of(world: &World, ids: &[i64]) -> Self {
        let mut stables = Self {
            ids: vec![[None; 2]; world.players.len()],
            rows: Vec::new(),
        };
        for steed in &world.steeds {
            let slot = &mut stables.ids[steed.keeper][steed.stable];
            if slot.is_none() {
                let id = ids[2 * steed.keeper + steed.stable];
                *slot = Some(id);
                let player = &world.players[steed.keeper];
                let (name, location) = &player.stables[steed.stable];
                stables.rows.push(json!({
                    "id": id, "user_id": player.id, "name": name, "location": location, "opened_at": steed.got_at,
                }));
            }
        }
        stables
    }
}

/// The world with the numbers that its horses and pregnancies have in the database.
pub(super) struct Numbered<'a> {
    pub world: &'a World,
    pub as_of: Instant,
    pub horses: &'a [i64],
    pub pregnancies: &'a [i64],
}

impl Numbered<'_> {
    pub(super) fn each(&self) -> impl Iterator<Item = (i64, &Steed)> {
        self.horses.iter().copied().zip(&self.world.steeds)
    }

    pub(super) fn keeper(&self, steed: &Steed) -> &Player {
        &self.world.players[steed.keeper]
    }

    fn horse(&self, id: i64, steed: &Steed, stables: &Stables) -> Value {
        let inherited = &steed.inheritance;
        let childhood = steed.childhood.as_ref();
        json!({
            "id": id, "name": steed.name, "sex": steed.sex, "born_at": steed.born_at, "breed": steed.breed.name,
            "user_id": self.keeper(steed).id, "stable_id": stables.ids[steed.keeper][steed.stable],
            "temperament": steed.temperament, "s": steed.stats.numbers(), "bond": steed.bond, "stress": steed.stress,
            "scores": steed.scores, "modifiers": steed.modifiers, "resting_until": steed.resting_until,
            "groomed_on": steed.groomed_on, "got_at": steed.got_at,
            "sire_id": childhood.map(|it| self.horses[it.sire]), "dam_id": childhood.map(|it| self.horses[it.dam]),
            "inbreeding": childhood.map_or(0.0, |it| it.inbreeding), "genotype": inherited.genome.to_string(),
            "breeding_values": inherited.values.numbers(), "coat": inherited.coat, "height_cm": inherited.height_cm,
        })
    }

    fn starters(&self) -> Vec<Value> {
        let starters = self.each().filter(|(_, steed)| steed.is_starter);
        starters
            .map(|(id, steed)| json!({"user_id": self.keeper(steed).id, "horse_id": id, "at": steed.got_at}))
            .collect()
    }

    fn logs(&self) -> Vec<Value> {
        let log = |id: i64, steed: &Steed, it: &Logged| {
            json!({
                "horse_id": id, "user_id": self.keeper(steed).id, "discipline": it.discipline, "at": it.at,
                "score_gain": it.score_gain, "stat": it.stat_gain.map(|gain| gain.stat),
                "stat_gain": it.stat_gain.map(|gain| gain.gain), "user_xp": it.user_xp,
            })
        };
        self.each()
            .flat_map(|(id, steed)| steed.sessions.iter().map(move |it| log(id, steed, it)))
            .collect()
    }

    fn claims(&self) -> Vec<Value> {
        let claims = |player: &Player| {
            let claim = |(week, at)| json!({"user_id": player.id, "week": week, "at": at});
            player.claims.iter().copied().map(claim).collect::<Vec<_>>()
        };
        self.world.players.iter().flat_map(claims).collect()
    }

    fn moved(&self, spending: &Spending) -> Vec<Moved> {
        let user = UserId::new(self.world.players[spending.player].id);
        let transfers = match spending.about {
            About::Week(week) => vec![stipend_of(user, week, STIPEND)],
            About::Horse(at) => vec![price_of(user, HorseId::new(self.horses[at]))],
            About::Test(at) => vec![test_of(user, HorseId::new(self.horses[at]))],
            About::Covering(at) => self.covering_of(user, at),
        };
        transfers
            .into_iter()
            .map(|transfer| Moved::of(spending.at, Some(user), transfer))
            .collect()
    }

    fn covering_of(&self, user: UserId, at: usize) -> Vec<Transfer> {
        let covering = &self.world.coverings[at];
        let owner = self.keeper(&self.world.steeds[covering.stallion]).id;
        let pay = |cause: Cause, to: Account, amount: Coins| Transfer {
            key: format!("{}:{}", cause.as_str(), self.pregnancies[at]),
            cause,
            from: Account::Purse(user),
            to,
            amount,
            show: None,
            horse: Some(HorseId::new(self.horses[covering.mare])),
        };
        let fee = covering
            .fee
            .map(|fee| pay(Cause::StudFee, Account::Purse(UserId::new(owner)), fee));
        let registration = pay(
            Cause::CoveringRegistration,
            Account::Sink,
            covering.registration,
        );
        fee.into_iter().chain([registration]).collect()
    }
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
