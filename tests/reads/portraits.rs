//! Where the portraits of horses are: the same path wherever a horse stands, made of what everyone may read.

use std::collections::BTreeMap;

use harness::{NewHorse, NewShow, Player, World};
use rules::horse::Sex;
use rules::portrait::{Setting, Sitter, portrait};
use serde_json::{Value, json};

/// Every path of a portrait in an answer, by the id of the horse that it stands beside.
fn portraits(answer: &Value) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    let mut left = vec![answer];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => {
                if let (Some(id), Some(path)) = (value["id"].as_i64(), value["portrait"].as_str()) {
                    found.push((id, path.to_owned()));
                }
                left.extend(members.values());
            }
            _ => {}
        }
    }
    found
}

async fn portrait_of(world: &World, horse: i64) -> String {
    let card = world.client.read(&format!("/v1/horses/{horse}")).await;
    let path = card["portrait"].as_str();
    path.unwrap_or_else(|| panic!("{card:#}")).to_owned()
}

/// A mare with a foal by a stallion at stud; she is in foal again, and was in a show.
struct Family {
    mare: i64,
    stallion: i64,
    foal: i64,
    show: i64,
}

async fn family(world: &World, ann: &Player) -> Family {
    let (mare, stallion) = (world.mare(ann).await, world.stallion(ann).await);
    world.endow(mare, "MC1R=e/e KIT=n/TO").await;
    let foal = world.foal_of(ann, mare, stallion).await;
    let soon = NewShow {
        in_minutes: 10,
        ..NewShow::default()
    };
    let show = world.show(ann, soon).await;
    world.enter(ann, show, mare).await.require(201);
    let other = world.mare(ann).await;
    world.enter(ann, show, other).await.require(201);
    let training = format!("/v1/horses/{mare}/training");
    let body = json!({"discipline": "Racing"});
    ann.post(&training, &body).await.require(201);
    let offered = ann.ask("PUT", &format!("/v1/horses/{stallion}/stud"));
    let offered = offered.json(&json!({"fee": 75})).send().await;
    offered.require(200);
    Family {
        mare,
        stallion,
        foal,
        show,
    }
}

#[tokio::test]
async fn wherever_a_horse_stands_its_portrait_is_the_same_and_can_be_drawn() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let Family {
        mare,
        stallion,
        foal,
        show,
    } = family(&world, &ann).await;
    let mut known = BTreeMap::new();
    for horse in [mare, stallion, foal] {
        known.insert(horse, portrait_of(&world, horse).await);
    }
    let everywhere = [
        ("/v1/horses".to_owned(), vec![mare, stallion, foal]),
        ("/v1/horses?trait=bold".to_owned(), vec![]),
        ("/v1/horses?breed=3".to_owned(), vec![]),
        (
            format!("/v1/horses?owner={}", ann.id),
            vec![mare, stallion, foal],
        ),
        ("/v1/horses?discipline=Racing".to_owned(), vec![mare]),
        ("/v1/rankings/disciplines/Racing".to_owned(), vec![mare]),
        ("/v1/users/me/horses".to_owned(), vec![mare, stallion, foal]),
        (
            "/v1/users/me/pregnancies".to_owned(),
            vec![mare, stallion, foal],
        ),
        ("/v1/studs".to_owned(), vec![stallion]),
        (format!("/v1/foals/{foal}"), vec![foal]),
        (format!("/v1/horses/{mare}/foals"), vec![foal]),
        (
            format!("/v1/horses/{foal}/pedigree"),
            vec![foal, mare, stallion],
        ),
        (format!("/v1/horses/{mare}/mates"), vec![mare, stallion]),
        (
            format!("/v1/matings/preview?mare={mare}&stallion={stallion}"),
            vec![mare, stallion],
        ),
        (format!("/v1/shows/{show}/entries"), vec![mare]),
    ];
    for (path, horses) in everywhere {
        let shown = portraits(&ann.read(&path).await);
        for (horse, portrait) in &shown {
            assert_eq!(known.get(horse), Some(portrait), "{path}");
        }
        for horse in horses {
            assert!(shown.iter().any(|it| it.0 == horse), "{path}: {horse}");
        }
    }
    world.advance("11m").await;
    world.settle_due().await;
    let results = portraits(&ann.read(&format!("/v1/shows/{show}/results")).await);
    assert_eq!(results, [(mare, known[&mare].clone())]);
    for (horse, path) in &known {
        let sitter = Sitter::at(path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(sitter.horse.get(), *horse);
        let setting = Setting {
            prefix: "p",
            title: None,
        };
        assert!(portrait(&sitter, setting).starts_with("<svg "), "{path}");
    }
    let sitter = Sitter::at(&known[&foal]).unwrap();
    let parents = sitter.parents.map(|ids| ids.map(|it| it.get()));
    assert_eq!((sitter.days, parents), (0, Some([stallion, mare])));
    let sitter = Sitter::at(&known[&mare]).unwrap();
    assert_eq!(
        (sitter.days, sitter.sex, sitter.parents),
        (21, Sex::Female, None)
    );
    assert_eq!(sitter.coat.phenotype.name(), "chestnut tobiano");
}

#[tokio::test]
async fn a_foal_has_another_portrait_as_it_grows_and_a_grown_mare_the_same_for_ever() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let Family { mare, foal, .. } = family(&world, &ann).await;
    let (hers, its) = (
        portrait_of(&world, mare).await,
        portrait_of(&world, foal).await,
    );
    world.advance("1d").await;
    let grown = portrait_of(&world, foal).await;
    assert_ne!(grown, its);
    assert_eq!(Sitter::at(&grown).map(|it| it.days), Some(1));
    world.advance("70d").await;
    assert_eq!(portrait_of(&world, mare).await, hers);
    assert_eq!(
        Sitter::at(&portrait_of(&world, foal).await).map(|it| it.days),
        Some(21)
    );
}

#[tokio::test]
async fn what_cannot_be_seen_changes_no_portrait_and_a_horse_without_a_coat_has_none() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let card = format!("/v1/horses/{mare}");
    assert_eq!(world.client.read(&card).await["portrait"], Value::Null);
    world.endow(mare, "").await;
    let before = portrait_of(&world, mare).await;
    world
        .sql(
            "set session_replication_role = replica;
             update horses set genotype = 'MC1R=E/e PRKDC=N/SCID SLC45A2=N/Prl', breeding_values = array_fill(99000, array[14]),
               epigenetic_modifiers = '{\"positive\": [], \"negative\": [], \"hidden\": [\"fragile\"]}',
               xp = 900, bond_score = 3;
             set session_replication_role = origin",
        )
        .await;
    assert_eq!(portrait_of(&world, mare).await, before);
    // Whose she is and where she stands tells the picture nothing either: another with the same coat differs by her number alone.
    let ben = world.player("Ben").await;
    let other = NewHorse {
        age_hours: 300 * 24,
        ..NewHorse::default()
    };
    let other = world.horse(&ben, other).await;
    world.endow(other, "MC1R=E/e").await;
    let hers = portrait_of(&world, other).await;
    assert_eq!(
        hers.replace(&format!("-{other}."), &format!("-{mare}.")),
        before
    );
}
