//! The specification's own client: its three queries, as it sends them, on this schema.

use std::fs;

use harness::Database;
use harness::node::Package;
use serde_json::{Value, json};

use crate::trial::{fill, populate};

/// Twelve results of one mare, the first being the latest; the one that the world has from long before comes thirteenth. And horses with scores and traits around the
/// bounds of the questions.
const ROWS: &str = r#"
    select world.show(7000 + n, 0, 0, null, {now} - make_interval(hours => n)) from generate_series(1, 12) n;
    select world.enter(8000 + n, 7000 + n, {mare}, {ann}, {now} - interval '1 day') from generate_series(1, 12) n;
    insert into competition_results (horse_id, show_id, entry_id, user_id, score, expected_score, placement, discipline, run_date, created_at)
      select {mare}, 7000 + n, 8000 + n, {ann}, 100.125 - n, 90, 1, 'Racing', {now} - make_interval(hours => n), {now} - make_interval(hours => n)
      from generate_series(1, 12) n;
    update horses set discipline_scores = '{"Racing": 25, "Dressage": 3}',
      epigenetic_modifiers = '{"positive": ["bold", "resilient"], "negative": [], "hidden": ["calm"]}' where id = {mare};
    update horses set discipline_scores = '{"Racing": 20}',
      epigenetic_modifiers = '{"positive": [], "negative": [], "hidden": ["resilient"]}' where id = {stallion};
    update horses set discipline_scores = '{"Racing": 19, "Dressage": 90}',
      epigenetic_modifiers = '{"positive": ["bold"], "negative": [], "hidden": []}' where id = {three};
    update horses set discipline_scores = '{"Dressage": 90}' where id = {bens_mare}"#;

#[tokio::test]
async fn the_specifications_three_queries_work_as_its_own_client_sends_them() {
    let database = Database::fresh().await;
    populate(&database).await;
    let administrator = database.admin().await;
    administrator.batch_execute(&fill(ROWS)).await.unwrap();
    let said = tokio::task::spawn_blocking(move || {
        let url = database.tcp_url("equoria_reader");
        Client::installed().queries(&url, 1001)
    })
    .await
    .unwrap();
    the_horse_comes_with_breed_owner_and_ten_latest_results(&said["horse"]);
    assert_eq!(said["horsesWithTrait"], json!([1001]));
    assert_eq!(ids(&said["trainedHorses"]), [1001, 1002]);
    the_database_was_asked_by_json_operators(&said["sent"]);
}

fn the_horse_comes_with_breed_owner_and_ten_latest_results(horse: &Value) {
    assert_eq!(horse["name"], "Horse 1001");
    assert_eq!(horse["breed"], json!({"id": 9001, "name": "World Horse"}));
    assert_eq!(
        horse["user"],
        json!({"id": "00000000-0000-7000-8000-00000000000a", "name": "Ann", "email": "ann@example.org"})
    );
    assert_eq!(
        horse["discipline_scores"],
        json!({"Racing": 25, "Dressage": 3})
    );
    assert_eq!(
        horse["epigenetic_modifiers"],
        json!({"positive": ["bold", "resilient"], "negative": [], "hidden": ["calm"]})
    );
    assert_eq!(horse["trainingCooldown"], Value::Null);
    let results = horse["competitionResults"].as_array().unwrap();
    let shows: Vec<i64> = results
        .iter()
        .map(|result| result["showId"].as_i64().unwrap())
        .collect();
    assert_eq!(shows, (7001..=7010).collect::<Vec<_>>());
    let first = &results[0];
    assert_eq!(
        (&first["score"], &first["placement"]),
        (&json!(99.125), &json!(1))
    );
    assert_eq!(
        (&first["discipline"], &first["runDate"]),
        (&json!("Racing"), &json!("2030-01-07T11:00:00.000Z"))
    );
}

fn the_database_was_asked_by_json_operators(sent: &Value) {
    let sent: Vec<&str> = sent
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    for column in ["epigenetic_modifiers", "discipline_scores"] {
        let operator = format!(r#""{column}"#);
        let asks = |sql: &&&str| {
            sql.split_once("WHERE")
                .is_some_and(|(_, filter)| filter.contains(&operator) && filter.contains("#>"))
        };
        assert!(
            sent.iter().any(|sql| asks(&sql)),
            "nothing asks {column} by a path: {sent:#?}"
        );
    }
    assert!(
        sent.iter().any(|sql| sql.contains("@>")),
        "nothing asks for containment: {sent:#?}"
    );
}

fn ids(list: &Value) -> Vec<i64> {
    let mut ids: Vec<i64> = list
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    ids.sort_unstable();
    ids
}

/// The specification's client as npm installs it, with the models generated from `schema.prisma`.
struct Client(Package);

impl Client {
    fn installed() -> Self {
        let what = "the specification's database client (200 MB, about 20 s)";
        let client = Self(Package::installed("tests/prisma", what));
        client.generate();
        client
    }

    /// Generates the models, unless that was done for exactly this.
    fn generate(&self) {
        let folder = &self.0.folder;
        let mark = folder.join("node_modules/.equoria-generated");
        let origin = ["schema.prisma", "package-lock.json"]
            .map(|name| fs::read_to_string(folder.join(name)).unwrap())
            .concat();
        let is_there = folder.join("generated/client.ts").is_file();
        if is_there && fs::read_to_string(&mark).is_ok_and(|done| done == origin) {
            return;
        }
        // It wants to download an engine, which its generator does not use: any program will do.
        let node = self.0.run("node", &["--print", "process.execPath"], &[]);
        let environment = [&QUIET[..], &[("PRISMA_SCHEMA_ENGINE_BINARY", node.trim())]].concat();
        self.0.run("prisma", &["generate"], &environment);
        fs::write(&mark, origin).unwrap();
    }

    /// Runs the three queries, and answers what each returned and the SQL that was sent.
    fn queries(&self, url: &str, horse: i64) -> Value {
        let environment = [&QUIET[..], &[("DATABASE_URL", url)]].concat();
        let horse = horse.to_string();
        let program = [
            "--experimental-strip-types",
            "--no-warnings",
            "queries.ts",
            &horse,
        ];
        let said = self.0.run("node", &program, &environment);
        serde_json::from_str(&said)
            .unwrap_or_else(|_| panic!("the client said something that is not JSON: {said}"))
    }
}

const QUIET: [(&str, &str); 2] = [
    ("CHECKPOINT_DISABLE", "1"),
    ("PRISMA_HIDE_UPDATE_MESSAGE", "1"),
];
