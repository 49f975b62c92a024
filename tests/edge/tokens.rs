//! Access tokens are checked in the Worker: the signature, the end, and the epoch with the statement that is asked anyway.

use chrono::{TimeDelta, Utc};
use equoria::config::TokenKey;
use harness::Client;
use reads::session::{Claims, Signer};
use serde_json::json;

use crate::run;
use crate::town::{Town, town};

/// What only a signed-in player may read.
const OWN: [&str; 4] = [
    "/v1/users/me",
    "/v1/users/me/ledger",
    "/v1/users/me/horses",
    "/v1/users/me/stables",
];

fn own_key(town: &Town) -> Signer {
    let key = town
        .native
        .environment()
        .get("EQUORIA_TOKEN_KEY")
        .unwrap()
        .unwrap();
    Signer::new(TokenKey::from_hex("the key", &key).unwrap().secret()).unwrap()
}

fn claims(town: &Town) -> Claims {
    Claims::new(town.ada.id, town.ada.session, 0, Utc::now())
}

/// Every own read, and a read that anyone may ask for with a token or without one.
async fn require_refused(town: &Town, token: &str, code: &str, statements: usize) {
    let client = town.at_the_edge().with_token(token);
    let preview = format!("/v1/shows/{}/preview?horse={}", town.open, town.mares[2]);
    for path in OWN.iter().copied().chain([preview.as_str()]) {
        town.wire.take();
        let refused = client.get(path).await;
        refused.refused(401, code);
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(
            town.wire.take().statements.len(),
            statements,
            "{path} with {code}"
        );
    }
    let training = format!("/v1/horses/{}/training", town.mares[1]);
    client
        .post(&training, &json!({"discipline": "Racing"}))
        .await
        .refused(401, code);
}

#[test]
fn a_good_token_is_let_in() {
    run(async {
        let town = town().await;
        let token = own_key(&town).sign(&claims(&town)).unwrap();
        for path in OWN {
            town.at_the_edge()
                .with_token(&token)
                .get(path)
                .await
                .require(200);
        }
    });
}

#[test]
fn a_forged_token_is_refused_before_the_database_is_asked() {
    run(async {
        let town = town().await;
        let token = own_key(&town).sign(&claims(&town)).unwrap();
        let last = if token.ends_with('A') { 'B' } else { 'A' };
        let (front, _) = token.split_at(token.len() - 10);
        let forged = format!("{front}AAAAAAAAA{last}");
        for token in [
            forged.as_str(),
            "v4.public.e30",
            "v4.local.e30",
            "x",
            "v2.public.e30",
        ] {
            require_refused(&town, token, "token-invalid", 0).await;
        }
    });
}

#[test]
fn a_token_signed_with_another_key_is_refused() {
    run(async {
        let town = town().await;
        let other = Signer::new(TokenKey::random().unwrap().secret()).unwrap();
        require_refused(
            &town,
            &other.sign(&claims(&town)).unwrap(),
            "token-invalid",
            0,
        )
        .await;
    });
}

#[test]
fn a_token_that_is_over_is_refused() {
    run(async {
        let town = town().await;
        let over = Claims::new(
            town.ada.id,
            town.ada.session,
            0,
            Utc::now() - TimeDelta::seconds(601),
        );
        require_refused(
            &town,
            &own_key(&town).sign(&over).unwrap(),
            "token-expired",
            0,
        )
        .await;
    });
}

#[test]
fn a_token_from_the_future_or_for_longer_than_we_sign_is_refused() {
    run(async {
        let town = town().await;
        let early = Claims::new(
            town.ada.id,
            town.ada.session,
            0,
            Utc::now() + TimeDelta::minutes(5),
        );
        let long = Claims {
            exp: Utc::now() + TimeDelta::hours(24),
            ..claims(&town)
        };
        for claims in [early, long] {
            require_refused(
                &town,
                &own_key(&town).sign(&claims).unwrap(),
                "token-invalid",
                0,
            )
            .await;
        }
    });
}

#[test]
fn a_token_from_before_signing_out_everywhere_is_refused_with_the_statement_that_is_asked_anyway() {
    run(async {
        let town = town().await;
        let signed_up = town.at_the_edge().sign_up("Eve").await;
        let client: &Client = &signed_up.client;
        client.get("/v1/users/me").await.require(200);
        client.delete("/v1/sessions").await.require(204);
        let token = client.token().unwrap().to_owned();
        require_refused(&town, &token, "token-revoked", 1).await;
    });
}

#[test]
fn a_token_of_a_player_who_never_was_is_refused() {
    run(async {
        let town = town().await;
        let nobody = Claims {
            sub: uuid::Uuid::from_u128(7),
            ..claims(&town)
        };
        require_refused(
            &town,
            &own_key(&town).sign(&nobody).unwrap(),
            "token-revoked",
            1,
        )
        .await;
    });
}
