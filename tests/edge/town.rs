//! A town that is up: players, horses and shows in a database, the native API on it, and the Worker in front.

use equoria::config::{Config, Log};
use harness::{Client, Database, Edge, Native, NewHorse, NewShow, Player, World};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::wire::Wire;

/// Everything that is up, and what stands in the database.
pub struct Town {
    /// Makes what the API has no way to make, over a server of its own on the same database with the same keys.
    pub world: World,
    /// The native API, as a process.
    pub native: Native,
    /// The Worker.
    pub edge: Edge,
    /// What the Worker says to the database passes here.
    pub wire: Wire,
    /// A player with three mares.
    pub ada: Player,
    /// A player whose profile is hidden.
    pub shy: Player,
    /// Ada's mares; the first was trained, and hides a trait.
    pub mares: Vec<i64>,
    /// A stallion of Ada's, at stud.
    pub stallion: i64,
    /// A foal of his and the first of the mares, neither of which is tested.
    pub foal: i64,
    /// The cursor of the second page of all horses, two a page.
    pub second_page: String,
    /// A stable of Ada's.
    pub stable: i64,
    /// A show that takes entries, and has some.
    pub open: i64,
    /// A show that was settled.
    pub settled: i64,
    /// A show that was cancelled.
    pub cancelled: i64,
}

/// The town, for one test at a time. Its players are signed in anew, for all tests together may take longer than an access
/// token holds.
pub async fn town() -> MutexGuard<'static, Town> {
    static TOWN: OnceCell<Mutex<Town>> = OnceCell::const_new();
    let town = TOWN
        .get_or_init(async || Mutex::new(Town::found().await))
        .await;
    let mut town = town.lock().await;
    town.ada = town.world.signed_again(&town.ada);
    town.shy = town.world.signed_again(&town.shy);
    town
}

impl Town {
    /// Speaks with the Worker, signed in as nobody.
    pub fn at_the_edge(&self) -> Client {
        Client::at(&self.edge.url)
    }

    /// Speaks with the native API, signed in as nobody.
    pub fn at_the_native_api(&self) -> Client {
        Client::at(&self.native.url)
    }

    async fn found() -> Self {
        let database = Database::fresh().await;
        let native = Native::start(&database).await;
        let wire = Wire::to(database.port()).await;
        let address = database.through(wire.port, "equoria_edge");
        let edge = Edge::start_at(&address, native.environment(), &native.url).await;
        let config = Config {
            log: Log {
                level: "off".to_owned(),
                is_disabled: true,
            },
            ..Config::from_environment(native.environment()).expect("the native API runs with it")
        };
        let world = World::on(database, config).await;
        let (ada, ben) = (world.player("Ada").await, world.player("Ben").await);
        let shy = world.player("Shy").await;
        world.sql("update users set settings = '{\"privacy\": {\"profileVisible\": false}}' where name = 'Shy'").await;
        let mares = mares_of(&world, &ada).await;
        let stallion = world.stallion(&ada).await;
        ada.ask("PUT", &format!("/v1/horses/{stallion}/stud"))
            .json(&json!({"fee": 75}))
            .send()
            .await
            .require(200);
        let foal = world.foal_of(&ada, mares[0], stallion).await;
        let body = json!({"name": "North Yard", "location": "Ashford"});
        let stable =
            harness::world::number(&ada.post("/v1/stables", &body).await.require(201), "id");
        let path = format!("/v1/horses/{}/training", mares[0]);
        ada.post(&path, &json!({"discipline": "Racing"}))
            .await
            .require(201);
        let [open, settled, cancelled] = shows(&world, &ada, &ben, &mares).await;
        let page = Client::at(&native.url).read("/v1/horses?limit=2").await;
        Self {
            second_page: page["next_cursor"]
                .as_str()
                .expect("five horses")
                .to_owned(),
            world,
            native,
            edge,
            wire,
            ada,
            shy,
            mares,
            stallion,
            foal,
            stable,
            open,
            settled,
            cancelled,
        }
    }
}

async fn mares_of(world: &World, ada: &Player) -> Vec<i64> {
    let secretive = NewHorse {
        name: "Morning Lark".to_owned(),
        traits: json!({"positive": ["bold"], "negative": [], "hidden": ["legendary_bloodline"]}),
        bond: 20,
        stress: 60,
        scores: json!({"Dressage": 40}),
        ..NewHorse::default()
    };
    vec![
        world.horse(ada, secretive).await,
        world.mare(ada).await,
        world.mare(ada).await,
    ]
}

/// An open one, a settled one and a cancelled one, each with entries of two players.
async fn shows(world: &World, ada: &Player, ben: &Player, mares: &[i64]) -> [i64; 3] {
    let host = world.player_with("Hosting Society", 10_000).await;
    let theirs = [world.mare(ben).await, world.mare(ben).await];
    let mut shows = [0; 3];
    for (show, in_minutes) in shows.iter_mut().zip([60 * 24 * 60, 60, 120]) {
        let new = NewShow {
            in_minutes,
            ..NewShow::default()
        };
        *show = world.show(&host, new).await;
        for mare in &mares[..2] {
            world.enter(ada, *show, *mare).await.require(201);
        }
        for mare in theirs {
            world.enter(ben, *show, mare).await.require(201);
        }
    }
    host.post(&format!("/v1/shows/{}/cancel", shows[2]), &json!({}))
        .await
        .require(200);
    world.advance("2h").await;
    world.settle_due().await;
    shows
}
