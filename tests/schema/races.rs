//! Two who do the same thing at the same instant: one of them is refused.

use harness::Database;

use crate::trial::{Refused, fill, game, populate, reason};

const RIVALS: usize = 8;

/// Sends one statement each from as many connections at once, and answers why those were refused that were.
async fn rivals(database: &Database, statement: impl Fn(usize) -> String) -> Vec<Refused> {
    let mut rivals = Vec::new();
    for at in 0..RIVALS {
        let client = game(database).await;
        let sql = fill(&statement(at));
        rivals.push(tokio::spawn(
            async move { client.batch_execute(&sql).await },
        ));
    }
    let mut refused = Vec::new();
    for rival in rivals {
        if let Err(error) = rival.await.unwrap() {
            refused.push(reason(&error));
        }
    }
    refused
}

async fn one_wins(rule: &str, statement: impl Fn(usize) -> String) {
    let database = Database::fresh().await;
    populate(&database).await;
    let refused = rivals(&database, statement).await;
    assert_eq!(refused, vec![Refused::By(rule.to_owned()); RIVALS - 1]);
}

#[tokio::test]
async fn coins_for_one_purchase_buy_one_thing() {
    one_wins("postings_balance_after_check", |at| {
        format!("select world.pay('store_horse:{at}', purse_of({{dan}}), sink(), 5)")
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_is_sent_many_times_happens_once() {
    one_wins("transfers_key_key", |_| {
        "select world.pay('stipend:x', treasury(), purse_of({ann}), 250)".to_owned()
    })
    .await;
}

#[tokio::test]
async fn a_horse_is_trained_once_by_many_at_the_same_instant() {
    one_wins("training_logs_rest_check", |_| {
        "select world.train({mare}, {ann})".to_owned()
    })
    .await;
}

#[tokio::test]
async fn the_last_place_of_a_show_is_taken_once() {
    let horses = [1001, 1002, 1003, 1004, 1008, 1009, 1006, 1007];
    one_wins("show_entries_room_check", |at| {
        let owner = if at < 6 { "{ann}" } else { "{ben}" };
        format!(
            "select world.enter({}, {{full}}, {}, {owner})",
            900 + at,
            horses[at]
        )
    })
    .await;
}

#[tokio::test]
async fn a_mare_is_covered_once_by_many_at_the_same_instant() {
    one_wins("idx_pregnancies_in_foal", |at| {
        format!(
            "select world.cover({}, {{mare}}, {{stallion}}, {{ann}})",
            900 + at
        )
    })
    .await;
}

#[tokio::test]
async fn a_show_is_settled_once() {
    one_wins("shows_end_is_final", |_| {
        "update shows set name = name where id = {due} and state = 'open';
         do $$ begin if not exists (select from competition_results where entry_id = 4005) then
           perform world.place(4005, 1), world.place(4006, 2); end if; end $$;
         select world.settle({due})"
            .to_owned()
    })
    .await;
}

#[tokio::test]
async fn whoever_trains_a_mare_that_is_being_covered_waits_and_is_refused() {
    let database = Database::fresh().await;
    populate(&database).await;
    let (cover, train) = (game(&database).await, game(&database).await);
    let watcher = database.admin().await;
    let covering = fill("begin; select world.cover(900, {mare}, {stallion}, {ann})");
    cover.batch_execute(&covering).await.unwrap();
    let training = tokio::spawn(async move {
        train
            .batch_execute(&fill("select world.train({mare}, {ann})"))
            .await
    });
    let waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while watcher.query(waiting, &[]).await.unwrap().is_empty() {
        assert!(!training.is_finished(), "training did not wait");
    }
    cover.batch_execute("commit").await.unwrap();
    let refused = training.await.unwrap().map_err(|error| reason(&error));
    assert_eq!(
        refused,
        Err(Refused::By("training_logs_in_foal_check".to_owned()))
    );
}
