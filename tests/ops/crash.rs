//! Settlement under `kill -9`, of the native process and of PostgreSQL, in the middle, again and again.

use harness::{Native, Postgres};

use crate::backlog::{Backlog, Held};

/// Places inside the transaction of a settlement: before anything is written, after the results are, and while coins move.
const PLACES: [&str; 3] = [
    "select 1 from horses",
    "select 1 from users where name like 'Rider%'",
    "select 1 from accounts where kind = 'purse'",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_show_is_settled_once_however_often_the_native_process_is_killed() {
    let postgres = Postgres::start().await;
    let backlog = Backlog::of(64, postgres.database()).await;
    for place in PLACES {
        let held = Held::rows(&backlog.world.database, place).await;
        let before = backlog.settled().await;
        let mut native = Native::spawn(&backlog.environment(), &["serve"]);
        held.until_waited_for(1, &native).await;
        native.kill();
        held.release().await;
        until_alone(&backlog).await;
        assert_eq!(
            backlog.settled().await,
            before,
            "a settlement that was killed had its effect"
        );
        backlog.require_no_half().await;
    }
    for count in [3, 11, 20, 33, 47] {
        let mut native = Native::spawn(&backlog.environment(), &["serve"]);
        backlog.until_settled(count).await;
        native.kill();
        backlog.require_no_half().await;
    }
    let mut native = Native::spawn(&backlog.environment(), &["serve"]);
    backlog.until_settled(backlog.shows.len()).await;
    native.ready().await;
    native.signal("TERM");
    assert_eq!(native.wait(), 0);
    backlog.require_settled_once().await;
}

/// Until no connection of a killed process is left: what it began has been undone then.
async fn until_alone(backlog: &Backlog) {
    let busy = "select count(*) from pg_stat_activity where usename = 'equoria_writer' and datname = current_database()
        and (state = 'active' or state like 'idle in transaction%')";
    while backlog.world.one(busy).await > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn every_show_is_settled_once_however_often_postgres_is_killed_and_the_native_process_goes_on_by_itself()
 {
    let mut postgres = Postgres::start().await;
    let mut backlog = Backlog::of(64, postgres.database()).await;
    let held = Held::rows(&backlog.world.database, PLACES[2]).await;
    let mut native = Native::spawn(&backlog.environment(), &["serve"]);
    native.ready().await;
    held.until_waited_for(1, &native).await;
    crash(&mut postgres, &mut backlog).await;
    drop(held);
    for count in [5, 17, 30, 44] {
        backlog.until_settled(count).await;
        crash(&mut postgres, &mut backlog).await;
        assert_eq!(
            native.ended(),
            None,
            "the native process outlives its database:\n{}",
            native.log()
        );
    }
    // Both at once.
    backlog.until_settled(50).await;
    native.kill();
    crash(&mut postgres, &mut backlog).await;
    let mut native = native.start_again().await;
    backlog.until_settled(backlog.shows.len()).await;
    native.signal("INT");
    assert_eq!(native.wait(), 0);
    backlog.require_settled_once().await;
}

/// Kills PostgreSQL as a crash would, starts it again, and looks at what it recovered.
async fn crash(postgres: &mut Postgres, backlog: &mut Backlog) {
    postgres.kill();
    postgres.start_again();
    backlog.reconnect().await;
    backlog.require_no_half().await;
}
