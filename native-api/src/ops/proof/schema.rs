//! Whether this program knows the schema: every migration that was applied is one of ours, as we have it.

use tokio_postgres::Client;

use super::Check;
use crate::ops::migrate::{self, Standing};
use crate::trouble::Trouble;

/// Compares the ledger of migrations with ours. One that is pending is no fault: the backup is older than the program.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn check(client: &Client) -> Result<Check, Trouble> {
    let mut check = Check::begin("migrations");
    for (folder, standing) in migrate::compare(&migrate::applied(client).await?) {
        match standing {
            Standing::Applied(_) => check.looked_at += 1,
            Standing::Pending => {}
            Standing::Edited(_) => check
                .faults
                .push(format!("{folder} is not what was applied")),
            Standing::Unknown(_) => {
                check
                    .faults
                    .push(format!("{folder} is not known to this program"));
            }
        }
    }
    Ok(check.end())
}
