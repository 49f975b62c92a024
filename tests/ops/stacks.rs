//! workerd on a configuration of the bench's own, without `wrangler dev` around it.

use equoria::dev::secrets::Secrets;
use harness::workerd::{Between, Workerd};
use harness::{Client, World};

#[tokio::test]
async fn workerd_by_itself_answers_a_card_through_its_hyperdrive_binding() {
    let world = World::new().await;
    let ann = world.player("Ann").await;
    let mare = world.mare(&ann).await;
    let administrator = world.database.administrator();
    let secrets = Secrets::random().unwrap();
    let environment = secrets.environment(&administrator, "production");
    let database = world.database.of("equoria_edge").over_tcp();
    let between = Between {
        // Nobody is at the native API's address: the card is the Worker's own.
        native_url: "http://127.0.0.1:9".to_owned(),
        database: database.clone(),
        fresh: database,
        cache: None,
    };
    let worker = Workerd::start(&environment, &between).await;
    let card = Client::at(&worker.url)
        .read(&format!("/v1/horses/{mare}"))
        .await;
    assert_eq!(card["id"], mare);
    assert_eq!(card["owner"]["name"], "Ann");
}
