//! The catalogues: disciplines and breeds, from the rules' own tables.

use rules::breed::{BREEDS, Breed, CROSSBRED};
use rules::discipline::Discipline;
use rules::stat::Stat;
use serde_json::{Map, Value, json};
use tokio_postgres::Transaction;
use tokio_postgres::types::Json;

use super::Summary;
use crate::trouble::{Because, Trouble};

const DISCIPLINES: &str = "insert into disciplines as d (name, first_stat, second_stat, third_stat)
    select name, first_stat, second_stat, third_stat
    from jsonb_to_recordset($1) r (name text, first_stat text, second_stat text, third_stat text)
    on conflict (name) do update
      set first_stat = excluded.first_stat, second_stat = excluded.second_stat, third_stat = excluded.third_stat
      where (d.first_stat, d.second_stat, d.third_stat)
        is distinct from (excluded.first_stat, excluded.second_stat, excluded.third_stat)";

const BREEDS_ROWS: &str = "insert into breeds as b (name, precision_mean, strength_mean, speed_mean, agility_mean, endurance_mean,
      intelligence_mean, stamina_mean, balance_mean, boldness_mean, flexibility_mean, obedience_mean, focus_mean,
      temperament_weights, allele_frequencies)
    select r.name, r.precision, r.strength, r.speed, r.agility, r.endurance, r.intelligence, r.stamina, r.balance, r.boldness,
      r.flexibility, r.obedience, r.focus, r.temperament_weights, r.allele_frequencies
    from jsonb_to_recordset($1) r (name text, precision smallint, strength smallint, speed smallint, agility smallint,
      endurance smallint, intelligence smallint, stamina smallint, balance smallint, boldness smallint, flexibility smallint,
      obedience smallint, focus smallint, temperament_weights smallint[],
      allele_frequencies jsonb)
    left join breeds known on known.name = r.name
    where known.id is null or (known.precision_mean, known.strength_mean, known.speed_mean, known.agility_mean,
      known.endurance_mean, known.intelligence_mean, known.stamina_mean, known.balance_mean, known.boldness_mean,
      known.flexibility_mean, known.obedience_mean, known.focus_mean, known.temperament_weights, known.allele_frequencies)
      is distinct from (r.precision, r.strength, r.speed, r.agility, r.endurance, r.intelligence, r.stamina, r.balance,
      r.boldness, r.flexibility, r.obedience, r.focus, r.temperament_weights, r.allele_frequencies)
    on conflict (name) do update
      set precision_mean = excluded.precision_mean, strength_mean = excluded.strength_mean, speed_mean = excluded.speed_mean,
        agility_mean = excluded.agility_mean, endurance_mean = excluded.endurance_mean,
        intelligence_mean = excluded.intelligence_mean, stamina_mean = excluded.stamina_mean,
        balance_mean = excluded.balance_mean, boldness_mean = excluded.boldness_mean,
        flexibility_mean = excluded.flexibility_mean, obedience_mean = excluded.obedience_mean,
        focus_mean = excluded.focus_mean, temperament_weights = excluded.temperament_weights,
        allele_frequencies = excluded.allele_frequencies";

/// Writes what is missing or differs.
pub(super) async fn write(
    transaction: &Transaction<'_>,
    summary: &mut Summary,
) -> Result<(), Trouble> {
    let disciplines: Vec<Value> = Discipline::ALL.iter().map(discipline).collect();
    summary.count(
        "disciplines",
        write_rows(transaction, "disciplines", DISCIPLINES, &disciplines).await?,
    );
    let breeds: Vec<Value> = BREEDS.iter().chain([&CROSSBRED]).map(breed).collect();
    summary.count(
        "breeds",
        write_rows(transaction, "breeds", BREEDS_ROWS, &breeds).await?,
    );
    Ok(())
}

fn discipline(discipline: &Discipline) -> Value {
    let [first, second, third] = discipline.stats().map(Stat::as_str);
    json!({"name": discipline.as_str(), "first_stat": first, "second_stat": second, "third_stat": third})
}

fn breed(breed: &Breed) -> Value {
    let means = Stat::ALL.iter().zip(breed.facts.stat_means);
    let mut row: Map<String, Value> = means
        .map(|(stat, mean)| (stat.as_str().to_owned(), mean.into()))
        .collect();
    row.insert("name".to_owned(), breed.name.into());
    row.insert(
        "temperament_weights".to_owned(),
        json!(breed.facts.temperament_weights),
    );
    row.insert("allele_frequencies".to_owned(), json!(breed.frequencies()));
    Value::Object(row)
}

/// Writes rows with a statement that takes them as one JSON array, and says how many it wrote.
async fn write_rows(
    transaction: &Transaction<'_>,
    table: &str,
    sql: &str,
    rows: &[Value],
) -> Result<u64, Trouble> {
    let because = || format!("could not seed {table}");
    transaction
        .execute(sql, &[&Json(rows)])
        .await
        .because(because)
}
