//! Stables: where a player keeps horses.

pub(crate) mod store;

use reads::Failure;
use reads::asked::Id;
use reads::wire::At;
use rules::Refusal;
use rules::id::{StableId, UserId};
use rules::name::{Name, NameOf};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::{Answer, App, Call, Empty};
use crate::db::{Tx, Write};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(change, close))
}

/// A stable.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OwnStable)]
pub struct Stable {
    /// Its number.
    pub id: i64,
    /// Its owner.
    pub user_id: Uuid,
    /// Its name, which no other stable of the owner has.
    #[schema(example = "North Yard")]
    pub name: String,
    /// Where it lies, if the owner says so.
    #[schema(example = "Ashford")]
    pub location: Option<String>,
    /// Counts every change; `If-Match` names it.
    pub version: i64,
    /// When it was opened, in game time.
    pub created_at: At,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStable {
    /// 1 to 60 characters; no two stables of a player have the same.
    #[schema(example = "North Yard")]
    name: String,
    /// 1 to 60 characters, or left out.
    #[schema(example = "Ashford")]
    location: Option<String>,
}

/// Open a stable.
#[utoipa::path(post, path = "/v1/stables", tag = "stables", security(("token" = [])), request_body = NewStable,
    responses((status = 201, description = "Opened", body = Stable)))]
async fn open(call: Call<NewStable>) -> Result<Answer, Failure> {
    let open = Open {
        user: call.player.id,
        name: Name::parse(NameOf::Stable, &call.body.name)?,
        location: call.body.location.as_deref().map(location).transpose()?,
    };
    call.write(&open, |stable| {
        let path = format!("/v1/stables/{}", stable.id);
        Ok(Answer::created(path, &stable)?.with_version(stable.version))
    })
    .await
}

struct Open {
    user: UserId,
    name: Name,
    location: Option<Name>,
}

impl Write for Open {
    const NAME: &'static str = "open stable";
    type Done = Stable;

    async fn run(&self, tx: &Tx<'_>) -> Result<Stable, Failure> {
        store::open(tx, self.user, &self.name, self.location.as_ref()).await
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StableChange {
    /// Another name; left out, the name stays.
    #[schema(example = "South Yard")]
    name: Option<String>,
    /// Another place, or null for none; left out, it stays.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "Ashford")]
    location: Option<Option<String>>,
}

/// Tells a null that was sent from a field that was not.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Change the name or the place of a stable.
#[utoipa::path(patch, path = "/v1/stables/{id}", tag = "stables", security(("token" = [])), request_body = StableChange,
    params(("id" = i64, Path, description = "The stable"), ("If-Match" = String, Header, description = "The ETag of the stable")),
    responses((status = 200, description = "Changed", body = Stable)))]
async fn change(Id(id): Id, call: Call<StableChange>) -> Result<Answer, Failure> {
    let StableChange {
        name,
        location: place,
    } = &call.body;
    let name = name.as_deref().map(|it| Name::parse(NameOf::Stable, it));
    let place = place
        .as_ref()
        .map(|it| it.as_deref().map(location).transpose());
    let change = Change {
        user: call.player.id,
        stable: StableId::new(id),
        version: call.expected_version()?,
        name: name.transpose()?,
        location: place.transpose()?,
    };
    if change.name.is_none() && change.location.is_none() {
        return Err(Failure::invalid(
            "name",
            "There is nothing to change: name and location are both missing.",
        ));
    }
    call.write(&change, |stable| {
        Ok(Answer::ok(&stable)?.with_version(stable.version))
    })
    .await
}

/// A place is named like a stable, and a refusal blames its own field.
fn location(text: &str) -> Result<Name, Refusal> {
    Name::parse(NameOf::Stable, text).map_err(|refusal| match refusal {
        Refusal::BadName {
            fault, least, most, ..
        } => Refusal::BadName {
            field: "location",
            fault,
            least,
            most,
        },
        other => other,
    })
}

struct Change {
    user: UserId,
    stable: StableId,
    version: i64,
    name: Option<Name>,
    location: Option<Option<Name>>,
}

impl Write for Change {
    const NAME: &'static str = "change stable";
    type Done = Stable;

    async fn run(&self, tx: &Tx<'_>) -> Result<Stable, Failure> {
        let mut stable = store::lock(tx, self.stable, self.user).await?;
        if stable.version != self.version {
            let version = stable.version;
            return Err(Failure::Stale { version });
        }
        if let Some(name) = &self.name {
            stable.name = name.as_str().to_owned();
        }
        if let Some(location) = &self.location {
            stable.location = location.as_ref().map(|it| it.as_str().to_owned());
        }
        store::change(tx, stable).await
    }
}

/// Close a stable. Its horses stay with their owner, without a stable.
#[utoipa::path(delete, path = "/v1/stables/{id}", tag = "stables", security(("token" = [])),
    params(("id" = i64, Path, description = "The stable")),
    responses((status = 204, description = "Closed")))]
async fn close(Id(id): Id, call: Call<Empty>) -> Result<Answer, Failure> {
    let close = Close {
        user: call.player.id,
        stable: StableId::new(id),
    };
    call.write(&close, |()| Answer::nothing()).await
}

struct Close {
    user: UserId,
    stable: StableId,
}

impl Write for Close {
    const NAME: &'static str = "close stable";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        store::lock_horses(tx, self.stable, self.user).await?;
        store::lock(tx, self.stable, self.user).await?;
        store::close(tx, self.stable).await
    }
}
