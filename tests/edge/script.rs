//! The script of the pages: compiled strictly, and at work in a real browser before the real Worker.

use chrono::{DateTime, FixedOffset, Utc};
use harness::Player;
use harness::node::{Package, in_a_browser};
use harness::world::number;
use serde_json::{Value, json};

use crate::run;
use crate::tampering::KINDS;
use crate::terminal::settled;
use crate::town::{Town, town};

/// What a browser answers to a job.
async fn browse(town: &Town, task: &str, mut job: Value) -> Value {
    job["task"] = task.into();
    job["url"] = town.edge.url.clone().into();
    let open = move || in_a_browser("script.js", &job);
    tokio::task::spawn_blocking(open).await.unwrap()
}

#[test]
fn the_script_compiles_strictly() {
    let compiler = Package::installed("edge/client", "TypeScript (60 MB, about 10 s)");
    compiler.run("tsc", &["--project", "../pages/script"], &[]);
}

#[test]
fn instants_are_told_in_the_zone_of_the_reader_with_utc_beside_it() {
    run(async {
        let town = town().await;
        let path = format!("/shows/{}", town.open);
        // Neither has a summer time.
        let zones = [("Asia/Tokyo", 9), ("America/Phoenix", -7)];
        let job = json!({"path": path, "zones": zones.map(|(name, _)| name)});
        let told = browse(&town, "times", job).await;
        let told = told.as_array().unwrap();
        let utc = told[2]["text"].as_str().unwrap();
        assert!(
            utc.ends_with(" UTC") && told[2]["title"].is_null(),
            "{told:?}"
        );
        for ((_, hours), seen) in zones.iter().zip(told) {
            assert_eq!(seen["errors"], json!([]));
            assert_eq!(seen["title"], utc);
            let at: DateTime<Utc> = seen["at"].as_str().unwrap().parse().unwrap();
            let zone = FixedOffset::east_opt(hours * 3600).unwrap();
            let local = at.with_timezone(&zone).format("%-d %b %Y, %H:%M");
            let text = seen["text"].as_str().unwrap();
            assert!(text.starts_with(&local.to_string()), "{text} for {local}");
        }
    });
}

/// A breeder, and pairs of hers: a founder that is tested, which only she may know; one that is not; a foal and one of its parents.
async fn pairs(town: &Town) -> (Player, Vec<Value>) {
    let world = &town.world;
    let breeder = world.player_with("Reckoning Breeder", 10_000).await;
    let buys = async |sex: &str, breed: &str| {
        let body = json!({"breed": breed, "sex": sex, "name": format!("Reckoned {sex} {breed}")});
        let bought = breeder.post("/v1/horses/store", &body).await.require(201);
        number(&bought, "id")
    };
    let stallion = buys("male", "Appaloosa").await;
    let (tested, untested) = (
        buys("female", "Appaloosa").await,
        buys("female", "Arabian").await,
    );
    let path = format!("/v1/horses/{tested}/genetic-test");
    breeder.post(&path, &json!({})).await.require(201);
    let (dam, sire) = (world.mare(&breeder).await, world.stallion(&breeder).await);
    let foal = world.foal_of(&breeder, dam, sire).await;
    let sql = format!(
        "set local session_replication_role = replica;
         update horses set born_at = born_at - interval '60 days' where id = {foal}"
    );
    world.sql(&sql).await;
    let is_filly = world.client.read(&format!("/v1/horses/{foal}")).await["sex"] == "female";
    let inbred = if is_filly { [foal, sire] } else { [dam, foal] };
    let pairs = [[tested, stallion], [untested, stallion], inbred];
    let pairs = pairs.map(|[mare, stallion]| json!({"mare": mare, "stallion": stallion}));
    (breeder, pairs.to_vec())
}

#[test]
fn the_odds_that_a_page_reckons_are_those_that_the_server_tells() {
    run(async {
        let town = town().await;
        let (breeder, pairs) = pairs(&town).await;
        let job = json!({"token": breeder.token(), "pairs": pairs});
        let told = browse(&town, "breeding", job).await;
        assert_eq!(told["errors"], json!([]));
        let all = told["told"].as_array().unwrap();
        for (pair, plan) in pairs.iter().zip(all) {
            assert_eq!(plan["reckoned"], plan["served"], "{pair}");
            assert_eq!(
                (&plan["busy"], &plan["stayed"]),
                (&json!("true"), &json!(true))
            );
            let ends = format!(
                "/breeding?mare={}&stallion={}",
                pair["mare"], pair["stallion"]
            );
            let address = plan["address"].as_str().unwrap();
            assert!(address.ends_with(&ends), "{address}");
            println!("{}\n", plan["reckoned"].as_str().unwrap());
        }
        assert_eq!(told["plain"], all[0]["served"]);
        let inbred = all[2]["reckoned"].as_str().unwrap();
        assert!(inbred.contains("25\u{a0}%"), "{inbred}");
    });
}

#[test]
fn a_page_says_of_each_step_of_a_proof_whether_it_holds() {
    run(async {
        let town = town().await;
        let settled = settled(&town).await;
        let tampered: Vec<Value> = KINDS
            .iter()
            .filter(|kind| ["score_milli", "prize", "secret", "digest"].contains(&kind.wrong))
            .map(|kind| {
                let mut proof = settled.proof.clone();
                (kind.change)(&mut proof);
                proof
            })
            .collect();
        assert!(tampered.len() >= 4);
        let job = json!({"show": settled.show, "tampered": tampered});
        let told = browse(&town, "verify", job).await;
        let told = told.as_array().unwrap();
        let steps = |said: &Value| -> Vec<String> {
            let steps = said["steps"].as_array().unwrap().iter();
            steps.map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(
            told[0]["said"],
            "The proof holds: everything below was repeated here."
        );
        let honest = steps(&told[0]);
        assert_eq!(honest.len(), 9);
        assert!(
            honest.iter().all(|step| step.contains("Holds.")),
            "{honest:?}"
        );
        assert!(honest[8].contains(settled.proof["digest"].as_str().unwrap()));
        assert!(honest[3].ends_with("Entries: 4"), "{honest:?}");
        for said in &told[1..] {
            assert_eq!(
                (&said["said"], &said["errors"]),
                (&json!("The proof does not hold."), &json!([]))
            );
            let steps = steps(said);
            let failed = steps
                .iter()
                .position(|it| it.contains("Does not hold."))
                .unwrap();
            assert!(
                steps[..failed].iter().all(|it| it.contains("Holds.")),
                "{steps:?}"
            );
            let mut after = steps[failed + 1..].iter();
            assert!(
                after.all(|it| it.contains("Not looked at any more.")),
                "{steps:?}"
            );
            println!("{}", steps[failed]);
        }
    });
}

#[test]
fn a_form_is_sent_once_and_shows_in_its_place_why_it_was_refused() {
    run(async {
        let town = town().await;
        let stables = async || {
            let page = town.ada.read("/v1/users/me/stables?limit=100").await;
            page["items"].as_array().unwrap().len()
        };
        let before = stables().await;
        let name = format!("Yard of one {}", std::process::id());
        let job = json!({"token": town.ada.token(), "name": name, "refused": "x".repeat(500)});
        let told = browse(&town, "sending", job).await;
        let again = &told["again"];
        assert_eq!(again["typed"].as_str().unwrap().len(), 500);
        assert!(!again["alert"].as_str().unwrap().is_empty());
        assert_eq!(again["focused"], "name", "{told}");
        assert!(
            again["address"].as_str().unwrap().ends_with("/stable"),
            "{told}"
        );
        assert_eq!((&again["posts"], &told["posts"]), (&json!(1), &json!(2)));
        assert_eq!(told["isDisabled"], "true");
        assert_eq!(stables().await, before + 1);
    });
}

#[test]
fn a_reader_without_an_account_chooses_the_colours_and_every_page_comes_in_them() {
    run(async {
        let town = town().await;
        let told = browse(&town, "theme", json!({})).await;
        assert_eq!(told["errors"], json!([]));
        assert_ne!(told["before"], told["chosen"]);
        assert_eq!(
            (&told["next"], &told["back"]),
            (&told["chosen"], &told["before"])
        );
        assert_eq!(told["kept"], "dark");
        // The server itself writes it, so that no page flashes.
        let html = told["html"].as_str().unwrap();
        assert!(
            html.contains("<html lang=\"en\" data-theme=\"dark\">"),
            "{html}"
        );
    });
}
