//! Who sees what on the pages: exactly what the documents tell the same asker. Facts that are somebody's business alone are
//! planted in the world; which of them a page gives away is compared with which of them its documents do.

use std::collections::BTreeSet;

use harness::{Client, Player};

use crate::browser::Browser;
use crate::scene::Scene;

/// What is somebody's business alone, or nobody's: its name, and the text that gives it away.
type Fact = (&'static str, String);

/// The documents that a page is made of: the page's path up to a `*`, and theirs, where `*` is what stood there.
///
/// Whatever a page gives away must be in one of them, so that a page that reads more is found out by what it shows.
const READ: &[(&str, &[&str])] = &[
    (
        "/",
        &[
            "/v1/shows?state=open&limit=5",
            "/v1/shows?state=settled&limit=5",
            "/v1/horses?limit=5",
            "/v1/rankings/users?limit=5",
        ],
    ),
    ("/horses", &["/v1/horses"]),
    (
        "/horses/*/training",
        &["/v1/horses/*", "/v1/horses/*/training"],
    ),
    (
        "/horses/*/results",
        &["/v1/horses/*", "/v1/horses/*/results"],
    ),
    ("/studs", &["/v1/studs"]),
    (
        "/horses/*",
        &[
            "/v1/horses/*/results?limit=50",
            "/v1/horses/*",
            "/v1/horses/*/genetics",
            "/v1/horses/*/pedigree?generations=5",
        ],
    ),
    ("/shows", &["/v1/shows?state=open"]),
    ("/shows?state=settled", &["/v1/shows?state=settled"]),
    (
        "/shows/*",
        &[
            "/v1/shows/*",
            "/v1/shows/*/entries?limit=50",
            "/v1/shows/*/results?limit=50",
            "/v1/users/me/horses?limit=100",
        ],
    ),
    ("/rankings", &["/v1/rankings/users"]),
    ("/rankings/*", &["/v1/rankings/disciplines/*"]),
    ("/breeds", &["/v1/breeds?limit=100"]),
    ("/breeds/*", &["/v1/breeds/*/diversity"]),
    ("/players/*", &["/v1/users/*", "/v1/horses?owner=*"]),
    ("/foals/*", &["/v1/foals/*"]),
    ("/stables/*", &["/v1/stables/*", "/v1/stables/*/diversity"]),
    (
        "/stable",
        &[
            "/v1/users/me/horses",
            "/v1/users/me/stables",
            "/v1/users/me/pregnancies?limit=20",
        ],
    ),
    ("/training", &["/v1/users/me/horses"]),
    ("/ledger", &["/v1/users/me/ledger"]),
    ("/settings", &["/v1/account"]),
    (
        "/breeding",
        &["/v1/users/me/horses?limit=100", "/v1/studs?limit=100"],
    ),
    ("/gallery", &[]),
    ("/sign-in", &[]),
    ("/sign-up", &[]),
    ("/nowhere", &[]),
];

/// What the head of every page tells a player, too.
const HEAD: &str = "/v1/users/me";

/// What stands in a document and in no page that is made of it: the player's own.
const NOT_SHOWN: [(&str, &str); 6] = [
    (HEAD, "hidden player's id"),
    (HEAD, "progress that is not shared"),
    ("/v1/account", "hidden player's id"),
    ("/v1/account", "progress that is not shared"),
    ("/v1/users/me/horses", "hidden player's id"),
    ("/v1/users/me/horses?limit=100", "hidden player's id"),
];

/// Is it known what this page is made of?
pub fn is_listed(page: &str) -> bool {
    found(page).is_some()
}

fn documents(page: &str) -> Vec<String> {
    found(page).unwrap_or_else(|| panic!("{page} is made of nothing that is listed"))
}

fn found(page: &str) -> Option<Vec<String>> {
    let path = page.split('?').next().unwrap();
    let whole = READ.iter().find(|(it, _)| *it == page || *it == path);
    if let Some((_, read)) = whole {
        return Some(read.iter().map(|it| (*it).to_owned()).collect());
    }
    let part = |pattern: &str| -> Option<String> {
        let (before, after) = pattern.split_once('*')?;
        let part = path.strip_prefix(before)?.strip_suffix(after)?;
        (!part.contains('/')).then(|| part.to_owned())
    };
    let (part, read) = READ.iter().find_map(|(it, read)| Some((part(it)?, read)))?;
    Some(read.iter().map(|it| it.replace('*', &part)).collect())
}

/// Texts as they are compared: pages write numbers with separators and names of traits with spaces.
fn plain(text: &str) -> String {
    text.replace([',', '\u{a0}'], "")
        .replace('_', " ")
        .to_lowercase()
}

fn told<'a>(facts: &'a [Fact], text: &str) -> BTreeSet<&'a str> {
    let text = plain(text);
    let told = facts.iter().filter(|(_, mark)| text.contains(&plain(mark)));
    told.map(|(fact, _)| *fact).collect()
}

async fn facts(scene: &Scene) -> Vec<Fact> {
    let world = &scene.world;
    let secret = "select encode(secret, 'hex') from show_secrets where show_id = $1";
    let secret = world.admin.query_one(secret, &[&scene.open]).await.unwrap();
    vec![
        ("e-mail", "olive@example.org".to_owned()),
        ("another's e-mail", "hesteria@example.org".to_owned()),
        ("purse", world.purse(scene.olive.id).await.to_string()),
        ("hidden trait", "legendary_bloodline".to_owned()),
        ("unpublished test", "WFFS".to_owned()),
        ("breeding value", "27182".to_owned()),
        ("secret of the open show", secret.get(0)),
        ("session", scene.olive.session.to_string()),
        ("hidden player's id", scene.hester.id.to_string()),
        ("hidden player's name", "Hesteria".to_owned()),
        ("progress that is not shared", "7654".to_owned()),
    ]
}

/// What the documents tell of the facts, leaving out what the path of the page itself says.
async fn in_documents<'a>(
    facts: &'a [Fact],
    client: &Client,
    page: &str,
    is_head: bool,
) -> BTreeSet<&'a str> {
    let head = is_head.then(|| HEAD.to_owned());
    let mut all = BTreeSet::new();
    for path in documents(page).into_iter().chain(head) {
        let reply = client.get(&path).await;
        // What cannot be read is not shown.
        if reply.status == 200 {
            let told = told(facts, &reply.text()).into_iter();
            all.extend(told.filter(|fact| !NOT_SHOWN.contains(&(path.as_str(), *fact))));
        }
    }
    all
}

/// The page without the names of all traits, of which a search can have one.
fn without_choices(page: &str) -> String {
    let rest = page.split_once("<select name=\"trait\"");
    let around = rest.and_then(|(before, rest)| Some((before, rest.split_once("</select>")?.1)));
    around.map_or(page.to_owned(), |(before, after)| [before, after].concat())
}

/// What the page shows, without its address, which the asker knows.
async fn on_page<'a>(
    facts: &'a [Fact],
    browser: &Browser,
    page: &str,
) -> Option<BTreeSet<&'a str>> {
    let shown = browser.open(page).await;
    let is_elsewhere = shown.place != page;
    let text = without_choices(&shown.reply.text()).replace(page, "");
    (!is_elsewhere).then(|| told(facts, &text))
}

async fn compare(scene: &Scene, facts: &[Fact], who: (&str, Option<&Player>)) -> Vec<String> {
    let (name, player) = who;
    let browser = scene.browser(player);
    let client = match player {
        Some(player) => scene.world.client.with_token(player.token().unwrap()),
        None => scene.world.client.signed_out(),
    };
    let mut complaints = Vec::new();
    for page in scene.pages() {
        let Some(shown) = on_page(facts, &browser, &page).await else {
            assert!(player.is_none(), "{name} is led away from {page}");
            continue;
        };
        let known = in_documents(facts, &client, &page, player.is_some()).await;
        if shown != known {
            complaints.push(format!("{page} shows {name} {shown:?} and not {known:?}"));
        }
    }
    complaints
}

#[tokio::test]
async fn everybody_sees_on_a_page_exactly_what_its_documents_tell_them() {
    let scene = Scene::set().await;
    let facts = facts(&scene).await;
    let mut complaints = Vec::new();
    for who in [
        ("anyone", None),
        ("a stranger", Some(&scene.stan)),
        ("a party", Some(&scene.petra)),
        ("the owner", Some(&scene.olive)),
        ("the hidden owner", Some(&scene.hester)),
        ("who shares no progress", Some(&scene.priya)),
    ] {
        complaints.extend(compare(&scene, &facts, who).await);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test]
async fn the_facts_are_seen_where_they_may_be_so_that_their_absence_means_something() {
    let scene = Scene::set().await;
    let facts = facts(&scene).await;
    let (olive, hester) = (
        scene.browser(Some(&scene.olive)),
        scene.browser(Some(&scene.hester)),
    );
    let seen = async |browser: &Browser, page: &str| on_page(&facts, browser, page).await.unwrap();
    assert!(
        seen(&olive, "/settings")
            .await
            .is_superset(&["e-mail", "purse"].into())
    );
    let mare = format!("/horses/{}", scene.hers.mare);
    assert!(seen(&olive, &mare).await.contains("unpublished test"));
    assert!(
        seen(&hester, "/stable")
            .await
            .contains("hidden player's name")
    );
    let priya = scene.browser(Some(&scene.priya));
    let own = seen(&priya, "/stable").await;
    assert!(!own.contains("hidden player's name"), "{own:?}");
}
