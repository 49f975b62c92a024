//! Players: registration, their account, their settings, the weekly stipend.

mod account;
pub mod password;
mod registration;
pub(crate) mod stipend;
pub(crate) mod store;

use reads::Failure;
use reads::wire::At;
use rules::settings::{EffectiveSettings, Settings};
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::db::fault::column;

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(registration::register))
        .routes(routes!(account::show, account::rename))
        .routes(routes!(account::replace_settings, account::change_settings))
        .routes(routes!(account::change_password))
        .routes(routes!(stipend::claim))
}

/// A player's own account: what only the player sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// The user.
    pub id: Uuid,
    /// The name that others see.
    #[schema(example = "Ada")]
    pub name: String,
    /// The address to sign in with; nobody else sees it.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// Coins in the purse.
    #[schema(example = 1000)]
    pub money: i64,
    /// Experience.
    pub xp: i32,
    /// The level that follows from it.
    pub level: i32,
    /// The settings that hold.
    #[schema(value_type = Object)]
    pub settings: EffectiveSettings,
    /// Counts every change; `If-Match` names it.
    pub version: i64,
    /// When the player came to the game, in game time.
    pub created_at: At,
}

impl Account {
    fn of(row: &Row) -> Result<Self, Failure> {
        let Json(settings): Json<Settings> = column(row, "settings")?;
        Ok(Self {
            id: column(row, "id")?,
            name: column(row, "name")?,
            email: column(row, "email")?,
            money: column(row, "money")?,
            xp: column(row, "xp")?,
            level: column(row, "level")?,
            settings: settings.effective(),
            version: column(row, "version")?,
            created_at: At(column(row, "created_at")?),
        })
    }
}
