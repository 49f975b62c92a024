//! Who sees what of each read: a table. Everybody asks for everything, at the Worker and at the native API, and sees exactly
//! the fields that stand here, and exactly those of the secrets that stand here.

use std::collections::BTreeSet;

use harness::world::number;
use harness::{Client, NewHorse, NewShow, Player, Reply};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::cases::NATIVE;
use crate::run;
use crate::town::{Town, town};

use Fact::*;
use Sees::*;
use Who::*;

/// Who asks, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Nobody in particular.
    Anyone,
    /// Stan, who is signed in and has nothing to do with any of it.
    Stranger,
    /// Petra, whose mare is entered in the shows, and may be covered by the stallion at stud.
    Party,
    /// Whose it is: Olive, who hosts the open show; or Hester, whose profile is hidden.
    Owner,
}

const EVERYBODY: [Who; 4] = [Anyone, Stranger, Party, Owner];

/// What one sees of an answer.
#[derive(Clone, Copy, Debug)]
enum Sees {
    /// All its fields.
    All,
    /// All but these, and what is inside of them: they are null or missing.
    Less(&'static str),
    /// An empty page.
    Nothing,
    /// A problem with this status.
    Refused(u16),
}

/// What is somebody's business alone, or nobody's, told by text or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    /// The e-mail address of the owner.
    Email,
    /// What is in her purse.
    Purse,
    /// A trait of hers and of her mare's that nobody has discovered.
    HiddenTrait,
    /// By how much hidden traits counted in an entry.
    HiddenEffect,
    /// The alleles that a test found and that she has not published.
    Unpublished,
    /// What the stats of a foal come from.
    BreedingValue,
    /// From which the luck of the open show will be drawn.
    OpenSecret,
    /// A session's id.
    Session,
    /// A player with a hidden profile, by id or name.
    HiddenPlayer,
    /// The XP of a player who does not share progress.
    HiddenProgress,
}

/// A read, one request of it, and who sees what.
#[derive(Clone, Copy)]
struct Row {
    /// The read, as the table of the reads writes it.
    read: &'static str,
    /// The request, with names of what is there in braces.
    path: &'static str,
    /// Whose it is.
    of: Whose,
    /// Its fields, each list of them below a prefix. `?` is one that chance leaves null.
    fields: &'static [(&'static str, &'static str)],
    /// What everybody sees of them, in the order of [`EVERYBODY`].
    sees: [Sees; 4],
    /// What stands in the answer to whom.
    tells: &'static [(Who, Fact)],
}

/// Who is the owner of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Olive,
    Hester,
}

const fn row(
    read: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    sees: [Sees; 4],
) -> Row {
    Row {
        read,
        path,
        of: Whose::Olive,
        fields,
        sees,
        tells: &[],
    }
}

impl Row {
    const fn tells(self, tells: &'static [(Who, Fact)]) -> Self {
        Self { tells, ..self }
    }

    const fn of_hester(self) -> Self {
        Self {
            of: Whose::Hester,
            ..self
        }
    }
}

/// Everybody sees all of it.
const PUBLIC: [Sees; 4] = [All; 4];
/// Everybody is told that there is no such thing.
const MISSING: [Sees; 4] = [Refused(404); 4];

type Fields = &'static [(&'static str, &'static str)];

const BEING: &str = "sex word life_stage age born_at xp level";
const LINE: &str = "id name breed.id breed.name owner.id owner.name temperament portrait";
const TRAINED: &str = "traits.positive.* traits.negative.*? discipline_scores";
const SHOW: &str = "id name discipline state level_min? level_max? entry_fee prize run_date hosted_by host.id host.name entries version";
const RESULT: &str =
    "id show.id show.name discipline run_date placement score expected_score prize? horse_xp stat?";

const CARD: Fields = &[
    ("", BEING),
    ("", LINE),
    ("", TRAINED),
    (
        "",
        "coat stable.id stable.name stats bond_score stress_level training_cooldown in_foal",
    ),
    ("", "height_cm inbreeding version"),
    ("results.*", RESULT),
];
const HORSES: Fields = &[("items.*", BEING), ("items.*", LINE), ("items.*", TRAINED)];
const SCORED: Fields = &[
    ("items.*", BEING),
    ("items.*", LINE),
    ("items.*", TRAINED),
    ("items.*", "score"),
];
const OWN_HORSES: Fields = &[
    ("items.*", BEING),
    ("items.*", LINE),
    ("items.*", TRAINED),
    (
        "items.*",
        "stable.id stable.name bond_score stress_level training_cooldown in_foal version",
    ),
];
const TRAINING: Fields = &[(
    "items.*",
    "id discipline trained_at score_gain stat? stat_gain? user_xp",
)];
const GENES: Fields = &[
    ("", "id name coat height_cm test_cost"),
    ("tests.*", "locus genotype published tested_at"),
];
const PEDIGREE: Fields = &[
    (
        "",
        "horse.id horse.name generations inbreeding inbreeding_beyond",
    ),
    (
        "ancestors.*",
        "position id name sex breed coat born_at inbreeding is_common portrait",
    ),
];
const MATES: Fields = &[
    ("", "horse.id horse.name horse.portrait compared"),
    (
        "mates.*",
        "horse.id horse.name horse.portrait breed.id breed.name owner.id owner.name coat is_own fee inbreeding",
    ),
    ("mates.*", "mean_kinship why"),
];
const PARENT: Fields = &[
    (
        "mate",
        "id name sex breed.name coat stats traits.positive.* traits.negative.*? bond_score stress_level",
    ),
    ("mate", "height_cm inbreeding"),
    ("mate.tests.*", "locus genotype"),
    ("pedigree", "lines.*.*"),
];
const MATING: Fields = &[
    (
        "",
        "mare.id mare.name mare.portrait stallion.id stallion.name stallion.portrait",
    ),
    ("cost", "registration fee total"),
    ("obstacles.*", "code detail"),
    (
        "based_on",
        "tested.mare.* inferred.mare.* inferred.stallion.*",
    ),
    (
        "foal",
        "breed born_alive sex.female sex.male inbreeding inbreeding_beyond is_exact other_coats height_cm.mean",
    ),
    ("foal", "height_cm.sd stats"),
    ("foal.coats.*", "name conceived live"),
    ("foal.health.*", "locus name clear carrier affected"),
    ("foal.losses.*", "locus name genotype chance"),
    ("foal.traits.*", "name chance"),
];
const FOAL: Fields = &[
    ("", BEING),
    (
        "",
        "id name breed.id breed.name owner.id owner.name sire.id sire.name dam.id dam.name",
    ),
    (
        "",
        "inbreeding coat bond_score stress_level current_day version portrait",
    ),
    ("activities_open.*", "activity day opens_at?"),
    ("milestones.*", "milestone at"),
];
const FOALS: Fields = &[
    ("items.*", BEING),
    ("items.*", LINE),
    (
        "items.*",
        "other_parent.id other_parent.name inbreeding coat",
    ),
];
const STUDS: Fields = &[
    ("items.*", BEING),
    ("items.*", LINE),
    ("items.*", "fee inbreeding coat height_cm"),
    // Whether any of them was trained or has a trait that shows is the town's chance.
    (
        "items.*",
        "discipline_scores? traits.positive.*? traits.negative.*?",
    ),
];
const ME: Fields = &[
    (
        "",
        "id name money level xp xp_to_next_level joined_at version",
    ),
    ("stipend", "amount claimable from"),
];
const ACCOUNT: Fields = &[
    ("", "id name email money xp level version created_at"),
    (
        "settings",
        "darkMode privacy.profileVisible privacy.shareProgress",
    ),
    ("settings.notifications", "training competitions breeding"),
];
const LEDGER: Fields = &[(
    "items.*",
    "id amount balance_after cause show.id show.name horse.id horse.name at",
)];
const PREGNANCIES: Fields = &[(
    "items.*",
    "id mare.id mare.name mare.portrait stallion.id stallion.name stallion.portrait covered_at due_at state ended_at foal.id foal.name foal.portrait",
)];
const PROFILE: Fields = &[("", "id name joined_at level xp")];
const STABLE: Fields = &[("", "id name location horses version owner.id owner.name")];
const STABLES: Fields = &[("items.*", "id name location horses version")];
const HERD: Fields = &[
    ("", "stable.id stable.name"),
    (
        "diversity",
        "horses founders mean_inbreeding mean_kinship fe fa fg",
    ),
];
const BREED: Fields = &[
    ("", "breed.id breed.name"),
    (
        "diversity",
        "computed_at? horses? founders? mean_inbreeding? mean_kinship? fe? fa? fg? ne? generation_interval?",
    ),
];
const SHOWS: Fields = &[("items.*", SHOW)];
const OPEN_SHOW: Fields = &[("", SHOW), ("", "secret_hash rules_version")];
const SETTLED_SHOW: Fields = &[
    ("", SHOW),
    (
        "",
        "secret_hash rules_version secret result_digest ended_at",
    ),
];
const ENTRIES: Fields = &[(
    "items.*",
    "id horse.id horse.name horse.portrait player.id player.name entered_at",
)];
const RESULTS: Fields = &[(
    "items.*",
    "placement horse.id horse.name horse.portrait player.id player.name score expected_score prize? horse_xp user_xp stat?",
)];
const PROOF: Fields = &[
    (
        "",
        "rules_version commitment secret digest fees prize_returned",
    ),
    ("show", "id name discipline entry_fee prize run_date"),
    ("entries.*", "entry_id entered_at"),
    (
        "entries.*.snapshot",
        "horse_id stats.* discipline_score temperament traits.positive.* hidden_bp bond stress",
    ),
    (
        "results.*",
        "entry_id horse_id placement expected_milli luck_bp score_milli prize horse_xp user_xp stat_gain?",
    ),
];
const PREVIEW: Fields = &[
    (
        "",
        "show.id show.name horse.id horse.name discipline basis rivals enterable",
    ),
    ("", "expected_score least_score greatest_score"),
    ("placings.*", "placement chance"),
    ("refusal", "code detail"),
    (
        "breakdown",
        "base_score condition_bp temperament_bp traits_bp",
    ),
];
const BEST_HORSES: Fields = &[
    ("items.*", "rank"),
    ("items.*.horse", BEING),
    ("items.*.horse", LINE),
    ("items.*.horse", TRAINED),
    ("items.*.horse", "score"),
];
const PLAYERS: Fields = &[("items.*", "rank user.id user.name level xp")];
const BREEDS: Fields = &[("items.*", "id name stat_means temperaments_bp")];
const DISCIPLINES: Fields = &[("items.*", "name stats.*.stat stats.*.percent")];
const TRAITS: Fields = &[(
    "items.*",
    "name sign rarity conflicts_with.* training_bp stat_gain_bp competition_bp special_bp",
)];

/// A horse is public but for what is hidden in her, and her genes are her owner's until published. Of a player whose profile
/// is hidden nobody sees a name, in the player's own public reads either: what is public is the same for everybody.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    //                                                                                             anyone, stranger, party, owner
    row("/v1/horses", "/v1/horses?owner={olive}", HORSES, PUBLIC),
    row("/v1/horses", "/v1/horses?owner={hester}", HORSES, [Nothing; 4]).of_hester(),
    row("/v1/horses", "/v1/horses?limit=100", HORSES, PUBLIC),
    row("/v1/horses", "/v1/horses?discipline=Racing&limit=100", SCORED, PUBLIC),
    row("/v1/horses", "/v1/horses?trait=legendary_bloodline", HORSES, [Nothing; 4]),
    row("/v1/horses/{id}", "/v1/horses/{mare}", CARD, PUBLIC),
    row("/v1/horses/{id}", "/v1/horses/{hidden mare}", CARD, [Less("owner stable"); 4]).of_hester(),
    row("/v1/horses/{id}/results", "/v1/horses/{mare}/results", &[("items.*", RESULT)], PUBLIC),
    row("/v1/horses/{id}/training", "/v1/horses/{mare}/training", TRAINING, PUBLIC),
    row("/v1/horses/{id}/training", "/v1/horses/{hidden mare}/training", TRAINING, [Less("items.*.user_xp"); 4]).of_hester(),
    row("/v1/horses/{id}/training", "/v1/horses/{quiet mare}/training", TRAINING, [Less("items.*.user_xp"); 4]),
    row("/v1/horses/{id}/genetics", "/v1/horses/{mare}/genetics", GENES, [Less("test_cost"); 4])
        .tells(&[(Owner, Unpublished)]),
    row("/v1/horses/{id}/genetics", "/v1/horses/{stallion}/genetics", GENES,
        [Less("test_cost tests"), Less("test_cost tests"), Less("test_cost tests"), Less("tests")]),
    row("/v1/horses/{id}/pedigree", "/v1/horses/{foal}/pedigree", PEDIGREE, PUBLIC),
    row("/v1/horses/{id}/mates", "/v1/horses/{party's mare}/mates?limit=50", MATES, PUBLIC),
    row("/v1/horses/{id}/mates", "/v1/horses/{hidden mare}/mates?limit=50", MATES, PUBLIC).of_hester(),
    row("/v1/horses/{id}/parent", "/v1/horses/{mare}/parent", PARENT, PUBLIC).tells(&[(Owner, Unpublished)]),
    // Whoever is not signed in asks as if both were theirs: that two horses have one owner may be a secret.
    row("/v1/matings/preview", "/v1/matings/preview?mare={mare}&stallion={stallion}", MATING,
        [Less("obstacles"), All, All, Less("obstacles")]).tells(&[(Owner, Unpublished)]),
    row("/v1/matings/preview", "/v1/matings/preview?mare={party's mare}&stallion={stallion}", MATING,
        [Less("obstacles based_on.tested"), Less("based_on.tested"), Less("obstacles based_on.tested"), Less("based_on.tested")]),
    row("/v1/matings/preview", "/v1/matings/preview?mare={party's mare}&stallion={hidden stallion}", MATING,
        [Less("obstacles based_on.tested"), Less("based_on.tested"), Less("obstacles based_on.tested"), Less("based_on.tested")])
        .of_hester(),
    row("/v1/horses/{id}/foals", "/v1/horses/{stallion}/foals", FOALS, PUBLIC),
    row("/v1/horses/{id}/foals", "/v1/horses/{hidden stallion}/foals", FOALS, [Less("items.*.owner"); 4]).of_hester(),
    row("/v1/foals/{id}", "/v1/foals/{foal}", FOAL, PUBLIC),
    row("/v1/foals/{id}", "/v1/foals/{hidden foal}", FOAL, [Less("owner"); 4]).of_hester(),
    row("/v1/studs", "/v1/studs?limit=100", STUDS, PUBLIC),

    row("/v1/users/me", "/v1/users/me", ME, [Refused(401), All, All, All]).tells(&[(Owner, Purse)]),
    row("/v1/users/me", "/v1/users/me", ME, [Refused(401), All, All, All]).of_hester().tells(&[(Owner, HiddenPlayer)]),
    row("/v1/account", "/v1/account", ACCOUNT, [Refused(401), All, All, All])
        .tells(&[(Owner, Email), (Owner, Purse)]),
    row("/v1/users/me/horses", "/v1/users/me/horses", OWN_HORSES,
        [Refused(401), Nothing, Less("items.*.stable items.*.training_cooldown"), All]),
    row("/v1/users/me/horses", "/v1/users/me/horses", OWN_HORSES,
        [Refused(401), Nothing, Less("items.*.stable items.*.training_cooldown"), All])
        .of_hester().tells(&[(Owner, HiddenPlayer)]),
    row("/v1/users/me/ledger", "/v1/users/me/ledger?limit=100", LEDGER,
        [Refused(401), Less("items.*.show items.*.horse"), All, All]).tells(&[(Owner, Purse)]),
    row("/v1/users/me/pregnancies", "/v1/users/me/pregnancies", PREGNANCIES, [Refused(401), Nothing, Nothing, All]),
    row("/v1/users/me/stables", "/v1/users/me/stables", STABLES, [Refused(401), Nothing, Nothing, All]),
    row("/v1/users/{id}", "/v1/users/{olive}", PROFILE, PUBLIC),
    row("/v1/users/{id}", "/v1/users/{priya}", PROFILE, [Less("level xp"); 4]),
    row("/v1/users/{id}", "/v1/users/{hester}", PROFILE, MISSING).of_hester(),
    row("/v1/stables/{id}", "/v1/stables/{stable}", STABLE, PUBLIC),
    row("/v1/stables/{id}", "/v1/stables/{hidden stable}", STABLE, MISSING).of_hester(),
    row("/v1/stables/{id}/diversity", "/v1/stables/{stable}/diversity", HERD, PUBLIC),
    row("/v1/stables/{id}/diversity", "/v1/stables/{hidden stable}/diversity", HERD, MISSING).of_hester(),

    row("/v1/shows", "/v1/shows?limit=100", SHOWS, PUBLIC),
    row("/v1/shows", "/v1/shows?state=settled&limit=100", SHOWS, PUBLIC),
    row("/v1/shows/{id}", "/v1/shows/{open}", OPEN_SHOW, PUBLIC),
    row("/v1/shows/{id}", "/v1/shows/{settled}", SETTLED_SHOW, [Less("host"); 4]).of_hester(),
    row("/v1/shows/{id}/entries", "/v1/shows/{open}/entries", ENTRIES, PUBLIC),
    row("/v1/shows/{id}/entries", "/v1/shows/{settled}/entries", ENTRIES, PUBLIC),
    row("/v1/shows/{id}/results", "/v1/shows/{open}/results", RESULTS, [Nothing; 4]),
    row("/v1/shows/{id}/results", "/v1/shows/{settled}/results", RESULTS, PUBLIC),
    row("/v1/shows/{id}/proof", "/v1/shows/{open}/proof", PROOF, [Refused(409); 4]),
    row("/v1/shows/{id}/proof", "/v1/shows/{settled}/proof", PROOF, PUBLIC).tells(TO_ALL_THE_EFFECT),
    // An entry shows no breakdown, and nothing that is hidden counts in one.
    row("/v1/shows/{id}/preview", "/v1/shows/{open}/preview?horse={mare}", PREVIEW, [Less("breakdown"); 4]),
    row("/v1/shows/{id}/preview", "/v1/shows/{open}/preview?horse={hidden mare}", PREVIEW, [Less("breakdown"); 4]).of_hester(),
    row("/v1/shows/{id}/preview", "/v1/shows/{open}/preview?horse={stallion}", PREVIEW,
        [Less("refusal"), All, All, Less("refusal")]),
    row("/v1/rankings/disciplines/{discipline}", "/v1/rankings/disciplines/Racing?limit=100", BEST_HORSES, PUBLIC),
    row("/v1/rankings/users", "/v1/rankings/users?limit=100", PLAYERS, PUBLIC),

    row("/v1/breeds", "/v1/breeds", BREEDS, PUBLIC),
    row("/v1/breeds/{id}/diversity", "/v1/breeds/1/diversity", BREED, PUBLIC),
    row("/v1/disciplines", "/v1/disciplines", DISCIPLINES, PUBLIC),
    // A name that everybody knows, and of no horse.
    row("/v1/traits", "/v1/traits", TRAITS, PUBLIC).tells(TO_ALL_THE_TRAIT),
    row("/health/live", "/health/live", &[("", "status")], PUBLIC),
    row("/health/ready", "/health/ready", &[("", "status schema_version")], PUBLIC),
];

const TO_ALL_THE_TRAIT: &[(Who, Fact)] = &[
    (Anyone, HiddenTrait),
    (Stranger, HiddenTrait),
    (Party, HiddenTrait),
    (Owner, HiddenTrait),
];

/// The proof of a settled show publishes by how much hidden traits counted, and names none.
const TO_ALL_THE_EFFECT: &[(Who, Fact)] = &[
    (Anyone, HiddenEffect),
    (Stranger, HiddenEffect),
    (Party, HiddenEffect),
    (Owner, HiddenEffect),
];

/// What the table speaks of.
struct Stage {
    olive: Player,
    stan: Player,
    petra: Player,
    hester: Player,
    /// What stands in braces.
    names: Vec<(&'static str, String)>,
    /// What gives each fact away.
    facts: Vec<(Fact, Value)>,
}

async fn stage(town: &Town) -> &'static Stage {
    static STAGE: OnceCell<Stage> = OnceCell::const_new();
    STAGE.get_or_init(|| Stage::set(town)).await
}

/// A trait that nobody discovers: bond and stress are far from where that happens.
fn secretive(name: &str, stable: Option<i64>) -> NewHorse {
    NewHorse {
        name: name.to_owned(),
        stable,
        bond: 20,
        stress: 60,
        scores: json!({"Racing": 55}),
        traits: json!({"positive": ["bold"], "negative": [], "hidden": ["legendary_bloodline"]}),
        ..NewHorse::default()
    }
}

async fn stable(of: &Player, name: &str) -> i64 {
    let body = json!({"name": name, "location": "Ashford"});
    number(&of.post("/v1/stables", &body).await.require(201), "id")
}

async fn at_stud(of: &Player, stallion: i64) {
    let ask = of.ask("PUT", &format!("/v1/horses/{stallion}/stud"));
    ask.json(&json!({"fee": 75})).send().await.require(200);
}

/// A player's horses, as the table names them.
struct Herd {
    mare: i64,
    stallion: i64,
    foal: i64,
    stable: i64,
}

impl Herd {
    async fn of(town: &Town, owner: &Player) -> Self {
        let world = &town.world;
        let stable = stable(owner, &format!("Yard of {}", owner.name)).await;
        let mare = world
            .horse(owner, secretive("Night Song", Some(stable)))
            .await;
        let stallion = world.stallion(owner).await;
        let genes = "MC1R=E/e PLOD1=N/WFFS";
        world.endow(mare, genes).await;
        // Past the rule that heredity is final: numbers that stand nowhere else.
        let values = format!(
            "set local session_replication_role = replica;
             update horses set breeding_values = array_fill(27182, array[14]) where id = {mare}"
        );
        world.sql(&values).await;
        // Of a dam without traits: nothing comes to light in it by chance.
        let dam = world.mare(owner).await;
        let foal = world.foal_of(owner, dam, stallion).await;
        at_stud(owner, stallion).await;
        let training = format!("/v1/horses/{mare}/training");
        let body = json!({"discipline": "Racing"});
        owner.post(&training, &body).await.require(201);
        Self {
            mare,
            stallion,
            foal,
            stable,
        }
    }
}

impl Stage {
    async fn set(town: &Town) -> Self {
        let world = &town.world;
        let olive = world.player_with("Olive", 90_817_263).await;
        let hester = world.player_with("Hesteria", 70_000).await;
        let (stan, petra) = (world.player("Stan").await, world.player("Petra").await);
        let priya = world.player("Priyanka").await;
        let (hers, hidden) = (Herd::of(town, &olive).await, Herd::of(town, &hester).await);
        let (party, quiet) = (
            world.horse(&petra, secretive("Petrel", None)).await,
            world.horse(&priya, secretive("Pebble", None)).await,
        );
        world.endow(party, "").await;
        let tested = format!("/v1/horses/{}/genetic-test", hers.mare);
        olive.post(&tested, &json!({})).await.require(201);
        let in_foal = world.mare(&olive).await;
        world.covering(&olive, in_foal, hers.stallion, 0).await;
        let mut shows = [0; 2];
        for (show, (host, in_minutes)) in shows.iter_mut().zip([(&olive, 24 * 60), (&hester, 60)]) {
            let new = NewShow {
                in_minutes,
                ..NewShow::default()
            };
            *show = world.show(host, new).await;
            for (player, horse) in [
                (&olive, hers.mare),
                (&petra, party),
                (&hester, hidden.mare),
                (&priya, quiet),
            ] {
                world.enter(player, *show, horse).await.require(201);
            }
        }
        let training = format!("/v1/horses/{quiet}/training");
        let body = json!({"discipline": "Racing"});
        priya.post(&training, &body).await.require(201);
        let [open, settled] = shows;
        world.advance("61m").await;
        world.settle_due().await;
        let sql = format!(
            "update users set settings = '{{\"privacy\": {{\"profileVisible\": false}}}}' where id = '{}';
             update users set settings = '{{\"privacy\": {{\"shareProgress\": false}}}}', xp = 7654 where id = '{}';
             update genetic_tests set published = true where horse_id = {} and locus = 'MC1R'",
            hester.id, priya.id, hers.mare
        );
        world.sql(&sql).await;
        let secret = "select encode(secret, 'hex') from show_secrets where show_id = $1";
        let secret = world.admin.query_one(secret, &[&open]).await.unwrap();
        let purse = world.purse(olive.id).await;
        let effect = format!(
            "select (snapshot ->> 'hidden_bp')::int8 from show_entries where show_id = {settled} and horse_id = {party}"
        );
        let effect = world.one(&effect).await;
        assert!(effect > 0, "the trait counts in Racing");
        Self {
            facts: vec![
                (Email, json!("olive@example.org")),
                (Email, json!("hesteria@example.org")),
                (Purse, json!(purse)),
                (HiddenTrait, json!("legendary_bloodline")),
                (HiddenEffect, json!(effect)),
                (Unpublished, json!("WFFS")),
                (BreedingValue, json!(27182)),
                (OpenSecret, json!(secret.get::<_, String>(0))),
                (Session, json!(olive.session)),
                (HiddenPlayer, json!(hester.id)),
                (HiddenPlayer, json!("Hesteria")),
                (HiddenProgress, json!(7654)),
            ],
            names: [
                ("{olive}", olive.id.to_string()),
                ("{hester}", hester.id.to_string()),
                ("{priya}", priya.id.to_string()),
                ("{mare}", hers.mare.to_string()),
                ("{stallion}", hers.stallion.to_string()),
                ("{foal}", hers.foal.to_string()),
                ("{stable}", hers.stable.to_string()),
                ("{hidden mare}", hidden.mare.to_string()),
                ("{hidden stallion}", hidden.stallion.to_string()),
                ("{hidden foal}", hidden.foal.to_string()),
                ("{hidden stable}", hidden.stable.to_string()),
                ("{party's mare}", party.to_string()),
                ("{quiet mare}", quiet.to_string()),
                ("{open}", open.to_string()),
                ("{settled}", settled.to_string()),
            ]
            .into(),
            olive,
            stan,
            petra,
            hester,
        }
    }

    fn path(&self, row: &Row) -> String {
        let fill = |path: String, (name, value): &(&str, String)| path.replace(name, value);
        let path = self.names.iter().fold(row.path.to_owned(), fill);
        assert!(!path.contains('{'), "{path}");
        path
    }

    fn client(&self, row: &Row, who: Who, server: &Client) -> Client {
        let player = match (who, row.of) {
            (Anyone, _) => return server.signed_out(),
            (Stranger, _) => &self.stan,
            (Party, _) => &self.petra,
            (Owner, Whose::Olive) => &self.olive,
            (Owner, Whose::Hester) => &self.hester,
        };
        server.with_token(player.token().expect("players are signed in"))
    }

    /// The facts that an answer gives away.
    fn told(&self, answer: &Value) -> BTreeSet<Fact> {
        let leaves = leaves(answer);
        let gives_away = |fact: &Value| {
            leaves.iter().any(|(_, leaf)| match (fact, leaf) {
                (Value::String(fact), Value::String(text)) => text.contains(fact),
                (Value::String(_), _) => false,
                (fact, leaf) => fact == *leaf,
            })
        };
        let told = self.facts.iter().filter(|(_, it)| gives_away(it));
        told.map(|(fact, _)| *fact).collect()
    }
}

/// Objects that are one field, whatever is in them: their keys are data, or chance.
const WHOLE: [&str; 6] = [
    "coat",
    "discipline_scores",
    "stats",
    "stat_means",
    "temperaments_bp",
    "special_bp",
];

/// Every value of an answer that is neither null nor empty, with the field that it stands in: `items.*.owner.name`.
fn leaves(answer: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), answer)];
    while let Some((field, value)) = left.pop() {
        let last = field.rsplit('.').next().unwrap_or_default();
        let is_whole = value.is_object() && WHOLE.contains(&last);
        let below = |name: &str| match field.as_str() {
            whole if is_whole => whole.to_owned(),
            "" => name.to_owned(),
            field => format!("{field}.{name}"),
        };
        match value {
            Value::Null => {}
            Value::Array(items) => left.extend(items.iter().map(|it| (below("*"), it))),
            Value::Object(members) => {
                left.extend(members.iter().map(|(key, it)| (below(key), it)));
            }
            leaf => found.push((field, leaf)),
        }
    }
    found
}

/// The fields that a row shows somebody: those that must be there, and those that chance leaves out.
fn wanted(row: &Row, sees: Sees) -> (BTreeSet<String>, BTreeSet<String>) {
    let hidden: Vec<&str> = match sees {
        Less(fields) => fields.split(' ').collect(),
        All => Vec::new(),
        Nothing | Refused(_) => return Default::default(),
    };
    let (mut all, mut by_chance) = (BTreeSet::new(), BTreeSet::new());
    for (prefix, names) in row.fields {
        for name in names.split(' ') {
            let field = match *prefix {
                "" => name.trim_end_matches('?').to_owned(),
                prefix => format!("{prefix}.{}", name.trim_end_matches('?')),
            };
            let is_inside = |it: &&str| field == **it || field.starts_with(&format!("{it}."));
            if hidden.iter().any(is_inside) {
                continue;
            }
            if name.ends_with('?') {
                by_chance.insert(field)
            } else {
                all.insert(field)
            };
        }
    }
    (all, by_chance)
}

/// Complains of what an answer shows and should not, or the other way round.
fn compare(stage: &Stage, row: &Row, who: Who, sees: Sees, reply: &Reply) -> Vec<String> {
    let of = format!("{} for {who:?}", row.path);
    let status = match sees {
        Refused(status) => status,
        _ => 200,
    };
    if reply.status != status {
        return vec![format!("{of}: {} {}", reply.status, reply.text())];
    }
    let mut complaints = Vec::new();
    let answer = reply.json();
    if status == 200 {
        let shown: BTreeSet<String> = leaves(&answer)
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        let (all, by_chance) = wanted(row, sees);
        let more: Vec<_> = shown
            .difference(&all)
            .filter(|it| !by_chance.contains(*it))
            .collect();
        let less: Vec<_> = all.difference(&shown).collect();
        if !more.is_empty() || !less.is_empty() {
            complaints.push(format!("{of} shows {more:?} and hides {less:?}"));
        }
    }
    let told = stage.told(&answer);
    let may: BTreeSet<Fact> = row
        .tells
        .iter()
        .filter(|it| it.0 == who)
        .map(|it| it.1)
        .collect();
    if told != may {
        complaints.push(format!("{of} tells {told:?} and not {may:?}"));
    }
    complaints
}

#[test]
fn everybody_sees_exactly_what_the_table_says_at_the_worker_and_at_the_native_api() {
    run(async {
        let town = town().await;
        let stage = stage(&town).await;
        let mut complaints = Vec::new();
        for row in TABLE {
            for (who, sees) in EVERYBODY.into_iter().zip(row.sees) {
                let ask = |server: Client| {
                    let ask = stage.client(row, who, &server).ask("GET", &stage.path(row));
                    ask.header("x-request-id", "same")
                        .header("equoria-seen", "fresh")
                        .send()
                };
                let (edge, native) = (
                    ask(town.at_the_edge()).await,
                    ask(town.at_the_native_api()).await,
                );
                if (edge.status, edge.text()) != (native.status, native.text()) {
                    complaints.push(format!(
                        "{} for {who:?}: {} / {}",
                        row.path,
                        edge.text(),
                        native.text()
                    ));
                }
                complaints.extend(compare(stage, row, who, sees, &edge));
            }
        }
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    });
}

#[test]
fn a_copy_shows_nobody_what_it_was_made_of_for_somebody_else() {
    run(async {
        let town = town().await;
        let stage = stage(&town).await;
        let mut complaints = Vec::new();
        for row in TABLE {
            // The one who sees most comes first, and everybody twice.
            for at in [3, 2, 1, 0, 3, 2, 1, 0] {
                let client = stage.client(row, EVERYBODY[at], &town.at_the_edge());
                let reply = client.get(&stage.path(row)).await;
                complaints.extend(compare(stage, row, EVERYBODY[at], row.sees[at], &reply));
            }
        }
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    });
}

#[test]
fn every_read_has_a_row_and_four_facts_stand_in_no_answer_at_all() {
    let reads = reads::classes().map(|(path, _)| path);
    let reads: BTreeSet<&str> = reads.chain(NATIVE).collect();
    let rows: BTreeSet<&str> = TABLE.iter().map(|row| row.read).collect();
    assert_eq!(reads, rows);
    let told: BTreeSet<Fact> = TABLE
        .iter()
        .flat_map(|row| row.tells)
        .map(|it| it.1)
        .collect();
    for fact in [BreedingValue, OpenSecret, Session, HiddenProgress] {
        assert!(!told.contains(&fact), "{fact:?}");
    }
    assert_eq!(told.len(), 6, "{told:?}");
}
