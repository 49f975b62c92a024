//! A settled show is checked in a terminal: from its address, a file, or standard input.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use harness::{NewHorse, NewShow, program};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::run;
use crate::tampering::{KINDS, MISREAD};
use crate::town::{Town, town};

/// A settled show of four entries, of which the last two tie with nothing, and the commitment that it opened with.
pub struct Settled {
    /// Its id.
    pub show: i64,
    /// Its proof, as the edge tells it.
    pub proof: Value,
    /// What it published when it opened.
    pub commitment: String,
}

/// The show, settled once.
pub async fn settled(town: &Town) -> &'static Settled {
    static SETTLED: OnceCell<Settled> = OnceCell::const_new();
    SETTLED.get_or_init(|| settle(town)).await
}

async fn settle(town: &Town) -> Settled {
    let world = &town.world;
    let host = world.player_with("Proving Society", 10_000).await;
    let rider = world.player("Proving Rider").await;
    let new = NewShow {
        in_minutes: 60,
        ..NewShow::default()
    };
    let show = world.show(&host, new).await;
    let opened = town.at_the_edge().read(&format!("/v1/shows/{show}")).await;
    // The trait tells disciplines apart.
    let upset = json!({"positive": [], "negative": ["easily_overwhelmed"], "hidden": []});
    for stats in [40, 30, 0, 0] {
        let new = NewHorse {
            stats,
            traits: upset.clone(),
            ..NewHorse::default()
        };
        let horse = world.horse(&rider, new).await;
        world.enter(&rider, show, horse).await.require(201);
    }
    world.advance("2h").await;
    world.settle_due().await;
    let proof = format!("/v1/shows/{show}/proof");
    Settled {
        show,
        proof: town.at_the_edge().read(&proof).await,
        commitment: opened["secret_hash"].as_str().unwrap().to_owned(),
    }
}

/// Runs `equoria verify-show` on what stands on its standard input.
fn verify(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(program::equoria())
        .arg("verify-show")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// What the terminal finds in a proof, as JSON.
pub fn found(proof: &Value, commitment: Option<&str>) -> (i32, Value) {
    let mut arguments = vec!["-", "--json"];
    arguments.extend(commitment.into_iter().flat_map(|it| ["--commitment", it]));
    let output = verify(&arguments, &proof.to_string());
    let said = serde_json::from_slice(&output.stdout);
    let said = said.unwrap_or_else(|_| json!(String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), said)
}

#[test]
fn a_proof_is_checked_from_its_address_a_file_and_standard_input_alike() {
    run(async {
        let town = town().await;
        let settled = settled(&town).await;
        let address = format!("{}/v1/shows/{}/proof", town.edge.url, settled.show);
        let file = std::env::temp_dir().join(format!("equoria-proof-{}.json", std::process::id()));
        let text = settled.proof.to_string();
        fs::write(&file, &text).unwrap();
        let path = file.display().to_string();
        let sources = [
            (address.as_str(), ""),
            (path.as_str(), ""),
            ("-", text.as_str()),
        ];
        let all = sources.map(|(source, input)| {
            let output = verify(&[source, "--commitment", &settled.commitment], input);
            (
                output.status.code(),
                String::from_utf8(output.stdout).unwrap(),
            )
        });
        fs::remove_file(&file).unwrap();
        for (status, said) in &all {
            assert_eq!(*status, Some(0), "{said}");
            let digest = settled.proof["digest"].as_str().unwrap();
            let holds =
                format!("holds: 4 entries scored again by rules version 1, digest {digest}.");
            assert!(said.trim_end().ends_with(&holds), "{said}");
            assert_eq!(said, &all[0].1);
        }
    });
}

#[test]
fn every_kind_of_tampering_is_named_in_the_terminal() {
    run(async {
        let town = town().await;
        let settled = settled(&town).await;
        let (status, said) = found(&settled.proof, Some(&settled.commitment));
        assert_eq!((status, &said["holds"]), (0, &json!(true)), "{said}");
        assert!(KINDS.len() >= 10);
        for kind in KINDS {
            let mut proof = settled.proof.clone();
            (kind.change)(&mut proof);
            let commitment = kind.knows_commitment.then_some(settled.commitment.as_str());
            let (status, said) = found(&proof, commitment);
            assert_eq!(
                (status, &said["holds"]),
                (1, &json!(false)),
                "{}: {said}",
                kind.name
            );
            assert_eq!(said["wrong"], kind.wrong, "{}: {said}", kind.name);
            let why = said["why_not"].as_str().unwrap();
            assert!(why.contains(kind.says), "{}: {why}", kind.name);
        }
    });
}

#[test]
fn what_is_no_proof_is_refused_with_the_place_of_what_is_wrong() {
    run(async {
        let town = town().await;
        let settled = settled(&town).await;
        for (name, change, says) in MISREAD {
            let mut proof = settled.proof.clone();
            change(&mut proof);
            let (status, said) = found(&proof, None);
            assert_eq!(status, 2, "{name}: {said}");
            let said = said.as_str().unwrap();
            assert!(
                said.contains(says) && said.trim_end().lines().count() == 1,
                "{name}: {said}"
            );
        }
        let open = format!("{}/v1/shows/{}/proof", town.edge.url, town.open);
        let missing = [
            "no-such-file.json",
            open.as_str(),
            "http://127.0.0.1:1/proof",
        ];
        for source in missing {
            let output = verify(&[source], "");
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{source}: {said}");
            assert!(
                said.contains(source) && said.trim_end().lines().count() == 1,
                "{said}"
            );
        }
        let output = verify(&["-", "--commitment", "feed"], &settled.proof.to_string());
        assert_eq!(output.status.code(), Some(2));
    });
}
