//! What a read costs: one statement, one round trip, counted at the protocol and by PostgreSQL itself.

use crate::cases::{Case, NATIVE, cases};
use crate::run;
use crate::town::{Town, town};
use crate::wire::Seen;

#[test]
fn a_read_costs_one_statement_and_one_round_trip() {
    run(async {
        let town = town().await;
        for case in cases(&town)
            .iter()
            .filter(|case| !NATIVE.contains(&case.template))
        {
            let (seen, counted) = cost(&town, case).await;
            let statements = case.statements();
            assert_eq!(
                seen.connections, statements,
                "connections for {case:?}: {seen:?}"
            );
            assert_eq!(
                seen.round_trips, statements,
                "round trips for {case:?}: {seen:?}"
            );
            assert_eq!(
                seen.statements.len(),
                statements,
                "statements for {case:?}: {seen:?}"
            );
            assert_eq!(
                counted,
                i64::try_from(statements).unwrap(),
                "calls that PostgreSQL counted for {case:?}"
            );
        }
    });
}

#[test]
fn a_statement_names_no_clock_so_that_it_may_be_cached() {
    run(async {
        let town = town().await;
        town.wire.take();
        for case in cases(&town)
            .iter()
            .filter(|case| case.status == 200 && case.statements() == 1)
        {
            case.ask(&town, &town.at_the_edge()).send().await;
        }
        for statement in town.wire.take().statements {
            let statement = statement.to_lowercase();
            for word in [
                "now()",
                "current_timestamp",
                "current_date",
                "clock_timestamp",
                "random(",
            ] {
                assert!(!statement.contains(word), "{word} in {statement}");
            }
        }
    });
}

/// What one request costs: at the protocol, and in the calls of the edge's role that PostgreSQL counted.
async fn cost(town: &Town, case: &Case) -> (Seen, i64) {
    let before = calls(town).await;
    town.wire.take();
    case.ask(town, &town.at_the_edge()).send().await;
    (town.wire.take(), calls(town).await - before)
}

async fn calls(town: &Town) -> i64 {
    let calls = "select coalesce(sum(calls), 0)::bigint from extensions.pg_stat_statements
        where userid = 'equoria_edge'::regrole and dbid = (select oid from pg_database where datname = current_database())";
    town.world.one(calls).await
}
