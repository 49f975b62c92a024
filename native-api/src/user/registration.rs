//! Registration: a new player, signed in at once.

use reads::Failure;
use rules::id::UserId;
use rules::name::{Email, Name, NameOf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Account;
use super::password::Password;
use super::store;
use crate::app::{Answer, Visit};
use crate::db::{Tx, Write};
use crate::session::token::RefreshToken;
use crate::session::{Opened, Tokens};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// 1 to 60 characters; others see it.
    #[schema(example = "Ada")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// 10 to 200 characters.
    password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Registered {
    user: Account,
    #[serde(flatten)]
    tokens: Tokens,
}

/// Register, with an empty stable and a purse of 1000 coins. Answers like a sign-in.
#[utoipa::path(post, path = "/v1/users", tag = "players", request_body = Registration,
    responses((status = 201, description = "Registered and signed in", body = Registered)))]
pub(super) async fn register(visit: Visit<Registration>) -> Result<Answer, Failure> {
    let (app, by) = (&visit.app, visit.by());
    let name = Name::parse(NameOf::User, &visit.body.name)?;
    let email = Email::parse(&visit.body.email)?;
    let password = Password::parse("password", visit.body.password.clone())?;
    app.limits.register(visit.address)?;
    let refresh = RefreshToken::random()?;
    let register = Register {
        id: UserId::new(Uuid::now_v7()),
        name,
        email,
        hash: app.passwords.hash(password).await?,
        session: Uuid::now_v7(),
        token_hash: refresh.hash(),
    };
    let (user, opened) = app.db.write(by, &register).await?;
    let (location, version) = (format!("/v1/users/{}", user.id), user.version);
    let tokens = Tokens::of(app, &opened, &refresh)?;
    Ok(Answer::created(location, &Registered { user, tokens })?.with_version(version))
}

pub(super) struct Register {
    pub(super) id: UserId,
    pub(super) name: Name,
    pub(super) email: Email,
    pub(super) hash: String,
    pub(super) session: Uuid,
    pub(super) token_hash: Vec<u8>,
}

impl Write for Register {
    const NAME: &'static str = "register";
    type Done = (Account, Opened);

    async fn run(&self, tx: &Tx<'_>) -> Result<(Account, Opened), Failure> {
        let (account, epoch) = store::register(tx, self).await?;
        let opened = Opened {
            user: self.id,
            session: self.session,
            epoch,
        };
        Ok((account, opened))
    }
}
