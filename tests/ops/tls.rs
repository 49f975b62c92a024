//! TLS to a real PostgreSQL: what each wish of a URL takes and refuses, and certificates replaced under traffic.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use equoria::config;
use equoria::db::connect;
use equoria::ops::monitor::collect::{CERTIFICATE, Collector};
use equoria::ops::tls::{Folder, Validity, served};
use harness::Postgres;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::command_line::equoria;

/// A server that can speak TLS once it is told to, with the folder of its authority.
pub struct Secured {
    /// The server.
    pub postgres: Postgres,
    /// Its authority: the server's certificate is for `localhost`.
    pub folder: Folder,
}

impl Secured {
    async fn plain() -> Self {
        let postgres = Postgres::start().await;
        let folder = Folder::at(&postgres.home().join("tls")).unwrap();
        let hosts = ["localhost".to_owned()];
        folder.init(&hosts, Validity::of_days(90), false).unwrap();
        let places = &postgres.folder().places;
        places.give_to_postgres(&folder.server()).unwrap();
        Self { postgres, folder }
    }

    /// One that speaks TLS.
    pub async fn start() -> Self {
        let secured = Self::plain().await;
        secured.speak_tls().await;
        secured
    }

    async fn speak_tls(&self) {
        let file = self.folder.server();
        let administrator = self.postgres.database().admin().await;
        for set in [
            format!("alter system set ssl_cert_file = '{}'", file.display()),
            format!("alter system set ssl_key_file = '{}'", file.display()),
            "alter system set ssl = on".to_owned(),
        ] {
            administrator.batch_execute(&set).await.unwrap();
        }
        self.reload().await;
    }

    /// Lets the server read its files again, and waits until it shows the certificate in the folder.
    async fn reload(&self) {
        let administrator = self.postgres.database().admin().await;
        administrator
            .batch_execute("select pg_reload_conf()")
            .await
            .unwrap();
        let wanted = self.folder.leaf().unwrap().serial;
        let since = Instant::now();
        loop {
            let shown = served(&self.to("localhost", "")).await;
            match shown {
                Ok(shown) if shown.certificate.serial == wanted => return,
                other => assert!(since.elapsed() < Duration::from_secs(20), "{other:?}"),
            }
            tokio::task::yield_now().await;
        }
    }

    /// The writer's way to the server by this name, with these keys in the URL.
    fn to(&self, host: &str, keys: &str) -> config::Database {
        self.of("equoria_writer", host, keys)
    }

    /// A role's way to the server by this name, with these keys in the URL.
    pub fn of(&self, role: &str, host: &str, keys: &str) -> config::Database {
        let url = self.postgres.database().tcp_url(role);
        let url = url.replace("@127.0.0.1:", &format!("@{host}:"));
        config::Database::parse(&format!("{url}?{keys}")).unwrap()
    }

    /// The keys for a mode that trusts this authority.
    pub fn keys(&self, mode: &str, authority: &Folder) -> String {
        format!(
            "sslmode={mode}&sslrootcert={}",
            authority.authority().display()
        )
    }
}

/// Whether TLS is in use, or why there is no connection.
async fn attempt(database: &config::Database) -> Result<bool, String> {
    let client = connect(database)
        .await
        .map_err(|trouble| trouble.to_string())?;
    let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    Ok(client.query_one(sql, &[]).await.unwrap().get(0))
}

async fn taken(database: &config::Database, with_tls: bool) {
    assert_eq!(
        attempt(database).await,
        Ok(with_tls),
        "{}",
        database.libpq_url()
    );
}

async fn refused(database: &config::Database, because: &[&str]) {
    let said = attempt(database).await.unwrap_err();
    for part in because {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("_equoria_writer"), "a password: {said}");
}

/// An authority that the server knows nothing of.
fn stranger(at: &Secured) -> Folder {
    let stranger = Folder::at(&at.postgres.home().join("stranger")).unwrap();
    let hosts = ["localhost".to_owned()];
    stranger.init(&hosts, Validity::of_days(90), false).unwrap();
    stranger
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wish_for_tls_takes_and_refuses_what_libpq_does() {
    let server = Secured::plain().await;
    let stranger = stranger(&server);
    without_tls(&server).await;
    server.speak_tls().await;
    by_the_right_authority(&server).await;
    by_another_authority(&server, &stranger).await;
    by_a_wrong_name(&server).await;
    programs_of_postgresql(&server, &stranger);
    direct(&server).await;
    by_a_certificate(&server).await;
    expired(&server).await;
    without_plain_connections(&server).await;
}

async fn without_tls(server: &Secured) {
    for keys in ["", "sslmode=disable", "sslmode=prefer", "sslmode=allow"] {
        taken(&server.to("localhost", keys), false).await;
    }
    let (ca, full) = ("verify-ca", "verify-full");
    for keys in [
        "sslmode=require".to_owned(),
        server.keys(ca, &server.folder),
        server.keys(full, &server.folder),
    ] {
        let named = keys.split('&').next().unwrap();
        refused(
            &server.to("localhost", &keys),
            &["has no TLS", named, "ssl = on"],
        )
        .await;
    }
    let bound = server.to("localhost", "channel_binding=require");
    refused(&bound, &["channel_binding=require", "scram-sha-256"]).await;
}

async fn by_the_right_authority(server: &Secured) {
    taken(&server.to("localhost", "sslmode=disable"), false).await;
    for keys in ["", "sslmode=prefer", "sslmode=require"] {
        taken(&server.to("localhost", keys), true).await;
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        for binding in ["disable", "prefer", "require"] {
            let keys = server.keys(mode, &server.folder);
            let keys = format!("{keys}&channel_binding={binding}");
            taken(&server.to("localhost", &keys), true).await;
        }
    }
    let monitor = server.of("equoria_monitor", "localhost", "sslmode=require");
    let told = Collector::of(monitor).figures().await;
    let days = told.value(CERTIFICATE).unwrap() / 86_400.0;
    assert!((89.0..91.0).contains(&days), "{days}");
    // A socket never has TLS and needs none, whatever is asked for.
    let socket = server.postgres.database().of("equoria_writer");
    let keys = server.keys("verify-full", &server.folder);
    let socket = config::Database::parse(&format!("{}&{keys}", socket.url())).unwrap();
    taken(&socket, false).await;
}

async fn by_another_authority(server: &Secured, stranger: &Folder) {
    for mode in ["require", "verify-ca", "verify-full"] {
        let database = server.to("localhost", &server.keys(mode, stranger));
        refused(
            &database,
            &["not of an authority", "sslrootcert=", "ca.crt"],
        )
        .await;
    }
    let missing = "sslmode=verify-full&sslrootcert=/nowhere/ca.crt";
    refused(
        &server.to("localhost", missing),
        &["sslrootcert=/nowhere/ca.crt"],
    )
    .await;
    let empty = server.postgres.home().join("empty.crt");
    fs::write(&empty, "nothing\n").unwrap();
    let keys = format!("sslmode=verify-full&sslrootcert={}", empty.display());
    refused(&server.to("localhost", &keys), &["no certificate in it"]).await;
    let public = "sslmode=verify-full&sslrootcert=system";
    refused(&server.to("localhost", public), &["sslrootcert=system"]).await;
}

async fn by_a_wrong_name(server: &Secured) {
    let keys = |mode| server.keys(mode, &server.folder);
    taken(&server.to("127.0.0.1", &keys("require")), true).await;
    taken(&server.to("127.0.0.1", &keys("verify-ca")), true).await;
    let wrong = server.to("127.0.0.1", &keys("verify-full"));
    refused(
        &wrong,
        &[
            "for localhost, not for 127.0.0.1",
            "verify-full",
            "--host 127.0.0.1",
        ],
    )
    .await;
    // The address that is gone to, and the name that is asked for.
    let named = format!("{}&hostaddr=127.0.0.1", keys("verify-full"));
    taken(&server.to("localhost", &named), true).await;
}

/// psql, and with it every program that is linked to libpq, is told the same.
fn programs_of_postgresql(server: &Secured, stranger: &Folder) {
    let psql = |authority: &Folder| {
        let keys = server.keys("verify-full", authority);
        let database = server.to("localhost", &format!("{keys}&channel_binding=require"));
        let services = server.postgres.home().join("services");
        fs::write(
            &services,
            format!("[equoria]\n{}", database.service_lines()),
        )
        .unwrap();
        Command::new(server.postgres.folder().programs.bin.join("psql"))
            .args(["-AtX", "service=equoria", "-c"])
            .arg("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")
            .env("PGSERVICEFILE", services)
            .output()
            .unwrap()
    };
    let said = psql(&server.folder);
    assert_eq!(
        String::from_utf8_lossy(&said.stdout),
        "t|TLSv1.3\n",
        "{said:?}"
    );
    assert!(!psql(stranger).status.success());
}

async fn direct(server: &Secured) {
    let keys = server.keys("verify-full", &server.folder);
    let keys = format!("{keys}&sslnegotiation=direct&channel_binding=require");
    taken(&server.to("localhost", &keys), true).await;
}

/// A client's certificate in the place of a password: `sslcert` and `sslkey`.
async fn by_a_certificate(server: &Secured) {
    let [certificate, key] = ["me.crt", "me.key"].map(|name| server.postgres.home().join(name));
    client_certificate(server, &certificate, &key);
    let authority = server.folder.authority();
    let administrator = server.postgres.database().admin().await;
    let trust = format!("alter system set ssl_ca_file = '{}'", authority.display());
    administrator.batch_execute(&trust).await.unwrap();
    let access = "local all all scram-sha-256\nhostssl all equoria_writer all cert\n";
    let file = server.postgres.folder().folder.join("pg_hba.conf");
    fs::write(&file, access).unwrap();
    server.reload().await;
    let keys = server.keys("verify-full", &server.folder);
    let (crt, pem) = (certificate.display(), key.display());
    let without_password = |keys: &str| {
        let port = server.postgres.database().port();
        let url = format!("postgresql://equoria_writer@localhost:{port}/equoria?{keys}");
        config::Database::parse(&url).unwrap()
    };
    let mine = without_password(&format!("{keys}&sslcert={crt}&sslkey={pem}"));
    let since = Instant::now();
    // The server reads pg_hba.conf soon after its certificate, which is the same one as before.
    while let Err(trouble) = connect(&mine).await {
        assert!(since.elapsed() < Duration::from_secs(20), "{trouble}");
    }
    taken(&mine, true).await;
    refused(&without_password(&keys), &["certificate"]).await;
    let others = without_password(&format!(
        "{keys}&sslcert={crt}&sslkey={}",
        server.folder.server().display()
    ));
    refused(&others, &["sslkey", "sslcert"]).await;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&mine, &["sslkey=", "may be read by others", "chmod 600"]).await;
    fs::write(
        &file,
        "local all all scram-sha-256\nhost all all all scram-sha-256\n",
    )
    .unwrap();
}

fn client_certificate(server: &Secured, certificate: &Path, key: &Path) {
    let read = |file| fs::read_to_string(file).unwrap();
    let signs = KeyPair::from_pem(&read(server.folder.authority_key())).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&read(server.folder.authority()), signs).unwrap();
    let own = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "equoria_writer");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let made = params.signed_by(&own, &issuer).unwrap();
    fs::write(certificate, made.pem()).unwrap();
    fs::write(key, own.serialize_pem()).unwrap();
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
}

async fn expired(server: &Secured) {
    let over = Validity {
        from: Utc::now() - TimeDelta::days(9),
        until: Utc::now() - TimeDelta::days(1),
    };
    server.folder.renew(&[], over).unwrap();
    server.reload().await;
    for mode in ["verify-ca", "verify-full"] {
        let database = server.to("localhost", &server.keys(mode, &server.folder));
        refused(&database, &["expired on", "equoria tls renew --reload"]).await;
    }
    taken(&server.to("localhost", "sslmode=require"), true).await;
    let verified = server.to("localhost", &server.keys("verify-full", &server.folder));
    let shown = served(&verified).await.unwrap();
    assert!(shown.certificate.days_left < 0 && shown.refusal.unwrap().contains("expired"));
}

/// A server that takes TLS alone says so itself.
async fn without_plain_connections(server: &Secured) {
    let access = server.postgres.folder().folder.join("pg_hba.conf");
    fs::write(
        access,
        "local all all scram-sha-256\nhostssl all all all scram-sha-256\n",
    )
    .unwrap();
    server.reload().await;
    let said = attempt(&server.to("localhost", "sslmode=disable")).await;
    assert!(said.unwrap_err().contains("no encryption"));
    taken(&server.to("localhost", "sslmode=prefer"), true).await;
}

/// Ends TLS with a certificate of its own and goes on to the server with another session: what channel binding is for.
async fn in_the_middle(server: &Secured, its: &Folder) -> u16 {
    let provider = Arc::new(ring::default_provider());
    let pem = fs::read(its.server()).unwrap();
    let own = CertificateDer::from_pem_slice(&pem).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem).unwrap();
    let towards_client = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(server.folder.authority()).unwrap();
    roots.add(authority).unwrap();
    let towards_server = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(towards_client));
    let connector = TlsConnector::from(Arc::new(towards_server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let behind = server.postgres.database().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            tokio::spawn(async move {
                let mut request = [0; 8];
                client.read_exact(&mut request).await?;
                client.write_all(b"S").await?;
                let mut client = acceptor.accept(client).await?;
                let mut server = TcpStream::connect(("127.0.0.1", behind)).await?;
                server.write_all(&request).await?;
                server.read_exact(&mut request[..1]).await?;
                let name = ServerName::try_from("localhost").unwrap();
                let mut server = connector.connect(name, server).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_in_the_middle_is_found_by_the_certificate_and_by_the_binding() {
    let server = Secured::start().await;
    let stranger = stranger(&server);
    let port = in_the_middle(&server, &stranger).await;
    let through = |keys: &str| {
        let url = server.to("localhost", keys).libpq_url();
        let direct = format!(":{}/", server.postgres.database().port());
        config::Database::parse(&url.replace(&direct, &format!(":{port}/"))).unwrap()
    };
    // Who asks for neither is none the wiser.
    taken(&through("sslmode=require&channel_binding=disable"), true).await;
    let bound = through("sslmode=require&channel_binding=require");
    refused(&bound, &["channel binding"]).await;
    refused(&through("sslmode=require"), &["channel binding"]).await;
    let verified = through(&server.keys("verify-full", &server.folder));
    refused(&verified, &["not of an authority"]).await;
}

/// What a command says, which must end with this status.
pub fn said(arguments: &[&str], environment: &[(&str, &str)], status: i32) -> String {
    let output = equoria(arguments, environment);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {out}{err}"
    );
    if status == 2 {
        assert_eq!(err.lines().count(), 1, "one clear sentence, not: {err}");
    }
    format!("{out}{err}")
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn an_authority_is_made_once_kept_private_and_shown_until_it_ends() {
    let home = std::env::temp_dir().join(format!("equoria-tls-{}", std::process::id()));
    let dir = home.join("tls");
    let into = dir.to_str().unwrap();
    let made = said(
        &[
            "tls",
            "init",
            "--into",
            into,
            "--host",
            "db.example.org",
            "--host",
            "10.0.0.7",
        ],
        &[],
        0,
    );
    for part in [
        "db.example.org, 10.0.0.7",
        "ssl_cert_file = '",
        "hostssl replication equoria_backup",
        "sslmode=verify-full&sslrootcert=",
        "channel_binding=require",
    ] {
        assert!(made.contains(part), "{part}: {made}");
    }
    for (file, wanted) in [("ca.key", 0o600), ("server.pem", 0o600), ("ca.crt", 0o644)] {
        assert_eq!(mode(&dir.join(file)), wanted, "{file}");
    }
    let authority = fs::read(dir.join("ca.crt")).unwrap();
    let again = said(&["tls", "init", "--into", into, "--host", "x"], &[], 2);
    assert!(
        again.contains("--force") && again.contains("tls renew"),
        "{again}"
    );
    assert_eq!(fs::read(dir.join("ca.crt")).unwrap(), authority);
    assert!(said(&["tls", "show", into], &[], 0).contains("in 364 days"));
    said(&["tls", "renew", "--into", into, "--days", "20"], &[], 0);
    let soon = said(&["tls", "show", into, "--json"], &[], 1);
    let soon: serde_json::Value = serde_json::from_str(&soon).unwrap();
    assert_eq!(soon["server"]["days_left"], 19);
    assert_eq!(
        soon["server"]["names"],
        serde_json::json!(["db.example.org", "10.0.0.7"])
    );
    let rest = fs::read_dir(&dir).unwrap().count();
    assert_eq!(rest, 3, "nothing else is left in the folder");
    fs::remove_dir_all(home).unwrap();
}

#[test]
fn what_cannot_be_made_is_one_sentence_and_changes_nothing() {
    let home = std::env::temp_dir().join(format!("equoria-tls-bad-{}", std::process::id()));
    let dir = home.join("tls");
    let into = dir.to_str().unwrap();
    let bad = said(
        &["tls", "init", "--into", into, "--host", "not a host"],
        &[],
        2,
    );
    assert!(bad.contains("--host not a host"), "{bad}");
    assert!(!dir.exists());
    let none = said(&["tls", "renew", "--into", into], &[], 2);
    assert!(
        none.contains("ca.key") && none.contains("tls init"),
        "{none}"
    );
    said(
        &["tls", "init", "--into", into, "--host", "localhost"],
        &[],
        0,
    );
    let server = fs::read(dir.join("server.pem")).unwrap();
    let early = said(&["tls", "rotate-ca", "--into", into], &[], 0);
    assert!(early.contains("Give it to every client first"), "{early}");
    let early = said(&["tls", "rotate-ca", "--into", into, "--finish"], &[], 2);
    assert!(
        early.contains("still signed by the old authority"),
        "{early}"
    );
    let unset = said(
        &["tls", "show", "--database", "BACKUP_DATABASE_URL"],
        &[],
        2,
    );
    assert!(unset.contains("BACKUP_DATABASE_URL is not set"), "{unset}");
    let url = "postgresql://a:hush@127.0.0.1:1/db";
    let gone = said(&["tls", "show", "--database"], &[("DATABASE_URL", url)], 2);
    assert!(
        gone.contains("127.0.0.1:1") && !gone.contains("hush"),
        "{gone}"
    );
    fs::write(dir.join("ca.key"), "nonsense").unwrap();
    let broken = said(&["tls", "renew", "--into", into], &[], 2);
    assert!(broken.contains("not the key of an authority"), "{broken}");
    assert_eq!(fs::read(dir.join("server.pem")).unwrap(), server);
    fs::remove_dir_all(home).unwrap();
}
