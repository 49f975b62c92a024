//! Every GET of the description, asked for things that are there.

use harness::world::number;
use harness::{NewHorse, NewShow, Player, World};
use serde_json::json;

/// A world in which every read has something to show, and who asks.
pub struct Routes {
    /// The world.
    pub world: World,
    /// A player with a horse in a stable, a foal with its parents, an open show and a settled one.
    pub player: Player,
    horse: i64,
    stable: i64,
    mare: i64,
    stallion: i64,
    foal: i64,
    open: i64,
    settled: i64,
}

impl Routes {
    /// Fills the world.
    pub async fn of(world: World) -> Self {
        let (player, rival) = (world.player("Ann").await, world.player("Ben").await);
        let stable = number(
            &player
                .post("/v1/stables", &json!({"name": "Home"}))
                .await
                .require(201),
            "id",
        );
        let horse = NewHorse {
            stable: Some(stable),
            traits: json!({"positive": ["bold"], "negative": [], "hidden": ["athletic"]}),
            ..NewHorse::default()
        };
        let horse = world.horse(&player, horse).await;
        player
            .post(
                &format!("/v1/horses/{horse}/training"),
                &json!({"discipline": "Racing"}),
            )
            .await
            .require(201);
        let (mare, stallion) = (world.mare(&player).await, world.stallion(&player).await);
        let foal = world.foal_of(&player, mare, stallion).await;
        let soon = NewShow {
            in_minutes: 10,
            ..NewShow::default()
        };
        let settled = world.show(&player, soon).await;
        let other = world.mare(&rival).await;
        world.enter(&player, settled, horse).await.require(201);
        world.enter(&rival, settled, other).await.require(201);
        world.advance("11m").await;
        world.settle_due().await;
        let open = world.show(&rival, NewShow::default()).await;
        world.enter(&rival, open, other).await.require(201);
        Self {
            world,
            player,
            horse,
            stable,
            mare,
            stallion,
            foal,
            open,
            settled,
        }
    }

    /// The paths of all reads that the description knows, as it writes them.
    pub async fn described(&self) -> Vec<String> {
        let description = self.world.client.read("/openapi.json").await;
        let paths = description["paths"].as_object().unwrap();
        let reads = paths.iter().filter(|(_, item)| item["get"].is_object());
        reads.map(|(path, _)| path.clone()).collect()
    }

    /// A path of the description with things that are there in place of its parts.
    ///
    /// # Panics
    /// When a part is of a kind that is not known here.
    pub fn filled(&self, path: &str) -> String {
        let show = if path.ends_with("/preview") {
            self.open
        } else {
            self.settled
        };
        let filled = path
            .replace("/horses/{id}", &format!("/horses/{}", self.horse))
            .replace("/foals/{id}", &format!("/foals/{}", self.foal))
            .replace("/breeds/{id}", "/breeds/1")
            .replace("/stables/{id}", &format!("/stables/{}", self.stable))
            .replace("/users/{id}", &format!("/users/{}", self.player.id))
            .replace("/shows/{id}", &format!("/shows/{show}"))
            .replace("{discipline}", "Racing");
        assert!(
            !filled.contains('{'),
            "{path} has a part that is not known here"
        );
        match path {
            "/v1/matings/preview" => {
                format!("{filled}?mare={}&stallion={}", self.mare, self.stallion)
            }
            _ if path.ends_with("/preview") => format!("{filled}?horse={}", self.horse),
            _ => filled,
        }
    }
}
