//! The Worker: one origin for a client. It answers every read from the database by itself, as a document and as a page, and
//! forwards every write.
//!
//! A panic would fail whatever else the isolate is doing, so nothing here can: failures are values all the way out.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod answer;
mod clock;
mod copies;
#[cfg(feature = "drill")]
mod drill;
mod forward;
mod hyperdrive;
mod page;
mod settings;
mod turns;

use crate::answer::{answer, read};
use crate::settings::Settings;
use reads::{Failure, Reads};
use worker::worker_sys::web_sys;
use worker::{Context, Env, Response, Result, event};

/// The version of the schema that this program was made for: the last folder of `migrations/`.
const SCHEMA_VERSION: &str = env!("SCHEMA_VERSION");

/// Answers a request: by itself where it can, through the native API otherwise.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<Response> {
    #[cfg(feature = "drill")]
    drill::panic_if_asked(&request);
    let forwarded = match Settings::of(&env) {
        Ok(settings) if forward::is_native(settings, &request) => {
            forward::forward(settings, &request).await
        }
        Ok(settings) => here(settings, &env, context, &request).await,
        Err(_) => Err(Failure::broken("a variable or a binding is missing")),
    };
    match forwarded {
        Ok(response) => Ok(response),
        Err(failure) => answer::problem(failure, &request).await,
    }
}

async fn here(
    settings: &'static Settings,
    env: &Env,
    context: Context,
    request: &web_sys::Request,
) -> std::result::Result<Response, Failure> {
    let reads = reads_of(settings, env, context)?;
    let response = if forward::is_document(request) {
        reads::answer(reads, read(request)?).await
    } else {
        page::page(settings, reads, request).await?
    };
    answer(response).await.map_err(Failure::broken)
}

fn reads_of(
    settings: &Settings,
    env: &Env,
    context: Context,
) -> std::result::Result<Reads, Failure> {
    let reads = Reads::new(
        hyperdrive::Databases::of(env).map_err(Failure::broken)?,
        clock::Clock::of(settings),
        settings.verifier.clone(),
        SCHEMA_VERSION.parse().map_err(Failure::broken)?,
    );
    let reads = match settings.copies_for_s {
        Some(for_s) => reads.with_copies(copies::Shelf::of(context), for_s),
        None => reads,
    };
    Ok(reads.with_cookies(settings.cookies()))
}
