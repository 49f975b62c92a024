//! Announcing the shows that the treasury holds, once each.

use reads::Failure;
use rules::RULES_VERSION;
use rules::competition::calendar::{Fixture, fixtures};
use rules::competition::proof::Commitment;
use rules::competition::show::{Host, announce};
use rules::id::ShowId;
use rules::money::Coins;

use super::fresh_secret;
use super::store::{level, prize_of};
use crate::db::fault::column;
use crate::db::{Tx, Write};
use crate::ledger;

/// Announces whatever of the calendar is not announced yet.
#[derive(Clone, Copy, Debug)]
pub struct Announce;

/// A name that is taken is announced already: by this process earlier, or by another this instant.
const INSERT: &str = "with planned as (
      select * from unnest($1::text[], $2::text[], $3::int4[], $4::int8[], $5::int8[], $6::timestamptz[], $7::bytea[], $8::bytea[])
        as p (name, discipline, level_max, entry_fee, prize, run_date, secret_hash, secret)
      where not exists (select from shows s where lower(s.name) = lower(p.name))
    ), made as (
      insert into shows (name, discipline, level_max, entry_fee, prize, run_date, secret_hash, rules_version)
      select name, discipline, level_max, entry_fee, prize, run_date, secret_hash, $9 from planned
      order by run_date, name
      on conflict (lower(name)) do nothing
      returning id, prize, secret_hash
    ), kept as (
      insert into show_secrets (show_id, secret) select m.id, p.secret from made m join planned p using (secret_hash)
    )
    select id, prize from made order by id";

impl Write for Announce {
    const NAME: &'static str = "announce shows";
    type Done = usize;

    async fn run(&self, tx: &Tx<'_>) -> Result<usize, Failure> {
        let plans = Plans::of(&fixtures(tx.now()), tx)?;
        let rows = tx
            .rows(
                INSERT,
                &[
                    &plans.names,
                    &plans.disciplines,
                    &plans.levels,
                    &plans.fees,
                    &plans.prizes,
                    &plans.run_dates,
                    &plans.hashes,
                    &plans.secrets,
                    &i32::try_from(RULES_VERSION).unwrap_or(i32::MAX),
                ],
            )
            .await?;
        let prizes = rows.iter().map(|row| {
            let id = ShowId::new(column(row, "id")?);
            Ok(prize_of(
                id,
                Host::Treasury,
                Coins::new(column(row, "prize")?),
            ))
        });
        let prizes: Vec<_> = prizes.collect::<Result<_, Failure>>()?;
        ledger::post(tx, &prizes).await?;
        Ok(prizes.len())
    }
}

/// The columns of the shows to announce.
#[derive(Default)]
struct Plans {
    names: Vec<String>,
    disciplines: Vec<&'static str>,
    levels: Vec<Option<i32>>,
    fees: Vec<i64>,
    prizes: Vec<i64>,
    run_dates: Vec<rules::Instant>,
    hashes: Vec<Vec<u8>>,
    secrets: Vec<Vec<u8>>,
}

impl Plans {
    fn of(fixtures: &[Fixture], tx: &Tx<'_>) -> Result<Self, Failure> {
        let mut plans = Self::default();
        for fixture in fixtures {
            let show = announce(&fixture.plan(), tx.now())?;
            let secret = fresh_secret()?;
            plans.names.push(show.name().to_owned());
            plans.disciplines.push(show.discipline().as_str());
            plans.levels.push(level(show.bracket().level_max));
            plans.fees.push(show.entry_fee().get());
            plans.prizes.push(show.prize().get());
            plans.run_dates.push(show.run_date());
            plans
                .hashes
                .push(Commitment::to(&secret).as_bytes().to_vec());
            plans.secrets.push(secret.as_bytes().to_vec());
        }
        Ok(plans)
    }
}
