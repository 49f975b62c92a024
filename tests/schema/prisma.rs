//! The specification's own client: its three queries, as it sends them, on this schema.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use equoria::dev::places::Places;
use equoria::dev::program::ask;
use equoria::dev::say::Voice;
use equoria::dev::{lock, tools};
use equoria::trouble::{Because, Trouble};
use harness::Database;
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
        let client = Client::installed().unwrap_or_else(|trouble| panic!("{trouble}"));
        client
            .queries(&url, 1001)
            .unwrap_or_else(|trouble| panic!("{trouble}"))
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
struct Client {
    folder: PathBuf,
    places: Places,
}

impl Client {
    fn installed() -> Result<Self, Trouble> {
        let places = Places::of(&harness::program::checkout())?;
        let client = Self {
            folder: places.root.join("tests/prisma"),
            places,
        };
        let _one_installer = lock::wait(&client.places.state.join("prisma.lock"))?;
        tools::install_node(&client.places, &Voice::default())?;
        let modules = client.folder.join("node_modules");
        let installed = origin(&[&client.folder.join("package-lock.json")])?;
        client.once(
            &modules.join(".equoria"),
            &installed,
            "the specification's database client (200 MB, about 20 s)",
            || {
                let mut npm = client.command("npm")?;
                ask(npm.args([
                    "ci",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel=error",
                ]))
            },
        )?;
        let generated = origin(&[
            &client.folder.join("schema.prisma"),
            &client.folder.join("package-lock.json"),
        ])?;
        client.once(
            &modules.join(".equoria-generated"),
            &generated,
            "its models",
            || {
                // It wants to download an engine, which its generator does not use: any program will do.
                let node = tools::npm_programs(&client.places).join("node");
                let mut prisma = client.command(&modules.join(".bin/prisma").to_string_lossy())?;
                ask(prisma
                    .arg("generate")
                    .env("PRISMA_SCHEMA_ENGINE_BINARY", node))
            },
        )?;
        Ok(client)
    }

    /// Does something unless the mark says that it was done for exactly this.
    fn once(
        &self,
        mark: &Path,
        from: &str,
        what: &str,
        act: impl FnOnce() -> Result<String, Trouble>,
    ) -> Result<(), Trouble> {
        let is_generated = self.folder.join("generated/client.ts").is_file()
            || !mark.ends_with(".equoria-generated");
        if is_generated && fs::read_to_string(mark).is_ok_and(|done| done == from) {
            return Ok(());
        }
        eprintln!("making ready {what}");
        act()?;
        fs::write(mark, from).because(|| format!("could not write {}", mark.display()))
    }

    fn command(&self, program: &str) -> Result<Command, Trouble> {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("PATH", tools::path(&self.places)?)
            .env("CHECKPOINT_DISABLE", "1")
            .env("PRISMA_HIDE_UPDATE_MESSAGE", "1");
        Ok(command)
    }

    /// Runs the three queries, and answers what each returned and the SQL that was sent.
    fn queries(&self, url: &str, horse: i64) -> Result<Value, Trouble> {
        let mut node = self.command("node")?;
        node.args(["--experimental-strip-types", "--no-warnings", "queries.ts"])
            .arg(horse.to_string());
        let said = ask(node.env("DATABASE_URL", url))?;
        serde_json::from_str(&said)
            .because(|| format!("the client said something that is not JSON: {said}"))
    }
}

/// What an installation was made from: the mark of one that was made from the same is the same.
fn origin(files: &[&Path]) -> Result<String, Trouble> {
    files
        .iter()
        .map(|file| {
            fs::read_to_string(file).because(|| format!("could not read {}", file.display()))
        })
        .collect()
}
