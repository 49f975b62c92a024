//! workerd on a configuration of the bench's own, without `wrangler dev` around it.

use std::time::Duration;

use equoria::bench::stacks::workerd::Worker;
use equoria::config::Environment;
use equoria::dev::edge::Bindings;
use equoria::dev::places::Places;
use equoria::dev::ready::{answers, free_port};
use equoria::dev::say::Voice;
use equoria::dev::secrets::Secrets;
use equoria::dev::supervise::Manner;
use equoria::dev::worker;
use harness::{World, program};
use serde_json::Value;

fn environment(world: &World) -> Environment {
    let administrator = world.database.administrator();
    Secrets::random()
        .unwrap()
        .environment(&administrator, "production")
}

#[tokio::test]
async fn workerd_by_itself_answers_a_card_through_its_hyperdrive_binding() {
    let places = Places::of(&program::checkout()).unwrap();
    worker::build(&places, &Voice::quiet()).unwrap();
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let database = world.database.of("equoria_edge").over_tcp();
    // Nobody is at the native API's address: the card is the Worker's own.
    let bindings = Bindings::of(&environment(&world), &database, "http://127.0.0.1:9").unwrap();
    let told = bindings.variables().iter();
    let worker = Worker {
        variables: told
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        databases: vec![("DB", database.clone()), ("DB_FRESH", database)],
        ..Worker::built(&places)
    };
    let folder = places
        .scratch()
        .join(format!("workerd-{}", std::process::id()));
    let manner = Manner {
        supervisor: Some(program::equoria()),
        at_once: true,
        remove: Some(folder.clone()),
        ..Manner::default()
    };
    let port = free_port().unwrap();
    let mut process = worker.start(&places, &folder, port, &manner).unwrap();
    let url = format!("http://127.0.0.1:{port}/v1/horses/{mare}");
    let ready = answers(&url, Duration::from_secs(30), || {
        assert!(process.ended()?.is_none(), "workerd ended");
        Ok(())
    });
    if let Err(trouble) = ready.await {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("workerd does not answer: {trouble}\n{log}");
    }
    let card: Value = reqwest::get(&url).await.unwrap().json().await.unwrap();
    assert_eq!(card["id"], mare);
    assert_eq!(card["owner"]["name"], "Ann");
}
