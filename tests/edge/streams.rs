//! What becomes of a read whose stream from the database breaks off or dawdles, and how many connections it ever holds.

use std::io;
use std::time::{Duration, Instant};

use harness::{Client, Edge, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OnceCell;

use crate::cases::{Case, NATIVE, cases};
use crate::run;
use crate::town::{Town, town};
use crate::wire::{Crowd, Fate, Wire};

/// A Worker of its own on the town's database. Its copies answer only while the database is away, and whatever it opens, to
/// the database or to ask the native API for the clock, is counted together.
struct Narrow {
    edge: Edge,
    wire: Wire,
}

async fn narrow(town: &Town) -> &'static Narrow {
    static NARROW: OnceCell<Narrow> = OnceCell::const_new();
    let narrow = NARROW
        .get_or_init(async || {
            let wire = Wire::to(town.world.database.port()).await;
            let address = town.world.database.through(wire.port, "equoria_edge");
            let environment = town.native.environment().clone();
            let environment = environment.with("EQUORIA_COPIES_FOR_S", "0");
            let ahead_ms = town.world.one("select ahead_ms from ops.game_clock").await;
            let clock = clock(ahead_ms, wire.crowd.clone()).await;
            let edge = Edge::start_at(&address, &environment, &clock).await;
            Narrow { edge, wire }
        })
        .await;
    narrow.wire.from_now_on(Fate::Whole);
    narrow.wire.next(&[]);
    narrow
}

/// Where a native API tells its clock, and nothing else.
async fn clock(ahead_ms: i64, crowd: Crowd) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener has one");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let member = crowd.enter();
            tokio::spawn(async move {
                let _member = member;
                tell(client, ahead_ms).await
            });
        }
    });
    format!("http://{address}")
}

async fn tell(mut client: TcpStream, ahead_ms: i64) -> io::Result<()> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        asked.push(client.read_u8().await?);
    }
    let body = format!("{{\"ahead_ms\":{ahead_ms}}}");
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}

/// What an answer cost.
#[derive(Debug)]
struct Cost {
    /// The connections to the database.
    connections: usize,
    /// The most that were open at once, those to the native API among them.
    at_once: usize,
}

impl Narrow {
    fn client(&self) -> Client {
        Client::at(&self.edge.url)
    }

    /// Asks while the next connections have these fates.
    async fn ask(&self, fates: &[Fate], ask: harness::Ask) -> (Reply, Cost) {
        self.wire.crowd.take_most().await;
        self.wire.take();
        self.wire.next(fates);
        let reply = ask.send().await;
        let at_once = self.wire.crowd.take_most().await;
        let connections = self.wire.take().connections;
        let cost = Cost {
            connections,
            at_once,
        };
        (reply, cost)
    }

    /// Ada's own, which has one way only.
    fn own(&self, town: &Town) -> harness::Ask {
        let token = town.ada.token().expect("Ada is signed in");
        self.client().with_token(token).ask("GET", "/v1/users/me")
    }

    /// What everyone may see, which has two ways.
    fn shared(&self, path: &str) -> harness::Ask {
        self.client().ask("GET", path)
    }

    /// Asks for what everyone may see until it is known that a copy of it stands.
    async fn stale(&self, path: &str) -> Reply {
        self.shared(path).send().await.require(200);
        self.wire.from_now_on(Fate::CutInARow);
        let since = Instant::now();
        loop {
            let reply = self.shared(path).send().await;
            if reply.status == 200 {
                self.wire.from_now_on(Fate::Whole);
                return reply;
            }
            let patience = Duration::from_secs(10);
            assert!(since.elapsed() < patience, "no copy: {}", reply.text());
        }
    }
}

const CUTS: [Fate; 3] = [Fate::CutBeforeTheAnswer, Fate::CutInARow, Fate::ResetInARow];

fn require_come_back(reply: &Reply, code: &str) {
    reply.refused(503, code);
    let seconds = reply.header("retry-after").parse::<u32>();
    assert!(seconds.is_ok_and(|it| it > 0), "{}", reply.of);
}

#[test]
fn a_stream_that_breaks_is_begun_anew_once_by_every_read_on_a_second_connection() {
    run(async {
        let town = town().await;
        let narrow = narrow(&town).await;
        let all = cases(&town);
        let is_here = |it: &&Case| it.statements() == 1 && !NATIVE.contains(&it.template);
        let asked: Vec<&Case> = all.iter().filter(is_here).collect();
        for (case, cut) in asked.iter().zip(CUTS.iter().cycle()) {
            let ask = || case.ask(&town, &narrow.client());
            let (whole, cost) = narrow.ask(&[], ask()).await;
            assert_eq!(whole.status, case.status, "{case:?}");
            assert_eq!(cost.connections, 1, "{case:?}");
            // The second is the one that asks for a playground's clock, while the first is closing.
            assert!(cost.at_once <= 2, "{case:?}: {cost:?}");
            let (mended, cost) = narrow.ask(&[*cut], ask()).await;
            let told = mended.text();
            assert_eq!(mended.status, case.status, "{case:?} {cut:?}: {told}");
            if case.status == 200 {
                assert_eq!(told, whole.text(), "{case:?} {cut:?}");
            }
            assert_eq!(cost.connections, 2, "{case:?} {cut:?}");
            assert!(cost.at_once <= 2, "{case:?} {cut:?}: {cost:?}");
        }
        println!("{} reads, each broken off once: all answered", asked.len());
    });
}

#[test]
fn a_stream_that_breaks_twice_is_a_503_after_two_connections_each_way() {
    run(async {
        let town = town().await;
        let narrow = narrow(&town).await;
        for cut in CUTS {
            let (refused, cost) = narrow.ask(&[cut; 2], narrow.own(&town)).await;
            require_come_back(&refused, "busy");
            assert_eq!(cost.connections, 2, "{cut:?}");
            // What everyone may see goes the other way then, which is as good as new.
            let (told, cost) = narrow
                .ask(&[cut; 2], narrow.shared("/v1/horses?limit=71"))
                .await;
            assert_eq!((told.status, cost.connections), (200, 3), "{cut:?}");
            let (refused, cost) = narrow
                .ask(&[cut; 4], narrow.shared("/v1/horses?limit=72"))
                .await;
            require_come_back(&refused, "busy");
            assert_eq!(cost.connections, 4, "{cut:?}");
            assert!(cost.at_once <= 2, "{cut:?}: {cost:?}");
        }
        let path = "/v1/horses?limit=73";
        let stale = narrow.stale(path).await;
        let whole = narrow.shared(path).send().await.require(200);
        assert_eq!(stale.text(), whole.text());
        let age_s = stale.header("equoria-stale").parse::<u32>();
        assert!(age_s.is_ok(), "{}", stale.header("equoria-stale"));
        assert_eq!(whole.header("equoria-stale"), "");
    });
}

/// How long an answer takes, in seconds, where nothing comes: the patience one way, or both ways.
const ONE_WAY_S: std::ops::Range<f64> = 1.4..3.0;
const BOTH_WAYS_S: std::ops::Range<f64> = 2.4..4.0;

#[test]
fn a_database_that_says_nothing_or_dribbles_has_a_deadline() {
    run(async {
        let town = town().await;
        let narrow = narrow(&town).await;
        let path = "/v1/horses?limit=74";
        let before = narrow.stale(path).await;
        for fate in [Fate::Silent, Fate::Dribbling] {
            narrow.wire.from_now_on(fate);
            let timed = async |ask: harness::Ask| {
                let since = Instant::now();
                let reply = ask.send().await;
                (reply, since.elapsed().as_secs_f64())
            };
            let (own, own_s) = timed(narrow.own(&town)).await;
            require_come_back(&own, "timed-out");
            let (new, new_s) = timed(narrow.shared("/v1/horses?limit=75")).await;
            require_come_back(&new, "timed-out");
            let (copied, copied_s) = timed(narrow.shared(path)).await;
            assert_eq!(copied.require(200).text(), before.text());
            println!(
                "{fate:?}: 503 after {own_s:.1} s, {new_s:.1} s both ways, a copy after {copied_s:.1} s"
            );
            assert!(ONE_WAY_S.contains(&own_s), "{fate:?}: {own_s}");
            assert!(BOTH_WAYS_S.contains(&new_s), "{fate:?}: {new_s}");
            assert!(BOTH_WAYS_S.contains(&copied_s), "{fate:?}: {copied_s}");
            narrow.wire.from_now_on(Fate::Whole);
            narrow.own(&town).send().await.require(200);
        }
    });
}
