//! A request for every read that the API describes, in every way that it may go.

use harness::{Ask, Client};

use crate::town::Town;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody in particular.
    Anyone,
    /// Ada, signed in.
    Ada,
    /// Somebody with a token that is none.
    Forger,
}

/// One request of a read, and what must come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path as OpenAPI writes it.
    pub template: &'static str,
    /// The path with its query.
    pub path: String,
    /// Who asks.
    pub who: Who,
    /// The status of the answer.
    pub status: u16,
}

impl Case {
    /// The request, to the server of this client; with a mark that no copy answers, as another test may have left one.
    pub fn ask(&self, town: &Town, server: &Client) -> Ask {
        let client = match self.who {
            Who::Anyone => server.signed_out(),
            Who::Ada => server.with_token(town.ada.token().expect("Ada is signed in")),
            Who::Forger => server.with_token("v4.public.bm90aGluZw"),
        };
        let ask = client.ask("GET", &self.path);
        ask.header("equoria-seen", "fresh")
    }

    /// How many statements the answer takes: none where the request cannot be read or the answer is always the same.
    pub fn statements(&self) -> usize {
        let is_constant =
            ["/health/live", "/v1/disciplines", "/v1/traits"].contains(&self.template);
        usize::from(!is_constant && matches!(self.status, 200 | 404 | 409))
    }
}

/// The reads that only the native API has, which the Worker forwards like the writes.
pub const NATIVE: [&str; 1] = ["/v1/account"];

/// Every case.
pub fn cases(town: &Town) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |template: &'static str, more: String, who: Who, status: u16| {
        let front = template.split('{').next().unwrap_or_default();
        let path = format!("{front}{more}");
        cases.push(Case {
            template,
            path,
            who,
            status,
        });
    };
    for (template, more, status) in public(town) {
        case(template, more, Who::Anyone, status);
    }
    for template in [
        "/v1/users/me",
        "/v1/users/me/horses",
        "/v1/users/me/ledger",
        "/v1/users/me/stables",
        "/v1/users/me/pregnancies",
        "/v1/account",
    ] {
        case(template, String::new(), Who::Ada, 200);
        case(template, String::new(), Who::Anyone, 401);
        case(template, String::new(), Who::Forger, 401);
    }
    let preview = format!("{}/preview?horse={}", town.open, town.mares[2]);
    case("/v1/shows/{id}/preview", preview.clone(), Who::Ada, 200);
    case("/v1/shows/{id}/preview", preview, Who::Forger, 401);
    for (template, more) in varying(town) {
        case(template, more.clone(), Who::Ada, 200);
        case(template, more, Who::Forger, 401);
    }
    case("/v1/users/me/ledger", "?limit=1".to_owned(), Who::Ada, 200);
    case("/v1/users/me/horses", "?limit=0".to_owned(), Who::Ada, 400);
    cases
}

/// Reads about breeding whose answer depends on who asks.
fn varying(town: &Town) -> [(&'static str, String); 4] {
    let (mare, stallion) = (town.mares[0], town.stallion);
    [
        ("/v1/horses/{id}/genetics", format!("{mare}/genetics")),
        ("/v1/horses/{id}/mates", format!("{mare}/mates")),
        ("/v1/horses/{id}/parent", format!("{mare}/parent")),
        (
            "/v1/matings/preview",
            format!("?mare={mare}&stallion={stallion}"),
        ),
    ]
}

type Row = (&'static str, String, u16);

fn public(town: &Town) -> Vec<Row> {
    let mut rows = horses(town);
    rows.extend(breeding(town));
    rows.extend(players(town));
    rows.extend(shows(town));
    rows.extend(rankings_and_catalogues());
    rows
}

fn rows(template: &'static str, of: &[(&str, u16)]) -> impl Iterator<Item = Row> {
    let of: Vec<Row> = of
        .iter()
        .map(|(more, status)| (template, (*more).to_owned(), *status))
        .collect();
    of.into_iter()
}

fn horses(town: &Town) -> Vec<Row> {
    let (mare, ada) = (town.mares[0], town.ada.id);
    let herd = "/v1/horses";
    let mut all: Vec<Row> = [
        format!("?limit=2&cursor={}", town.second_page),
        format!("?owner={ada}"),
        "?trait=bold".to_owned(),
        "?trait=bold&trait=calm&limit=5".to_owned(),
    ]
    .map(|more| (herd, more, 200))
    .into();
    all.extend(rows(
        herd,
        &[
            ("", 200),
            ("?limit=2", 200),
            ("?discipline=Dressage", 200),
            ("?discipline=Dressage&min_score=40", 200),
            ("?breed=1", 200),
            ("?sex=female", 200),
            ("?limit=0", 400),
            ("?limit=101", 400),
            ("?cursor=nonsense", 400),
            ("?colour=bay", 400),
            ("?sex=mare", 400),
            ("?owner=ada", 400),
            ("?min_score=4", 400),
            ("?trait=winged", 400),
        ],
    ));
    all.extend([
        ("/v1/horses/{id}", mare.to_string(), 200),
        ("/v1/horses/{id}", format!("{mare}?x=1"), 400),
        ("/v1/horses/{id}/results", format!("{mare}/results"), 200),
        (
            "/v1/horses/{id}/results",
            format!("{mare}/results?limit=1"),
            200,
        ),
        ("/v1/horses/{id}/training", format!("{mare}/training"), 200),
    ]);
    all.extend(rows(
        "/v1/horses/{id}",
        &[
            ("987654321", 404),
            ("0", 400),
            ("-1", 400),
            ("lark", 400),
            ("9223372036854775808", 400),
        ],
    ));
    all.extend(rows(
        "/v1/horses/{id}/results",
        &[("lark/results", 400), ("1/results?cursor=x", 400)],
    ));
    all.extend(rows("/v1/horses/{id}/training", &[("lark/training", 400)]));
    all
}

fn breeding(town: &Town) -> Vec<Row> {
    let (mare, foal, stable) = (town.mares[0], town.foal, town.stable);
    let mut all: Vec<Row> = varying(town)
        .map(|(template, more)| (template, more, 200))
        .into();
    all.extend([
        ("/v1/horses/{id}/pedigree", format!("{foal}/pedigree"), 200),
        (
            "/v1/horses/{id}/pedigree",
            format!("{foal}/pedigree?generations=8"),
            200,
        ),
        (
            "/v1/horses/{id}/pedigree",
            format!("{foal}/pedigree?generations=9"),
            400,
        ),
        ("/v1/horses/{id}/foals", format!("{mare}/foals"), 200),
        (
            "/v1/horses/{id}/foals",
            format!("{mare}/foals?limit=0"),
            400,
        ),
        (
            "/v1/horses/{id}/mates",
            format!("{mare}/mates?limit=51"),
            400,
        ),
        ("/v1/foals/{id}", foal.to_string(), 200),
        ("/v1/foals/{id}", mare.to_string(), 404),
        (
            "/v1/matings/preview",
            format!("?mare={mare}&stallion={mare}"),
            422,
        ),
        (
            "/v1/matings/preview",
            format!("?mare={mare}&stallion={}", town.mares[1]),
            409,
        ),
        (
            "/v1/matings/preview",
            format!("?mare={mare}&stallion=987654321"),
            404,
        ),
        (
            "/v1/stables/{id}/diversity",
            format!("{stable}/diversity"),
            200,
        ),
    ]);
    for (template, of) in [
        (
            "/v1/horses/{id}/pedigree",
            [("987654321/pedigree", 404), ("lark/pedigree", 400)],
        ),
        (
            "/v1/horses/{id}/genetics",
            [("987654321/genetics", 404), ("0/genetics", 400)],
        ),
        (
            "/v1/horses/{id}/foals",
            [("987654321/foals", 404), ("1/foals?cursor=x", 400)],
        ),
        (
            "/v1/horses/{id}/mates",
            [("987654321/mates", 404), ("-1/mates", 400)],
        ),
        (
            "/v1/horses/{id}/parent",
            [("987654321/parent", 404), ("x/parent", 400)],
        ),
        ("/v1/foals/{id}", [("987654321", 404), ("lark", 400)]),
        (
            "/v1/matings/preview",
            [("?mare=1", 400), ("?mare=1&stallion=x", 400)],
        ),
        (
            "/v1/stables/{id}/diversity",
            [("987654321/diversity", 404), ("x/diversity", 400)],
        ),
        (
            "/v1/breeds/{id}/diversity",
            [("1/diversity", 200), ("987654321/diversity", 404)],
        ),
        (
            "/v1/studs",
            [("", 200), ("?max_fee=100&limit=1&breed=1", 200)],
        ),
        ("/v1/studs", [("?max_fee=-1", 400), ("?breed=Arabian", 400)]),
    ] {
        all.extend(rows(template, &of));
    }
    all
}

fn players(town: &Town) -> Vec<Row> {
    let profile = "/v1/users/{id}";
    let mut all: Vec<Row> = vec![
        (profile, town.ada.id.to_string(), 200),
        (profile, town.shy.id.to_string(), 404),
        (
            profile,
            "00000000-0000-4000-8000-000000000000".to_owned(),
            404,
        ),
        (profile, "ada".to_owned(), 400),
        ("/v1/stables/{id}", town.stable.to_string(), 200),
    ];
    all.extend(rows(
        "/v1/stables/{id}",
        &[("987654321", 404), ("north", 400)],
    ));
    all
}

fn shows(town: &Town) -> Vec<Row> {
    let (open, settled, cancelled) = (town.open, town.settled, town.cancelled);
    let (hers, other) = (town.mares[0], town.mares[2]);
    let mut all: Vec<Row> = rows(
        "/v1/shows",
        &[
            ("", 200),
            ("?state=settled", 200),
            ("?state=cancelled&discipline=Racing", 200),
            ("?discipline=Racing", 200),
            ("?discipline=Racing&state=settled&limit=1", 200),
            ("?state=over", 400),
            ("?discipline=Chess", 400),
        ],
    )
    .collect();
    all.extend([open, settled, cancelled].map(|show| ("/v1/shows/{id}", show.to_string(), 200)));
    all.extend([
        ("/v1/shows/{id}/entries", format!("{open}/entries"), 200),
        (
            "/v1/shows/{id}/entries",
            format!("{settled}/entries?limit=3"),
            200,
        ),
        ("/v1/shows/{id}/results", format!("{settled}/results"), 200),
        ("/v1/shows/{id}/proof", format!("{settled}/proof"), 200),
        ("/v1/shows/{id}/proof", format!("{open}/proof"), 409),
        ("/v1/shows/{id}/proof", format!("{cancelled}/proof"), 409),
        (
            "/v1/shows/{id}/preview",
            format!("{open}/preview?horse={hers}"),
            200,
        ),
        (
            "/v1/shows/{id}/preview",
            format!("{open}/preview?horse={other}"),
            200,
        ),
        (
            "/v1/shows/{id}/preview",
            format!("{open}/preview?horse=987654321"),
            404,
        ),
        ("/v1/shows/{id}/preview", format!("{open}/preview"), 400),
        (
            "/v1/shows/{id}/preview",
            format!("{open}/preview?horse=lark"),
            400,
        ),
    ]);
    all.extend(rows(
        "/v1/shows/{id}",
        &[("987654321", 404), ("autumn", 400)],
    ));
    all.extend(rows(
        "/v1/shows/{id}/proof",
        &[("987654321/proof", 404), ("autumn/proof", 400)],
    ));
    all.extend(rows("/v1/shows/{id}/entries", &[("autumn/entries", 400)]));
    all.extend(rows("/v1/shows/{id}/results", &[("autumn/results", 400)]));
    all
}

fn rankings_and_catalogues() -> Vec<Row> {
    let mut all: Vec<Row> = rows(
        "/v1/rankings/disciplines/{discipline}",
        &[
            ("Racing", 200),
            ("Dressage?limit=1", 200),
            ("Show%20Jumping", 200),
            ("Racing?cursor=x", 400),
        ],
    )
    .collect();
    all.extend(rows(
        "/v1/rankings/users",
        &[("", 200), ("?limit=1", 200), ("?limit=none", 400)],
    ));
    all.extend(rows(
        "/v1/breeds",
        &[("", 200), ("?limit=3", 200), ("?limit=0", 400)],
    ));
    all.extend(rows("/v1/disciplines", &[("", 200), ("?x=1", 400)]));
    all.extend(rows("/v1/traits", &[("", 200)]));
    all.extend(rows("/health/live", &[("", 200)]));
    all.extend(rows("/health/ready", &[("", 200)]));
    all
}
