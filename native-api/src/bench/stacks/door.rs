//! Whether PostgreSQL asks the Workers for a password: not where the bench's pooler signs in for them.

use std::fs;
use std::time::{Duration, Instant};

use super::super::world::Scratch;
use super::stack::EDGE;
use crate::db::connect;
use crate::trouble::{Because, Trouble};

/// The line that lets them in. PostgreSQL goes by the first that fits.
const OPEN: &str = "host all equoria_edge 127.0.0.1/32 trust\n";

/// Longer than a server takes to read its settings again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the door for the role of the Workers, or has it ask for the password again; done once it is so.
///
/// # Errors
/// When PostgreSQL's settings cannot be written, or it does not follow them.
pub async fn set(scratch: &Scratch, is_open: bool) -> Result<(), Trouble> {
    let file = scratch.home.join("postgres/pg_hba.conf");
    let because = || format!("could not change {}", file.display());
    let text = fs::read_to_string(&file).because(because)?;
    let closed = text.replace(OPEN, "");
    let text = if is_open {
        [OPEN, &closed].concat()
    } else {
        closed
    };
    fs::write(&file, text).because(because)?;
    let administrator = connect(&scratch.administrator).await?;
    let reload = administrator.batch_execute("select pg_reload_conf()").await;
    reload.because(because)?;
    let without_password = scratch.administrator.over_tcp().with_user(EDGE, "");
    let since = Instant::now();
    while connect(&without_password).await.is_ok() != is_open {
        if since.elapsed() > PATIENCE {
            return Err(Trouble::new(
                "PostgreSQL does not read its pg_hba.conf again: look at its log",
            ));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
