//! The settings: the player's name, what others may see, what to be told of, the colours, the password.

use crate::actions::{Action, CALL, PASSWORD, SET, SIGN_OUT_EVERYWHERE};
use crate::forms::{Filled, Given, form};
use crate::shell::{page as shell, trouble};
use crate::told::Account;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, html};
use serde_json::Value;

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    match visit.ask::<Account>("/v1/account").await {
        Ok(account) => {
            visit.keep_theme(is_dark(&account));
            shell(visit, words::SETTINGS, content(&account)).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

/// Gives the browser of a player who signed in the colours of the settings.
pub(crate) async fn follow(visit: &Visit) {
    if let Ok(account) = visit.ask::<Account>("/v1/account").await
        && is_dark(&account)
    {
        visit.keep_theme(true);
    }
}

fn is_dark(account: &Account) -> bool {
    ticked(&account.settings).contains_key("darkMode")
}

fn content(account: &Account) -> Markup {
    let name = [("name".to_owned(), account.name.clone())].into();
    html! {
        h1 { (words::SETTINGS) }
        p { bdi { (account.email) } }
        (part(account, words::YOUR_NAME, &CALL, name))
        (part(account, words::SETTINGS, &SET, ticked(&account.settings)))
        (part(account, words::PASSWORD, &PASSWORD, Given::new()))
        form method="post" action="/sign-out" { button.quiet { (words::SIGN_OUT) } }
        (form(&SIGN_OUT_EVERYWHERE, &Filled::default()))
    }
}

fn part(account: &Account, title: &str, action: &'static Action, given: Given) -> Markup {
    let filled = Filled {
        version: action.is_conditional().then_some(account.version),
        given,
        ..Filled::default()
    };
    html! { section { h2 { (title) } (form(action, &filled)) } }
}

/// The settings that are on, by the names of their fields.
fn ticked(settings: &Value) -> Given {
    let is_on = |name: &str| {
        let place = ["/", &name.replace('.', "/")].concat();
        settings.pointer(&place).and_then(Value::as_bool) == Some(true)
    };
    let on = SET.fields.iter().filter(|it| is_on(it.name));
    on.map(|it| (it.name.to_owned(), "yes".to_owned()))
        .collect()
}
