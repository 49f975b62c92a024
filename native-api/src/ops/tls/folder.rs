//! The folder of an authority: `ca.crt` for the clients, `ca.key` for nobody, `server.pem` for PostgreSQL.
//!
//! The server's certificate and its key lie in one file, so that they are replaced together: a server that starts in
//! between two renames would find a pair that does not match.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::AUTHORITY_DAYS;
use super::certificate::{Certificate, Validity, public_key};
use crate::config::hex;
use crate::db::tls::{certificates, is_signed_by};
use crate::trouble::{Because, Trouble};

/// The folder of an authority.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// The authority that signs, with its key.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Folder {
    /// A folder that may not be there yet, by its whole path.
    ///
    /// # Errors
    /// When the current folder is gone.
    pub fn at(path: &Path) -> Result<Self, Trouble> {
        std::path::absolute(path)
            .map(Self)
            .because(|| format!("{} is no path", path.display()))
    }

    /// The certificates of the authority that clients trust: the newest first, an older one while it is replaced.
    pub fn authority(&self) -> PathBuf {
        self.0.join("ca.crt")
    }

    /// The key of the authority. Who has it can pretend to be the database.
    pub fn authority_key(&self) -> PathBuf {
        self.0.join("ca.key")
    }

    /// The server's certificate and its key.
    pub fn server(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    /// Makes an authority and a server's certificate by it.
    ///
    /// # Errors
    /// When one of the files is there and `may_replace` is not given, a host is no name, or nothing can be written.
    pub fn init(
        &self,
        hosts: &[String],
        validity: Validity,
        may_replace: bool,
    ) -> Result<Certificate, Trouble> {
        let files = [self.authority_key(), self.authority(), self.server()];
        let there = files.iter().find(|file| file.exists());
        if let (Some(file), false) = (there, may_replace) {
            return Err(Trouble::new(format!(
                "{} is there already: `equoria tls renew` makes another certificate for the server; --force would \
                 replace the authority, which every client trusts",
                file.display()
            )));
        }
        let key = key_pair()?;
        let (issuer, certificate) = authority(key)?;
        let server = leaf(&issuer, hosts, validity)?;
        let secret = issuer.key().serialize_pem();
        let is_new = !self.0.exists();
        fs::create_dir_all(&self.0).because(|| format!("could not make {}", self.0.display()))?;
        let [key_file, authority_file, server_file] = &files;
        let laid = lay_all(&[
            (key_file, &secret, 0o600),
            (authority_file, &pem(&[certificate]), 0o644),
            (server_file, &server, 0o600),
        ]);
        if laid.is_err() && is_new {
            // It is empty again; a folder that is not stays.
            drop(fs::remove_dir(&self.0));
        }
        laid?;
        self.leaf()
    }

    /// Makes another certificate for the server, with a key of its own, by the same authority. Where no host is named
    /// it is for those of the present one.
    ///
    /// # Errors
    /// When the folder is not one of ours, the authority ends before the certificate would, or nothing can be written.
    pub fn renew(&self, hosts: &[String], validity: Validity) -> Result<Certificate, Trouble> {
        let authority = self.signer()?;
        let until = Certificate::of(&authority.certificate)?.not_after;
        if validity.until > until {
            return Err(Trouble::new(format!(
                "the authority in {} ends on {}, before the certificate would: name fewer --days, or replace it \
                 (`equoria tls rotate-ca`)",
                self.0.display(),
                until.format("%Y-%m-%d")
            )));
        }
        let hosts = match hosts {
            [] => self.leaf()?.names,
            named => named.to_vec(),
        };
        let server = leaf(&authority.issuer, &hosts, validity)?;
        lay_all(&[(&self.server(), &server, 0o600)])?;
        self.leaf()
    }

    /// Makes a new authority beside the old one: clients with the new `ca.crt` trust both, the server keeps its
    /// certificate until it is renewed.
    ///
    /// # Errors
    /// When the folder is not one of ours, or nothing can be written.
    pub fn rotate(&self) -> Result<Vec<Certificate>, Trouble> {
        self.signer()?;
        let old = self.authorities()?;
        let (issuer, certificate) = authority(key_pair()?)?;
        let both: Vec<_> = std::iter::once(certificate).chain(old).collect();
        // The certificates first: whoever stops in between has an authority more and signs with the old one.
        lay_all(&[
            (&self.authority(), &pem(&both), 0o644),
            (&self.authority_key(), &issuer.key().serialize_pem(), 0o600),
        ])?;
        both.iter().map(|found| Certificate::of(found)).collect()
    }

    /// Forgets every authority but the one that signs: clients with the new `ca.crt` trust it alone.
    ///
    /// # Errors
    /// When the server's certificate is still one of an old authority.
    pub fn finish_rotation(&self) -> Result<Vec<Certificate>, Trouble> {
        let authority = self.signer()?;
        let server = certificates(&self.server(), "the server's certificate")?;
        let leaf = server.first().ok_or_else(|| self.not_ours())?;
        let last = Certificate::of(leaf)?.not_after.timestamp();
        let last = Duration::from_secs(u64::try_from(last).unwrap_or(0));
        let at = UnixTime::since_unix_epoch(last);
        if !is_signed_by(leaf, &authority.certificate, at) {
            return Err(Trouble::new(format!(
                "{} is still signed by the old authority: `equoria tls renew --reload` first",
                self.server().display()
            )));
        }
        let alone = [authority.certificate];
        lay_all(&[(&self.authority(), &pem(&alone), 0o644)])?;
        alone.iter().map(|found| Certificate::of(found)).collect()
    }

    /// What the server's certificate says.
    ///
    /// # Errors
    /// When there is none.
    pub fn leaf(&self) -> Result<Certificate, Trouble> {
        let found = certificates(&self.server(), "the server's certificate")?;
        found
            .first()
            .ok_or_else(|| self.not_ours())
            .and_then(|leaf| Certificate::of(leaf))
    }

    /// What the certificates of the authority say, the newest first.
    ///
    /// # Errors
    /// When there is none.
    pub fn authority_certificates(&self) -> Result<Vec<Certificate>, Trouble> {
        let found = self.authorities()?;
        found.iter().map(|found| Certificate::of(found)).collect()
    }

    fn authorities(&self) -> Result<Vec<CertificateDer<'static>>, Trouble> {
        certificates(&self.authority(), "the authority")
    }

    /// The key, and the certificate among those of the authority that belongs to it.
    fn signer(&self) -> Result<Authority, Trouble> {
        let path = self.authority_key();
        let secret = fs::read_to_string(&path).because(|| {
            format!(
                "{} cannot be read (`equoria tls init --into {}` makes an authority)",
                path.display(),
                self.0.display()
            )
        })?;
        let key = KeyPair::from_pem(&secret)
            .because(|| format!("{} is not the key of an authority", path.display()))?;
        let public = key.public_key_raw().to_vec();
        for certificate in self.authorities()? {
            if public_key(&certificate)? == public {
                let issuer = Issuer::from_ca_cert_der(&certificate, key)
                    .because(|| "the authority's certificate cannot sign")?;
                return Ok(Authority {
                    issuer,
                    certificate,
                });
            }
        }
        Err(Trouble::new(format!(
            "{} does not belong to any certificate in {}: put the right one of them back",
            path.display(),
            self.authority().display()
        )))
    }

    fn not_ours(&self) -> Trouble {
        Trouble::new(format!(
            "{} has no certificate of a server",
            self.0.display()
        ))
    }
}

fn key_pair() -> Result<KeyPair, Trouble> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).because(|| "no key could be made")
}

fn authority(key: KeyPair) -> Result<(Issuer<'static, KeyPair>, CertificateDer<'static>), Trouble> {
    let mut params = params(Validity::of_days(AUTHORITY_DAYS))?;
    // Two authorities that follow each other must not have the same name: chains are found by it.
    let number = random::<4>()?;
    let made = Utc::now().format("%Y-%m-%d");
    params.distinguished_name.push(
        DnType::CommonName,
        format!("Equoria database authority {made} {}", hex(&number)),
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key);
    let certificate = certificate.because(|| "the authority could not be made")?;
    Ok((Issuer::new(params, key), certificate.der().clone()))
}

/// A server's certificate and its key, as one PEM text.
fn leaf(
    issuer: &Issuer<'_, KeyPair>,
    hosts: &[String],
    validity: Validity,
) -> Result<String, Trouble> {
    let Some(first) = hosts.first() else {
        return Err(Trouble::new(
            "the certificate needs a name: --host db.example.org, as the URLs say it",
        ));
    };
    for host in hosts {
        ServerName::try_from(host.as_str())
            .because(|| format!("--host {host} is neither the name of a host nor an IP address"))?;
    }
    let mut params = params(validity)?;
    params.subject_alt_names = CertificateParams::new(hosts)
        .because(|| "a --host cannot be written into a certificate")?
        .subject_alt_names;
    params.distinguished_name.push(
        DnType::CommonName,
        first.chars().take(64).collect::<String>(),
    );
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = key_pair()?;
    let certificate = params.signed_by(&key, issuer);
    let certificate = certificate.because(|| "the server's certificate could not be made")?;
    Ok(format!("{}{}", certificate.pem(), key.serialize_pem()))
}

fn params(validity: Validity) -> Result<CertificateParams, Trouble> {
    let mut number = random::<16>()?;
    // A serial number is positive and has no leading zero.
    number[0] = number[0] & 0x3f | 0x40;
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.serial_number = Some(SerialNumber::from_slice(&number));
    params.not_before = std::time::SystemTime::from(validity.from).into();
    params.not_after = std::time::SystemTime::from(validity.until).into();
    Ok(params)
}

fn random<const N: usize>() -> Result<[u8; N], Trouble> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).because(|| "the operating system gave no random bytes")?;
    Ok(bytes)
}

fn pem(certificates: &[CertificateDer<'_>]) -> String {
    certificates
        .iter()
        .map(|der| {
            let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
            let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
            let lines: Vec<_> = lines.collect();
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                lines.join("\n")
            )
        })
        .collect()
}

/// Writes all files beside their places, then moves all into place: what fails, fails before anything has changed.
fn lay_all(files: &[(&PathBuf, &String, u32)]) -> Result<(), Trouble> {
    let draft = |path: &Path| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".draft-{}", std::process::id()));
        PathBuf::from(name)
    };
    let written = files
        .iter()
        .try_for_each(|(path, text, mode)| write(&draft(path), path, text, *mode));
    let laid = written.and_then(|()| {
        files.iter().try_for_each(|(path, _, _)| {
            fs::rename(draft(path), path).because(|| format!("could not write {}", path.display()))
        })
    });
    if laid.is_err() {
        for (path, _, _) in files {
            let _not_written_at_all = fs::remove_file(draft(path));
        }
        return laid;
    }
    // The names themselves last, too.
    for (path, _, _) in files {
        let folder = path.parent().unwrap_or(path);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .because(|| format!("could not force {} to the disk", folder.display()))?;
    }
    Ok(())
}

/// A file of this mode, from its first instant on, that belongs to whom the one in its place belonged.
fn write(draft: &Path, path: &Path, text: &str, mode: u32) -> Result<(), Trouble> {
    let because = || format!("could not write {}", path.display());
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(draft)
        .because(because)?;
    if let Ok(before) = fs::metadata(path) {
        chown(draft, Some(before.uid()), Some(before.gid()))
            .because(|| format!("could not give {} to its owner again", path.display()))?;
    }
    file.write_all(text.as_bytes()).because(because)?;
    file.sync_all().because(because)
}
