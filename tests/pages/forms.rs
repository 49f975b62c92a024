//! Forms as they are sent: once, from here, and with a clear answer to whatever is wrong with them.

use harness::World;

use crate::browser::{Browser, FORM, Form};

async fn with_mare(world: &World) -> (Browser, String) {
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/stable").await.form("/do/horses/starter");
    let mare = browser.send(&form.with("name", "Comet")).await.require(200);
    (browser, mare.place)
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_done_once_and_says_so() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser
        .open("/stable")
        .await
        .form("/do/stables")
        .with("name", "North");
    let (one, other) = tokio::join!(browser.post(&form), browser.post(&form));
    for reply in [one, other] {
        assert_eq!(reply.require(303).header("location"), "/stable");
    }
    assert_eq!(world.one("select count(*) from stables").await, 1);
    let shown = browser.send(&form).await.require(200);
    assert!(
        shown.text("[role=status]").contains("this was done once"),
        "{}",
        shown.text("[role=status]")
    );
    assert_eq!(browser.open("/stable").await.text("[role=status]"), "");
}

#[tokio::test]
async fn a_form_that_was_sent_with_something_else_says_so_and_can_be_sent_again() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/stable").await.form("/do/stables");
    browser
        .send(&form.clone().with("name", "North"))
        .await
        .require(200);
    let back = browser.send(&form.with("name", "South")).await.require(422);
    assert!(
        back.text("[role=alert]")
            .contains("sent before, with something else")
    );
    let form = back.form("/do/stables");
    assert_eq!(form.typed("name"), "South");
    browser.send(&form).await.require(200);
    assert_eq!(world.one("select count(*) from stables").await, 2);
}

#[tokio::test]
async fn a_stale_form_shows_what_there_is_now_and_is_saved_with_another_press() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let stale = browser.open(&mare).await.form(&format!("/do{mare}"));
    let other = browser.open(&mare).await;
    let other = other.form(&format!("/do{mare}")).with("name", "Meteor");
    browser.send(&other).await.require(200);
    let refused = browser
        .send(&stale.with("name", "Asteroid"))
        .await
        .require(412);
    assert!(refused.text("[role=alert]").contains("has changed since"));
    assert!(
        refused.text("dl.facts").contains("Meteor"),
        "{}",
        refused.text("main")
    );
    let form = refused.form(&format!("/do{mare}"));
    assert_eq!(form.typed("name"), "Asteroid");
    let saved = browser.send(&form).await.require(200);
    assert_eq!(saved.text("h1"), "Asteroid");
    // A form without a version is asked the same.
    let bare = form
        .without("version")
        .without("key")
        .with("name", "Bolide");
    let refused = browser.send(&bare).await.require(428);
    assert!(refused.text("dl.facts").contains("Asteroid"));
    let saved = browser
        .send(&refused.form(&format!("/do{mare}")))
        .await
        .require(200);
    assert_eq!(saved.text("h1"), "Bolide");
}

#[tokio::test]
async fn settings_that_changed_meanwhile_are_shown_beside_those_that_were_ticked() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/settings").await.form("/do/account/settings");
    let other = browser.open("/settings").await;
    let other = other.form("/do/account/settings");
    browser
        .send(&other.with("darkMode", "yes"))
        .await
        .require(200);
    let refused = browser
        .send(&form.without("privacy.profileVisible"))
        .await
        .require(412);
    assert!(refused.text("dl.facts").contains("yes"));
    let form = refused.form("/do/account/settings");
    assert!(
        !form.fields.contains_key("privacy.profileVisible")
            && !form.fields.contains_key("darkMode")
    );
    browser.send(&form).await.require(200);
    let hidden = "select count(*) from users where not profile_visible and settings #>> '{darkMode}' = 'false'";
    assert_eq!(world.one(hidden).await, 1);
}

#[tokio::test]
async fn a_form_counts_only_from_a_page_of_the_game() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let cookies = ["equoria_access", "equoria_refresh"]
        .map(|it| format!("{it}={}", browser.cookie(it).unwrap()));
    let before = world.fingerprint().await;
    for place in [
        "/do/stables",
        "/do/stipend",
        "/sign-out",
        "/sign-in",
        "/sign-up",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("x-nothing", "at all"),
        ] {
            let ask = world
                .client
                .ask("POST", place)
                .header("cookie", &cookies.join("; "));
            let ask = ask.header(name, value).body(FORM, "name=North");
            let reply = ask.send().await.require(403);
            assert!(
                reply
                    .text()
                    .contains("did not come from a page of the game")
            );
        }
    }
    assert_eq!(world.fingerprint().await, before);
}

#[tokio::test]
async fn what_is_no_form_of_the_game_has_no_effect_and_a_clear_answer() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let before = world.fingerprint().await;
    let long = format!("name={}", "x".repeat(20_000));
    for (place, kind, body, status, said) in [
        (
            "/do/stables",
            "application/json",
            "{\"name\": \"x\"}",
            415,
            "what a form of the game sends",
        ),
        (
            "/do/stables",
            "text/plain",
            "name=x",
            415,
            "what a form of the game sends",
        ),
        (
            "/do/stables",
            FORM,
            long.as_str(),
            413,
            "longer than any of ours",
        ),
        ("/do/horses/1/fly", FORM, "", 404, "no such page"),
        ("/do/horses/0/groom", FORM, "", 404, "no such page"),
        ("/do/stables", FORM, "method=TRACE", 404, "no such page"),
        ("/do", FORM, "", 404, "no such page"),
        ("/horses", FORM, "", 404, "no such page"),
        ("/do/stables", FORM, "", 422, "Name"),
        (
            "/do/shows/1/entries",
            FORM,
            "horse_id=x",
            422,
            "not a whole number",
        ),
        (
            "/do/shows",
            FORM,
            "name=A+show&discipline=Racing&entry_fee=1&prize=1&run_date=soon",
            422,
            "not a date",
        ),
    ] {
        let reply = browser
            .ask("POST", place, Some((kind, body.as_bytes())))
            .await;
        assert_eq!(reply.status, status, "{place} {body}: {}", reply.text());
        assert!(reply.text().contains(said), "{place}: {}", reply.text());
    }
    let reply = browser.ask("PUT", "/stable", None).await.require(405);
    assert_eq!(reply.header("allow"), "GET, HEAD, POST");
    assert_eq!(world.fingerprint().await, before);
}

#[tokio::test]
async fn a_refused_form_keeps_all_that_was_typed_offers_the_choices_and_marks_the_field() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/stable").await.form("/do/horses/store");
    let form = form
        .with("name", " ")
        .with("breed", "Hanoverian")
        .with("sex", "male");
    let refused = browser.send(&form).await.require(422);
    let again = refused.form("/do/horses/store");
    assert_eq!(
        (again.typed("breed"), again.typed("sex")),
        ("Hanoverian", "male")
    );
    assert!(refused.all("select[name=breed] option").len() > 5);
    let marked = refused.all("[aria-invalid=true]");
    assert_eq!((marked.len(), marked[0].attr("name")), (1, Some("name")));
    let alert = &refused.all("form [role=alert]")[0];
    assert!(alert.attr("tabindex") == Some("-1") && alert.attr("autofocus").is_some());
    let way = alert.select(&crate::browser::selector("a")).next().unwrap();
    let target = way.attr("href").unwrap();
    assert_eq!(refused.all(target)[0].attr("name"), Some("name"));
    let bought = browser
        .send(&again.with("name", "Meteor"))
        .await
        .require(200);
    assert_eq!(bought.text("h1"), "Meteor");
    assert!(bought.text("[role=status]").contains("Bought"));
}

#[tokio::test]
async fn what_the_rules_refuse_is_said_in_the_form() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let form = browser
        .open(&mare)
        .await
        .form(&format!("/do{mare}/training"));
    let trained = browser
        .send(&form.clone().with("discipline", "Racing"))
        .await
        .require(200);
    assert!(trained.text("[role=status]").contains("Trained"));
    let again = Form::made(
        &format!("/do{mare}/training"),
        &[("discipline", "Dressage")],
    );
    let refused = browser.send(&again).await.require(409);
    assert!(
        refused.text("[role=alert]").contains("rest"),
        "{}",
        refused.text("main")
    );
    assert_eq!(
        refused
            .form(&format!("/do{mare}/training"))
            .typed("discipline"),
        "Dressage"
    );
    for (path, fields, status) in [
        ("/do/shows/999999/entries", &[("horse_id", "1")][..], 404),
        ("/do/horses/999999/groom", &[], 404),
        ("/do/stables/999999", &[("method", "DELETE")], 404),
        (
            "/do/horses/store",
            &[("name", "A"), ("breed", "Dragon"), ("sex", "male")],
            400,
        ),
        (
            "/do/horses/starter",
            &[("name", "A"), ("breed", "Arabian")],
            409,
        ),
    ] {
        let refused = browser
            .send(&Form::made(path, fields))
            .await
            .require(status);
        assert!(!refused.text("[role=alert]").trim().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn going_back_to_a_form_and_sending_it_changed_shows_what_there_is_now_first() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let form = browser.open(&mare).await.form(&format!("/do{mare}"));
    let first = form.clone().with("name", "Meteor");
    browser.send(&first).await.require(200);
    let back = browser.send(&form.with("name", "Asteroid")).await;
    let back = back.require(422);
    assert!(back.text("[role=alert]").contains("sent before"));
    assert!(back.text("dl.facts").contains("Meteor"));
    let saved = browser.send(&back.form(&format!("/do{mare}"))).await;
    assert_eq!(saved.require(200).text("h1"), "Asteroid");
}

#[tokio::test]
async fn a_show_is_hosted_entered_left_and_cancelled_by_forms() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let runs = world.now() + chrono::TimeDelta::days(7);
    let form = browser.open("/shows").await.form("/do/shows");
    let form = form.with("name", "Cup <of> Ash").with("prize", "30");
    let form = form.with("entry_fee", "5").with("discipline", "Racing");
    let form = form.with("run_date", &runs.format("%Y-%m-%dT%H:%M").to_string());
    let show = browser.send(&form).await.require(200);
    assert_eq!(show.text("h1"), "Cup <of> Ash");
    assert!(show.text("[role=status]").contains("open"));
    let id = mare.trim_start_matches("/horses/");
    let place = show.place.clone();
    let odds = browser.open(&format!("{place}?horse={id}")).await;
    let entered = browser
        .send(&odds.form(&format!("/do{place}/entries")))
        .await;
    let entered = entered.require(200);
    let left = entered.form(&format!("/do{place}/entries/{id}"));
    let left = browser.send(&left).await.require(200);
    assert!(left.text("[role=status]").contains("Withdrawn"));
    let cancelled = browser
        .send(&left.form(&format!("/do{place}/cancel")))
        .await;
    assert!(
        cancelled
            .require(200)
            .text("[role=status]")
            .contains("Cancelled")
    );
    world.require_sound_ledger().await;
}

#[tokio::test]
async fn a_stable_is_opened_filled_changed_emptied_of_its_place_and_closed_by_forms() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let form = browser.open("/stable").await.form("/do/stables");
    let form = form.with("name", "North").with("location", "Ashford");
    browser.send(&form).await.require(200);
    let page = browser.open(&mare).await;
    let option = page.all("select[name=stable_id] option[value]");
    let stable = option[1].attr("value").unwrap().to_owned();
    let form = page.form(&format!("/do{mare}")).with("stable_id", &stable);
    let stabled = browser.send(&form).await.require(200);
    assert!(stabled.text("dl.facts").contains("North"));
    let place = format!("/stables/{stable}");
    let forms = browser.open(&place).await.forms(&format!("/do{place}"));
    let form = forms.into_iter().find(|it| it.typed("method") == "PATCH");
    let form = form.unwrap();
    assert_eq!(
        (form.typed("name"), form.typed("location")),
        ("North", "Ashford")
    );
    let form = form.with("name", "South").with("location", "");
    let changed = browser.send(&form).await.require(200);
    assert_eq!(changed.text("h1"), "South");
    assert!(!changed.text("dl.facts").contains("Ashford"));
    let closing = changed.forms(&format!("/do{place}"));
    let closing = closing.iter().find(|it| it.typed("method") == "DELETE");
    let closed = browser.send(closing.unwrap()).await.require(200);
    assert!(closed.text("[role=status]").contains("Closed"));
    let free = "select count(*) from horses where stable_id is null";
    assert_eq!(world.one(free).await, 1);
}

#[tokio::test]
async fn a_genetic_test_is_ordered_once_kept_and_published_by_forms() {
    let world = World::new().await;
    let (browser, mare) = with_mare(&world).await;
    let anyone = Browser::new(&world.client);
    let form = format!("/do{mare}/genetic-test");
    let tested = browser.send(&browser.open(&mare).await.form(&form)).await;
    let tested = tested.require(200);
    assert!(tested.text("table").contains("MC1R"));
    assert!(!anyone.open(&mare).await.text("table").contains("MC1R"));
    let published = tested.form(&form).with("published", "yes");
    let published = browser.send(&published).await.require(200);
    assert!(anyone.open(&mare).await.text("table").contains("MC1R"));
    browser
        .send(&published.form(&form).without("published"))
        .await
        .require(200);
    assert!(!anyone.open(&mare).await.text("table").contains("MC1R"));
}
