//! A database with many rows, made once for all tests that look at plans.

use harness::World;
use tokio::sync::OnceCell;

/// Twenty thousand horses, four thousand players, four thousand shows, and what they did.
pub async fn bulk() -> &'static World {
    static BULK: OnceCell<World> = OnceCell::const_new();
    BULK.get_or_init(|| async {
        let world = World::new().await;
        world.sql(include_str!("bulk.sql")).await;
        world
    })
    .await
}
