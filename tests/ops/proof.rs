//! The proof of a running database finds what constraints, triggers and indexes did not.

use equoria::dev::say::Voice;
use equoria::ops::proof::{self, Check};
use harness::{Database, NewHorse, World};
use tokio_postgres::Client;

async fn proven(client: &Client) -> Vec<Check> {
    proof::of(client, &Voice::quiet()).await.unwrap()
}

fn faults(checks: &[Check]) -> String {
    let faults: Vec<&str> = checks
        .iter()
        .flat_map(|it| &it.faults)
        .map(String::as_str)
        .collect();
    faults.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_no_constraint_would_have_let_in_are_found_by_the_proof() {
    let world = World::new().await;
    let player = world.player("Witness").await;
    let mare = world.horse(&player, NewHorse::default()).await;
    let good = proven(&world.admin).await;
    assert_eq!(faults(&good), "");
    assert!(good.iter().all(Check::is_good), "{good:?}");
    assert!(good.iter().all(|it| it.looked_at >= 8), "{good:?}");
    let behind_their_back = [
        ("horses_user_id_fkey", format!("update horses set user_id = gen_random_uuid() where id = {mare}")),
        ("horses_bond_score_check", "alter table horses drop constraint horses_bond_score_check;
           update horses set bond_score = 101;
           alter table horses add constraint horses_bond_score_check check (bond_score between 0 and 100) not valid".to_owned()),
        ("balance", "update accounts set balance = balance + 1 where kind = 'purse'".to_owned()),
        ("idx_horses_user_id", "update pg_index set indisvalid = false where indexrelid = 'idx_horses_user_id'::regclass".to_owned()),
        ("0002_documents", "update ops.migrations set sha256 = repeat('0', 64) where version = 2".to_owned()),
    ];
    for (_, sql) in &behind_their_back {
        world
            .sql(&format!(
                "begin; set local session_replication_role = replica; {sql}; commit"
            ))
            .await;
    }
    let told = faults(&proven(&world.admin).await);
    for (name, _) in behind_their_back {
        assert!(told.contains(name), "{name} is not told of:\n{told}");
    }
    assert!(told.contains("was never validated"), "{told}");
}

#[tokio::test]
async fn a_ledger_without_a_posting_is_no_fault_and_an_unknown_migration_is() {
    let database = Database::fresh().await;
    let admin = database.admin().await;
    assert_eq!(faults(&proven(&admin).await), "");
    let newer = "insert into ops.migrations (version, name, sha256, took_ms) values (9999, 'from_the_future', repeat('0', 64), 1)";
    admin.batch_execute(newer).await.unwrap();
    let told = faults(&proven(&admin).await);
    assert!(told.contains("from_the_future"), "{told}");
}
