//! Breeding: coverings, and stallions at stud.

pub(crate) mod ancestry;
pub mod birth;
pub mod diversity;
pub mod store;
pub mod stud;

use reads::Failure;
use reads::asked::Id;
use reads::wire::At;
use rules::Refusal;
use rules::economy::MAX_STUD_FEE;
use rules::id::HorseId;
use rules::money::Coins;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{Answer, App, Call, Empty};
use store::{Cover, Covered};
use stud::{Listing, Offer, Withdraw};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cover))
        .routes(routes!(offer, withdraw))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCovering {
    /// The stallion: your own, or one at stud.
    #[schema(example = 302)]
    stallion_id: i64,
    /// The stud fee that you agree to: what `/v1/studs` shows. Your own stallion costs none, and it may be left out.
    #[schema(example = 120)]
    fee: Option<i64>,
}

/// A covering: the mare is in foal.
// What is absent when it is written here, the write's last statement tells.
#[derive(Debug, Serialize, ToSchema)]
struct Covering {
    /// The mare.
    #[schema(example = 301)]
    mare_id: i64,
    /// The stallion.
    #[schema(example = 302)]
    stallion_id: i64,
    /// When the mare was covered.
    covered_at: At,
    /// When the foal is due. What becomes of it is decided at its birth; a foal that could not live is never born.
    due_at: At,
    /// What went to the stallion's owner.
    #[schema(example = 120)]
    fee: i64,
    /// What the registration cost.
    #[schema(example = 50)]
    registration: i64,
    /// The inbreeding coefficient F of the foal: 0 if its parents have no ancestor in common, 0.25 if they are siblings.
    #[schema(example = 0.0625)]
    inbreeding: f64,
    /// The pregnancy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64, example = 77)]
    id: Option<i64>,
    /// What is left in the purse.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required, value_type = i64, example = 830)]
    money: Option<i64>,
}

/// Have a mare covered. The foal is yours, and is born seven days later.
#[utoipa::path(post, path = "/v1/horses/{id}/coverings", tag = "breeding", security(("token" = [])),
    request_body = NewCovering, params(("id" = i64, Path, description = "The mare")),
    responses((status = 201, description = "In foal", body = Covering)))]
async fn cover(Id(id): Id, call: Call<NewCovering>) -> Result<Answer, Failure> {
    let cover = Cover {
        player: call.player.id,
        mare: HorseId::new(id),
        stallion: stallion(call.body.stallion_id)?,
        fee: call.body.fee.map(fee).transpose()?,
    };
    call.write(&cover, |covered| {
        let covering = Covering::of(&cover, &covered);
        Answer::created("/v1/users/me/pregnancies".to_owned(), &covering)
    })
    .await
}

impl Covering {
    fn of(cover: &Cover, covered: &Covered) -> Self {
        Self {
            mare_id: cover.mare.get(),
            stallion_id: cover.stallion.get(),
            covered_at: At(covered.covered_at),
            due_at: At::not_before(covered.covering.due_at),
            fee: covered.covering.fee.unwrap_or(Coins::ZERO).get(),
            registration: covered.covering.registration.get(),
            inbreeding: covered.inbreeding,
            id: None,
            money: None,
        }
    }
}

/// A fee that may be agreed to, whatever this stallion's is.
fn fee(amount: i64) -> Result<Coins, Refusal> {
    if (0..=MAX_STUD_FEE.get()).contains(&amount) {
        return Ok(Coins::new(amount));
    }
    Err(Refusal::OutOfRange {
        field: "fee",
        least: 0,
        most: MAX_STUD_FEE.get(),
    })
}

fn stallion(number: i64) -> Result<HorseId, Refusal> {
    if number >= 1 {
        return Ok(HorseId::new(number));
    }
    Err(Refusal::OutOfRange {
        field: "stallion_id",
        least: 1,
        most: i64::MAX,
    })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StudOffer {
    /// What a covering costs the mare's owner, in coins.
    #[schema(example = 120)]
    fee: i64,
}

/// A stallion at stud.
#[derive(Debug, Serialize, ToSchema)]
struct StudListing {
    /// The stallion.
    #[schema(example = 302)]
    horse_id: i64,
    /// What a covering costs the mare's owner.
    #[schema(example = 120)]
    fee: i64,
    /// Since when he stands at stud.
    listed_at: At,
    /// Counts the changes of the offer.
    version: i64,
}

/// Offer a stallion at stud, or change his fee. Coverings that are agreed already keep theirs.
#[utoipa::path(put, path = "/v1/horses/{id}/stud", tag = "breeding", security(("token" = [])), request_body = StudOffer,
    params(("id" = i64, Path, description = "The stallion")),
    responses((status = 200, description = "At stud", body = StudListing)))]
async fn offer(Id(id): Id, call: Call<StudOffer>) -> Result<Answer, Failure> {
    let offer = Offer {
        player: call.player.id,
        horse: HorseId::new(id),
        fee: fee(call.body.fee)?,
    };
    call.write(&offer, |Listing { listed_at, version }| {
        let listing = StudListing {
            horse_id: id,
            fee: offer.fee.get(),
            listed_at: At(listed_at),
            version,
        };
        Ok(Answer::ok(&listing)?.with_version(version))
    })
    .await
}

/// Take a stallion back from stud. Mares that he has covered stay in foal.
#[utoipa::path(delete, path = "/v1/horses/{id}/stud", tag = "breeding", security(("token" = [])),
    params(("id" = i64, Path, description = "The stallion")),
    responses((status = 204, description = "At stud no longer")))]
async fn withdraw(Id(id): Id, call: Call<Empty>) -> Result<Answer, Failure> {
    let withdraw = Withdraw {
        player: call.player.id,
        horse: HorseId::new(id),
    };
    call.write(&withdraw, |()| Answer::nothing()).await
}
