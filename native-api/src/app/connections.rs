//! Taking connections: who is silent, or sends the head of a request drop by drop, does not keep one for ever.
//!
//! `axum::serve` sets no limit of time on the head of a request; the limit on the whole of it begins behind that.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::serve::{Listener, ListenerExt as _};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::Layer as _;

/// How long the head of a request may take, and how long a connection may wait for its next one: longer than a Worker
/// keeps an idle one.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Serves until `shutdown` comes, then takes nothing new and lets the requests that are under way end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    let connections = GracefulShutdown::new();
    // An answer is on its way at once, and does not wait for more to say. Where that cannot be set, it is only slower.
    let mut listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    tokio::pin!(shutdown);
    loop {
        let (socket, address): (_, SocketAddr) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let service = Extension(ConnectInfo(address)).layer(router.clone());
        let service = TowerToHyperService::new(service);
        let served = connections.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::debug!(%address, %error, "a connection broke off");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;
    use tokio::time::{Instant, timeout};

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);

    /// Sends this, and reads until the server closes the connection.
    async fn heard(address: SocketAddr, sent: &[u8]) -> String {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        let mut answer = String::new();
        let reading = client.read_to_string(&mut answer);
        let read = timeout(Duration::from_secs(20), reading).await;
        read.expect("the server closes the connection").unwrap();
        answer
    }

    #[tokio::test]
    async fn who_is_silent_or_sends_half_a_head_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "well"));
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async { drop(stopped.await) };
        let serving = tokio::spawn(serve(listener, router, SHORT, shutdown));
        let since = Instant::now();
        assert_eq!(heard(address, b"").await, "");
        let half = heard(address, b"GET / HTTP/1.1\r\nhost: h\r\nx-slow: ").await;
        assert!(!half.contains("well"), "{half}");
        assert!(since.elapsed() >= SHORT);
        let whole = heard(address, b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
        assert!(
            whole.starts_with("HTTP/1.1 200") && whole.ends_with("well"),
            "{whole}"
        );
        stop.send(()).unwrap();
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
