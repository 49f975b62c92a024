//! A signed-in browser: its cookies, what renews them, and what is left when the session is over.

use harness::World;
use harness::client::PASSWORD;

use crate::browser::{Browser, Form};

const ACCESS: &str = "equoria_access";
const REFRESH: &str = "equoria_refresh";

fn is_signed_in(page: &crate::browser::Page, name: &str) -> bool {
    page.text("header").contains(name)
}

#[tokio::test]
async fn whoever_signs_up_is_led_to_the_free_mare_and_welcomed_once() {
    let world = World::new().await;
    let browser = Browser::new(&world.client);
    let form = browser.open("/sign-up").await.form("/sign-up");
    let form = form.with("name", "Ada").with("email", "ada@example.org");
    let shown = browser
        .send(&form.with("password", PASSWORD))
        .await
        .require(200);
    assert_eq!(shown.place, "/stable");
    assert!(
        shown
            .text("[role=status]")
            .contains("Begin with your free mare")
    );
    let form = shown.form("/do/horses/starter");
    assert!(is_signed_in(&browser.open("/stable").await, "Ada"));
    assert_eq!(browser.open("/stable").await.text("[role=status]"), "");
    let mare = browser.send(&form.with("name", "Comet")).await.require(200);
    assert!(mare.place.starts_with("/horses/"), "{}", mare.place);
    assert_eq!(mare.text("h1"), "Comet");
    assert!(mare.text("[role=status]").contains("She is yours"));
}

#[tokio::test]
async fn an_access_token_that_is_over_or_void_is_renewed_within_the_visit() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let old = browser.cookie(REFRESH).unwrap();
    // The browser has dropped it.
    browser.set_cookie(ACCESS, None);
    assert!(is_signed_in(&browser.open("/horses").await, "Ada"));
    let next = browser.cookie(REFRESH).unwrap();
    assert_ne!(next, old);
    assert!(browser.cookie(ACCESS).is_some());
    // It is there and no longer good: its epoch is over.
    world
        .sql("update users set token_epoch = token_epoch + 1")
        .await;
    let shown = browser.open("/stable").await.require(200);
    assert!(is_signed_in(&shown, "Ada") && shown.place == "/stable");
    assert_ne!(browser.cookie(REFRESH).unwrap(), next);
    // It cannot be read at all.
    browser.set_cookie(ACCESS, Some("v4.public.nothing"));
    assert!(is_signed_in(&browser.open("/").await.require(200), "Ada"));
}

#[tokio::test]
async fn a_form_that_meets_a_void_access_token_does_its_thing_once() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser
        .open("/stable")
        .await
        .form("/do/stables")
        .with("name", "North Yard");
    world
        .sql("update users set token_epoch = token_epoch + 1")
        .await;
    let shown = browser.send(&form).await.require(200);
    assert!(
        shown.text("[role=status]").contains("Opened"),
        "{}",
        shown.text("main")
    );
    assert_eq!(world.one("select count(*) from stables").await, 1);
}

#[tokio::test]
async fn tabs_that_renew_their_session_at_one_moment_stay_signed_in() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    browser.set_cookie(ACCESS, None);
    let tabs: Vec<Browser> = (0..4).map(|_| browser.tab()).collect();
    let [a, b, c, d] = &tabs[..] else { panic!() };
    let shown = tokio::join!(
        a.open("/stable"),
        b.open("/ledger"),
        c.open("/"),
        d.open("/settings")
    );
    for page in [shown.0, shown.1, shown.2, shown.3] {
        assert!(is_signed_in(&page.require(200), "Ada"));
    }
    let kept: std::collections::BTreeSet<_> = tabs.iter().map(|it| it.cookie(REFRESH)).collect();
    assert_eq!(kept.len(), 1);
    // Whichever answer came last, the browser goes on with it.
    for tab in &tabs {
        tab.set_cookie(ACCESS, None);
    }
    assert!(is_signed_in(&a.open("/stable").await, "Ada"));
    assert!(is_signed_in(&b.open("/stable").await, "Ada"));
}

#[tokio::test]
async fn a_session_that_is_over_is_forgotten_and_shows_what_everyone_sees() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    world.sql("update sessions set revoked_at = now()").await;
    world
        .sql("update users set token_epoch = token_epoch + 1")
        .await;
    let shown = browser.open("/horses").await.require(200);
    assert!(!is_signed_in(&shown, "Ada"));
    assert_eq!(
        (browser.cookie(ACCESS), browser.cookie(REFRESH)),
        (None, None)
    );
    let shown = browser.open("/ledger").await.require(200);
    assert_eq!(shown.place, "/sign-in?then=%2Fledger");
    let form = shown.form("/sign-in");
    assert_eq!(form.typed("then"), "/ledger");
}

#[tokio::test]
async fn what_is_typed_survives_a_session_that_ends_and_is_sent_with_one_press() {
    let world = World::new().await;
    let browser = Browser::new(&world.client);
    let form = browser.open("/sign-up").await.form("/sign-up");
    let form = form.with("name", "Ada").with("email", "ada@example.org");
    browser
        .send(&form.with("password", PASSWORD))
        .await
        .require(200);
    let form = browser.open("/stable").await.form("/do/stables");
    let form = form
        .with("name", "Nörth <Yard> & \"Co\"")
        .with("location", "Ashford");
    world.sql("update sessions set revoked_at = now()").await;
    let kept = browser.send(&form).await.require(401);
    assert!(
        kept.text("[role=status]")
            .contains("what you typed is kept")
    );
    // A wrong password keeps it, too.
    let form = kept.form("/sign-in").with("email", "ada@example.org");
    let kept = browser
        .send(&form.with("password", "not it at all"))
        .await
        .require(401);
    assert!(!kept.text("[role=alert]").is_empty());
    let form = kept.form("/sign-in");
    assert_eq!(
        (form.typed("email"), form.typed("password")),
        ("ada@example.org", "")
    );
    let kept = browser
        .send(&form.with("password", PASSWORD))
        .await
        .require(200);
    let form = kept.form("/do/stables");
    assert_eq!(form.typed("name"), "Nörth <Yard> & \"Co\"");
    assert_eq!(
        (form.typed("location"), form.typed("password")),
        ("Ashford", "")
    );
    let shown = browser.send(&form).await.require(200);
    assert!(shown.text("main").contains("Nörth <Yard> & \"Co\""));
    assert_eq!(world.one("select count(*) from stables").await, 1);
}

#[tokio::test]
async fn a_password_is_not_kept_in_the_page_that_signs_in_again() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/settings").await.form("/do/account/password");
    world.sql("update sessions set revoked_at = now()").await;
    let form = form
        .with("current_password", PASSWORD)
        .with("new_password", "hush, a new one");
    let kept = browser.send(&form).await.require(401);
    assert!(!kept.reply.text().contains(PASSWORD) && !kept.reply.text().contains("hush"));
}

#[tokio::test]
async fn a_new_password_leaves_this_browser_signed_in() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/settings").await.form("/do/account/password");
    let form = form
        .with("current_password", PASSWORD)
        .with("new_password", "another battery");
    let shown = browser.send(&form).await.require(200);
    assert_eq!(shown.place, "/settings");
    assert!(
        shown
            .text("[role=status]")
            .contains("Every other session has ended")
    );
    assert!(is_signed_in(&shown, "Ada"));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookies_along() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let thief = browser.tab();
    let form = browser.open("/settings").await.form("/sign-out");
    let shown = browser.send(&form).await.require(200);
    assert_eq!(shown.place, "/");
    assert!(!is_signed_in(&shown, "Ada"));
    assert_eq!(
        (browser.cookie(ACCESS), browser.cookie(REFRESH)),
        (None, None)
    );
    let alive = "select count(*) from sessions where revoked_at is null";
    assert_eq!(world.one(alive).await, 0);
    // A copy of the cookies opens nothing that is the player's, once it must be renewed.
    thief.set_cookie(ACCESS, None);
    assert!(thief.open("/stable").await.place.starts_with("/sign-in"));
}

#[tokio::test]
async fn signing_out_everywhere_ends_this_session_too() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    let form = browser.open("/settings").await.form("/do/sessions");
    let shown = browser.send(&form).await.require(200);
    assert_eq!(shown.place, "/");
    assert!(
        shown
            .text("[role=status]")
            .contains("signed out everywhere")
    );
    assert!(!is_signed_in(&shown, "Ada"));
    assert_eq!(browser.cookie(REFRESH), None);
}

#[tokio::test]
async fn what_a_player_is_shown_stays_in_no_cache_and_what_everyone_is_shown_is_asked_for_again() {
    let world = World::new().await;
    let browser = Browser::of(&world.client, "Ada").await;
    for place in ["/stable", "/horses", "/"] {
        let page = browser.open(place).await.require(200);
        assert_eq!(
            page.reply.header("cache-control"),
            "private, no-store",
            "{place}"
        );
    }
    let anyone = Browser::new(&world.client);
    let page = anyone.open("/horses").await.require(200);
    assert_eq!(page.reply.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn nobody_is_led_to_another_site_by_the_way_back_from_signing_in() {
    let world = World::new().await;
    Browser::of(&world.client, "Ada").await;
    let email = "ada@example.org";
    world
        .sql("update users set email = 'ada@example.org'")
        .await;
    for (then, led_to) in [
        ("/ledger", "/ledger"),
        ("//evil.example/", "/stable"),
        ("https://evil.example/", "/stable"),
        ("/\\evil.example", "/stable"),
        ("/\t/evil.example", "/stable"),
        ("javascript:alert(1)", "/stable"),
    ] {
        let browser = Browser::new(&world.client);
        let fields = [("email", email), ("password", PASSWORD), ("then", then)];
        let reply = browser
            .post(&Form::made("/sign-in", &fields))
            .await
            .require(303);
        assert_eq!(reply.header("location"), led_to, "{then:?}");
    }
}

#[tokio::test]
async fn a_refused_sign_up_keeps_what_was_typed_and_marks_its_field() {
    let world = World::new().await;
    let browser = Browser::new(&world.client);
    let form = browser.open("/sign-up").await.form("/sign-up");
    for (name, email, password, field) in [
        ("", "ada@example.org", PASSWORD, "name"),
        ("Ada", "ada", PASSWORD, "email"),
        ("Ada", "ada@example.org", "short", "password"),
    ] {
        let form = form
            .clone()
            .with("name", name)
            .with("email", email)
            .with("password", password);
        let refused = browser.send(&form).await;
        assert!((400..500).contains(&refused.reply.status));
        let marked = refused.all("[aria-invalid=true]");
        assert_eq!(marked.len(), 1, "{field}: {}", refused.text("main"));
        assert_eq!(marked[0].attr("name"), Some(field));
        let alert = refused.all("[role=alert]");
        assert_eq!(marked[0].attr("aria-describedby"), alert[0].attr("id"));
        let again = refused.form("/sign-up");
        assert_eq!((again.typed("name"), again.typed("email")), (name, email));
        assert_eq!(again.typed("password"), "");
    }
    assert_eq!(world.one("select count(*) from users").await, 0);
}
