//! Values that clients send, from whatever database is there: those that make the most work.

use tokio_postgres::Client;
use uuid::Uuid;

use crate::trouble::{Because, Trouble};

/// Who and what is asked about.
pub(super) struct Samples {
    /// How many horses there are.
    pub horses: i64,
    /// The horse with the most results.
    horse: i64,
    /// The youngest foal.
    foal: i64,
    /// A mare and a stallion that may be mated.
    pair: [i64; 2],
    /// The stallion with the most foals.
    sire: i64,
    /// The player with the most horses.
    user: Uuid,
    /// A stable of that player.
    stable: i64,
    /// An open show with entries, and a settled one.
    shows: [i64; 2],
    /// When the youngest foal was born, as SQL.
    now: String,
}

const SAMPLES: &str = "select (select count(*) from horses) as horses,
    (select horse_id from competition_results group by horse_id order by count(*) desc, horse_id limit 1) as horse,
    f.id as foal, f.dam_id as mare, f.sire_id as stallion, f.created_at::text as now,
    (select sire_id from foals group by sire_id order by count(*) desc, sire_id limit 1) as sire, u.user_id as user,
    (select min(id) from stables where user_id = u.user_id) as stable,
    (select e.show_id from show_entries e join shows s on s.id = e.show_id where s.state = 'open'
     group by e.show_id order by count(*) desc, e.show_id limit 1) as open,
    (select max(id) from shows where state = 'settled') as settled
  from (select id, sire_id, dam_id, created_at from foals order by id desc limit 1) f,
    (select user_id from horses group by user_id order by count(*) desc, user_id limit 1) u";

impl Samples {
    /// Looks for them.
    pub(super) async fn take(client: &Client) -> Result<Self, Trouble> {
        let because = || "could not look for usual values";
        let row = client.query_opt(SAMPLES, &[]).await.because(because)?;
        let row = row.ok_or_else(|| {
            Trouble::new(
                "there are no horses to ask about: run `equoria seed dev --horses 1000000` first",
            )
        })?;
        let id = |name: &str| row.try_get::<_, i64>(name).because(because);
        Ok(Self {
            horses: id("horses")?,
            horse: id("horse")?,
            foal: id("foal")?,
            pair: [id("mare")?, id("stallion")?],
            sire: id("sire")?,
            user: row.try_get("user").because(because)?,
            stable: id("stable")?,
            shows: [id("open")?, id("settled")?],
            now: format!(
                "'{}'::timestamptz",
                row.try_get::<_, String>("now").because(because)?
            ),
        })
    }

    /// Values for horses in an order: all of them, of a breed, of an owner, and with a common and a rare trait.
    fn of_filters(&self, values: &dyn Fn(&str) -> String) -> Vec<String> {
        let traits = |name: &str| {
            format!("null, null, null, '{{\"positive\": [\"{name}\"], \"negative\": []}}'")
        };
        let filters = [
            "null, null, null, null".to_owned(),
            "'female', 3, null, null".to_owned(),
            format!("null, null, '{}', null", self.user),
            traits("bold"),
            traits("legendary_bloodline"),
        ];
        filters.iter().map(|it| values(it)).collect()
    }

    fn of_sorted_horses(&self, query: &str) -> Option<Vec<String>> {
        let end = i64::MAX;
        let values: &dyn Fn(&str) -> String = match query {
            "horses, first comers first" => &|filters| format!("0, 21, {filters}"),
            "horses, youngest first" => &|filters| format!("{end}, 21, {filters}, '9999-01-01'"),
            "horses, eldest first" => &|filters| format!("0, 21, {filters}, '1970-01-01'"),
            "horses by name" => &|filters| format!("0, 21, {filters}, ''"),
            "horses by name, last first" => &|filters| format!("{end}, 21, {filters}, 'zz'"),
            _ => return None,
        };
        Some(self.of_filters(values))
    }

    /// The lists of values for a read, each as SQL.
    pub(super) fn of(&self, query: &str) -> Result<Vec<String>, Trouble> {
        let of_horses = self
            .of_horses(query)
            .or_else(|| self.of_sorted_horses(query))
            .or_else(|| self.of_others(query));
        of_horses.ok_or_else(|| {
            Trouble::new(format!(
                "the read \"{query}\" has no usual values in the bench: add some"
            ))
        })
    }

    fn of_horses(&self, query: &str) -> Option<Vec<String>> {
        let Self {
            horse, foal, sire, ..
        } = self;
        let (user, now, [mare, stallion]) = (format!("'{}'", self.user), &self.now, self.pair);
        let one = |values: String| Some(vec![values]);
        let traits = |name: &str| format!("'{{\"positive\": [\"{name}\"], \"negative\": []}}'");
        let end = i64::MAX;
        match query {
            "horse card" => one(horse.to_string()),
            "horses, newest first" => Some(vec![
                format!("{end}, 21, null"),
                format!("{end}, 101, 'male'"),
            ]),
            "horses with traits" => Some(vec![
                format!("{end}, 21, null, null, null, {}", traits("bold")),
                format!(
                    "{end}, 21, null, null, null, {}",
                    traits("legendary_bloodline")
                ),
                format!("{end}, 21, null, null, {user}, {}", traits("bold")),
            ]),
            "horses of a breed" => Some(vec![
                format!("{end}, 21, null, 3"),
                format!("{end}, 101, 'female', 5"),
            ]),
            "horses of an owner" => Some(vec![
                format!("{end}, 21, null, null, {user}"),
                format!("{end}, 21, 'male', 3, {user}"),
            ]),
            "horses of a discipline, best first" => Some(vec![
                format!("0, 21, null, null, null, null, 'Racing', 20, {end}"),
                format!("0, 21, null, null, null, null, 'Racing', 900, {end}"),
                format!(
                    "0, 21, null, null, null, {}, 'Racing', 0, {end}",
                    traits("legendary_bloodline")
                ),
                format!("0, 21, null, null, {user}, null, 'Racing', 0, {end}"),
            ]),
            "own horses" => one(format!("{user}, {end}, 21")),
            "own horses, rising" => one(format!("{user}, 'name', {0}, '', {0}, 21", i64::MIN)),
            "own horses, falling" => one(format!("{user}, 'level', {end}, '', {end}, 21")),
            "results of a horse, rising" => {
                one(format!("{horse}, 'placement', {}, '', 0, 21", i64::MIN))
            }
            "results of a horse, falling" => one(format!("{horse}, 'score', {end}, '', 0, 21")),
            "training of a horse, oldest first" => one(format!("{horse}, 0, 21")),
            "foals of a horse, eldest first" => one(format!("{sire}, 0, 101")),
            "results of a horse" => one(format!("{horse}, '9999-01-01', {end}, 21")),
            "training of a horse" => one(format!("{horse}, {end}, 21")),
            "genetics of a horse" => one(format!("{foal}, {user}")),
            "foals of a horse" => one(format!("{sire}, {end}, 101")),
            "foal" => one(foal.to_string()),
            "pedigree of a horse" => one(format!("{foal}, 8")),
            "mates of a horse" => one(format!(
                "{mare}, {user}, {now} - interval '147 days', {now} - interval '21 days'"
            )),
            "planned mating" => one(format!("{mare}, {stallion}, {user}")),
            _ => None,
        }
    }

    fn of_others(&self, query: &str) -> Option<Vec<String>> {
        let Self {
            stable, horse, now, ..
        } = self;
        let (user, [open, settled]) = (format!("'{}'", self.user), self.shows);
        let one = |values: String| Some(vec![values]);
        let end = i64::MAX;
        match query {
            "own stables" => one(format!("{user}, 0, 21")),
            "own stables, rising" => one(format!("{user}, 'name', {0}, '', {0}, 21", i64::MIN)),
            "own stables, falling" => one(format!("{user}, 'horses', {end}, '', {end}, 21")),
            "own ledger, oldest first" | "own pregnancies, oldest first" => {
                one(format!("{user}, 0, 21"))
            }
            "shows that ran, earliest first" => {
                one("'1970-01-01', 0, 21, 'settled', null, '9999-01-01'".to_owned())
            }
            "open shows, latest first" => one(format!("'9999-01-01', {end}, 21, {now}, null")),
            "open shows, greatest prize first" => {
                with_and_without("Racing", &|it| format!("{end}, {end}, 21, {now}, {it}"))
            }
            "open shows, least fee first" => {
                with_and_without("Racing", &|it| format!("-1, 0, 21, {now}, {it}"))
            }
            "entries of a show, rising" | "results of a show, rising" => {
                one(format!("{settled}, 'horse', {}, '', 0, 21", i64::MIN))
            }
            "entries of a show, falling" | "results of a show, falling" => {
                one(format!("{settled}, 'horse', {end}, '', 0, 21"))
            }
            "stallions at stud, dearest first" => one(format!(
                "{end}, {end}, 1000000, {now} - interval '147 days', 21, null"
            )),
            "stallions at stud, latest offer first" => one(format!(
                "'9999-01-01', {end}, 1000000, {now} - interval '147 days', 21, null"
            )),
            "own ledger" | "own pregnancies" => one(format!("{user}, {end}, 21")),
            "user profile" | "own profile" => one(user),
            "stable" | "diversity of a stable" => one(stable.to_string()),
            "show" | "proof of a show" => one(settled.to_string()),
            "open shows, soonest first" => one(format!("{now}, 0, 21")),
            "open shows of a discipline, soonest first" => one(format!("{now}, 0, 21, 'Racing'")),
            "past shows, latest first" => one(format!("'9999-01-01', {end}, 21, 'settled'")),
            "past shows of a discipline, latest first" => {
                one(format!("'9999-01-01', {end}, 21, 'settled', 'Racing'"))
            }
            "entries of a show" | "results of a show" => one(format!("{settled}, 0, 21")),
            "preview of a horse in a show" => one(format!("{open}, {horse}, null")),
            "users by XP" => one(format!("{end}, '{}', 21", Uuid::nil())),
            "stallions at stud, cheapest first" => {
                one(format!("-1, 0, 1000000, {now} - interval '147 days', 21"))
            }
            "stallions of a breed at stud, cheapest first" => {
                one(format!("-1, 0, 300, {now} - interval '147 days', 101, 1"))
            }
            "diversity of a breed" => one("1".to_owned()),
            "breeds" => one("0, 101".to_owned()),
            "schema version" => one(String::new()),
            _ => None,
        }
    }
}

/// Values with and without a discipline.
fn with_and_without(discipline: &str, values: &dyn Fn(&str) -> String) -> Option<Vec<String>> {
    Some(vec![values("null"), values(&format!("'{discipline}'"))])
}
