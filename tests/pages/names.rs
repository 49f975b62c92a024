//! Names that players give are text on every page, whatever is in them.

use harness::World;
use scraper::{ElementRef, Node};

use crate::browser::Page;
use crate::scene::Scene;

/// Stands in every name, so that it is found wherever it is shown.
const MARK: &str = "Zq7";

/// Names as the rules let players give them, and two that they do not.
const NAMES: [&str; 9] = [
    "Zq7<script>alert(1)</script>",
    "Zq7\"><img src=x onerror=alert(1)>",
    "Zq7' onmouseover='alert(1)",
    "</title></main></bdi>Zq7<h1>",
    "Zq7 &lt;b&gt; &amp; &#60;",
    "Zq7 \u{5d0}\u{5d1}\u{5d2} \u{627}\u{644}\u{62e}\u{64a}\u{644}",
    "\u{202e}Zq7 kcab",
    "Zq7\u{1f40e}\u{1f3fd}\u{200d}\u{2642}\u{fe0f} {{7*7}} ${7}",
    "Zq7\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}\u{754c}",
];

/// Gives everything that has a name this one, past the rules, or at least beginning with it where names differ.
async fn rename_all(world: &World, name: &str) {
    let name = name.replace('\'', "''");
    let sql = format!(
        "set local session_replication_role = replica;
         update users set name = '{name}';
         update horses set name = '{name}';
         update stables set name = '{name}', location = '{name}';
         update shows set name = left('{name}', 56) || id;"
    );
    world.sql(&sql).await;
}

/// The elements of a page with the names of their attributes: what a name must not change.
fn skeleton(page: &Page) -> Vec<String> {
    let elements = page.html.root_element().descendants();
    let elements = elements.filter_map(ElementRef::wrap);
    let told = |it: ElementRef<'_>| {
        let mut attributes: Vec<&str> = it.value().attrs().map(|(name, _)| name).collect();
        attributes.sort_unstable();
        format!("{} {}", it.value().name(), attributes.join(" "))
    };
    elements.map(told).collect()
}

/// Texts with a name in them that stand where they may turn the text around them.
fn not_set_apart(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    for node in page.html.root_element().descendants() {
        let Node::Text(text) = node.value() else {
            continue;
        };
        let apart = ["bdi", "title", "option", "desc"];
        let is_apart = node
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|it| apart.contains(&it.value().name()));
        if text.contains(MARK) && !is_apart {
            found.push(format!("{}: {}", page.place, text.trim()));
        }
    }
    found
}

#[tokio::test]
async fn a_name_is_text_on_every_page_and_turns_nothing_around_it() {
    let scene = Scene::set().await;
    let browser = scene.browser(Some(&scene.olive));
    let pages = scene.pages();
    rename_all(&scene.world, "Zq7 harmless").await;
    let mut harmless = Vec::new();
    for place in &pages {
        harmless.push(browser.open(place).await);
    }
    let shown = harmless.iter().filter(|it| it.reply.text().contains(MARK));
    assert!(shown.count() > 15, "names stand on most pages");
    let mut complaints: Vec<String> = harmless.iter().flat_map(not_set_apart).collect();
    for name in NAMES {
        rename_all(&scene.world, name).await;
        for (place, plain) in pages.iter().zip(&harmless) {
            let page = browser.open(place).await;
            if page.reply.status != plain.reply.status {
                complaints.push(format!("{place} of {name:?} answers {}", page.reply.status));
            } else if skeleton(&page) != skeleton(plain) {
                complaints.push(format!("{place} has other elements with {name:?}"));
            }
        }
        let mare = browser.open(&format!("/horses/{}", scene.hers.mare)).await;
        if mare.text("h1") != name {
            complaints.push(format!("{name:?} is shown as {:?}", mare.text("h1")));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
