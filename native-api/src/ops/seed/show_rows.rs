//! The seeded shows as rows, with their secrets, entries and results.

use rules::RULES_VERSION;
use rules::competition::proof::Commitment;
use rules::id::UserId;
use tokio_postgres::types::Json;

use super::copy::{Thousandths, Writer, next_id};
use super::rows::small;
use super::shows::{Ending, Played, host_id};
use crate::trouble::Trouble;

/// Writes shows whose escrows are in the books.
pub(super) async fn write(writer: &mut Writer<'_>, played: &[Played]) -> Result<(), Trouble> {
    write_shows(writer, played).await?;
    write_secrets(writer, played).await?;
    write_entries(writer, played).await?;
    write_results(writer, played).await
}

async fn write_shows(writer: &mut Writer<'_>, played: &[Played]) -> Result<(), Trouble> {
    let columns = "id, name, discipline, level_min, level_max, entry_fee, prize, run_date, host_id, state, secret_hash,
        revealed_secret, rules_version, result_digest, ended_at, version, created_at, updated_at";
    let mut copy = writer.open("shows", columns).await?;
    for it in played {
        let facts = &it.show.facts;
        let secret = it.listed.secret.as_bytes().as_slice();
        let (state, revealed, digest, ended_at) = match &it.ending {
            Ending::Open => ("open", None, None, None),
            Ending::Cancelled(at) => ("cancelled", None, None, Some(*at)),
            Ending::Settled(at, digest, _) => {
                let digest = digest.as_bytes().as_slice();
                ("settled", Some(secret), Some(digest), Some(*at))
            }
        };
        let last = it.entries.last().map(|it| it.entered_at);
        // Every entry and the end of a show count its version up.
        let changes = it.entries.len() + usize::from(ended_at.is_some());
        copy.row(&[
            &facts.id.get(),
            &facts.name,
            &facts.discipline.as_str(),
            &facts.level_min.map(small),
            &facts.level_max.map(small),
            &facts.entry_fee.get(),
            &facts.prize.get(),
            &facts.run_date,
            &host_id(it.show.host).map(UserId::get),
            &state,
            &Commitment::to(&it.listed.secret).as_bytes().as_slice(),
            &revealed,
            &i32::try_from(RULES_VERSION).unwrap_or(i32::MAX),
            &digest,
            &ended_at,
            &i64::try_from(1 + changes).unwrap_or(i64::MAX),
            &it.listed.announced_at,
            &ended_at.or(last).unwrap_or(it.listed.announced_at),
        ])
        .await?;
    }
    writer.close(copy).await
}

async fn write_secrets(writer: &mut Writer<'_>, played: &[Played]) -> Result<(), Trouble> {
    let mut copy = writer.open("show_secrets", "show_id, secret").await?;
    for it in played {
        let secret = it.listed.secret.as_bytes().as_slice();
        copy.row(&[&it.show.facts.id.get(), &secret]).await?;
    }
    writer.close(copy).await
}

async fn write_entries(writer: &mut Writer<'_>, played: &[Played]) -> Result<(), Trouble> {
    let columns = "id, show_id, horse_id, user_id, snapshot, entered_at";
    let mut copy = writer.open("show_entries", columns).await?;
    for show in played {
        let id = show.show.facts.id.get();
        for (it, user) in show.entries.iter().zip(&show.users) {
            copy.row(&[
                &it.entry_id.get(),
                &id,
                &it.snapshot.horse_id.get(),
                user,
                &Json(&it.snapshot),
                &it.entered_at,
            ])
            .await?;
        }
    }
    writer.close(copy).await
}

async fn write_results(writer: &mut Writer<'_>, played: &[Played]) -> Result<(), Trouble> {
    let columns = "id, horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, prize,
        horse_xp, user_xp, stat, created_at";
    let mut next = next_id(writer.transaction, "competition_results").await?;
    let mut copy = writer.open("competition_results", columns).await?;
    for show in played {
        let Ending::Settled(at, _, lines) = &show.ending else {
            continue;
        };
        let facts = &show.show.facts;
        for nth in 0..lines.entries.len() {
            copy.row(&[
                &next,
                &lines.horses[nth],
                &facts.id.get(),
                &lines.entries[nth],
                &lines.users[nth],
                &Thousandths(lines.scores[nth]),
                &Thousandths(lines.expected[nth]),
                &lines.placements[nth],
                &facts.discipline.as_str(),
                &facts.run_date,
                &lines.prizes[nth],
                &lines.horse_xp[nth],
                &lines.user_xp[nth],
                &lines.stats[nth],
                at,
            ])
            .await?;
            next += 1;
        }
    }
    writer.close(copy).await
}
