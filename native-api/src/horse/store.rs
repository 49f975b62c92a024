//! Horses in the database: the starter mare, the store, names and stables, grooming.

use reads::Failure;
use reads::horse::Named;
use rules::Refusal;
use rules::dice::{Dice, Purpose, Subject};
use rules::economy::{Cause, STORE_HORSE_PRICE};
use rules::foal::Reached;
use rules::horse::{Founder, Groomed, Sex, check_groom, found, starter_mare};
use rules::id::{BreedId, HorseId, StableId, UserId};
use rules::name::{Name, NameOf};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::arrival::Arrival;
use super::breed::Breed;
use super::record::{Horse, horse_columns};
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::foal::growth::reach;
use crate::ledger::{self, Account, Transfer};

/// A horse with the names around it, as its owner is shown it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The horse.
    pub horse: Horse,
    /// The name of its breed.
    pub breed: String,
    /// The name of its owner.
    pub owner: String,
    /// The stable it stands in, if any.
    pub stable: Option<Named>,
    /// Its sire, if it was born in the game.
    pub sire: Option<Named>,
    /// Its dam, if it was born in the game.
    pub dam: Option<Named>,
    /// Its coat, once its genes are told.
    pub coat: Option<Value>,
    /// Its height when it is grown, once its genes are told.
    pub height_cm: Option<i16>,
    /// Its inbreeding coefficient F.
    pub inbreeding: f64,
    /// Its stud fee, if it stands at stud.
    pub stud_fee: Option<i64>,
}

/// Takes the one free mare of a player.
#[derive(Clone, Debug)]
pub struct TakeStarter {
    /// Whose she will be.
    pub player: UserId,
    /// The name of her breed.
    pub breed: String,
    /// Her name.
    pub name: String,
}

/// Buys a horse at the store.
#[derive(Clone, Debug)]
pub struct Buy {
    /// Whose it will be.
    pub player: UserId,
    /// The name of its breed.
    pub breed: String,
    /// Its sex.
    pub sex: Sex,
    /// Its name.
    pub name: String,
    /// The stable it will stand in, if any.
    pub stable: Option<StableId>,
}

/// Gives a horse another name or another stable.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Who asks.
    pub player: UserId,
    /// The horse.
    pub horse: HorseId,
    /// The version that the player has seen.
    pub version: i64,
    /// The new name, if it changes.
    pub name: Option<String>,
    /// The new stable, if it changes; `Some(None)` leads the horse out of its stable.
    pub stable: Option<Option<StableId>>,
}

/// Grooms a horse.
#[derive(Clone, Copy, Debug)]
pub struct Groom {
    /// Who grooms.
    pub player: UserId,
    /// The horse.
    pub horse: HorseId,
}

/// A horse after grooming, and its version.
#[derive(Clone, Debug)]
pub struct GroomDone {
    /// What the rules say.
    pub groomed: Groomed,
    /// The milestones that a foal has reached by it.
    pub reached: Vec<Reached>,
    /// The horse's version now.
    pub version: i64,
}

const LOCK: &str = concat!(
    "select ",
    horse_columns!(),
    " from horses h where h.id = $1 for no key update"
);

const SHOWN: &str = concat!(
    "select ",
    horse_columns!(),
    ", b.name as breed, u.name as owner, t.name as stable, sire.id as sire_id, sire.name as sire, dam.id as dam_id,
      dam.name as dam, h.coat, h.height_cm, h.inbreeding, l.fee as stud_fee
    from horses h join breeds b on b.id = h.breed_id join users u on u.id = h.user_id
    left join stables t on t.id = h.stable_id left join stud_listings l on l.horse_id = h.id
    left join horses sire on sire.id = h.sire_id left join horses dam on dam.id = h.dam_id
    where h.id = $1"
);

const STABLE: &str = "select s.user_id, u.profile_visible from stables s join users u on u.id = s.user_id where s.id = $1";

const LOCK_USER: &str =
    "select version, exists (select from starter_horses s where s.user_id = u.id) as has_starter
    from users u where u.id = $1 for no key update of u";

const KEEP_STARTER: &str = "insert into starter_horses (user_id, horse_id) values ($1, $2)";

const EDIT: &str = "update horses set name = coalesce($2, name), stable_id = case when $3 then $4 else stable_id end
    where id = $1";

const GROOM: &str = "update horses set bond_score = $2, stress_level = $3, epigenetic_modifiers = $4, groomed_on = $5
    where id = $1 returning version";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("horse: lock", LOCK),
    ("horse: shown", SHOWN),
    ("horse: stable", STABLE),
    ("horse: lock user", LOCK_USER),
    ("horse: keep starter", KEEP_STARTER),
    ("horse: edit", EDIT),
    ("horse: groom", GROOM),
];

impl Write for TakeStarter {
    const NAME: &'static str = "take starter";
    type Done = Shown;

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown, Failure> {
        let name = Name::parse(NameOf::Horse, &self.name)?;
        let keeper = lock_user(tx, self.player).await?;
        if keeper.has_starter {
            return Err(Refusal::StarterTaken.into());
        }
        let breed = Breed::for_sale(tx, &self.breed).await?;
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Founder, &[self.player.into()]);
        let mare = starter_mare(&breed.facts, &breed.frequencies, tx.now(), &mut dice);
        let mare = arrival(&mare, &name, self.player, breed.id, None);
        let id = mare.insert(tx).await?;
        tx.expect_changed(1, KEEP_STARTER, &[&self.player.get(), &id.get()])
            .await?;
        shown(tx, id).await
    }
}

impl Write for Buy {
    const NAME: &'static str = "buy horse";
    type Done = Shown;

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown, Failure> {
        let name = Name::parse(NameOf::Horse, &self.name)?;
        let breed = Breed::for_sale(tx, &self.breed).await?;
        if let Some(stable) = self.stable {
            own_stable(tx, stable, self.player).await?;
        }
        let keeper = lock_user(tx, self.player).await?;
        ledger::afford(tx, self.player, STORE_HORSE_PRICE).await?;
        // The payment counts the player's version up, so no two purchases share their dice, and a repeated run has the same.
        let subject: [Subject; 2] = [self.player.into(), keeper.version.into()];
        let mut dice = Dice::new(tx.dice_secret(), Purpose::Founder, &subject);
        let horse = found(
            &breed.facts,
            &breed.frequencies,
            self.sex,
            tx.now(),
            &mut dice,
        );
        let horse = arrival(&horse, &name, self.player, breed.id, self.stable);
        let id = horse.insert(tx).await?;
        ledger::post(tx, &[price_of(self.player, id)]).await?;
        shown(tx, id).await
    }
}

impl Write for Edit {
    const NAME: &'static str = "edit horse";
    type Done = Shown;

    async fn run(&self, tx: &Tx<'_>) -> Result<Shown, Failure> {
        let name = self.name.as_deref();
        let name = name.map(|it| Name::parse(NameOf::Horse, it)).transpose()?;
        let horse = lock_own(tx, self.horse, self.player).await?;
        if horse.version != self.version {
            return Err(Failure::Stale {
                version: horse.version,
            });
        }
        if let Some(Some(stable)) = self.stable {
            own_stable(tx, stable, self.player).await?;
        }
        let moves = self.stable.is_some();
        let stable = self.stable.flatten().map(StableId::get);
        let name = name.as_ref().map(Name::as_str);
        tx.expect_changed(1, EDIT, &[&self.horse.get(), &name, &moves, &stable])
            .await?;
        shown(tx, self.horse).await
    }
}

impl Write for Groom {
    const NAME: &'static str = "groom";
    type Done = GroomDone;

    async fn run(&self, tx: &Tx<'_>) -> Result<GroomDone, Failure> {
        let horse = lock_own(tx, self.horse, self.player).await?;
        let groomed = check_groom(horse.groomable(), tx.now())?.groom();
        let today = tx.now().date_naive();
        let (bond, stress) = (groomed.bond.get(), groomed.stress.get());
        let row = tx
            .expect_one(
                GROOM,
                &[
                    &self.horse.get(),
                    &bond,
                    &stress,
                    &Json(&groomed.modifiers),
                    &today,
                ],
            )
            .await?;
        let version = column(&row, "version")?;
        let (bond, traits) = (groomed.bond, &groomed.modifiers);
        Ok(GroomDone {
            reached: reach(tx, self.horse, horse.born_at, bond, traits).await?,
            groomed,
            version,
        })
    }
}

/// The horse, locked until the end of the transaction.
///
/// # Errors
/// Missing, when there is none.
pub async fn lock(tx: &Tx<'_>, id: HorseId) -> Result<Horse, Failure> {
    let row = tx.find(LOCK, &[&id.get()]).await?;
    Horse::of(&row.ok_or(Failure::Missing { what: "horse" })?)
}

/// The same for a horse that must be the player's own.
///
/// # Errors
/// Missing, when there is none; [`Refusal::NotYours`].
pub async fn lock_own(tx: &Tx<'_>, id: HorseId, player: UserId) -> Result<Horse, Failure> {
    let horse = lock(tx, id).await?;
    if horse.owner == player {
        Ok(horse)
    } else {
        Err(Refusal::NotYours.into())
    }
}

async fn shown(tx: &Tx<'_>, id: HorseId) -> Result<Shown, Failure> {
    let row = tx.expect_one(SHOWN, &[&id.get()]).await?;
    Ok(Shown {
        horse: Horse::of(&row)?,
        breed: column(&row, "breed")?,
        owner: column(&row, "owner")?,
        stable: named(&row, "stable_id", "stable")?,
        sire: named(&row, "sire_id", "sire")?,
        dam: named(&row, "dam_id", "dam")?,
        coat: column(&row, "coat")?,
        height_cm: column(&row, "height_cm")?,
        inbreeding: column(&row, "inbreeding")?,
        stud_fee: column(&row, "stud_fee")?,
    })
}

fn named(row: &Row, id: &str, name: &str) -> Result<Option<Named>, Failure> {
    let id: Option<i64> = column(row, id)?;
    let name: Option<String> = column(row, name)?;
    Ok(id.zip(name).map(|(id, name)| Named { id, name }))
}

struct Keeper {
    version: i64,
    has_starter: bool,
}

async fn lock_user(tx: &Tx<'_>, player: UserId) -> Result<Keeper, Failure> {
    let row = tx.find(LOCK_USER, &[&player.get()]).await?;
    let row = row.ok_or_else(crate::auth::unsigned)?;
    Ok(Keeper {
        version: column(&row, "version")?,
        has_starter: column(&row, "has_starter")?,
    })
}

async fn own_stable(tx: &Tx<'_>, stable: StableId, player: UserId) -> Result<(), Failure> {
    let row = tx.find(STABLE, &[&stable.get()]).await?;
    let row = row.ok_or(Failure::Missing { what: "stable" })?;
    let owner = UserId::new(column(&row, "user_id")?);
    if owner == player {
        Ok(())
    } else if column(&row, "profile_visible")? {
        Err(Refusal::NotYours.into())
    } else {
        // As to every read: what is hidden is not there.
        Err(Failure::Missing { what: "stable" })
    }
}

/// A founder as it comes to its owner.
fn arrival<'a>(
    founder: &'a Founder,
    name: &'a Name,
    owner: UserId,
    breed: BreedId,
    stable: Option<StableId>,
) -> Arrival<'a> {
    Arrival {
        name: name.as_str(),
        sex: founder.sex,
        born_at: founder.born_at,
        breed,
        owner,
        stable,
        parents: None,
        inbreeding: 0.0,
        temperament: founder.temperament,
        stats: &founder.stats,
        bond: founder.bond,
        stress: founder.stress,
        modifiers: &founder.modifiers,
        inheritance: &founder.inheritance,
    }
}

/// The price of a store horse.
pub(crate) fn price_of(player: UserId, horse: HorseId) -> Transfer {
    Transfer {
        key: format!("store_horse:{horse}"),
        cause: Cause::StoreHorse,
        from: Account::Purse(player),
        to: Account::Sink,
        amount: STORE_HORSE_PRICE,
        show: None,
        horse: Some(horse),
    }
}
