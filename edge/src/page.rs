//! Pages: what the crate of the pages needs of a request, and the native API as it reaches it.

use crate::answer::{header, read};
use crate::forward::{DOWN, fetch, is_down};
use crate::settings::Settings;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use js_sys::Uint8Array;
use pages::{Origin, Pages, Sending};
use reads::request::{CLIENT, EDGE_KEY};
use reads::{Failure, Reads};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::console_error;
use worker::send::SendFuture;
use worker::worker_sys::web_sys;

/// The headers that pages look at beside those of the reads.
const WANTED: [HeaderName; 5] = [
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    ORIGIN,
    HeaderName::from_static("sec-fetch-site"),
];

/// The longest form that is taken in, in bytes. The pages refuse shorter ones already.
const LONGEST: u64 = 1 << 16;

/// Answers with a page.
pub(crate) async fn page(
    settings: &'static Settings,
    reads: Reads,
    request: &web_sys::Request,
) -> Result<Response<Body>, Failure> {
    let origin = Native {
        settings,
        client: header(request, &HeaderName::from_static("cf-connecting-ip")),
    };
    let pages = Pages::new(reads, origin, settings.cookies());
    Ok(pages::answer(pages, dressed(request).await?).await)
}

/// The request as the pages take it: a form comes whole.
async fn dressed(request: &web_sys::Request) -> Result<Request<Body>, Failure> {
    let mut dressed = read(request)?;
    for name in WANTED {
        let value = header(request, &name);
        if let Some(value) = value.and_then(|it| HeaderValue::from_bytes(it.as_bytes()).ok()) {
            dressed.headers_mut().insert(name, value);
        }
    }
    if let Ok(method) = Method::from_bytes(request.method().as_bytes()) {
        *dressed.method_mut() = method;
    }
    if *dressed.method() == Method::POST {
        *dressed.body_mut() = Body::from(form(request, dressed.headers()).await?);
    }
    Ok(dressed)
}

/// The bytes of a form. One that says that it is far too long, or does not say how long it is, is not taken in.
async fn form(request: &web_sys::Request, headers: &HeaderMap) -> Result<Vec<u8>, Failure> {
    let length = headers.get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    let length: u64 = length.and_then(|it| it.parse().ok()).unwrap_or(u64::MAX);
    if length > LONGEST {
        return Err(Failure::invalid("body", "The form is too long."));
    }
    let unreadable = |_| Failure::invalid("body", "The form cannot be read.");
    let body = request.array_buffer().map_err(unreadable)?;
    let body = JsFuture::from(body).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&body).to_vec())
}

/// The native API, asked for a player.
struct Native {
    settings: &'static Settings,
    client: Option<String>,
}

impl Origin for Native {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        Box::pin(SendFuture::new(async move {
            let request = self.onward(&request).map_err(|_| unsent())?;
            let mut response = fetch(request).await.map_err(|error| {
                console_error!("the native API cannot be reached: {}", error);
                DOWN
            })?;
            if is_down(&response) {
                return Err(DOWN);
            }
            let body = response.bytes().await.map_err(|_| DOWN)?;
            let mut told = Response::new(Bytes::from(body));
            *told.status_mut() = StatusCode::from_u16(response.status_code()).map_err(|_| DOWN)?;
            for (name, value) in response.headers() {
                let name = HeaderName::from_bytes(name.as_bytes());
                if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                    told.headers_mut().append(name, value);
                }
            }
            Ok(told)
        }))
    }
}

impl Native {
    fn onward(&self, request: &Request<Bytes>) -> Result<web_sys::Request, JsValue> {
        let init = web_sys::RequestInit::new();
        init.set_method(request.method().as_str());
        if !request.body().is_empty() {
            init.set_body(&Uint8Array::from(request.body().as_ref()));
        }
        let path = request.uri().path_and_query();
        let path = path.map_or("/", PathAndQuery::as_str);
        let url = [self.settings.native_url.as_str(), path].concat();
        let onward = web_sys::Request::new_with_str_and_init(&url, &init)?;
        let headers = onward.headers();
        for (name, value) in request.headers() {
            headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
        }
        headers.set(EDGE_KEY.as_str(), &self.settings.edge_key)?;
        if let Some(client) = &self.client {
            headers.set(CLIENT.as_str(), client)?;
        }
        Ok(onward)
    }
}

fn unsent() -> Failure {
    Failure::broken("the request cannot be handed on")
}
