//! The OpenAPI description of the reads, for the native API to publish with its own.

use crate::{
    breeding, calendar, catalogue, diversity, entry, foal, genetics, health, herd, history, horse,
    ledger, mates, mating, owned, parent, pedigree, preview, problem, proof, ranking, show, stable,
    user,
};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, Content, Ref, Response};
use utoipa::{Modify, OpenApi};

/// Describes every read.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Reads::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Equoria", description = "Horses, their training, their shows and their breeding."),
    paths(
        herd::find, horse::card, history::results, history::training,
        genetics::genetics, pedigree::pedigree, mates::mates, mating::preview, parent::parent, foal::offspring, foal::foal,
        breeding::studs, breeding::pregnancies, diversity::breed, diversity::stable,
        user::profile, user::me, owned::own, ledger::postings, stable::own, stable::stable,
        calendar::calendar, show::show, entry::entries, entry::results, proof::proof, preview::preview,
        ranking::horses, ranking::users,
        catalogue::breeds, catalogue::disciplines, catalogue::traits,
        health::live, health::ready
    ),
    modifiers(&Shared)
)]
struct Reads;

/// What all operations share: problems, and the access token.
struct Shared;

impl Modify for Shared {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_with(Components::new);
        components
            .schemas
            .insert("Problem".to_owned(), problem::schema());
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", bearer);
        for path in api.paths.paths.values_mut() {
            operations(path).for_each(fail_with_problems);
        }
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.put,
        &mut path.post,
        &mut path.patch,
        &mut path.delete,
    ]
    .into_iter()
    .flatten()
}

/// Every answer of an operation that is no success is a problem.
pub fn fail_with_problems(operation: &mut Operation) {
    let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
    for (status, response) in &mut operation.responses.responses {
        if let utoipa::openapi::RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
        {
            response
                .content
                .insert(problem::MEDIA_TYPE.to_owned(), problem().into());
        }
    }
    let mut any = Response::new("A problem");
    any.content
        .insert(problem::MEDIA_TYPE.to_owned(), problem().into());
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(any.into());
}
