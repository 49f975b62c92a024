//! The README's story, as it stands there.

use std::fs;
use std::process::Command;

use harness::program::{checkout, equoria};

use crate::run;
use crate::town::town;

#[test]
fn the_story_in_the_readme_can_be_played_as_it_is_written() {
    run(async {
        let town = town().await;
        require_played(&town.edge.url).await;
    });
}

/// Plays the story at this Worker, whatever stands behind it.
pub async fn require_played(url: &str) {
    let url = url.to_owned();
    let told = tokio::task::spawn_blocking(move || play(&url))
        .await
        .unwrap();
    for part in [
        "\"name\":\"Ada\",\"email\":",
        "\"score_gain\":",
        "\"code\":\"resting\"",
        "\"discipline_scores\":{\"Racing\":",
        "\"basis\":\"visible_traits\"",
        "\"fee\":",
        "\"ahead_ms\":",
        "\"placement\":1,",
        " holds: ",
        "\"coats\":",
        "\"due_at\":",
        "\"activity\":\"gentle_touch\"",
        "\"position\":",
        "\"MC1R\"",
        "\"cause\":\"genetic_test\"",
        "\"cause\":\"covering_registration\"",
        "\"cause\":\"store_horse\"",
        "\"cause\":\"entry_fee\"",
        "\"cause\":\"welcome\"",
    ] {
        assert!(told.contains(part), "no {part} in:\n{told}");
    }
}

/// Runs the story against the Worker, with the program that is being tested in the place of `cargo run`.
fn play(url: &str) -> String {
    let told = Command::new("timeout")
        .args(["90", "bash", "-eo", "pipefail", "-c", &story()])
        .current_dir(checkout())
        .env("URL", url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&told.stderr);
    assert!(
        told.status.success(),
        "{}: {said}\n{complaint}",
        told.status
    );
    said
}

fn story() -> String {
    let readme = fs::read_to_string(checkout().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("## A story to play with curl").unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    let (story, _) = rest.split_once("```").unwrap();
    let program = equoria();
    let replaced = story.replace("cargo run --quiet --", &format!("'{}'", program.display()));
    assert_ne!(story, replaced, "the story verifies a proof");
    replaced
}
