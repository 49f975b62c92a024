//! Stallions at stud, in the database. Whoever changes an offer holds the stallion, as every covering does.

use reads::Failure;
use rules::Instant;
use rules::breeding::{Mate, check_stud};
use rules::id::{HorseId, UserId};
use rules::money::Coins;

use crate::db::fault::{broken, column};
use crate::db::{Tx, Write};
use crate::horse::store::lock_own;

/// Offers a stallion at stud, or changes his fee.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    /// Who offers him.
    pub player: UserId,
    /// The stallion.
    pub horse: HorseId,
    /// The fee.
    pub fee: Coins,
}

/// Takes a stallion back from stud.
#[derive(Clone, Copy, Debug)]
pub(super) struct Withdraw {
    /// Who takes him back.
    pub player: UserId,
    /// The stallion.
    pub horse: HorseId,
}

/// Takes back the stallions that have grown too old to cover.
#[derive(Clone, Copy, Debug)]
pub struct Retire {
    /// How many at most.
    pub most: i64,
}

/// An offer as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listing {
    /// Since when he stands at stud.
    pub listed_at: Instant,
    /// Counts the changes of the offer.
    pub version: i64,
}

const OFFER: &str =
    "insert into stud_listings (horse_id, fee, created_at, updated_at) values ($1, $2, $3, $3)
    on conflict (horse_id) do update set fee = excluded.fee returning created_at, version";

const WITHDRAW: &str = "delete from stud_listings where horse_id = $1";

/// No covering is agreed with one of these any more, so nobody waits for the horse; who is with an offer now keeps it until
/// the next run.
const RETIRE: &str = "delete from stud_listings where horse_id in
    (select horse_id from stud_listings where retires_at <= $1 order by retires_at limit $2 for update skip locked)";

/// Every statement of this module, for whoever looks at their plans.
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("breeding stud: offer", OFFER),
    ("breeding stud: withdraw", WITHDRAW),
    ("breeding stud: retire", RETIRE),
];

impl Write for Offer {
    const NAME: &'static str = "offer stallion";
    type Done = Listing;

    async fn run(&self, tx: &Tx<'_>) -> Result<Listing, Failure> {
        let horse = lock_own(tx, self.horse, self.player).await?;
        let stallion = Mate {
            id: horse.id,
            owner: horse.owner,
            sex: horse.sex,
            born_at: horse.born_at,
        };
        check_stud(self.player, &stallion, self.fee, tx.now())?;
        let row = tx
            .expect_one(OFFER, &[&self.horse.get(), &self.fee.get(), &tx.now()])
            .await?;
        Ok(Listing {
            listed_at: column(&row, "created_at")?,
            version: column(&row, "version")?,
        })
    }
}

impl Write for Withdraw {
    const NAME: &'static str = "withdraw stallion";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        lock_own(tx, self.horse, self.player).await?;
        match tx.execute(WITHDRAW, &[&self.horse.get()]).await? {
            0 => Err(Failure::Missing {
                what: "stud listing",
            }),
            _ => Ok(()),
        }
    }
}

impl Write for Retire {
    const NAME: &'static str = "retire stallions";
    type Done = usize;

    async fn run(&self, tx: &Tx<'_>) -> Result<usize, Failure> {
        let retired = tx.execute(RETIRE, &[&tx.now(), &self.most]).await?;
        usize::try_from(retired).map_err(broken)
    }
}
