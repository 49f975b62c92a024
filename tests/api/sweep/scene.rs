//! The stage of the sweep: two players with their things, and requests that would succeed.

use std::collections::BTreeMap;

use harness::client::{Ask, PASSWORD, SignedUp};
use harness::world::wire;
use harness::{NewHorse, NewShow, Player, World};
use serde_json::Value;
use uuid::Uuid;

use super::table::{Field, Need, Operation, Parameter, Part, Signed};

/// What the requests are about.
pub struct Scene {
    /// The world.
    pub world: World,
    /// Who asks.
    pub asker: SignedUp,
    /// The asker's session.
    pub session: Uuid,
    email: String,
    etags: BTreeMap<&'static str, String>,
    horse: i64,
    stallion: i64,
    foal: i64,
    stable: i64,
    show: i64,
}

impl Scene {
    /// Sets the stage: the asker has a stable, a mare in it, a stallion at stud, a foal, and hosts a show in which the mare is
    /// not entered.
    pub async fn set() -> Self {
        let world = World::new().await;
        let asker = world.client.sign_up("Ann").await;
        let session: Uuid = {
            let sql = "select id from sessions where user_id = $1";
            world
                .admin
                .query_one(sql, &[&asker.id])
                .await
                .unwrap()
                .get(0)
        };
        let player = Player::of(asker.id, session, "Ann", asker.client.clone());
        let stable = asker
            .client
            .post("/v1/stables", &serde_json::json!({"name": "Home"}))
            .await;
        let stable = harness::world::number(&stable.require(201), "id");
        let horse = NewHorse {
            stable: Some(stable),
            ..NewHorse::default()
        };
        let horse = world.horse(&player, horse).await;
        let stallion = world.stallion(&player).await;
        let stud = format!("/v1/horses/{stallion}/stud");
        let listed = asker.client.ask("PUT", &stud);
        let listed = listed.json(&serde_json::json!({"fee": 5})).send().await;
        listed.require(200);
        let foal = world.foal(&player).await;
        let show = world.show(&player, NewShow::default()).await;
        let mut etags = BTreeMap::new();
        for (path, read) in [
            ("/v1/account", "/v1/account".to_owned()),
            ("/v1/account/settings", "/v1/account".to_owned()),
            ("/v1/stables/{id}", format!("/v1/stables/{stable}")),
            ("/v1/horses/{id}", format!("/v1/horses/{horse}")),
        ] {
            etags.insert(
                path,
                asker.client.get(&read).await.require(200).etag().to_owned(),
            );
        }
        let email = asker.answer["user"]["email"].as_str().unwrap().to_owned();
        Self {
            world,
            session,
            email,
            etags,
            horse,
            stallion,
            foal,
            stable,
            show,
            asker,
        }
    }

    /// The request that would succeed, but for what is replaced: a part of the path or a field of the body by raw text
    /// (an empty text leaves the field out).
    pub fn request(
        &self,
        of: &Operation,
        part: Option<(&str, &str)>,
        field: Option<(&str, &str)>,
    ) -> Ask {
        let ask = self.unsigned(of, part);
        let ask = match of.signed {
            Signed::No => ask,
            Signed::Maybe | Signed::Yes => self.sign(ask),
        };
        self.finish(of, ask, field)
    }

    /// The same without a token.
    pub fn unsigned(&self, of: &Operation, part: Option<(&str, &str)>) -> Ask {
        self.world.client.ask(of.method, &self.path(of, part))
    }

    /// Adds the asker's token.
    pub fn sign(&self, ask: Ask) -> Ask {
        ask.header(
            "authorization",
            &format!("Bearer {}", self.asker.client.token().unwrap()),
        )
    }

    /// Adds what the operation needs besides: the version and the body.
    pub fn finish(&self, of: &Operation, ask: Ask, field: Option<(&str, &str)>) -> Ask {
        let ask = self.conditioned(of, ask);
        match of.body {
            None => ask,
            Some(_) => ask.body("application/json", self.body(of, field)),
        }
    }

    /// Adds the version alone.
    pub fn conditioned(&self, of: &Operation, ask: Ask) -> Ask {
        if of.conditional {
            ask.if_match(&self.etags[of.path])
        } else {
            ask
        }
    }

    /// The version of what the operation changes.
    pub fn version(&self, of: &Operation) -> i64 {
        let (version, _) = self.etags[of.path]
            .trim_matches('"')
            .split_once('.')
            .unwrap();
        version.parse().unwrap()
    }

    /// The path with the asker's own things, but for one part.
    pub fn path(&self, of: &Operation, replaced: Option<(&str, &str)>) -> String {
        let mut path = of.path.to_owned();
        for (name, part) in of.parts {
            let own = match part {
                Part::Horse => self.horse.to_string(),
                Part::Stallion => self.stallion.to_string(),
                Part::Foal => self.foal.to_string(),
                Part::Breed => "1".to_owned(),
                Part::Show => self.show.to_string(),
                Part::Stable => self.stable.to_string(),
                Part::User => self.asker.id.to_string(),
                Part::Discipline => "Racing".to_owned(),
            };
            let text = replaced
                .filter(|(it, _)| it == name)
                .map_or(own.as_str(), |(_, text)| text);
            path = path.replace(&format!("{{{name}}}"), text);
        }
        self.asking(of, &path, None)
    }

    /// The path with the parameters that must be there, but for one.
    pub fn asking(&self, of: &Operation, path: &str, but: Option<&str>) -> String {
        let mut asking = path.to_owned();
        for (name, parameter) in of.query.iter().filter(|(name, _)| but != Some(*name)) {
            let number = match parameter {
                Parameter::Horse | Parameter::Mare => self.horse,
                Parameter::Stallion => self.stallion,
                _ => continue,
            };
            let join = if asking.contains('?') { '&' } else { '?' };
            asking.push_str(&format!("{join}{name}={number}"));
        }
        asking
    }

    /// The body with every field that must be there (the first, where none must), but for one.
    pub fn body(&self, of: &Operation, replaced: Option<(&str, &str)>) -> String {
        let mut fields = Vec::new();
        let known = of.body.unwrap_or_default();
        let must_any = known.iter().any(|(.., need)| *need == Need::Must);
        let replaces = replaced.is_some_and(|(name, _)| known.iter().any(|(it, ..)| *it == name));
        for (at, (name, field, need)) in known.iter().enumerate() {
            match replaced.filter(|(it, _)| it == name) {
                Some((_, "")) => {}
                Some((_, raw)) => fields.push(format!("{name:?}:{raw}")),
                None if *need == Need::Must || !must_any && at == 0 && !replaces => {
                    fields.push(format!("{name:?}:{}", self.good(*field)))
                }
                None => {}
            }
        }
        // A field that the operation does not know.
        let is_known = |name: &str| known.iter().any(|(known, ..)| *known == name);
        if let Some((name, raw)) = replaced.filter(|(name, _)| !is_known(name)) {
            fields.push(format!("{name:?}:{raw}"));
        }
        format!("{{{}}}", fields.join(","))
    }

    fn good(&self, field: Field) -> Value {
        match field {
            Field::Name(_) => "Good Name".into(),
            Field::Email => "somebody.new@example.org".into(),
            Field::KnownEmail => self.email.clone().into(),
            Field::Password => "another battery".into(),
            Field::KnownPassword | Field::OwnPassword => PASSWORD.into(),
            Field::RefreshToken => self.asker.refresh_token.clone().into(),
            Field::Discipline => "Racing".into(),
            Field::Breed => "Arabian".into(),
            Field::Sex => "male".into(),
            Field::Level => 1.into(),
            Field::Coins => 5.into(),
            Field::RunDate => wire(self.world.now() + chrono::TimeDelta::hours(5)).into(),
            Field::Horse => self.horse.into(),
            Field::Stallion => self.stallion.into(),
            Field::Activity => "soft_voice".into(),
            Field::Stable => self.stable.into(),
            Field::Flag => true.into(),
            Field::Flags(_) => serde_json::json!({}),
            Field::Span => "1s".into(),
            Field::Milliseconds => 1000.into(),
        }
    }
}
