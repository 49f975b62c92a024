//! The rules in a real browser: a page fetches a proof, goes offline, and answers what the server answered.

use std::fmt::Write as _;
use std::fs;

use harness::node::{Package, in_a_browser};
use harness::{Client, NewHorse, NewShow, Player, World};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::run;
use crate::tampering::{KINDS, MISREAD};
use crate::terminal::{Settled, found, settled};
use crate::town::{Town, town};

/// What a page answered, for all tests.
async fn answers(town: &Town) -> &'static Value {
    static ANSWERS: OnceCell<Value> = OnceCell::const_new();
    ANSWERS.get_or_init(|| ask(town)).await
}

async fn ask(town: &Town) -> Value {
    let settled = settled(town).await;
    let breeder = town.world.player_with("Far Breeder", 10_000).await;
    // First, because time passes.
    let matings = matings(&town.world, &town.at_the_edge(), &breeder).await;
    let job = json!({
        "url": town.edge.url,
        "show": settled.show,
        "tampered": tampered(settled),
        "misread": misread(settled),
        "matings": matings,
        "previews": previews(&town.world, &breeder).await,
        "wrong": wrong(),
    });
    let open = move || in_a_browser("page.js", &job);
    let answers = tokio::task::spawn_blocking(open).await.unwrap();
    println!("Chromium {}", answers["browser"]);
    answers
}

fn tampered(settled: &Settled) -> Vec<Value> {
    let kinds = KINDS.iter().map(|kind| {
        let mut proof = settled.proof.clone();
        (kind.change)(&mut proof);
        json!({"proof": proof, "commitment": kind.knows_commitment.then_some(&settled.commitment)})
    });
    kinds.collect()
}

fn misread(settled: &Settled) -> Vec<Value> {
    let kinds = MISREAD.iter().map(|(_, change, _)| {
        let mut proof = settled.proof.clone();
        change(&mut proof);
        proof
    });
    kinds.collect()
}

/// A horse that would meet three others, one of whom ties with her, and one that meets nobody.
async fn previews(world: &World, player: &Player) -> Value {
    let own = NewHorse {
        scores: json!({"Racing": 12}),
        traits: json!({"positive": ["bold"], "negative": ["stubborn"], "hidden": ["legendary_bloodline"]}),
        bond: 77,
        stress: 60,
        temperament: "Spirited",
        ..NewHorse::default()
    };
    let horse = world.horse(player, own.clone()).await;
    let [full, empty] = [
        world.show(player, NewShow::default()).await,
        world.show(player, NewShow::default()).await,
    ];
    let mut rivals = Vec::new();
    for stats in [own.stats, 24, 31] {
        let rival = NewHorse {
            stats,
            ..own.clone()
        };
        let rival = world.horse(player, rival).await;
        world.enter(player, full, rival).await.require(201);
        rivals.push(rival);
    }
    json!([
        {"show": full, "horse": horse, "rivals": rivals},
        {"show": empty, "horse": horse, "rivals": []},
    ])
}

/// Founders of two breeds, of which one is tested for everyone to see, and their foal with one of them.
async fn matings(world: &World, edge: &Client, player: &Player) -> Value {
    let buys = async |sex: &str, breed: &str| {
        let body = json!({"breed": breed, "sex": sex, "name": format!("Far {sex} {breed}")});
        let bought = player.post("/v1/horses/store", &body).await.require(201);
        harness::world::number(&bought, "id")
    };
    let (mare, stallion) = (
        buys("female", "Appaloosa").await,
        buys("male", "Arabian").await,
    );
    // They come at the age of three, and a week before this covering they must have been three.
    world.advance("8d").await;
    let path = format!("/v1/horses/{mare}/genetic-test");
    player.post(&path, &json!({})).await.require(201);
    let published = player.ask("PATCH", &path).json(&json!({"published": true}));
    published.send().await.require(200);
    let foal = world.foal_of(player, mare, stallion).await;
    let is_filly = edge.read(&format!("/v1/horses/{foal}")).await["sex"] == "female";
    let (dam, sire) = if is_filly {
        (foal, stallion)
    } else {
        (mare, foal)
    };
    let other = if is_filly { mare } else { stallion };
    json!([
        {"mare": mare, "stallion": stallion, "family": []},
        {"mare": dam, "stallion": sire, "family": [other]},
    ])
}

/// Calls that must fail, and part of the sentence of each.
const WRONG: [(&str, &str, &str); 5] = [
    (
        "previewScore",
        r#"{"horse": {}, "discipline": "Racing"}"#,
        "This is no planned entry. horse: missing field `stats`",
    ),
    (
        "previewScore",
        r#"{"discipline": "Cat Racing"}"#,
        "discipline: The value of discipline is not one that the game knows.",
    ),
    (
        "previewScore",
        "{\"horse\"",
        "This is no planned entry. EOF while parsing",
    ),
    (
        "predictMating",
        r#"{"mare": {"id": 1, "sex": "female", "breed": {"name": "Unicorn"}}}"#,
        "mare.breed.name: The value of breed",
    ),
    (
        "predictMating",
        r#"{"mare": 5}"#,
        "mare: invalid type: integer `5`",
    ),
];

fn wrong() -> Vec<Value> {
    let calls = WRONG.iter().map(|(name, given, _)| json!([name, given]));
    calls.collect()
}

#[test]
fn a_page_verifies_a_settled_show_offline() {
    run(async {
        let town = town().await;
        let (settled, answers) = (settled(&town).await, answers(&town).await);
        assert_eq!(answers["isOffline"], true);
        assert_eq!(
            (&answers["errors"], &answers["version"]),
            (&json!([]), &json!(1))
        );
        let asked = answers["requests"].as_array().unwrap();
        let is_the_probe = |url: &Value| url.as_str().unwrap().ends_with("/health/live");
        assert!(asked.iter().all(is_the_probe), "{asked:?}");
        assert_eq!(answers["proof"], settled.proof);
        let (_, said) = found(&settled.proof, Some(&settled.commitment));
        assert_eq!(answers["honest"]["given"], said);
        assert_eq!(answers["asText"], said);
        assert_eq!(said["holds"], true);
        println!("verified in {} ms", answers["honest"]["took_ms"]);
    });
}

#[test]
fn a_page_finds_in_every_tampered_proof_what_the_terminal_finds() {
    run(async {
        let town = town().await;
        let (settled, answers) = (settled(&town).await, answers(&town).await);
        let all = answers["tampered"].as_array().unwrap();
        assert_eq!(all.len(), KINDS.len());
        for (kind, answer) in KINDS.iter().zip(all) {
            let mut proof = settled.proof.clone();
            (kind.change)(&mut proof);
            let commitment = kind.knows_commitment.then_some(settled.commitment.as_str());
            let (_, said) = found(&proof, commitment);
            assert_eq!(answer["answered"], said, "{}: {answer}", kind.name);
            assert_eq!(
                (&said["holds"], &said["wrong"]),
                (&json!(false), &json!(kind.wrong))
            );
        }
        let table = KINDS
            .iter()
            .zip(all)
            .fold(String::new(), |mut table, (kind, answer)| {
                let why = answer["answered"]["why_not"].as_str().unwrap_or_default();
                writeln!(table, "{:<52} {why}", kind.name).unwrap();
                table
            });
        println!("{table}");
    });
}

#[test]
fn a_page_is_told_what_it_gave_that_cannot_be_read() {
    run(async {
        let town = town().await;
        let answers = answers(&town).await;
        let thrown = |answer: &Value, says: &str| {
            assert_eq!(answer["isError"], true, "{answer}");
            let said = answer["thrown"].as_str().unwrap();
            assert!(said.contains(says), "{said} does not say {says}");
        };
        for (answer, (_, _, says)) in answers["misread"].as_array().unwrap().iter().zip(MISREAD) {
            thrown(answer, says);
        }
        for (answer, (_, _, says)) in answers["wrong"].as_array().unwrap().iter().zip(WRONG) {
            thrown(answer, says);
        }
        thrown(
            &answers["nothing"],
            "A proof of a show is an object or JSON text; this is neither.",
        );
    });
}

#[test]
fn a_page_previews_scores_and_predicts_matings_bit_for_bit_as_the_api_does() {
    run(async {
        let town = town().await;
        let answers = answers(&town).await;
        let previews = answers["previews"].as_array().unwrap();
        assert_eq!(previews.len(), 2);
        for preview in previews {
            let (told, given) = (&preview["told"], &preview["given"]);
            for (field, value) in given.as_object().unwrap() {
                assert_eq!(&told[field], value, "{field} of {told}");
            }
            assert_eq!(given.as_object().unwrap().len(), 6);
            println!(
                "previewed among {} in {} ms",
                given["rivals"], preview["took_ms"]
            );
        }
        let matings = answers["matings"].as_array().unwrap();
        assert_eq!(matings.len(), 2);
        for mating in matings {
            assert_eq!(mating["told"]["foal"], mating["given"]);
            println!(
                "predicted {} coats in {} ms",
                mating["given"]["coats"].as_array().unwrap().len(),
                mating["took_ms"]
            );
        }
        assert_eq!(matings[1]["given"]["inbreeding"], 0.25);
        assert!(
            !matings[1]["given"]["common_ancestors"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        assert_ne!(matings[0]["told"]["based_on"]["tested"]["mare"], json!([]));
    });
}

#[test]
fn the_rules_are_served_as_files_that_may_be_kept_forever() {
    run(async {
        let town = town().await;
        let edge = town.at_the_edge();
        let entry = edge.get("/rules/rules.js").await.require(200);
        let (_, rest) = entry
            .text()
            .split_once("from \"./")
            .map(|(one, rest)| (one.to_owned(), rest.to_owned()))
            .unwrap();
        let version = rest.split('/').next().unwrap().to_owned();
        for (path, kind, cache) in [
            (
                "rules.js".to_owned(),
                "text/javascript",
                "public, max-age=300",
            ),
            ("rules.d.ts".to_owned(), "text/plain", "public, max-age=300"),
            (
                format!("{version}/rules.js"),
                "text/javascript",
                "immutable",
            ),
            (format!("{version}/rules.d.ts"), "text/plain", "immutable"),
            (
                format!("{version}/rules_bg.wasm"),
                "application/wasm",
                "immutable",
            ),
        ] {
            let served = edge.get(&format!("/rules/{path}")).await.require(200);
            assert!(
                served.header("content-type").starts_with(kind),
                "{path}: {}",
                served.header("content-type")
            );
            assert!(
                served.header("cache-control").contains(cache),
                "{path}: {}",
                served.header("cache-control")
            );
            assert_eq!(served.header("access-control-allow-origin"), "*", "{path}");
            assert!(!served.etag().is_empty(), "{path}");
        }
        for nothing in ["/rules/nothing.js", "/rules/", "/rules/rules_bg.wasm"] {
            assert_eq!(edge.get(nothing).await.status, 404, "{nothing}");
        }
    });
}

/// The answers themselves stand in the program, so that a field too many or too few is an error of the compiler.
#[test]
fn the_types_are_those_of_what_really_goes_in_and_comes_out() {
    run(async {
        let town = town().await;
        let (edge, answers) = (town.at_the_edge(), answers(&town).await);
        let compiler = Package::installed("edge/client", "TypeScript (60 MB, about 10 s)");
        let folder = compiler.folder.join("node_modules/.rules");
        fs::create_dir_all(&folder).unwrap();
        let entry = edge.get("/rules/rules.d.ts").await.require(200);
        let version = entry.text().split('/').nth(1).unwrap().to_owned();
        let types = edge
            .get(&format!("/rules/{version}/rules.d.ts"))
            .await
            .require(200);
        fs::write(folder.join("rules.d.ts"), types.text()).unwrap();
        let mut program = "import * as rules from \"./rules.js\";\n".to_owned();
        let mut holds = |kind: &str, value: &Value| {
            let number = program.lines().count();
            writeln!(program, "export const v{number}: rules.{kind} = {value};").unwrap();
        };
        holds("Proof", &answers["proof"]);
        holds("Verdict", &answers["honest"]["given"]);
        for answer in answers["tampered"].as_array().unwrap() {
            holds("Verdict", &answer["answered"]);
        }
        for preview in answers["previews"].as_array().unwrap() {
            holds("ScorePreview", &preview["given"]);
        }
        for mating in answers["matings"].as_array().unwrap() {
            holds("Foal", &mating["given"]);
        }
        program.push_str(
            "declare const horse: rules.Mate & rules.ScoredHorse;\n\
             export const verdict: rules.Verdict = rules.verifyShow(v1);\n\
             export const score: number = rules.previewScore({ horse, discipline: \"Racing\", rivals: [horse] }).expected_score;\n\
             export const coat: string | undefined = rules.predictMating({ mare: horse, stallion: horse }).coats[0]?.name;\n\
             // @ts-expect-error A show is no horse.\n\
             rules.previewScore({ horse: v1, discipline: \"Racing\" });\n",
        );
        fs::write(folder.join("answers.ts"), &program).unwrap();
        let settings = r#"{"extends": "../../tsconfig.json", "compilerOptions": {"noEmit": true, "rootDir": "."}, "include": [], "files": ["answers.ts"]}"#;
        fs::write(folder.join("tsconfig.json"), settings).unwrap();
        compiler.run("tsc", &["--project", "node_modules/.rules"], &[]);
    });
}
