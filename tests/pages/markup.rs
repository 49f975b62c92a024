//! Every page that a way leads to: it answers, is valid, obeys its policy, can be used without seeing it, and is small.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use harness::Player;
use scraper::ElementRef;

use crate::browser::Page;
use crate::scene::Scene;
use crate::sight::is_listed;

/// The most that a page may have over the wire, in bytes.
const MOST_BYTES: usize = 40_000;

/// As many pages are looked at for each asker.
const MOST_PAGES: usize = 150;

/// Files that have no place here: the Worker has them beside itself.
const FILES: [&str; 2] = ["/pages/", "/rules/"];

fn complaints(page: &Page) -> Vec<String> {
    let checks: [(&str, fn(&Page) -> Vec<String>); 8] = [
        ("is no valid HTML", |it| {
            it.html.errors.iter().map(ToString::to_string).collect()
        }),
        ("disobeys its policy", inline),
        ("has an id twice", ids_twice),
        ("has a field without a name", unlabelled),
        ("has headings out of order", headings),
        ("has a picture without a text", |it| {
            let without = it.all("img:not([alt]), svg:not([role=img]):not([aria-hidden])");
            without.iter().map(ElementRef::html).collect()
        }),
        ("leads elsewhere", |it| {
            ways(it).into_iter().filter(|way| !is_here(way)).collect()
        }),
        ("is large", |it| {
            let bytes = zipped(&it.reply.body);
            (bytes > MOST_BYTES)
                .then(|| format!("{bytes} bytes"))
                .into_iter()
                .collect()
        }),
    ];
    let found = checks.iter().map(|(what, check)| (what, check(page)));
    let found = found.filter(|(_, why)| !why.is_empty());
    found
        .map(|(what, why)| format!("{} {what}: {}", page.place, why.join("; ")))
        .collect()
}

/// What a policy without `unsafe-inline` would not let happen.
fn inline(page: &Page) -> Vec<String> {
    let policy = page.reply.header("content-security-policy");
    let mut found = Vec::new();
    for wanted in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        if !policy.contains(wanted) {
            found.push(format!("the policy lacks {wanted}"));
        }
    }
    if policy.contains("unsafe-inline") || policy.contains("'unsafe-eval'") {
        found.push(policy.to_owned());
    }
    for element in page
        .html
        .root_element()
        .descendants()
        .filter_map(ElementRef::wrap)
    {
        let name = element.value().name();
        let has_text = element.text().any(|it| !it.trim().is_empty());
        if name == "style" || name == "script" && has_text {
            found.push(format!("an inline {name}"));
        }
        for (attribute, value) in element.value().attrs() {
            let runs = value.trim().to_lowercase().starts_with("javascript:");
            if attribute == "style" || attribute.starts_with("on") || runs {
                found.push(format!("{name} {attribute}={value}"));
            }
        }
    }
    found
}

fn ids_twice(page: &Page) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for element in page.all("[id]") {
        *counts.entry(element.attr("id").unwrap()).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice
        .map(|(id, count)| format!("{id} {count} times"))
        .collect()
}

fn unlabelled(page: &Page) -> Vec<String> {
    let fields = page.all("input:not([type=hidden]), select, textarea, button");
    let is_named = |field: &ElementRef<'_>| {
        let mut around = field.ancestors().filter_map(ElementRef::wrap);
        let label = around.find(|it| it.value().name() == "label");
        let texts = label
            .into_iter()
            .chain((field.value().name() == "button").then_some(*field));
        let has_text = texts
            .flat_map(|it| it.text().collect::<Vec<_>>())
            .any(|it| !it.trim().is_empty());
        has_text || field.attr("aria-label").is_some_and(|it| !it.is_empty())
    };
    let without = fields.iter().filter(|it| !is_named(it));
    without.map(ElementRef::html).collect()
}

fn headings(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    let levels: Vec<u32> = page
        .all("h1, h2, h3, h4, h5, h6")
        .iter()
        .map(|it| it.value().name()[1..].parse().unwrap())
        .collect();
    if levels.iter().filter(|it| **it == 1).count() != 1 || levels[0] != 1 {
        found.push(format!("not one h1, first: {levels:?}"));
    }
    if levels.windows(2).any(|it| it[1] > it[0] + 1) {
        found.push(format!("a level is left out: {levels:?}"));
    }
    found
}

fn zipped(body: &[u8]) -> usize {
    let mut zipped = GzEncoder::new(Vec::new(), Compression::default());
    zipped.write_all(body).unwrap();
    zipped.finish().unwrap().len()
}

/// Where a page leads, and what it shows.
fn ways(page: &Page) -> BTreeSet<String> {
    let linked = page.all("a[href], link[href], form[action]").into_iter();
    let linked = linked.filter_map(|it| it.attr("href").or_else(|| it.attr("action")));
    let shown = page
        .all("[src]")
        .into_iter()
        .filter_map(|it| it.attr("src"));
    linked.chain(shown).map(str::to_owned).collect()
}

fn is_here(way: &str) -> bool {
    way.starts_with('#') || way.starts_with('/') && !way.starts_with("//")
}

/// A kind of page, of which a few are looked at.
fn kind(place: &str) -> String {
    let digits = |part: &str| part.chars().any(|it| it.is_ascii_digit());
    let path = place.split('?').next().unwrap();
    let parts = path.split('/').map(|it| if digits(it) { "#" } else { it });
    let query: String = place
        .split_once('?')
        .map(|(_, query)| {
            query
                .split('&')
                .filter_map(|it| it.split('=').next())
                .collect::<Vec<_>>()
                .join("&")
        })
        .unwrap_or_default();
    format!("{}?{query}", parts.collect::<Vec<_>>().join("/"))
}

/// Goes wherever ways lead, as somebody, and tells what is wrong and how many pages there were.
async fn crawl(scene: &Scene, player: Option<&Player>) -> (usize, Vec<String>) {
    let browser = scene.browser(player);
    let mut left: VecDeque<String> = scene.pages().into();
    let mut known: BTreeSet<String> = left.iter().cloned().collect();
    let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
    let (mut count, mut wrong) = (0, Vec::new());
    while let Some(place) = left.pop_front() {
        let of = of_kind.entry(kind(&place)).or_default();
        *of += 1;
        if *of > 6 || count > MOST_PAGES {
            continue;
        }
        let is_lost = ["/nowhere", "/horses/999999"].contains(&place.as_str());
        let reply = browser.ask("GET", &place, None).await;
        let is_page = reply.header("content-type").starts_with("text/html");
        let is_wrong = match reply.status {
            200 | 303 => is_lost,
            404 => !is_lost && !is_hidden(scene, &place),
            _ => true,
        };
        if is_wrong {
            wrong.push(format!(
                "{place} answers {}: {}",
                reply.status,
                reply.text()
            ));
        }
        if !is_page || reply.status == 303 || place.starts_with("/docs") {
            continue;
        }
        count += 1;
        if !is_listed(&place) {
            wrong.push(format!("nobody has said who sees what at {place}"));
        }
        let html = scraper::Html::parse_document(&reply.text());
        let page = Page { place, reply, html };
        wrong.extend(complaints(&page));
        for way in ways(&page) {
            let way = way.split('#').next().unwrap().to_owned();
            let is_form = way.starts_with("/do") || way == "/sign-out" || way.is_empty();
            let is_file = FILES.iter().any(|it| way.starts_with(it));
            if is_here(&way) && !is_form && !is_file && known.insert(way.clone()) {
                left.push_back(way);
            }
        }
    }
    (count, wrong)
}

/// Is it the page of somebody, or of a stable, that is hidden?
fn is_hidden(scene: &Scene, place: &str) -> bool {
    place == format!("/players/{}", scene.hester.id)
        || place == format!("/stables/{}", scene.hidden.stable)
}

#[tokio::test]
async fn every_page_that_a_way_leads_to_is_there_and_in_order() {
    let scene = Scene::set().await;
    for (name, player) in [
        ("anyone", None),
        ("Olive", Some(&scene.olive)),
        ("Stan", Some(&scene.stan)),
    ] {
        let (count, wrong) = crawl(&scene, player).await;
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
        assert!(count > 30, "{name} saw {count} pages");
    }
}
