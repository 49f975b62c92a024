//! How the pages look: every one of them, at 360 and 1280 pixels, light and dark, in a real browser before the real Worker.

use std::collections::BTreeMap;

use harness::node::in_a_browser;
use harness::{NewHorse, NewShow};
use serde_json::{Value, json};

use crate::run;
use crate::town::{Town, town};

/// The most that a page's HTML may weigh after gzip, and its script beside the rules, in bytes.
const HEAVIEST: i64 = 40_000;

/// Names that are hard on a page.
const NAMES: [&str; 4] = [
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "<img src=x onerror=alert(1)> & \"her\" foal's",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{627}\u{644}\u{641}\u{631}\u{633}",
    "\u{1f40e}\u{1f3c6} \u{1f469}\u{200d}\u{1f33e} \u{2728}",
];

/// Pages with such names, for a stranger to look at.
async fn hostile(town: &Town) -> Vec<Value> {
    let world = &town.world;
    let mut pages = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        let player = world.player_with("Hostile", 5000).await;
        world
            .sql(&format!(
                "update users set name = {}, email = 'hostile-{at}@example.org' where id = '{}'",
                quoted(name),
                player.id
            ))
            .await;
        let new = NewHorse {
            name: (*name).to_owned(),
            traits: json!({"positive": ["bold"], "negative": ["stubborn"], "hidden": []}),
            scores: json!({"Racing": 40, "Combined Driving": 7}),
            ..NewHorse::default()
        };
        let horse = world.horse(&player, new).await;
        let show = NewShow {
            name: (*name).to_owned(),
            in_minutes: 40 * 24 * 60,
            ..NewShow::default()
        };
        let show = world.show(&player, show).await;
        world.enter(&player, show, horse).await.require(201);
        for (kind, path) in [
            ("horse", format!("/horses/{horse}")),
            ("show", format!("/shows/{show}")),
            ("player", format!("/players/{}", player.id)),
        ] {
            pages.push(json!({"name": format!("{kind} {at}"), "path": path, "who": "stranger"}));
        }
    }
    pages
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[test]
fn every_page_looks_right_at_every_width_in_every_colour_and_weighs_little() {
    run(async {
        let town = town().await;
        let job = json!({"url": town.edge.url, "scene": "looks", "more": hostile(&town).await});
        let looking = tokio::task::spawn_blocking(move || in_a_browser("story.js", &job));
        let seen = looking.await.unwrap();
        let pages = seen["pages"].as_array().unwrap();
        assert!(pages.len() > 60, "{} pages", pages.len());
        let mut faults: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for page in pages {
            for fault in page["faults"].as_array().unwrap() {
                let where_it_is = format!("{} at {}", page["name"], page["width"]);
                faults
                    .entry(fault.as_str().unwrap())
                    .or_default()
                    .push(where_it_is);
            }
        }
        assert!(faults.is_empty(), "{faults:#?}");
        assert_eq!(seen["unseen"], json!([]), "pages that nobody looked at");
        for kind in ["html", "script"] {
            let heaviest = pages.iter().max_by_key(|it| it[kind].as_i64()).unwrap();
            println!(
                "the heaviest {kind}: {} bytes, {}",
                heaviest[kind], heaviest["name"]
            );
            assert!(heaviest[kind].as_i64() <= Some(HEAVIEST), "{heaviest}");
        }
    });
}
