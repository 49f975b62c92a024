//! A name for the instant before maintenance, to which a recovery can come back.

use super::{At, Told};
use crate::trouble::{Because, Trouble};

/// Creates `maintain daily 2026-11-22`; a later attempt at the same slot says which one it is.
pub(super) async fn name(at: &At<'_>) -> Result<Told, Trouble> {
    let mut name = format!("maintain {} {}", at.rhythm, at.slot.format("%Y-%m-%d"));
    if at.attempts > 1 {
        name.push_str(&format!(" attempt {}", at.attempts));
    }
    let row = at
        .client
        .query_one("select pg_create_restore_point($1)::text", &[&name])
        .await
        .because(|| format!("could not create the restore point `{name}`"))?;
    let lsn: String = row.get(0);
    Ok(Told::default().with("restore_point", name).with("lsn", lsn))
}
