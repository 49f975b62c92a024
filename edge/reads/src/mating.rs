//! A planned mating: what stands in its way, what it costs, and what the foal may be. Nothing here that was not shown to the
//! asker already takes part: no hidden trait, no genotype that was not tested, no test that was not published.

use crate::Failure;
use crate::answer::unversioned;
use crate::clock::Instant;
use crate::family::family;
use crate::horse::stats;
use crate::pedigree::{Ancestry, ancestors};
use crate::portrait::{Pictured, seat};
use crate::preview::Why;
use crate::query::{Query, Record};
use crate::question::Question;
use crate::router::Reads;
use crate::snapshot::statement;
use axum::response::Response;
use postgres_types::Type;
use rules::Refusal;
use rules::breeding::prospect::{self, Known, Unpredictable};
use rules::breeding::{Family, Mare, Mate, Nurture, Stallion, check_covering};
use rules::economy::COVERING_REGISTRATION;
use rules::genetics::Locus;
use rules::horse::FIRST_ACTIVE_AGE;
use rules::id::{HorseId, UserId};
use rules::money::Coins;
use rules::pedigree::Inbreeding;
use rules::scale::Gauge;
use rules::time::{DAYS_PER_YEAR, days_after};
use serde::Serialize;
use uuid::Uuid;

pub use rules::breeding::prospect::{Coat, Expected, Foal, Health, Loss, TraitChance};

/// A planned mating.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Planned {
    /// The mare.
    pub mare: Pictured,
    /// The stallion.
    pub stallion: Pictured,
    /// Why a covering would be refused now; empty where it would not. For a signed-in player: by this player, with what is in
    /// the purse.
    pub obstacles: Vec<Why>,
    /// What a covering costs.
    pub cost: Cost,
    /// What the foal may be.
    pub foal: Foal,
    /// What the odds of genes rest on.
    pub based_on: BasedOn,
}

/// What a covering costs, in coins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cost {
    /// The registration.
    pub registration: i64,
    /// The stud fee: 0 for the player's own stallion, null for another's who does not stand at stud.
    pub fee: Option<i64>,
    /// Both together; null where the fee is.
    pub total: Option<i64>,
}

/// What the odds of genes rest on: the loci of either parent that are tested, as far as the asker may know. All others are
/// inferred from the coats of the horse, its parents and grandparents, from tests of those, and from what is common in the
/// breed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BasedOn {
    /// Tested loci.
    pub tested: Sides,
    /// Inferred loci.
    pub inferred: Sides,
}

/// Loci of either parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sides {
    /// The mare's.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub mare: Vec<Locus>,
    /// The stallion's.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub stallion: Vec<Locus>,
}

// A row for either parent and for each of their parents and grandparents; the mare's carries the ancestors.
pub(crate) static PLANNED: Query = Query {
    name: "planned mating",
    sql: statement!(
        "with recursive near (id, sire_id, dam_id, depth) as (
        select h.id, h.sire_id, h.dam_id, 0 from horses h where h.id = any(array[$1, $2])
        union
        select p.id, p.sire_id, p.dam_id, n.depth + 1 from near n cross join lateral (
          select h.id, h.sire_id, h.dam_id from horses h where h.id = any(array[n.sire_id, n.dam_id]) limit 2) p
        where n.depth < 2),
      ",
        ancestors!("array[$1, $2]"),
        "
      select array[h.horse, l.xmin, u.xmin] || h.tested as written, h.id, h.name, h.sex, h.born_at, h.user_id, h.sire_id, h.dam_id, h.bond_score, h.stress_level, h.visible_traits,
        h.inbreeding, h.height_cm, h.stats, h.phenotype, h.breed, h.stat_means, h.allele_frequencies, h.tests, h.seat,
        a.ids, a.sires, a.dams, a.names, l.fee as stud_fee, u.money, u.token_epoch,
        (select p.xmin from pregnancies p where p.mare_id = h.id and p.state = 'in_foal' limit 1) as in_foal,
        (select max(p.ended_at) from pregnancies p where p.mare_id = h.id and p.state = 'foaled') as foaled_at
      from (select distinct n.id from near n) k cross join lateral (
        select h.xmin as horse, array(select t.xmin from genetic_tests t where t.horse_id = h.id and (t.published or h.user_id = $3))
            as tested, h.id, h.name, h.sex, h.born_at, h.user_id, coalesce(h.sire_id, 0) as sire_id, coalesce(h.dam_id, 0) as dam_id,
          h.bond_score, h.stress_level, h.visible_traits, h.inbreeding, h.height_cm, (h.coat -> 'phenotype')::int8 as phenotype,
          ",
        seat!("h", "b.name"),
        " as seat,
          ",
        stats!(),
        ", b.name as breed, array[b.precision_mean, b.strength_mean, b.speed_mean, b.agility_mean, b.endurance_mean,
            b.intelligence_mean, b.stamina_mean, b.balance_mean, b.boldness_mean, b.flexibility_mean, b.obedience_mean,
            b.focus_mean] as stat_means, b.allele_frequencies,
          coalesce((select jsonb_agg(jsonb_build_object('locus', t.locus, 'genotype', t.genotype) order by t.locus)
            from genetic_tests t where t.horse_id = h.id and (t.published or h.user_id = $3)), '[]') as tests
        from horses h join breeds b on b.id = h.breed_id where h.id = k.id limit 1) h
      left join ancestors a on h.id = $1 left join stud_listings l on l.horse_id = h.id left join users u on u.id = $3
      order by h.id"
    ),
    takes: &[Type::INT8, Type::INT8, Type::UUID],
    gives: &[
        ("id", Type::INT8),
        ("name", Type::TEXT),
        ("sex", Type::TEXT),
        ("born_at", Type::TIMESTAMPTZ),
        ("user_id", Type::UUID),
        ("sire_id", Type::INT8),
        ("dam_id", Type::INT8),
        ("bond_score", Type::INT2),
        ("stress_level", Type::INT2),
        ("visible_traits", Type::JSONB),
        ("inbreeding", Type::FLOAT8),
        ("height_cm", Type::INT2),
        ("stats", Type::INT2_ARRAY),
        ("phenotype", Type::INT8),
        ("breed", Type::TEXT),
        ("stat_means", Type::INT2_ARRAY),
        ("allele_frequencies", Type::JSONB),
        ("tests", Type::JSONB),
        ("seat", Type::TEXT_ARRAY),
        ("ids", Type::INT8_ARRAY),
        ("sires", Type::INT8_ARRAY),
        ("dams", Type::INT8_ARRAY),
        ("names", Type::TEXT_ARRAY),
        ("stud_fee", Type::INT8),
        ("money", Type::INT8),
        ("token_epoch", Type::INT4),
        ("in_foal", Type::XID),
        ("foaled_at", Type::TIMESTAMPTZ),
    ],
};

/// A planned mating: obstacles, cost, and what the foal may be.
///
/// Two horses of one sex: 409, and the same horse twice: 422, for nothing can be predicted.
#[cfg_attr(feature = "openapi", utoipa::path(
    get, path = "/v1/matings/preview", tag = "breeding", security((), ("token" = [])),
    params(("mare" = i64, Query, description = "The id of the mare"), ("stallion" = i64, Query, description = "The id of the stallion")),
    responses(
        (status = 200, body = Planned), (status = 404, description = "No such horse"),
        (status = 409, description = "Two of one sex"), (status = 422, description = "The same horse twice")
    )
))]
pub(crate) async fn preview(reads: Reads, asked: Question) -> Result<Response, Failure> {
    let asker = asked.asker(&reads)?;
    asked.only(&["mare", "stallion"])?;
    let (mare, stallion) = (named(&asked, "mare")?, named(&asked, "stallion")?);
    if mare == stallion {
        return Err(Refusal::SameHorse.into());
    }
    let rows = reads
        .rows(&PLANNED, &[&mare, &stallion, &asker.id()])
        .await?;
    let mut parents = [None, None];
    for row in &rows {
        let id: i64 = row.get("id")?;
        for (parent, wanted) in parents.iter_mut().zip([mare, stallion]) {
            if id == wanted {
                *parent = Some(Parent::read(row)?);
            }
        }
    }
    let [Some(mare), Some(stallion)] = parents else {
        return Err(Failure::Missing { what: "horse" });
    };
    asker.confirm(mare.row)?;
    let money: Option<i64> = mare.row.get("money")?;
    let pair = Pair {
        player: asker.id().map(UserId::new),
        purse: Coins::new(money.unwrap_or(i64::MAX)),
        mare,
        stallion,
    };
    let now = reads.now().await;
    let obstacles = pair.obstacles(now)?;
    let family = family(&rows)?;
    unversioned(&Planned {
        mare: pair.mare.row.pictured(now)?,
        stallion: pair.stallion.row.pictured(now)?,
        obstacles: obstacles.iter().map(Why::of).collect(),
        cost: pair.cost()?,
        foal: pair.foal(&family)?,
        based_on: pair.based_on(&family),
    })
}

/// A parameter that names a horse.
fn named(asked: &Question, name: &'static str) -> Result<i64, Failure> {
    let id = asked.number(name, 1, i64::MAX)?;
    id.ok_or_else(|| Failure::invalid(name, "Name the horse by its id."))
}

/// What the rules look at in either parent.
struct Parent<'a> {
    row: &'a Record,
    mate: Mate,
}

impl<'a> Parent<'a> {
    fn read(row: &'a Record) -> Result<Self, Failure> {
        Ok(Self {
            row,
            mate: Mate {
                id: HorseId::new(row.get("id")?),
                owner: UserId::new(row.get("user_id")?),
                sex: row.word("sex")?,
                born_at: row.get("born_at")?,
            },
        })
    }

    fn known(&self) -> Result<Known, Failure> {
        Ok(Known {
            id: self.mate.id.get(),
            breed: self.row.get("breed")?,
            stats: self.row.stats("stats")?,
            stat_means: self.row.stats("stat_means")?,
            inbreeding: Inbreeding::of(self.row.get("inbreeding")?),
            height_cm: self.row.get("height_cm")?,
            traits: self.row.json("visible_traits")?,
        })
    }

    fn gauge(&self, column: &str) -> Result<Gauge, Failure> {
        let number: i16 = self.row.get(column)?;
        Ok(Gauge::clamped(number.into()))
    }
}

/// A mare, a stallion, and who asks for them.
struct Pair<'a> {
    player: Option<UserId>,
    purse: Coins,
    mare: Parent<'a>,
    stallion: Parent<'a>,
}

impl Pair<'_> {
    /// What the stallion costs whoever asks. Nobody in particular is told the fee of the listing, whoever owns the mare: that
    /// two horses have one owner may be a secret.
    fn fee(&self) -> Result<Option<Coins>, Failure> {
        if self.player == Some(self.stallion.mate.owner) {
            return Ok(Some(Coins::ZERO));
        }
        let fee: Option<i64> = self.stallion.row.get("stud_fee")?;
        Ok(fee.map(Coins::new))
    }

    fn cost(&self) -> Result<Cost, Failure> {
        let (registration, fee) = (COVERING_REGISTRATION.get(), self.fee()?.map(Coins::get));
        Ok(Cost {
            registration,
            fee,
            total: fee.map(|fee| fee.saturating_add(registration)),
        })
    }

    /// Every refusal that a covering would meet, in their order: each is found by taking away the one before.
    fn obstacles(&self, now: Instant) -> Result<Vec<Refusal>, Failure> {
        let mut fee = self.fee()?;
        let player = self.player.unwrap_or(UserId::new(Uuid::nil()));
        let grown = days_after(now, -FIRST_ACTIVE_AGE * DAYS_PER_YEAR);
        let (mut mare, mut stallion) = (self.mare.mate, self.stallion.mate);
        mare.owner = self.player.map_or(player, |_| mare.owner);
        let (mut in_foal, mut foaled_at) = (
            self.mare.row.is_there("in_foal")?,
            self.mare.row.get("foaled_at")?,
        );
        let mut obstacles = Vec::new();
        loop {
            let covered = Mare {
                horse: mare,
                in_foal,
                foaled_at,
            };
            let covering = Stallion {
                horse: stallion,
                stud_fee: fee,
            };
            let Err(refusal) = check_covering(player, &covered, &covering, fee, now) else {
                break;
            };
            match refusal {
                Refusal::NotYours => mare.owner = player,
                Refusal::NotOfBreedingAge {
                    field: "mare_id", ..
                } => {
                    mare.born_at = grown;
                }
                Refusal::NotOfBreedingAge { .. } => stallion.born_at = grown,
                Refusal::InFoal => in_foal = false,
                Refusal::Resting { .. } => foaled_at = None,
                Refusal::NotAtStud => fee = Some(Coins::ZERO),
                impossible => return Err(impossible.into()),
            }
            obstacles.push(refusal);
        }
        let total = self.cost()?.total.map(Coins::new);
        obstacles.extend(total.and_then(|total| self.purse.pay(total).err()));
        Ok(obstacles)
    }

    fn foal(&self, family: &Family) -> Result<Foal, Failure> {
        let (mare, stallion) = (&self.mare, &self.stallion);
        let ancestry = Ancestry::read(mare.row)?;
        let explained = ancestry.explain(stallion.mate.id.get(), mare.mate.id.get());
        let planned = prospect::Planned {
            sire: stallion.known()?,
            dam: mare.known()?,
            nurture: Nurture {
                bond: mare.gauge("bond_score")?,
                stress: mare.gauge("stress_level")?,
            },
            family,
        };
        let foal = planned.foal(&explained, ancestry.common(&explained));
        foal.map_err(|why| match why {
            Unpredictable::Refused(refusal) => refusal.into(),
            Unpredictable::Unexplained { .. } => {
                Failure::broken("nothing explains what is known of a horse")
            }
        })
    }

    fn based_on(&self, family: &Family) -> BasedOn {
        let (mare, stallion) = (self.mare.mate.id.get(), self.stallion.mate.id.get());
        let loci = |is_tested: bool| Sides {
            mare: family.loci(mare, is_tested),
            stallion: family.loci(stallion, is_tested),
        };
        BasedOn {
            tested: loci(true),
            inferred: loci(false),
        }
    }
}
