//! What an answer knows of transactions, asked of the real ones.

use harness::{Database, World};
use reads::QUERIES;
use reads::snapshot::Xid8;
use tokio_postgres::Client;

async fn horizons(client: &Client) -> (u64, u64) {
    let row = client.query_one("select horizons()", &[]).await.unwrap();
    let bounds: Vec<Xid8> = row.get(0);
    (bounds[0].0, bounds[1].0)
}

async fn begin(client: &Client) -> u64 {
    client.batch_execute("begin").await.unwrap();
    let row = client.query_one("select pg_current_xact_id()", &[]).await;
    let Xid8(id) = row.unwrap().get(0);
    id
}

#[tokio::test]
async fn the_horizon_stops_at_the_oldest_transaction_that_runs_and_the_end_is_behind_the_newest_that_ended()
 {
    let database = Database::fresh().await;
    let (one, other) = (database.admin().await, database.admin().await);
    let reader = database.as_role("equoria_edge").await;
    let older = begin(&one).await;
    let newer = begin(&other).await;
    assert!(older < newer);
    other.batch_execute("commit").await.unwrap();
    // The cluster is everybody's: others may run, too, but none of them was there first.
    let (horizon, until) = horizons(&reader).await;
    assert!(horizon <= older && until > newer, "{horizon} {until}");
    one.batch_execute("commit").await.unwrap();
}

#[tokio::test]
async fn the_bounds_are_those_of_the_statement_that_asks() {
    let client = Database::fresh().await.admin().await;
    let sql = "select provolatile = 's' and proparallel = 's' and prolang = (select oid from pg_language where lanname = 'sql')
        and proconfig is null from pg_proc where proname = 'horizons'";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert!(row.get::<_, bool>(0));
    let sql = "explain (verbose, costs off) select horizons()";
    let plan: Vec<String> = client
        .query(sql, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(plan.concat().contains("pg_current_snapshot()"), "{plan:?}");
}

/// Row variables of which a query does not tell who wrote them, with the reason; a star is any query.
const UNTOLD: &[(&str, &str, &str)] = &[
    ("*", "b", "no player changes a breed"),
    (
        "*",
        "w",
        "a show's terms stand from its opening, its name with them",
    ),
    (
        "horse card",
        "c",
        "who settles a show writes its horses, too",
    ),
    ("results of a horse", "c", "likewise"),
    ("horses with traits", "o", "the same rows as u"),
    ("horses", "o", "likewise"),
    ("horses by name", "o", "likewise"),
    (
        "horses of a discipline, best first",
        "d",
        "a trigger writes it with the horse",
    ),
    (
        "training of a horse",
        "l",
        "who trains a horse writes it, too",
    ),
    (
        "training of a horse",
        "u",
        "only whether the player shares progress",
    ),
    ("foals of a horse", "f", "the same rows as h"),
    (
        "foal",
        "t",
        "who has an activity with a foal writes it, too",
    ),
    ("own profile", "c", "a stipend is paid into the purse"),
    ("own ledger", "p", "every posting changes the purse"),
    ("own ledger", "t", "likewise"),
    ("own ledger", "a", "likewise"),
    (
        "own ledger",
        "s",
        "a show's terms stand from its opening, its name with them",
    ),
    ("own ledger", "h", "only a name beside it"),
    ("stable", "h", "only how many there are"),
    ("own stables", "h", "likewise"),
    ("show", "e", "each entry counts its show's version up"),
    ("open shows", "e", "likewise"),
    ("shows that ran", "e", "likewise"),
    ("open shows of a discipline, soonest first", "e", "likewise"),
    ("past shows", "e", "likewise"),
    ("past shows of a discipline, latest first", "e", "likewise"),
    ("entries of a show", "e", "likewise"),
    ("entries of a show", "h", "only a name beside it"),
    ("entries of a show", "u", "likewise"),
    ("results of a show", "r", "who settles a show ends it"),
    ("results of a show", "h", "only a name beside it"),
    ("results of a show", "u", "likewise"),
    (
        "proof of a show",
        "e",
        "each entry counts its show's version up",
    ),
    ("proof of a show", "r", "who settles a show ends it"),
    (
        "preview of a horse in a show",
        "e",
        "each entry counts its show's version up",
    ),
];

/// Is a query meant by an excuse: by its name, or as one of its orders?
fn is_meant(query: &str, excused: &str) -> bool {
    let order = query.strip_prefix(excused);
    excused == "*" || order.is_some_and(|it| it.is_empty() || it.starts_with(", "))
}

fn is_excused(query: &str, alias: &str) -> bool {
    let mut excuses = UNTOLD.iter();
    excuses.any(|it| is_meant(query, it.0) && it.1 == alias)
}

#[tokio::test]
async fn every_query_tells_who_wrote_each_row_that_it_shows() {
    let world = World::new().await;
    let sql = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')";
    let rows = world.admin.query(sql, &[]).await.unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut untold = Vec::new();
    for query in QUERIES {
        for alias in aliases(query.sql, &tables) {
            let told = format!("{alias}.xmin").trim_start_matches('.').to_owned();
            if !query.sql.contains(&told) {
                untold.push((query.name, alias));
            }
        }
    }
    let unexcused = untold
        .iter()
        .filter(|(query, alias)| !is_excused(query, alias));
    assert_eq!(unexcused.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
    for (query, alias, _) in UNTOLD {
        let is_needed = untold
            .iter()
            .any(|it| is_meant(it.0, query) && it.1 == *alias);
        assert!(is_needed, "{query} tells of {alias}, and needs no excuse");
    }
}

/// The row variables of the tables in a statement; an empty one where a table has none.
fn aliases<'a>(sql: &'a str, tables: &[String]) -> Vec<&'a str> {
    let is_part = |it: char| !(it.is_alphanumeric() || it == '_' || it == '.');
    let words: Vec<&str> = sql.split(is_part).filter(|it| !it.is_empty()).collect();
    let mut aliases = Vec::new();
    for pair in words.windows(3) {
        let is_table = tables.iter().any(|it| it == pair[1]);
        if ["from", "join"].contains(&pair[0]) && is_table {
            let keywords = ["where", "order", "on", "join", "left", "cross", "limit"];
            aliases.push(if keywords.contains(&pair[2]) {
                ""
            } else {
                pair[2]
            });
        }
    }
    aliases
}
