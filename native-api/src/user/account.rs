//! A player's own account: seen, renamed, set up, and guarded by a password.

use reads::Failure;
use rules::id::UserId;
use rules::name::{Name, NameOf};
use rules::settings::Settings;
use serde::Deserialize;
use utoipa::ToSchema;

use super::password::Password;
use super::{Account, store};
use crate::app::{Answer, Call, Look};
use crate::db::{Tx, Write};
use crate::session::EndAll;

/// Your own account.
#[utoipa::path(get, path = "/v1/account", tag = "players", security(("token" = [])),
    responses((status = 200, description = "The account, with its version as ETag", body = Account)))]
pub(super) async fn show(look: Look) -> Result<Answer, Failure> {
    answer(store::account(&look.app.db, &look.player).await?)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    /// 1 to 60 characters; others see it.
    #[schema(example = "Ada")]
    name: String,
}

/// Change your name.
#[utoipa::path(patch, path = "/v1/account", tag = "players", security(("token" = [])), request_body = Rename,
    params(("If-Match" = String, Header, description = "The ETag of the account")),
    responses((status = 200, description = "The account with its new name", body = Account)))]
pub(super) async fn rename(call: Call<Rename>) -> Result<Answer, Failure> {
    let change = Change {
        user: call.player.id,
        version: call.expected_version()?,
        to: To::Name(Name::parse(NameOf::User, &call.body.name)?),
    };
    call.write(&change, answer).await
}

/// Replace your settings: what is not sent has its usual value again.
#[utoipa::path(put, path = "/v1/account/settings", tag = "players", security(("token" = [])),
    request_body(content = Object, description = "darkMode; notifications.training, .competitions, .breeding; privacy.profileVisible, .shareProgress",
        example = json!({"darkMode": true, "notifications": {"training": true}, "privacy": {"profileVisible": true}})),
    params(("If-Match" = String, Header, description = "The ETag of the account")),
    responses((status = 200, description = "The account with its new settings", body = Account)))]
pub(super) async fn replace_settings(call: Call<Settings>) -> Result<Answer, Failure> {
    let change = Change {
        user: call.player.id,
        version: call.expected_version()?,
        to: To::Settings(call.body),
    };
    call.write(&change, answer).await
}

/// Change some of your settings: what is not sent stays as it is.
#[utoipa::path(patch, path = "/v1/account/settings", tag = "players", security(("token" = [])),
    request_body(content = Object, description = "Any part of the settings", example = json!({"darkMode": true})),
    params(("If-Match" = String, Header, description = "The ETag of the account")),
    responses((status = 200, description = "The account with its new settings", body = Account)))]
pub(super) async fn change_settings(call: Call<Settings>) -> Result<Answer, Failure> {
    let change = Change {
        user: call.player.id,
        version: call.expected_version()?,
        to: To::SettingsWith(call.body),
    };
    call.write(&change, answer).await
}

fn answer(account: Account) -> Result<Answer, Failure> {
    Ok(Answer::ok(&account)?.with_version(account.version))
}

/// A change of the account as it was at one version.
struct Change {
    user: UserId,
    version: i64,
    to: To,
}

enum To {
    Name(Name),
    Settings(Settings),
    SettingsWith(Settings),
}

impl Write for Change {
    const NAME: &'static str = "change account";
    type Done = Account;

    async fn run(&self, tx: &Tx<'_>) -> Result<Account, Failure> {
        let (version, settings) = store::lock(tx, self.user).await?;
        if version != self.version {
            return Err(Failure::Stale { version });
        }
        match &self.to {
            To::Name(name) => store::rename(tx, self.user, name).await,
            To::Settings(all) => store::set(tx, self.user, *all).await,
            To::SettingsWith(some) => store::set(tx, self.user, settings.with(*some)).await,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    current_password: String,
    /// 10 to 200 characters.
    new_password: String,
}

/// Change your password.
///
/// Every other session ends, and every access token is void at once; this session's refresh token brings a new one.
#[utoipa::path(post, path = "/v1/account/password", tag = "players", security(("token" = [])), request_body = NewPassword,
    responses((status = 204, description = "Changed")))]
pub(super) async fn change_password(call: Call<NewPassword>) -> Result<Answer, Failure> {
    let (app, player) = (&call.app, call.player);
    let next = Password::parse("new_password", call.body.new_password.clone())?;
    let current = Password::claimed(call.body.current_password.clone());
    app.limits.password(player.id)?;
    let known = store::password(&app.db, &player).await?;
    if !app.passwords.matches(current, Some(known.clone())).await? {
        return Err(wrong_password());
    }
    let change = ChangePassword {
        known,
        next: app.passwords.hash(next).await?,
        others: EndAll {
            user: player.id,
            except: Some(player.session),
        },
    };
    call.write(&change, |()| Answer::nothing()).await
}

fn wrong_password() -> Failure {
    Failure::invalid("current_password", "This is not your password.")
}

/// Changes the password that was checked, and ends every other session.
struct ChangePassword {
    known: String,
    next: String,
    others: EndAll,
}

impl Write for ChangePassword {
    const NAME: &'static str = "change password";
    type Done = ();

    async fn run(&self, tx: &Tx<'_>) -> Result<(), Failure> {
        if !store::change_password(tx, self.others.user, &self.known, &self.next).await? {
            return Err(wrong_password());
        }
        self.others.run(tx).await
    }
}
