//! The description of the API, made from the code, and the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use reads::Failure;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Info, License, ObjectBuilder, OpenApi, Paths, Required, Type};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::app::App;
use crate::db::fault::broken;
use crate::{breeding, competition, foal, genetics, horse, session, stable, training, user};

/// Every write with its description.
pub fn writes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(OpenApi::new(Info::new("", ""), Paths::new()))
        .merge(user::routes())
        .merge(session::routes())
        .merge(stable::routes())
        .merge(horse::routes())
        .merge(training::routes())
        .merge(breeding::routes())
        .merge(foal::routes())
        .merge(genetics::routes())
        .merge(competition::routes())
}

/// The description of the whole API: the reads, and the writes that are given.
pub fn describe(mut writes: OpenApi) -> OpenApi {
    for path in writes.paths.paths.values_mut() {
        let operations = [
            &mut path.put,
            &mut path.post,
            &mut path.patch,
            &mut path.delete,
        ];
        for operation in operations.into_iter().flatten() {
            offer_key(operation);
        }
        let operations = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.patch,
            &mut path.delete,
        ];
        operations
            .into_iter()
            .flatten()
            .for_each(reads::fail_with_problems);
    }
    let mut all = reads::openapi();
    all.merge(writes);
    name_operations(&mut all);
    all.info = Info::new("Equoria", env!("CARGO_PKG_VERSION"));
    all.info.description = Some(INTRODUCTION.to_owned());
    all.info.license = Some(License::new("MIT OR Apache-2.0"));
    all
}

/// Names every operation by its method and path, for clients that are generated: the functions of two nouns may share one.
fn name_operations(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_name(method, path));
            }
        }
    }
}

/// `getHorsesByIdPedigree` for GET of `/v1/horses/{id}/pedigree`.
fn operation_name(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    for segment in path.split('/').filter(|it| !it.is_empty() && *it != "v1") {
        let parameter = segment
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'));
        name.push_str(if parameter.is_some() { "By" } else { "" });
        for word in parameter.unwrap_or(segment).split(['-', '_']) {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            name.push_str(&first.to_uppercase());
            name.push_str(rest);
        }
    }
    name
}

const INTRODUCTION: &str = "Horses, their training and their shows.\n\n\
    Sign in with `POST /v1/sessions` and send the access token as `Authorization: Bearer ...`. \
    Every failure is a problem (RFC 9457) with a stable `code`. \
    Instants are UTC with milliseconds; coins are whole.\n\n\
    Answers carry what you have seen so far in the header `Equoria-Seen`, or in cookies. Send it back, the last one you \
    got, and no cache will show you an older state: neither than your own writes, nor than what you were shown.";

/// A signed-in player's write may come with a key; a visitor's has nobody to keep the answer for.
fn offer_key(operation: &mut Operation) {
    if operation.security.is_some() {
        operation
            .parameters
            .get_or_insert_default()
            .push(key().into());
    }
}

fn key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "1 to 200 visible characters. The same request with the same key takes effect once and gets the same answer.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

/// `/openapi.json`, and the page at `/docs` that shows it. Nothing on the page comes from elsewhere.
pub fn pages(description: OpenApi) -> Router {
    let json = Bytes::from(describe(description).to_json().unwrap_or_default());
    let config = Arc::new(viewer());
    let page = move |file: String| {
        let config = Arc::clone(&config);
        async move { page(&file, config) }
    };
    let index = page.clone();
    Router::new()
        .route("/openapi.json", get(move || async move { as_json(json) }))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(move || index("index.html".to_owned())))
        .route(
            "/docs/{file}",
            get(move |Path(file): Path<String>| page(file)),
        )
}

/// Asks nobody elsewhere whether the description is valid.
fn viewer() -> Config<'static> {
    Config::from("/openapi.json").validator_url("none")
}

fn as_json(json: Bytes) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], json).into_response()
}

/// Only what this origin serves may run on the page, and nobody may frame it. Styles are set by its scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn page(file: &str, config: Arc<Config<'static>>) -> Result<Response, Failure> {
    let found = utoipa_swagger_ui::serve(file, config).map_err(broken)?;
    let SwaggerFile {
        bytes,
        content_type,
        ..
    } = found.ok_or(Failure::NoSuchPath)?;
    let mut response = Response::new(Body::from(bytes.into_owned()));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&content_type).map_err(broken)?,
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("max-age=3600"),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn description() -> Value {
        let (_, writes) = writes().split_for_parts();
        serde_json::to_value(describe(writes)).unwrap()
    }

    #[test]
    fn reads_and_writes_stand_in_one_description() {
        let description = description();
        assert_eq!(description["openapi"], "3.1.0");
        let paths = &description["paths"];
        assert!(paths["/v1/users"]["post"].is_object());
        assert!(paths["/v1/horses/{id}"]["get"].is_object());
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let description = description();
        let paths = description["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|item| item.as_object().unwrap().values());
        let names: Vec<&str> = operations
            .filter_map(|operation| operation["operationId"].as_str())
            .collect();
        let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        for name in ["getHorsesById", "postHorsesByIdGeneticTest", "getUsersMe"] {
            assert!(names.contains(&name), "{name} of {names:?}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let description = description();
        let mut references = Vec::new();
        collect(&description, &mut references);
        assert!(!references.is_empty());
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(description.pointer(pointer).is_some(), "{reference}");
        }
    }

    fn collect(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                references.extend(
                    fields
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                fields.values().for_each(|it| collect(it, references));
            }
            Value::Array(items) => items.iter().for_each(|it| collect(it, references)),
            _ => {}
        }
    }

    #[test]
    fn every_operation_fails_with_problems_and_players_writes_take_a_key() {
        let description = description();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let of = format!("{method} {path}");
                assert!(operation["responses"]["default"].is_object(), "{of}");
                let is_players = operation["security"].is_array() && method != "get";
                let has_key = operation["parameters"]
                    .to_string()
                    .contains("Idempotency-Key");
                assert_eq!(has_key, is_players, "{of}");
            }
        }
    }

    #[test]
    fn the_viewer_is_bundled_and_shows_our_description() {
        let config = || Arc::new(viewer());
        let index = utoipa_swagger_ui::serve("index.html", config())
            .unwrap()
            .unwrap();
        let html = String::from_utf8(index.bytes.into_owned()).unwrap();
        assert!(html.contains("swagger-ui-bundle.js") && !html.contains("http"));
        let script = utoipa_swagger_ui::serve("swagger-initializer.js", config())
            .unwrap()
            .unwrap();
        assert!(String::from_utf8_lossy(&script.bytes).contains("/openapi.json"));
    }
}
