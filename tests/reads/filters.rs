//! Every combination of the filters of /v1/horses, against a model that looks at all horses one by one.

use std::collections::BTreeMap;

use harness::{Client, NewHorse, Player, World};
use serde_json::{Value, json};
use uuid::Uuid;

/// A horse as the model knows it.
struct Model {
    id: i64,
    sex: &'static str,
    breed: i64,
    owner: Uuid,
    traits: Vec<&'static str>,
    scores: BTreeMap<&'static str, i64>,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
struct Filter {
    traits: Vec<&'static str>,
    discipline: Option<(&'static str, Option<i64>)>,
    breed: Option<i64>,
    owner: Option<Uuid>,
    sex: Option<&'static str>,
}

/// Numbers that look like chance and are the same in every run (Knuth's constants for 64 bits).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const BREEDS: [&str; 3] = ["Arabian", "Thoroughbred", "Hanoverian"];
/// Positive ones first, of which none excludes another here.
const TRAITS: [&str; 4] = ["bold", "athletic", "stubborn", "aggressive"];
const DISCIPLINES: [&str; 2] = ["Racing", "Dressage"];

/// 250 horses of four players, of whom the last is hidden.
async fn random_world() -> (World, Vec<Player>, Vec<Model>) {
    let world = World::new().await;
    let mut players = Vec::new();
    for name in ["Ann", "Ben", "Cleo", "Hidden"] {
        players.push(world.player(name).await);
    }
    let hide = json!({"privacy": {"profileVisible": false}});
    players[3]
        .ask("PUT", "/v1/account/settings")
        .if_match("\"1\"")
        .json(&hide)
        .send()
        .await
        .require(200);
    let mut breeds = BTreeMap::new();
    for row in world
        .admin
        .query("select name, id from breeds", &[])
        .await
        .unwrap()
    {
        breeds.insert(row.get::<_, String>(0), row.get::<_, i64>(1));
    }
    let (mut chance, mut models) = (Chance(7), Vec::new());
    world.sql("begin").await;
    for _ in 0..250 {
        models.push(random_horse(&world, &players, &breeds, &mut chance).await);
    }
    world.sql("commit").await;
    (world, players, models)
}

async fn random_horse(
    world: &World,
    players: &[Player],
    breeds: &BTreeMap<String, i64>,
    chance: &mut Chance,
) -> Model {
    let owner = &players[usize::try_from(chance.below(4)).unwrap()];
    let breed = BREEDS[usize::try_from(chance.below(3)).unwrap()];
    let sex = if chance.is(50) { "male" } else { "female" };
    let traits: Vec<&'static str> = TRAITS.into_iter().filter(|_| chance.is(40)).collect();
    let mut scores = BTreeMap::new();
    for discipline in DISCIPLINES {
        if chance.is(70) {
            // Few different ones, so that many horses share a score.
            scores.insert(discipline, i64::try_from(chance.below(12)).unwrap());
        }
    }
    let signed = |of: &[&str]| -> Vec<&str> {
        traits
            .iter()
            .copied()
            .filter(|it| of.contains(it))
            .collect()
    };
    // Aggressive and calm exclude each other, hidden or not.
    let hidden = if traits.contains(&"aggressive") {
        "presentation_boosted"
    } else {
        "calm"
    };
    let modifiers = json!({"positive": signed(&TRAITS[..2]), "negative": signed(&TRAITS[2..]), "hidden": [hidden]});
    let new = NewHorse {
        sex,
        breed,
        scores: json!(scores),
        traits: modifiers,
        ..NewHorse::default()
    };
    Model {
        id: world.horse(owner, new).await,
        sex,
        breed: breeds[breed],
        owner: owner.id,
        traits,
        scores,
    }
}

/// The numbers of the horses that must be found, in their order.
fn wanted(filter: &Filter, horses: &[Model], hidden: Uuid) -> Vec<i64> {
    let mut found: Vec<(i64, i64)> = horses
        .iter()
        .filter(|horse| filter.traits.iter().all(|it| horse.traits.contains(it)))
        .filter(|horse| filter.breed.is_none_or(|it| it == horse.breed))
        .filter(|horse| {
            filter
                .owner
                .is_none_or(|it| it == horse.owner && it != hidden)
        })
        .filter(|horse| filter.sex.is_none_or(|it| it == horse.sex))
        .filter_map(|horse| match filter.discipline {
            None => Some((0, -horse.id)),
            Some((name, least)) => {
                let score = *horse.scores.get(name)?;
                (score >= least.unwrap_or(0)).then_some((-score, horse.id))
            }
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id.abs()).collect()
}

fn query(filter: &Filter, repeated: bool) -> String {
    let mut query = String::new();
    if repeated {
        filter
            .traits
            .iter()
            .for_each(|it| query.push_str(&format!("&trait={it}")));
    } else if !filter.traits.is_empty() {
        query.push_str(&format!("&trait={}", filter.traits.join(",")));
    }
    if let Some((name, least)) = filter.discipline {
        query.push_str(&format!("&discipline={name}"));
        least
            .iter()
            .for_each(|it| query.push_str(&format!("&min_score={it}")));
    }
    filter
        .breed
        .iter()
        .for_each(|it| query.push_str(&format!("&breed={it}")));
    filter
        .owner
        .iter()
        .for_each(|it| query.push_str(&format!("&owner={it}")));
    filter
        .sex
        .iter()
        .for_each(|it| query.push_str(&format!("&sex={it}")));
    query
}

/// The numbers on all pages, in their order.
async fn found(client: &Client, query: &str, limit: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .read(&format!("/v1/horses?limit={limit}{query}{cursor}"))
            .await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        ids.extend(items.iter().map(|it| it["id"].as_i64().unwrap()));
        match &page["next_cursor"] {
            Value::Null => return ids,
            next => {
                assert_eq!(items.len(), limit, "{query}");
                cursor = format!("&cursor={}", next.as_str().unwrap());
            }
        }
    }
}

#[tokio::test]
async fn every_combination_of_filters_finds_what_the_model_finds() {
    let (world, players, horses) = random_world().await;
    let hidden = players[3].id;
    let mut asked = 0;
    let disciplines = [
        None,
        Some(("Racing", None)),
        Some(("Dressage", Some(6))),
        Some(("Racing", Some(11))),
        Some(("Polo", None)),
    ];
    for traits in [
        vec![],
        vec!["bold"],
        vec!["athletic", "stubborn"],
        TRAITS.to_vec(),
    ] {
        for discipline in disciplines {
            for breed in [None, Some(horses[0].breed)] {
                for owner in [None, Some(players[1].id), Some(hidden)] {
                    for sex in [None, Some("male"), Some("female")] {
                        let filter = Filter {
                            traits: traits.clone(),
                            discipline,
                            breed,
                            owner,
                            sex,
                        };
                        let query = query(&filter, asked % 2 == 0);
                        assert_eq!(
                            found(&world.client, &query, 100).await,
                            wanted(&filter, &horses, hidden),
                            "{filter:?}"
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(asked, 4 * 5 * 2 * 3 * 3);
}

#[tokio::test]
async fn pages_of_any_size_are_the_same_list() {
    let (world, players, horses) = random_world().await;
    let filters = [
        Filter::default(),
        Filter {
            discipline: Some(("Racing", None)),
            ..Filter::default()
        },
        Filter {
            traits: vec!["bold"],
            sex: Some("male"),
            ..Filter::default()
        },
        Filter {
            owner: Some(players[0].id),
            ..Filter::default()
        },
        Filter {
            breed: Some(horses[0].breed),
            discipline: Some(("Dressage", Some(3))),
            ..Filter::default()
        },
    ];
    for filter in filters {
        let wanted = wanted(&filter, &horses, players[3].id);
        assert!(wanted.len() > 20, "{filter:?}");
        for limit in [3, 7, 50] {
            assert_eq!(
                found(&world.client, &query(&filter, true), limit).await,
                wanted,
                "{filter:?}"
            );
        }
    }
}
