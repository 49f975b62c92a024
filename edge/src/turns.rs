//! A socket to PostgreSQL as tokio-postgres reads and writes one, through which each turn of the conversation passes whole.

use js_sys::{Error as Thrown, Promise, Uint8Array};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Hyperdrive;

#[wasm_bindgen(module = "/src/turns.js")]
extern "C" {
    type Line;

    #[wasm_bindgen(constructor, catch)]
    fn new(hyperdrive: &JsValue) -> Result<Line, JsValue>;

    #[wasm_bindgen(method)]
    fn say(this: &Line, words: &[u8]);

    #[wasm_bindgen(method)]
    fn hear(this: &Line) -> Promise;

    #[wasm_bindgen(method)]
    fn close(this: &Line);
}

/// A socket, what waits to be sent, and what was heard and is not read yet.
pub(crate) struct Turns {
    line: Line,
    words: Vec<u8>,
    hearing: Option<JsFuture>,
    heard: Vec<u8>,
    read: usize,
}

impl Turns {
    /// Opens a socket to the database behind a binding.
    ///
    /// # Errors
    /// What JavaScript throws.
    pub(crate) fn open(binding: &Hyperdrive) -> Result<Self, JsValue> {
        Ok(Self {
            line: Line::new(binding.as_ref())?,
            words: Vec::new(),
            hearing: None,
            heard: Vec::new(),
            read: 0,
        })
    }

    /// What was heard and is not read yet.
    fn unread(&self) -> &[u8] {
        self.heard.get(self.read..).unwrap_or_default()
    }
}

impl AsyncRead for Turns {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread().is_empty() {
            let Self { line, hearing, .. } = &mut *self;
            let hearing = hearing.get_or_insert_with(|| JsFuture::from(line.hear()));
            let heard = ready!(Pin::new(hearing).poll(context));
            self.hearing = None;
            let heard: Uint8Array = heard.map_err(broken)?.unchecked_into();
            self.heard = heard.to_vec();
            self.read = 0;
        }
        let (now, _) = self
            .unread()
            .split_at(to.remaining().min(self.unread().len()));
        to.put_slice(now);
        let now = now.len();
        self.read += now;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Turns {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        words: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.words.extend_from_slice(words);
        Poll::Ready(Ok(words.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.words.is_empty() {
            self.line.say(&self.words);
            self.words.clear();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.as_mut().poll_flush(context);
        self.line.close();
        flushed
    }
}

/// What JavaScript threw.
fn broken(thrown: JsValue) -> io::Error {
    let thrown = thrown.dyn_ref::<Thrown>();
    let message = thrown.map(|it| String::from(it.message()));
    io::Error::other(message.unwrap_or_else(|| "the socket failed".to_owned()))
}
