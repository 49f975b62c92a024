//! Pages at the Worker: what copies save, what a form changes is seen through them at once, and what is left while the
//! native API is away.

use std::time::{Duration, Instant};

use harness::client::PASSWORD;
use harness::{Ask, Client, Edge, Reply};

use crate::run;
use crate::town::{Town, town};

/// What a browser sends a form as.
const FORM: &str = "application/x-www-form-urlencoded";

fn public_pages(town: &Town) -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "/horses",
        "/shows",
        "/rankings",
        "/rankings/Racing",
        "/breeds",
        "/breeds/1",
        "/sign-in",
        "/sign-up",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("/players/{}", town.ada.id));
    all.push(format!("/horses/{}", town.mares[1]));
    all.push(format!("/horses/{}/training", town.mares[1]));
    all.push(format!("/foals/{}", town.foal));
    all.push(format!("/stables/{}", town.stable));
    all.push(format!("/shows/{}", town.open));
    all.push(format!("/shows/{}", town.settled));
    all
}

/// The cookies that a reply sets, as the next request brings them.
fn cookies(reply: &Reply) -> String {
    let set = reply.headers.get_all("set-cookie").iter();
    let pairs = set.map(|it| it.to_str().unwrap().split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

fn post(client: &Client, place: &str, body: &str) -> Ask {
    let ask = client
        .ask("POST", place)
        .header("sec-fetch-site", "same-origin");
    ask.body(FORM, body)
}

#[test]
fn a_page_that_anyone_sees_asks_the_database_nothing_once_its_documents_are_copied() {
    run(async {
        let town = town().await;
        let anyone = town.at_the_edge();
        for page in public_pages(&town) {
            let since = Instant::now();
            loop {
                town.wire.take();
                let reply = anyone.get(&page).await.require(200);
                let seen = town.wire.take();
                if seen.statements.is_empty() && seen.connections == 0 {
                    assert!(reply.text().contains("</html>"));
                    break;
                }
                assert!(
                    since.elapsed() < Duration::from_secs(10),
                    "{page} asks {seen:?}"
                );
            }
        }
    });
}

#[test]
fn what_a_form_did_is_on_the_page_that_it_leads_to_though_copies_stand() {
    run(async {
        let town = town().await;
        let client = town.at_the_edge();
        let page = format!("/horses/{}", town.mares[2]);
        let token = format!("equoria_access={}", town.ada.token().unwrap());
        for name in ["First Light", "Last Light"] {
            // Copies of the horse as she is now.
            for _ in 0..3 {
                client.get(&page).await.require(200);
            }
            let horse = format!("/v1{page}");
            let known = client.ask("GET", &horse).header("equoria-seen", "fresh");
            let version = known.send().await.require(200).json()["version"].clone();
            let body = format!("method=PATCH&version={version}&name={name}&key={name}")
                .replace(' ', "%20");
            let body = body.replace(
                &format!("key={}", name.replace(' ', "%20")),
                &format!("key={}", name.replace(' ', "-")),
            );
            let wrote = post(&client, &format!("/do{page}"), &body).header("cookie", &token);
            let wrote = wrote.send().await.require(303);
            assert_eq!(wrote.header("location"), page);
            // The mark of a write has a cookie of its own, which no page that is under way replaces.
            let brought = cookies(&wrote);
            assert!(brought.contains("equoria_seen_"), "{brought}");
            let shown = client
                .ask("GET", &page)
                .header("cookie", &brought)
                .send()
                .await;
            assert!(shown.require(200).text().contains(name));
        }
    });
}

#[test]
fn while_the_native_api_is_away_pages_are_read_and_forms_keep_what_was_typed() {
    run(async {
        let town = town().await;
        let edge = Edge::start_with(
            &town.world.database,
            town.native.environment(),
            "http://127.0.0.1:9",
        )
        .await;
        let client = Client::at(&edge.url);
        for page in public_pages(&town) {
            client.get(&page).await.require(200);
        }
        let token = format!("equoria_access={}", town.ada.token().unwrap());
        let own = client.ask("GET", "/stable").header("cookie", &token);
        assert!(own.send().await.require(200).text().contains("North Yard"));
        let typed = "name=South+Yard+%3Cx%3E&location=Here&key=away-1";
        let refused = post(&client, "/do/stables", typed).header("cookie", &token);
        let refused = refused.send().await.require(503).text();
        for kept in [
            "South Yard &lt;x&gt;",
            "value=\"Here\"",
            "value=\"away-1\"",
            "press again, and it is done once",
        ] {
            assert!(refused.contains(kept), "{kept} is not in {refused}");
        }
        let typed = format!(
            "email=ada%40example.org&password={}",
            PASSWORD.replace(' ', "+")
        );
        let refused = post(&client, "/sign-in", &typed)
            .send()
            .await
            .require(503)
            .text();
        assert!(refused.contains("ada@example.org") && !refused.contains(PASSWORD));
        // A session that nobody can renew now is kept for later, and what everyone may see is shown.
        let ask = client
            .ask("GET", "/horses")
            .header("cookie", "equoria_refresh=kept");
        let shown = ask.send().await.require(200);
        assert!(shown.text().contains("cannot be checked now"));
        assert!(!cookies(&shown).contains("equoria_refresh"));
        let ask = client
            .ask("GET", "/stable")
            .header("cookie", "equoria_refresh=kept");
        assert_eq!(ask.send().await.status, 503);
    });
}
