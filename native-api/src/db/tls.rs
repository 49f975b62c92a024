//! TLS to PostgreSQL: whose certificate is taken, and what is said when one is not.
//!
//! The files that a URL names are read for every new connection, so a pool follows an authority that is replaced without
//! being restarted. PostgreSQL does not resume TLS sessions, so nothing is lost by a configuration for each.

use std::error::Error as _;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs};

use chrono::DateTime;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    Resumption, WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor as verify_chain,
};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres::Socket;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::{Authority, Database, Tls, TlsMode};
use crate::trouble::{Because, Trouble};

/// Makes TLS connections as a URL asks for them.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tls: Tls,
}

impl Connector {
    pub(super) fn of(database: &Database) -> Self {
        // Where there will be no TLS, over a socket for one, no file needs to be there either.
        let is_plain = database.postgres().get_ssl_mode() == SslMode::Disable;
        Self {
            tls: if is_plain {
                Tls::default()
            } else {
                database.tls().clone()
            },
        }
    }
}

impl MakeTlsConnect<Socket> for Connector {
    type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
    type TlsConnect = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
    type Error = Trouble;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Trouble> {
        let mut connect = MakeRustlsConnect::new(client(&self.tls)?);
        let made = MakeTlsConnect::<Socket>::make_tls_connect(&mut connect, host);
        made.map_err(|never| match never {})
    }
}

/// The client's side of TLS as the keys of a URL ask for it.
///
/// # Errors
/// When a file that they name cannot be used.
pub(crate) fn client(tls: &Tls) -> Result<ClientConfig, Trouble> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .because(|| "TLS cannot be set up")?
        .dangerous()
        .with_custom_certificate_verifier(verifier(tls, provider)?);
    let mut client = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => builder
            .with_client_auth_cert(certificates(certificate, "sslcert")?, private_key(key)?)
            .because(|| format!("sslkey={} is not the key of sslcert", key.display()))?,
        _ => builder.with_no_client_auth(),
    };
    client.alpn_protocols = vec![b"postgresql".to_vec()];
    client.resumption = Resumption::disabled();
    Ok(client)
}

fn verifier(
    tls: &Tls,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Trouble> {
    let algorithms = provider.signature_verification_algorithms;
    let Some(authority) = &tls.authority else {
        return Ok(Arc::new(AnyCertificate { algorithms }));
    };
    let roots = Arc::new(roots(authority)?);
    if tls.mode == TlsMode::VerifyFull {
        let builder = WebPkiServerVerifier::builder_with_provider(roots, provider);
        let verifier = builder
            .build()
            .because(|| format!("sslrootcert={authority} cannot be used"))?;
        return Ok(verifier);
    }
    Ok(Arc::new(AnyName { roots, algorithms }))
}

fn roots(authority: &Authority) -> Result<RootCertStore, Trouble> {
    let mut roots = RootCertStore::empty();
    match authority {
        Authority::File(path) => {
            for certificate in certificates(path, "sslrootcert")? {
                roots.add(certificate).because(|| {
                    format!("sslrootcert={authority} has a certificate that is none")
                })?;
            }
        }
        Authority::System => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    if roots.is_empty() {
        return Err(Trouble::new(format!(
            "sslrootcert={authority} has no certificate of an authority"
        )));
    }
    Ok(roots)
}

/// All certificates of a PEM file, which the key `key` of a URL names.
pub(crate) fn certificates(
    path: &Path,
    key: &str,
) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let named = || format!("{key}={} cannot be read", path.display());
    let pem = fs::read(path).because(named)?;
    let found = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let found = found.because(named)?;
    if found.is_empty() {
        return Err(Trouble::new(format!(
            "{key}={} has no certificate in it (PEM is expected)",
            path.display()
        )));
    }
    Ok(found)
}

/// The key of a client's certificate. As with libpq, nobody else may read it; a file of root's may have a group.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Trouble> {
    let named = || format!("sslkey={} cannot be read", path.display());
    let found = fs::metadata(path).because(named)?;
    let forbidden = if found.uid() == 0 { 0o037 } else { 0o077 };
    if found.mode() & forbidden != 0 {
        return Err(Trouble::new(format!(
            "sslkey={} may be read by others (mode {:04o}): `chmod 600` it",
            path.display(),
            found.mode() & 0o7777
        )));
    }
    PrivateKeyDer::from_pem_file(path).because(named)
}

/// Takes any certificate: `sslmode=prefer`, or `require` without `sslrootcert`. Whoever listens can be anyone who sits on
/// the way; who only overhears learns nothing.
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

/// Takes the certificates of an authority, for whatever name: `sslmode=verify-ca`.
struct AnyName {
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for AnyCertificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AnyCertificate")
    }
}

impl fmt::Debug for AnyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AnyName")
    }
}

/// What both have in common: that the server holds the certificate's key is proved in any case.
macro_rules! proves_its_key {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls12_signature(message, certificate, signature, &self.algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            verify_tls13_signature(message, certificate, signature, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.algorithms.supported_schemes()
        }
    };
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    proves_its_key!();
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let certificate = ParsedCertificate::try_from(certificate)?;
        verify_chain(&certificate, &self.roots, others, now, self.algorithms.all)?;
        Ok(ServerCertVerified::assertion())
    }

    proves_its_key!();
}

/// Why the URL does not take the certificates that a server shows, its own first; nothing if it does.
///
/// # Errors
/// When a file that the URL names cannot be used.
pub(crate) fn verify(
    database: &Database,
    shown: &[CertificateDer<'_>],
) -> Result<Option<String>, Trouble> {
    let verifier = verifier(database.tls(), Arc::new(ring::default_provider()))?;
    let host = database.host().unwrap_or_default();
    let host = ServerName::try_from(host).because(|| format!("`{host}` is no name of a host"))?;
    let Some((own, others)) = shown.split_first() else {
        return Ok(Some("the server shows no certificate".to_owned()));
    };
    let verified = verifier.verify_server_cert(own, others, &host, &[], UnixTime::now());
    Ok(verified.err().map(|error| refusal(&error, database)))
}

/// Whether this authority, and no other, has signed the certificate; asked for an instant at which both are good.
pub(crate) fn is_signed_by(
    certificate: &CertificateDer<'_>,
    authority: &CertificateDer<'_>,
    at: UnixTime,
) -> bool {
    let mut roots = RootCertStore::empty();
    let algorithms = ring::default_provider().signature_verification_algorithms;
    let is_authority = roots.add(authority.clone().into_owned()).is_ok();
    is_authority
        && ParsedCertificate::try_from(certificate).is_ok_and(|certificate| {
            verify_chain(&certificate, &roots, &[], at, algorithms.all).is_ok()
        })
}

/// Why there is no connection, as one sentence that names the key of the URL, if TLS has to do with it.
pub(super) fn reason(error: &tokio_postgres::Error, database: &Database) -> Option<String> {
    let cause = error.source()?;
    if let Some(trouble) = cause.downcast_ref::<Trouble>() {
        return Some(trouble.to_string());
    }
    let tls = cause
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(tls) = tls {
        return Some(refusal(tls, database));
    }
    let mode = database.tls().mode.name();
    // These two have no type of their own; `tests/ops/tls.rs` asks real servers for both.
    match cause.to_string().as_str() {
        "server does not support TLS" => Some(format!(
            "the server has no TLS, but the URL has sslmode={mode}: set ssl = on there (`equoria tls init` makes the \
             certificates)"
        )),
        "server did not use channel binding" => Some(
            "the server did not bind the password to TLS, but the URL has channel_binding=require: it needs ssl = on \
             and scram-sha-256, in pg_hba.conf and for this role's password"
                .to_owned(),
        ),
        _ => None,
    }
}

fn refusal(error: &rustls::Error, database: &Database) -> String {
    let tls = database.tls();
    let authority = match &tls.authority {
        Some(authority) => format!("sslrootcert={authority}"),
        None => "sslrootcert".to_owned(),
    };
    let rustls::Error::InvalidCertificate(why) = error else {
        return format!("TLS failed: {error}");
    };
    match why {
        CertificateError::UnknownIssuer => format!(
            "the server's certificate is not of an authority in {authority}: put the server's authority there, or look \
             who answers"
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let host = database.host().unwrap_or_default();
            format!(
                "the server's certificate is for {}, not for {host} as sslmode={} asks: connect by a name that it has, \
                 or make one for this name (`equoria tls renew --host {host}`)",
                names(presented),
                tls.mode.name()
            )
        }
        CertificateError::ExpiredContext { not_after, .. } => format!(
            "the server's certificate expired on {}: make another (`equoria tls renew --reload`)",
            day(*not_after)
        ),
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "the server's certificate is not valid before {}: look at the clocks",
            day(*not_before)
        ),
        other => format!("the server's certificate is refused: {other}"),
    }
}

/// rustls tells names as `DnsName("db.example.org")`.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| {
        let inner = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest);
        inner.trim_end_matches(')').trim_matches('"').to_owned()
    };
    let names: Vec<String> = presented.iter().map(bare).collect();
    if names.is_empty() {
        "no name at all".to_owned()
    } else {
        names.join(", ")
    }
}

fn day(instant: UnixTime) -> String {
    let seconds = i64::try_from(instant.as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).map_or_else(
        || format!("second {seconds}"),
        |at| at.format("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
