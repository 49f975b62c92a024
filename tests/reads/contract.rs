//! The contract between the statements of the reads and the migrated schema: parameters, columns, plans.

use std::collections::BTreeSet;

use harness::World;
use reads::snapshot::COLUMNS;
use reads::{QUERIES, Query};
use serde_json::Value;
use tokio_postgres::Client;

use crate::bulk::bulk;

/// The roles that ask: behind the Worker, and behind the native API.
const ROLES: [&str; 2] = ["equoria_edge", "equoria_reader"];

/// Tables that are small by nature: a catalogue, what has a row for each of its rows, and the ledger of the migrations.
const SMALL: [&str; 4] = ["breeds", "breed_diversity", "disciplines", "migrations"];

/// The most blocks that a read of one page may touch, however many rows there are.
const MOST_BLOCKS: i64 = 1_000;

/// The most that a walk to all ancestors may touch: some four for each, of whom the bulk's youngest have three thousand.
const MOST_BLOCKS_OF_ANCESTORS: i64 = 30_000;

#[tokio::test]
async fn every_statement_takes_and_gives_what_its_query_declares() {
    let world = World::new().await;
    for role in ROLES {
        let client = world.database.as_role(role).await;
        for query in QUERIES {
            let declared = client.prepare_typed(query.sql, query.takes).await;
            let declared =
                declared.unwrap_or_else(|error| panic!("{role}: {}: {error:?}", query.name));
            assert_eq!(declared.params(), query.takes, "{role}: {}", query.name);
            let columns = declared
                .columns()
                .iter()
                .map(|it| (it.name(), it.type_().clone()));
            let columns: Vec<_> = columns.collect();
            let wanted = [&COLUMNS[..], query.gives].concat();
            assert_eq!(columns, wanted, "{role}: {}", query.name);
        }
    }
}

#[test]
fn every_statement_has_a_name_of_its_own_and_looks_at_no_clock_and_no_dice() {
    let names: BTreeSet<&str> = QUERIES.iter().map(|query| query.name).collect();
    assert_eq!(names.len(), QUERIES.len());
    for query in QUERIES {
        let sql = query.sql.to_lowercase();
        for volatile in [
            "now()",
            "current_t",
            "current_date",
            "clock_timestamp",
            "random(",
            "gen_random",
            "localtime",
            "select *",
            " offset ",
        ] {
            assert!(!sql.contains(volatile), "{}: {volatile}", query.name);
        }
    }
}

#[tokio::test]
async fn no_generic_plan_scans_a_table_of_players_horses_or_shows() {
    let world = bulk().await;
    for role in ROLES {
        let client = world.database.as_role(role).await;
        client
            .batch_execute("set plan_cache_mode = force_generic_plan")
            .await
            .unwrap();
        for query in QUERIES {
            prepare(&client, query).await;
            let nothing = vec!["null"; query.takes.len()].join(", ");
            let plan = explain(&client, "explain (format json)", &nothing).await;
            require_no_scan(query, &plan);
        }
    }
}

#[tokio::test]
async fn with_usual_values_no_read_scans_a_table_or_touches_many_blocks() {
    // At the edge every statement is planned for its values.
    cost_little("force_custom_plan", |_| true).await;
}

#[tokio::test]
async fn what_a_server_plans_once_touches_few_blocks_with_that_plan() {
    cost_little("force_generic_plan", |query| !query.is_planned_by_values()).await;
}

async fn cost_little(mode: &str, is_asked: impl Fn(&Query) -> bool) {
    let world = bulk().await;
    for role in ROLES {
        let client = world.database.as_role(role).await;
        client
            .batch_execute(&format!("set plan_cache_mode = {mode}"))
            .await
            .unwrap();
        for query in QUERIES.iter().filter(|query| is_asked(query)) {
            prepare(&client, query).await;
            for values in usual(query) {
                let plan =
                    explain(&client, "explain (analyze, buffers, format json)", &values).await;
                require_no_scan(query, &plan);
                let blocks = ["Shared Hit Blocks", "Shared Read Blocks"]
                    .map(|it| plan["Plan"][it].as_i64().unwrap());
                let touched: i64 = blocks.iter().sum();
                let most = if query.sql.contains("ancestors") {
                    MOST_BLOCKS_OF_ANCESTORS
                } else {
                    MOST_BLOCKS
                };
                assert!(
                    touched <= most,
                    "{} ({values}) touches {touched} blocks: {plan:#}",
                    query.name
                );
            }
        }
    }
}

#[test]
fn only_searches_with_filters_are_planned_for_their_values() {
    let planned = QUERIES.iter().filter(|query| query.is_planned_by_values());
    let names: Vec<&str> = planned.map(|query| query.name).collect();
    let is_search = |name: &&str| {
        let found = ["horses", "open shows", "shows that ran", "stallions"];
        found.iter().any(|it| name.starts_with(it))
    };
    assert!(names.iter().all(is_search), "{names:?}");
    assert!(
        names.contains(&"horses with traits")
            && names.contains(&"horses of a discipline, best first")
    );
}

async fn prepare(client: &Client, query: &Query) {
    let types: Vec<&str> = query
        .takes
        .iter()
        .map(tokio_postgres::types::Type::name)
        .collect();
    let types = if types.is_empty() {
        String::new()
    } else {
        format!("({})", types.join(", "))
    };
    let sql = format!("deallocate all; prepare read{types} as {}", query.sql);
    client
        .batch_execute(&sql)
        .await
        .unwrap_or_else(|error| panic!("{}: {error:?}", query.name));
}

async fn explain(client: &Client, how: &str, values: &str) -> Value {
    let values = if values.is_empty() {
        String::new()
    } else {
        format!("({values})")
    };
    let sql = format!("{how} execute read{values}");
    let rows = client
        .simple_query(&sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    let text = rows.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plans: Value = serde_json::from_str(text.unwrap()).unwrap();
    plans[0].clone()
}

fn require_no_scan(query: &Query, plan: &Value) {
    let mut scanned = Vec::new();
    scans(&plan["Plan"], &mut scanned);
    scanned.retain(|table| !SMALL.contains(&table.as_str()));
    assert!(
        scanned.is_empty(),
        "{} scans {scanned:?}: {plan:#}",
        query.name
    );
}

fn scans(node: &Value, scanned: &mut Vec<String>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let is_whole = kind == "Seq Scan"
        || kind.starts_with("Index") && node["Index Cond"].is_null() && is_unbounded(node);
    if is_whole {
        scanned.push(
            node["Relation Name"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    for inner in node["Plans"].as_array().into_iter().flatten() {
        scans(inner, scanned);
    }
}

/// Does the plan without an index condition expect to read most of the table? A walk along an index that a limit ends
/// after a page is fine.
fn is_unbounded(node: &Value) -> bool {
    node["Actual Rows"]
        .as_f64()
        .is_some_and(|rows| rows > 2_000.0)
}

/// Values that clients send, as SQL: at least one list for every query.
fn usual(query: &Query) -> Vec<String> {
    let end = "9223372036854775807";
    let user = "'00000000-0000-7000-8000-000000000051'";
    let one = |values: &str| vec![values.to_owned()];
    match query.name {
        "horse card" => one("777"),
        "horses, newest first" => vec![format!("{end}, 21, null"), "500, 101, 'male'".to_owned()],
        "horses with traits" => ["bold", "legendary_bloodline"]
            .iter()
            .flat_map(|name| {
                let traits = format!("'{{\"positive\": [\"{name}\"], \"negative\": []}}'");
                [
                    "null, null, null",
                    "'male', null, null",
                    "null, 3, null",
                    &format!("null, null, {user}"),
                ]
                .map(|rest| format!("{end}, 21, {rest}, {traits}"))
            })
            .collect(),
        "horses of a breed" => vec![
            format!("{end}, 21, null, 3"),
            "9000, 101, 'female', 5".to_owned(),
        ],
        "horses of an owner" => vec![
            format!("{end}, 21, null, null, {user}"),
            format!("{end}, 21, 'male', 3, {user}"),
        ],
        "horses of a discipline, best first" => vec![
            format!("0, 21, null, null, null, null, 'Racing', 0, {end}"),
            format!("0, 21, null, null, null, null, 'Racing', 900, {end}"),
            "4000, 101, 'male', null, null, null, 'Polo', 20, 300".to_owned(),
            // What few horses have, and what few players own: the index of the scores alone would be walked to its end.
            format!(
                "0, 21, null, null, null, '{{\"positive\": [\"legendary_bloodline\"], \"negative\": []}}', 'Racing', 0, {end}"
            ),
            format!("0, 21, null, null, {user}, null, 'Racing', 0, {end}"),
            format!("0, 21, 'male', 3, {user}, null, 'Racing', 0, {end}"),
        ],
        "horses, first comers first" => of_filters(user, &|filters| format!("0, 21, {filters}")),
        "horses, youngest first" => of_filters(user, &|filters| {
            format!("{end}, 21, {filters}, '9999-01-01'")
        }),
        "horses, eldest first" => {
            of_filters(user, &|filters| format!("0, 21, {filters}, '1970-01-01'"))
        }
        "horses by name" => of_filters(user, &|filters| format!("0, 21, {filters}, 'Horse 7'")),
        "horses by name, last first" => {
            of_filters(user, &|filters| format!("{end}, 21, {filters}, 'Zoe'"))
        }
        "own horses, rising" | "own stables, rising" => ["name", "age", "level", "horses"]
            .map(|key| format!("{user}, '{key}', {}, '', {}, 21", i64::MIN, i64::MIN))
            .to_vec(),
        "own horses, falling" | "own stables, falling" => ["name", "age", "level", "horses"]
            .map(|key| format!("{user}, '{key}', {end}, '', {end}, 21"))
            .to_vec(),
        "own ledger, oldest first" | "own pregnancies, oldest first" => {
            vec![format!("{user}, 0, 21")]
        }
        "results of a horse, rising" => {
            vec![format!("777, 'placement', {}, '', 0, 21", i64::MIN)]
        }
        "results of a horse, falling" => vec![format!("777, 'score', {end}, '', 0, 21")],
        "training of a horse, oldest first" => one("777, 0, 21"),
        "foals of a horse, eldest first" => {
            vec!["20002, 0, 21".to_owned(), "20001, 0, 101".to_owned()]
        }
        "shows that ran, earliest first" => {
            ["'settled', null", "'cancelled', 'Polo'", "'open', null"]
                .map(|rest| format!("'1970-01-01', 0, 21, {rest}, now()"))
                .to_vec()
        }
        "open shows, latest first" => ["null", "'Polo'"]
            .map(|it| format!("'9999-01-01', {end}, 21, now(), {it}"))
            .to_vec(),
        "open shows, greatest prize first" => ["null", "'Polo'"]
            .map(|it| format!("{end}, {end}, 21, now(), {it}"))
            .to_vec(),
        "open shows, least fee first" => ["null", "'Polo'"]
            .map(|it| format!("-1, 0, 21, now(), {it}"))
            .to_vec(),
        "entries of a show, rising" | "results of a show, rising" => {
            vec![format!("1777, 'horse', {}, '', 0, 21", i64::MIN)]
        }
        "entries of a show, falling" | "results of a show, falling" => {
            vec![format!("1777, 'expected_score', {end}, '', 0, 21")]
        }
        "stallions at stud, dearest first" => ["null", "1"]
            .map(|breed| format!("{end}, {end}, 1000000, now() - interval '147 days', 21, {breed}"))
            .to_vec(),
        "stallions at stud, latest offer first" => ["null", "1"]
            .map(|breed| {
                format!("'9999-01-01', {end}, 1000000, now() - interval '147 days', 21, {breed}")
            })
            .to_vec(),
        "own horses" | "own stables" | "own ledger" => vec![format!(
            "{user}, {}, 21",
            if query.name == "own stables" {
                "0"
            } else {
                end
            }
        )],
        "results of a horse" => vec![format!("777, '9999-01-01', {end}, 21")],
        "training of a horse" => vec![format!("777, {end}, 21")],
        "user profile" | "own profile" => vec![user.to_owned()],
        "stable" | "show" | "proof of a show" => one("1777"),
        "open shows, soonest first" => vec![format!("now(), {end}, 21")],
        "open shows of a discipline, soonest first" => vec![format!("now(), {end}, 21, 'Racing'")],
        "past shows, latest first" => ["'settled'", "'cancelled'", "'open'"]
            .iter()
            .map(|state| format!("now(), {end}, 21, {state}"))
            .collect(),
        "past shows of a discipline, latest first" => {
            vec![format!("now(), {end}, 21, 'settled', 'Polo'")]
        }
        "entries of a show" | "results of a show" => one("1777, 0, 21"),
        "preview of a horse in a show" => {
            vec![format!("3950, 777, {user}"), "3950, 777, null".to_owned()]
        }
        "users by XP" => vec![
            format!("{end}, '00000000-0000-0000-0000-000000000000', 21"),
            format!("2000, {user}, 101"),
        ],
        "genetics of a horse" => vec![format!("777, {user}"), "777, null".to_owned()],
        "foals of a horse" => vec![format!("20002, {end}, 21"), format!("20001, {end}, 101")],
        "foal" => one("23777"),
        "pedigree of a horse" => vec!["777, 5".to_owned(), "23998, 8".to_owned()],
        "mates of a horse" => {
            let born = "now() - interval '147 days', now() - interval '21 days'";
            vec![
                format!("23997, {user}, {born}"),
                format!("23998, '00000000-0000-7000-8000-000000000052', {born}"),
                format!("777, null, {born}"),
            ]
        }
        "planned mating" => vec![format!("23997, 23998, {user}"), "777, 778, null".to_owned()],
        "stallions at stud, cheapest first" => {
            one("-1, 0, 1000000, now() - interval '147 days', 21")
        }
        "stallions of a breed at stud, cheapest first" => {
            one("-1, 0, 300, now() - interval '147 days', 101, 1")
        }
        "own pregnancies" => vec![format!("{user}, {end}, 21")],
        "diversity of a breed" => one("1"),
        "diversity of a stable" => one("900001"),
        "breeds" => one("0, 101"),
        "schema version" => one(""),
        other => panic!("the query \"{other}\" has no usual values here: add some"),
    }
}

/// Values with each filter of a search for horses, and with several.
fn of_filters(user: &str, values: &dyn Fn(&str) -> String) -> Vec<String> {
    let traits = |name: &str| format!("'{{\"positive\": [\"{name}\"], \"negative\": []}}'");
    let filters = [
        "null, null, null, null".to_owned(),
        "'male', null, null, null".to_owned(),
        "null, 3, null, null".to_owned(),
        "'female', 3, null, null".to_owned(),
        format!("null, null, {user}, null"),
        format!("null, null, null, {}", traits("bold")),
        format!("null, null, null, {}", traits("legendary_bloodline")),
    ];
    filters.iter().map(|it| values(it)).collect()
}
