//! The audit log: what is new is sealed, and every seal is proven anew.

use super::{At, Told};
use crate::config::Login;
use crate::ops::audit::{Sealer, Witness, verify};
use crate::trouble::Trouble;

/// How many findings are told one by one.
const MOST_TOLD: usize = 10;

/// Seals what is not sealed yet, and recomputes every seal from its rows.
pub(super) async fn seal_and_verify(at: &At<'_>) -> Result<Told, Trouble> {
    let mut told = Told::default();
    match Sealer::of(&at.keeper.environment)? {
        Some(sealer) => told.put("new_seals", sealer.seal().await?.len()),
        None => {
            told.warn("the audit was not sealed: EQUORIA_AUDIT_KEY is not set here");
            return Ok(told);
        }
    }
    let witness = Witness::of(&at.keeper.environment)?;
    let mut client = at.keeper.connect_as(Login::Auditor).await?;
    let verdict = verify::verify(&mut client, &witness, &[], &mut |_| {}).await?;
    told.put("seals", verdict.seals);
    told.put("sealed_rows", verdict.rows);
    told.put("unsealed_rows", verdict.unsealed_rows);
    told.put("newest_hash", verdict.newest_hash.clone());
    told.put("faults", verdict.finding_count);
    for finding in verdict.findings.iter().take(MOST_TOLD) {
        told.alarm(finding.sentence.clone());
    }
    if verdict.finding_count > MOST_TOLD as u64 {
        told.alarm(format!(
            "{} faults of the audit in all: `equoria audit verify` tells each",
            verdict.finding_count
        ));
    }
    Ok(told)
}
