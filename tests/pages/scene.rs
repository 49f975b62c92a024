//! A small world with something of everything, and things in it that are somebody's business alone.

use harness::world::number;
use harness::{NewHorse, NewShow, Player, World};
use serde_json::json;

use crate::browser::Browser;

/// The world, and who and what is in it.
pub struct Scene {
    pub world: World,
    /// Who owns what the pages are looked at for, and hosts the open show.
    pub olive: Player,
    /// Who has nothing to do with any of it.
    pub stan: Player,
    /// Whose mare is entered in the shows.
    pub petra: Player,
    /// Whose profile is hidden.
    pub hester: Player,
    /// Who shares no progress.
    pub priya: Player,
    pub hers: Herd,
    pub hidden: Herd,
    pub party: i64,
    pub open: i64,
    pub settled: i64,
}

/// A player's horses.
pub struct Herd {
    pub mare: i64,
    pub stallion: i64,
    pub foal: i64,
    pub stable: i64,
}

/// A trait that nobody discovers: bond and stress are far from where that happens.
fn secretive(name: &str, stable: Option<i64>) -> NewHorse {
    NewHorse {
        name: name.to_owned(),
        stable,
        bond: 20,
        stress: 60,
        scores: json!({"Racing": 55}),
        traits: json!({"positive": ["bold"], "negative": [], "hidden": ["legendary_bloodline"]}),
        ..NewHorse::default()
    }
}

impl Herd {
    async fn of(world: &World, owner: &Player) -> Self {
        let body = json!({"name": format!("Yard of {}", owner.name), "location": "Ashford"});
        let stable = owner.post("/v1/stables", &body).await.require(201);
        let stable = number(&stable, "id");
        let mare = world
            .horse(owner, secretive("Night Song", Some(stable)))
            .await;
        let stallion = world.stallion(owner).await;
        world.endow(mare, "MC1R=E/e PLOD1=N/WFFS").await;
        // Past the rule that heredity is final: numbers that stand nowhere else.
        let values = format!(
            "set local session_replication_role = replica;
             update horses set breeding_values = array_fill(27182, array[14]) where id = {mare}"
        );
        world.sql(&values).await;
        let dam = world.mare(owner).await;
        let foal = world.foal_of(owner, dam, stallion).await;
        let stud = owner.ask("PUT", &format!("/v1/horses/{stallion}/stud"));
        stud.json(&json!({"fee": 75})).send().await.require(200);
        let training = format!("/v1/horses/{mare}/training");
        let body = json!({"discipline": "Racing"});
        owner.post(&training, &body).await.require(201);
        Self {
            mare,
            stallion,
            foal,
            stable,
        }
    }
}

impl Scene {
    pub async fn set() -> Self {
        let world = World::new().await;
        let olive = world.player_with("Olive", 90_817_263).await;
        let hester = world.player_with("Hesteria", 70_000).await;
        let (stan, petra) = (world.player("Stan").await, world.player("Petra").await);
        let priya = world.player("Priyanka").await;
        let hers = Herd::of(&world, &olive).await;
        let hidden = Herd::of(&world, &hester).await;
        let party = world.horse(&petra, secretive("Petrel", None)).await;
        let quiet = world.horse(&priya, secretive("Pebble", None)).await;
        world.endow(party, "").await;
        let tested = format!("/v1/horses/{}/genetic-test", hers.mare);
        olive.post(&tested, &json!({})).await.require(201);
        let in_foal = world.mare(&olive).await;
        world.covering(&olive, in_foal, hers.stallion, 0).await;
        let mut shows = [0; 2];
        for (show, (host, in_minutes)) in shows.iter_mut().zip([(&olive, 24 * 60), (&hester, 60)]) {
            let new = NewShow {
                in_minutes,
                ..NewShow::default()
            };
            *show = world.show(host, new).await;
            for (player, horse) in [
                (&olive, hers.mare),
                (&petra, party),
                (&hester, hidden.mare),
                (&priya, quiet),
            ] {
                world.enter(player, *show, horse).await.require(201);
            }
        }
        let [open, settled] = shows;
        world.advance("61m").await;
        world.settle_due().await;
        let sql = format!(
            "update users set settings = '{{\"privacy\": {{\"profileVisible\": false}}}}' where id = '{}';
             update users set settings = '{{\"privacy\": {{\"shareProgress\": false}}}}', xp = 7654 where id = '{}'",
            hester.id, priya.id
        );
        world.sql(&sql).await;
        Self {
            world,
            olive,
            stan,
            petra,
            hester,
            priya,
            hers,
            hidden,
            party,
            open,
            settled,
        }
    }

    /// A browser in which this player is signed in.
    pub fn browser(&self, of: Option<&Player>) -> Browser {
        let browser = Browser::new(&self.world.client);
        let token = of.and_then(|it| it.token());
        browser.set_cookie("equoria_access", token);
        browser
    }

    /// Every page there is, of what is there.
    pub fn pages(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            "/",
            "/horses",
            "/shows",
            "/shows?state=settled",
            "/rankings",
            "/rankings/Racing",
            "/breeds",
            "/breeds/1",
            "/stable",
            "/training",
            "/ledger",
            "/settings",
            "/breeding",
            "/sign-in",
            "/sign-up",
            "/nowhere",
            "/horses/999999",
        ]
        .map(str::to_owned)
        .into();
        for player in [&self.olive, &self.hester, &self.priya] {
            all.push(format!("/players/{}", player.id));
        }
        for herd in [&self.hers, &self.hidden] {
            all.extend([herd.mare, herd.stallion].map(|it| format!("/horses/{it}")));
            all.push(format!("/horses/{}/training", herd.mare));
            all.push(format!("/foals/{}", herd.foal));
            all.push(format!("/stables/{}", herd.stable));
        }
        for show in [self.open, self.settled] {
            all.push(format!("/shows/{show}"));
        }
        all.push(format!("/shows/{}?horse={}", self.open, self.party));
        all.push(format!(
            "/breeding?mare={}&stallion={}",
            self.hers.mare, self.hers.stallion
        ));
        all.push(format!(
            "/breeding?mare={}&stallion={}",
            self.party, self.hers.stallion
        ));
        all
    }
}
