//! Which certificate a server shows, whoever asks: no role and no password is needed to see it.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConnection;
use rustls::pki_types::{CertificateDer, ServerName};
use serde::Serialize;

use super::certificate::Certificate;
use crate::config::{Database, Tls, TlsMode};
use crate::db::tls;
use crate::trouble::{Because, Trouble};

/// What a server shows.
#[derive(Clone, Debug, Serialize)]
pub struct Served {
    /// Host and port.
    pub server: String,
    /// Its certificate.
    pub certificate: Certificate,
    /// Why the URL's sslmode and sslrootcert do not take it; nothing if they do.
    pub refusal: Option<String>,
}

/// How long a server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);

/// The request for TLS in PostgreSQL's protocol: length 8, then the number that no version has.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Asks the server of a URL for its certificate. Over a socket there is none: it is asked on 127.0.0.1 then.
///
/// # Errors
/// When it cannot be reached or has no TLS.
pub async fn served(database: &Database) -> Result<Served, Trouble> {
    let database = database.over_tcp();
    let asked = tokio::task::spawn_blocking(move || ask(&database)).await;
    asked.because(|| "asking the server for its certificate broke")?
}

fn ask(database: &Database) -> Result<Served, Trouble> {
    let host = database.host().unwrap_or("localhost");
    let server = format!("{host}:{}", database.port());
    let shown = shake_hands(database, host).because(|| format!("{server} shows no certificate"))?;
    let certificate = shown
        .first()
        .ok_or_else(|| Trouble::new(format!("{server} shows no certificate")))?;
    Ok(Served {
        certificate: Certificate::of(certificate)?,
        refusal: tls::verify(database, &shown)?,
        server,
    })
}

fn shake_hands(database: &Database, host: &str) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let mut socket = reach(database, host)?;
    for set in [
        socket.set_read_timeout(Some(PATIENCE)),
        socket.set_write_timeout(Some(PATIENCE)),
    ] {
        set.because(|| "the connection cannot be given a time limit")?;
    }
    if !database.tls().is_direct {
        let mut answer = [0];
        socket
            .write_all(&SSL_REQUEST)
            .and_then(|()| socket.read_exact(&mut answer))
            .because(|| "it does not answer as PostgreSQL does")?;
        if answer != *b"S" {
            return Err(Trouble::new("it has no TLS (ssl = off)"));
        }
    }
    let any = Tls {
        mode: TlsMode::Require,
        ..Tls::default()
    };
    let name = ServerName::try_from(host.to_owned()).because(|| "the host is no name")?;
    let mut session = ClientConnection::new(Arc::new(tls::client(&any)?), name)
        .because(|| "TLS cannot be set up")?;
    while session.is_handshaking() {
        session
            .complete_io(&mut socket)
            .because(|| "TLS could not be agreed upon")?;
    }
    let shown = session.peer_certificates().unwrap_or_default();
    let shown = shown.iter().map(|one| one.clone().into_owned()).collect();
    session.send_close_notify();
    // A server that has closed first has shown what there was to see.
    let _closed = session.complete_io(&mut socket);
    Ok(shown)
}

fn reach(database: &Database, host: &str) -> Result<TcpStream, Trouble> {
    let addresses: Vec<SocketAddr> = match database.postgres().get_hostaddrs() {
        [] => (host, database.port())
            .to_socket_addrs()
            .because(|| format!("{host} is unknown"))?
            .collect(),
        named => named
            .iter()
            .map(|address: &IpAddr| SocketAddr::new(*address, database.port()))
            .collect(),
    };
    let mut last = Trouble::new(format!("{host} has no address"));
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(socket) => return Ok(socket),
            Err(error) => {
                last = Trouble::new(format!("{address} cannot be reached: {error}"));
            }
        }
    }
    Err(last)
}
