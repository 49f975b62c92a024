//! The plans of all statements on a seeded world are the committed ones, and a worse one is found.

use equoria::bench::plans::{self, Report};
use equoria::dev::say::Voice;
use equoria::ops::seed::{self, Plan, Wish};
use harness::Database;
use tokio_postgres::Client;

async fn look(client: &Client) -> Report {
    plans::run(client, &Voice::quiet(), true).await.unwrap()
}

fn breaches(report: &Report) -> Vec<String> {
    let wrong = report.plans.iter().filter_map(|it| {
        let breach = it.breach.as_ref()?;
        Some(format!("{}: {breach}, and not {}", it.name, it.shape))
    });
    wrong.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plans_on_ten_thousand_seeded_horses_are_the_committed_ones() {
    let database = Database::fresh().await;
    let mut client = database.admin().await;
    let wish = Wish {
        horses: 10_000,
        is_measured: false,
    };
    seed::dev(&mut client, &Plan::standard(), wish, &Voice::quiet())
        .await
        .unwrap();
    let report = look(&client).await;
    assert_eq!(report.horses, 10_000);
    assert!(report.plans.len() > 100, "{}", report.plans.len());
    assert_eq!(breaches(&report), Vec::<String>::new());
    let worse = "drop index idx_horse_discipline_scores_best";
    client.batch_execute(worse).await.unwrap();
    let report = look(&client).await;
    let wrong = breaches(&report);
    let is_named = |it: &String| it.starts_with("horses of a discipline, best first");
    assert!(wrong.iter().any(is_named), "{wrong:#?}");
}
