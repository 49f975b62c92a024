//! Backups in a bucket: the same code against a server that speaks as much of S3 as it needs, and remembers all.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use equoria::config::Environment;
use equoria::ops::backup::Repository;
use equoria::ops::backup::digest::Digest;
use equoria::ops::backup::place::Place;
use equoria::trouble::Trouble;
use tokio::net::TcpListener;

type Parameters = BTreeMap<String, String>;

#[derive(Default)]
struct Kept {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// The sizes of all parts that came, in the order of their coming.
    parts: Vec<usize>,
    /// Every part is refused.
    is_full: bool,
}

/// A bucket of our own, as long as the test runs.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<Kept>>);

impl Bucket {
    async fn open() -> (Self, Environment) {
        let bucket = Self::default();
        let app = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(bucket.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let environment = Environment::of([
            ("EQUORIA_BACKUP_PLACE", "s3://stud/of/horses"),
            ("EQUORIA_BACKUP_S3_ENDPOINT", &endpoint),
            ("EQUORIA_BACKUP_S3_ACCESS_KEY", "reader"),
            ("EQUORIA_BACKUP_S3_SECRET_KEY", "hush"),
        ]);
        (bucket, environment)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }

    fn names(&self) -> Vec<String> {
        self.with(|kept| kept.objects.keys().cloned().collect())
    }
}

async fn answer(
    State(bucket): State<Bucket>,
    method: Method,
    uri: Uri,
    Query(asked): Query<Parameters>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers
        .get("authorization")
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    assert!(
        signed.starts_with("AWS4-HMAC-SHA256 Credential=reader/"),
        "unsigned: {signed}"
    );
    let name = uri
        .path()
        .trim_start_matches("/stud")
        .trim_start_matches('/')
        .to_owned();
    bucket.with(|kept| match (method.as_str(), asked.get("uploadId")) {
        ("GET", _) if asked.contains_key("list-type") => list(kept, &asked),
        ("GET" | "HEAD", _) => get(kept, &name, &headers),
        ("POST", None) => {
            kept.uploads.insert(name.clone(), BTreeMap::new());
            xml(&format!("<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>"))
        }
        ("PUT", Some(upload)) => {
            if kept.is_full {
                return (StatusCode::INSUFFICIENT_STORAGE, "full").into_response();
            }
            kept.parts.push(body.len());
            let number = asked["partNumber"].parse().unwrap();
            kept.uploads.get_mut(upload).unwrap().insert(number, body);
            (StatusCode::OK, [("etag", format!("\"{number}\""))]).into_response()
        }
        ("POST", Some(upload)) => {
            let parts = kept.uploads.remove(upload).unwrap();
            let whole: Vec<u8> = parts.into_values().flatten().collect();
            kept.objects.insert(name, whole.into());
            xml("<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
        }
        ("DELETE", Some(upload)) => {
            kept.uploads.remove(upload);
            StatusCode::NO_CONTENT.into_response()
        }
        ("PUT", None) => {
            let only_new = headers.get("if-none-match").is_some_and(|it| it == "*");
            if only_new && kept.objects.contains_key(&name) {
                return StatusCode::PRECONDITION_FAILED.into_response();
            }
            let known = headers.get("if-match").and_then(|it| it.to_str().ok());
            if known.is_some_and(|known| kept.objects.get(&name).map(etag).as_deref() != Some(known)) {
                return StatusCode::PRECONDITION_FAILED.into_response();
            }
            let written = [("etag", etag(&body))];
            kept.objects.insert(name, body);
            (StatusCode::OK, written).into_response()
        }
        ("DELETE", None) => {
            kept.objects.remove(&name);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    })
}

const WRITTEN: &str = "Sun, 22 Nov 2026 21:05:00 GMT";

/// Other contents have other tags.
fn etag(object: &Bytes) -> String {
    format!("\"{}\"", Digest::of(object).sha256)
}

fn get(kept: &Kept, name: &str, headers: &HeaderMap) -> Response {
    let Some(object) = kept.objects.get(name) else {
        return (
            StatusCode::NOT_FOUND,
            "<Error><Code>NoSuchKey</Code></Error>",
        )
            .into_response();
    };
    let written = [
        ("last-modified", WRITTEN.to_owned()),
        ("etag", etag(object)),
    ];
    let range = headers
        .get("range")
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.strip_prefix("bytes="));
    let Some((from, to)) = range.and_then(|range| range.split_once('-')) else {
        return (StatusCode::OK, written, object.clone()).into_response();
    };
    let from: usize = from.parse().unwrap();
    let end = to
        .parse::<usize>()
        .unwrap()
        .saturating_add(1)
        .min(object.len());
    let content = format!("bytes {from}-{}/{}", end - 1, object.len());
    (
        StatusCode::PARTIAL_CONTENT,
        written,
        [("content-range", content)],
        object.slice(from..end),
    )
        .into_response()
}

/// Two objects a page, so that pages are turned.
fn list(kept: &Kept, asked: &Parameters) -> Response {
    let prefix = asked.get("prefix").cloned().unwrap_or_default();
    let after = asked.get("continuation-token").cloned().unwrap_or_default();
    let mut found: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (name, object) in kept
        .objects
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
    {
        match name[prefix.len()..].split_once('/') {
            Some((folder, _)) => found.insert(format!("{prefix}{folder}/"), None),
            None => found.insert(name.clone(), Some(object.len())),
        };
    }
    let rest: Vec<_> = found
        .into_iter()
        .filter(|(name, _)| *name > after)
        .collect();
    let mut text = format!("<ListBucketResult><Name>stud</Name><Prefix>{prefix}</Prefix>");
    for (name, size) in rest.iter().take(2) {
        text.push_str(&match size {
            None => format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
            Some(size) => format!(
                "<Contents><Key>{name}</Key><Size>{size}</Size><LastModified>2026-11-22T21:05:00.000Z</LastModified><ETag>\"one\"</ETag></Contents>"
            ),
        });
    }
    if rest.len() > 2 {
        text.push_str(&format!(
            "<NextContinuationToken>{}</NextContinuationToken>",
            rest[1].0
        ));
    }
    xml(&format!("{text}</ListBucketResult>"))
}

fn xml(text: &str) -> Response {
    (
        StatusCode::OK,
        [("content-type", "application/xml")],
        text.to_owned(),
    )
        .into_response()
}

/// Bytes that no compression makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..bytes.div_ceil(8))
        .flat_map(|_| next().to_le_bytes())
        .take(bytes)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_holds_what_a_folder_holds_small_things_whole_and_large_ones_in_parts() {
    let (bucket, environment) = Bucket::open().await;
    let repository = Repository::of(&environment).unwrap();
    repository.claim("7", 16 << 20).await.unwrap();
    repository.claim("7", 16 << 20).await.unwrap();
    let refused = repository
        .claim("8", 16 << 20)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("another cluster"), "{refused}");

    let content = noise(40 << 20);
    let write = content.clone();
    let work = move |sink: &mut dyn std::io::Write| {
        sink.write_all(&write)
            .map_err(|error| Trouble::new(error.to_string()))
    };
    let ((), stored) = repository
        .store("backups/one/base.tar", true, work)
        .await
        .unwrap();
    let parts = bucket.with(|kept| std::mem::take(&mut kept.parts));
    assert!(
        parts.len() >= 3 && parts.iter().rev().skip(1).all(|it| *it >= 5 << 20),
        "{parts:?}"
    );
    let read = |source: &mut dyn std::io::Read| {
        let mut found = Vec::new();
        source
            .read_to_end(&mut found)
            .map_err(|error| Trouble::new(error.to_string()))?;
        Ok(found)
    };
    assert!(repository.fetch(&stored, read).await.unwrap() == content);
    assert_eq!(repository.examine(&stored).await.unwrap(), None);

    let place = &repository.place;
    assert!(place.put_new("wal/a", b"first".to_vec()).await.unwrap());
    assert!(!place.put_new("wal/a", b"second".to_vec()).await.unwrap());
    for name in ["wal/b", "wal/c", "wal/d", "wal/inner/e"] {
        place.put(name, name.as_bytes().to_vec()).await.unwrap();
    }
    let listing = place.list("wal").await.unwrap();
    let names: Vec<&str> = listing.objects.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        (names, listing.folders),
        (vec!["a", "b", "c", "d"], vec!["inner".to_owned()])
    );
    assert_eq!(place.get("wal/a").await.unwrap().unwrap(), b"first");
    assert_eq!(place.front("wal/a", 3).await.unwrap().unwrap(), b"fir");
    let replaced = async |known: &[u8]| place.replace("wal/a", known, b"third".to_vec()).await;
    assert!(!replaced(b"second").await.unwrap(), "another is there");
    assert!(replaced(b"first").await.unwrap());
    assert!(!replaced(b"first").await.unwrap(), "it is replaced already");
    assert_eq!(place.get("wal/a").await.unwrap().unwrap(), b"third");
    place.remove("wal/a").await.unwrap();
    place.remove("wal/a").await.unwrap();
    assert!(!replaced(b"third").await.unwrap(), "it does not come back");
    assert_eq!(place.get("wal/a").await.unwrap(), None);
    let object = format!("of/horses/{}", stored.name);
    bucket.with(|kept| {
        let mut flipped = kept.objects[&object].to_vec();
        flipped[30 << 20] ^= 1;
        kept.objects.insert(object.clone(), flipped.into());
    });
    let found = repository.examine(&stored).await.unwrap().unwrap();
    assert!(
        found.contains(&stored.name) && found.contains("damaged"),
        "{found}"
    );
    assert!(repository.fetch(&stored, read).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_full_or_not_there_is_told_about_and_left_as_it_was() {
    let (bucket, environment) = Bucket::open().await;
    let place = Place::open("s3://stud/of/horses", &environment).unwrap();
    bucket.with(|kept| kept.is_full = true);
    let content = noise(40 << 20);
    let work = move |sink: &mut (dyn std::io::Write + Send)| {
        sink.write_all(&content)
            .map_err(|error| Trouble::new(format!("could not write: {error}")))
    };
    let refused = place
        .write("backups/two/base", work)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("507"), "{refused}");
    assert!(bucket.names().is_empty());
    assert!(
        bucket.with(|kept| kept.uploads.is_empty()),
        "parts were left behind"
    );

    let nobody = environment
        .clone()
        .with("EQUORIA_BACKUP_S3_ENDPOINT", "http://127.0.0.1:1");
    let refused = Repository::of(&nobody)
        .unwrap()
        .mark()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("s3://stud/of/horses") && !refused.contains("hush"),
        "{refused}"
    );

    for (name, value) in [
        ("EQUORIA_BACKUP_S3_SECRET_KEY", ""),
        ("EQUORIA_BACKUP_PLACE", "s3:///of"),
        ("EQUORIA_BACKUP_PLACE", "backups"),
        ("EQUORIA_BACKUP_PLACE", "gs://stud"),
        ("EQUORIA_BACKUP_S3_ENDPOINT", "somewhere"),
    ] {
        let refused = Repository::of(&environment.clone().with(name, value))
            .unwrap_err()
            .to_string();
        assert!(refused.contains(name), "{refused}");
    }
    let far = environment
        .with("EQUORIA_PROFILE", "production")
        .with("EQUORIA_BACKUP_S3_ENDPOINT", "http://10.0.0.7");
    let (key, _) = equoria::ops::backup::envelope::Keys::generate();
    let refused = Repository::of(&far.with("EQUORIA_BACKUP_RECIPIENT", &key))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("https://"), "{refused}");
}
