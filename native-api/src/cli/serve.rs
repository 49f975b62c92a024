//! `equoria serve` and `equoria work`.

use std::time::Duration;

use clap::Args;

use super::Finding;
use crate::config::Environment;
use crate::db::connect;
use crate::dev::api::{Api, Parts};
use crate::dev::embedded::Lent;
use crate::dev::say::Voice;
use crate::dev::{asked_to_stop, embedded, prepare};
use crate::ops::migrate;
use crate::trouble::Trouble;

#[derive(Args)]
pub(super) struct ServeArguments {
    /// Leave the jobs to `equoria work`
    #[arg(long)]
    no_jobs: bool,
}

pub(super) async fn serve(
    of: &Environment,
    arguments: &ServeArguments,
) -> Result<Finding, Trouble> {
    let parts = Parts {
        with_server: true,
        with_jobs: !arguments.no_jobs,
    };
    until_stopped(of, parts).await
}

pub(super) async fn work(of: &Environment) -> Result<Finding, Trouble> {
    let parts = Parts {
        with_server: false,
        with_jobs: true,
    };
    until_stopped(of, parts).await
}

async fn until_stopped(of: &Environment, parts: Parts) -> Result<Finding, Trouble> {
    // Listened for before anything answers: whoever sees it answer may stop it in that moment.
    let stopped = asked_to_stop();
    tokio::pin!(stopped);
    let voice = Voice::default();
    let begun = tokio::select! {
        begun = begin(of, parts, &voice) => Some(begun?),
        asked = &mut stopped => { asked?; None }
    };
    let Some((mut api, _lent)) = begun else {
        return Ok(Finding::Good);
    };
    let ended = tokio::select! {
        ended = watch(&mut api, &voice) => ended,
        asked = &mut stopped => asked,
    };
    let drained = api.stop().await;
    ended.and(drained).map(|()| Finding::Good)
}

/// Starts the parts, with the server that they may need to stay alive.
async fn begin(
    of: &Environment,
    parts: Parts,
    voice: &Voice,
) -> Result<(Api, Option<Lent>), Trouble> {
    let lent = match embedded::is_named(of)? {
        true => None,
        false => Some(embedded::borrow(of, voice).await?),
    };
    if let Some(lent) = &lent {
        let_the_roles_in(lent).await?;
    }
    let environment = lent.as_ref().map_or(of, |lent| &lent.environment);
    Ok((Api::launch(environment, parts).await?, lent))
}

/// Says when the parts are ready, and ends when one of them does.
async fn watch(api: &mut Api, voice: &Voice) -> Result<(), Trouble> {
    api.ready().await?;
    if !api.url.is_empty() {
        voice.say(&format!(
            "The native API answers at {}. Ctrl-C stops it.",
            api.url
        ));
    }
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        api.require_alive()?;
    }
}

/// The server of this checkout knows the roles once it was migrated, and their passwords once it was brought up.
async fn let_the_roles_in(lent: &Lent) -> Result<(), Trouble> {
    let administrator = connect(&lent.administrator).await?;
    if migrate::current_version(&administrator).await?.is_none() {
        return Err(Trouble::new(
            "the database of this checkout is empty: run `cargo run` (`equoria dev`) first, which prepares and serves it",
        ));
    }
    prepare::allow_logins(&lent.administrator, &lent.secrets).await
}
