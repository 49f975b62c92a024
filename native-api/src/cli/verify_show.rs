//! `equoria verify-show`: anyone repeats the settlement of a show.

use std::fs;
use std::io::{Read as _, stdin};

use clap::Args;
use rules::competition::proof::{Commitment, Proof, Verdict};
use rules::document;

use super::{Finding, print_json};
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(super) struct VerifyShowArguments {
    /// The proof: a file, `-` for standard input, or an http:// address such as .../v1/shows/7/proof
    proof: String,
    /// The commitment that the show published when it opened, in hexadecimal
    #[arg(long, value_name = "SHA256")]
    commitment: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn verify_show(arguments: &VerifyShowArguments) -> Result<Finding, Trouble> {
    let published = arguments
        .commitment
        .as_deref()
        .map(commitment)
        .transpose()?;
    let proof: Proof = document::read(&read(&arguments.proof).await?)
        .because(|| format!("{} holds no proof of a show", arguments.proof))?;
    let verdict = Verdict::of(&proof, published.as_ref());
    if arguments.json {
        print_json(&verdict)?;
    } else {
        println!("{verdict}");
    }
    Ok(if verdict.holds {
        Finding::Good
    } else {
        Finding::Bad
    })
}

fn commitment(text: &str) -> Result<Commitment, Trouble> {
    text.parse()
        .map_err(|_| Trouble::new("--commitment is not a SHA-256 in hexadecimal"))
}

async fn read(source: &str) -> Result<String, Trouble> {
    if source == "-" {
        let mut text = String::new();
        stdin()
            .read_to_string(&mut text)
            .because(|| "could not read standard input")?;
        return Ok(text);
    }
    if !source.contains("://") {
        return fs::read_to_string(source).because(|| format!("could not read {source}"));
    }
    let answer = reqwest::get(source)
        .await
        .because(|| format!("could not fetch {source}"))?;
    let status = answer.status();
    let text = answer
        .text()
        .await
        .because(|| format!("could not fetch {source}"))?;
    if status.is_success() {
        Ok(text)
    } else {
        Err(Trouble::new(format!("{source} answered {status}: {text}")))
    }
}
