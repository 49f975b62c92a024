//! A backup brought up for a while, to be copied from.

use std::path::Path;

use tokio_postgres::Client;

use crate::config::Environment;
use crate::dev::say::Voice;
use crate::ops::backup::catalogue;
use crate::ops::backup::recovery::server::{Replay, Replayed, Running};
use crate::ops::backup::recovery::target::Target;
use crate::ops::backup::recovery::whole::Assembly;
use crate::ops::backup::recovery::work::Work;
use crate::ops::backup::recovery::{Workshop, needed_bytes, require_space};
use crate::ops::migrate;
use crate::trouble::Trouble;

/// A restored backup that runs as long as this value lives, and is gone afterwards.
pub struct Lent {
    /// Its superuser's connection to the database of the game.
    pub client: Client,
    // The server stops before its folder goes.
    _server: Running,
    _work: Work,
}

/// Restores a backup to the instant whose content is known, in a folder inside `parent`, and takes the migrations that it
/// has not taken yet.
///
/// # Errors
/// When there is no such backup, it cannot be restored, or space is short.
pub async fn lend(
    of: &Environment,
    id: &str,
    parent: &Path,
    voice: &Voice,
) -> Result<Lent, Trouble> {
    let shop = Workshop::open(of, parent, voice)?;
    let catalogue = catalogue::list(&shop.repository.place).await?;
    let entry = catalogue.find(id)?;
    let chain = catalogue.chain(entry)?;
    require_space(&shop.parent, needed_bytes(&chain))?;
    let work = Work::inside(&shop.parent, "anonymise", &shop.places)?;
    let assembly = Assembly {
        repository: &shop.repository,
        programs: &shop.programs,
        work: &work,
        voice,
        is_thorough: false,
        is_scratch: true,
    };
    let data = assembly.whole(&chain).await?.map_err(|findings| {
        let what: Vec<String> = findings.into_iter().map(|it| it.what).collect();
        Trouble::new(format!(
            "backup {id} cannot be restored, try another one (`equoria backup list`): {}",
            what.join("; ")
        ))
    })?;
    let target = Target::Point(entry.point.name.clone());
    let replay = Replay {
        data: &data,
        work: &work,
        programs: &shop.programs,
        places: &shop.places,
        environment: &shop.environment,
        target: &target,
        timeline: Some(entry.timeline),
        is_scratch: true,
        patience: shop.patience,
    };
    let step = voice.step(format!("bringing up backup {id}"));
    let (from, size) = (entry.start_lsn, entry.segment_bytes);
    let Replayed::Reached(server) = replay.run(from, size, &step.counter()).await? else {
        return Err(Trouble::new(format!(
            "the write-ahead log of backup {id} ends before {target}"
        )));
    };
    let mut client = server.superuser(&entry.point.database).await?;
    migrate::deploy(&mut client).await?;
    step.done(&format!("backup {id} is up"));
    Ok(Lent {
        client,
        _server: server,
        _work: work,
    })
}
