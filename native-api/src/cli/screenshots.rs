//! `equoria screenshots`: a picture of every page of a game that is running.

use std::env;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Finding, print_json};
use crate::dev::package::{BROWSER, Package, browse};
use crate::dev::places::Places;
use crate::dev::say::Voice;
use crate::trouble::{Because, Trouble};

pub(super) const EXAMPLES: &str = "Examples:\n  equoria screenshots --out pictures                 every page of the game on this machine, 360 and 1280 px, light and dark\n  equoria screenshots --out pictures horse mating    these two alone\n  equoria screenshots --url http://127.0.0.1:9000 --out pictures --json | jq '.[].file'\n  equoria screenshots --readme                       the two with which the README opens\n\nA player named Ada Ashworth is signed up for it; the first time she lives through a week of the game's clock.";

/// Where the README's pictures lie.
const README: &str = "edge/pages/pictures";

#[derive(Args)]
pub(super) struct ScreenshotsArguments {
    /// The pages to take, by their names in the files; nothing said means all
    #[arg(value_name = "PAGE")]
    pages: Vec<String>,
    /// Where the game answers
    #[arg(long, default_value = "http://127.0.0.1:8787")]
    url: String,
    /// The folder that the pictures go to
    #[arg(long, value_name = "FOLDER", required_unless_present = "readme")]
    out: Option<PathBuf>,
    /// Take the README's two pictures, into edge/pages/pictures
    #[arg(long, conflicts_with_all = ["out", "pages"])]
    readme: bool,
    /// Print what was taken as JSON
    #[arg(long)]
    json: bool,
}

/// A picture that was taken.
#[derive(Debug, Deserialize, Serialize)]
struct Picture {
    file: String,
    path: String,
    status: u16,
    bytes: u64,
}

pub(super) async fn screenshots(arguments: &ScreenshotsArguments) -> Result<Finding, Trouble> {
    let url = arguments.url.trim_end_matches('/');
    require_game(url).await?;
    let voice = if arguments.json {
        Voice::quiet()
    } else {
        Voice::default()
    };
    let places = Places::find()?;
    let out = folder(arguments, &places)?;
    let job = json!({"url": url, "out": out, "only": arguments.pages, "readme": arguments.readme});
    let package = Package::installed(places, BROWSER.0, BROWSER.1, &voice)?;
    let step = voice.step(format!("taking pictures of {url} (about a minute for all)"));
    let taken = browse(&package, "screenshots.js", &job)
        .because(|| format!("the pages of {url} could not be pictured"))?;
    let taken: Vec<Picture> =
        serde_json::from_value(taken).because(|| "screenshots.js told of no pictures")?;
    let bytes: u64 = taken.iter().map(|it| it.bytes).sum();
    step.done(&format!(
        "{} pictures taken, {} kB",
        taken.len(),
        bytes / 1000
    ));
    if arguments.json {
        print_json(&taken)?;
    } else {
        println!("{} pictures are in {}", taken.len(), out.display());
    }
    Ok(Finding::of(!taken.is_empty()))
}

/// The folder, whole: the script runs elsewhere.
fn folder(arguments: &ScreenshotsArguments, places: &Places) -> Result<PathBuf, Trouble> {
    match &arguments.out {
        Some(out) => {
            let here = env::current_dir().because(|| "could not tell the current folder")?;
            Ok(here.join(out))
        }
        None => Ok(places.root.join(README)),
    }
}

async fn require_game(url: &str) -> Result<(), Trouble> {
    let nobody =
        || format!("no game answers at {url}: `cargo run` brings one up, --url names another");
    let answer = reqwest::get(format!("{url}/health/live")).await;
    let answer = answer.because(nobody)?;
    answer.error_for_status().because(nobody)?;
    Ok(())
}
