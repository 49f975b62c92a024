//! What hosts and those who entered can do with a show.

use crate::actions::{CANCEL_SHOW, HOST_SHOW, WITHDRAW};
use crate::forms::{Filled, form};
use crate::told::{Entry, Me, ShowLine};
use crate::visit::Visit;
use maud::{Markup, html};

/// The form to host a show, for whoever is signed in.
pub(crate) fn host(visit: &Visit) -> Markup {
    html! {
        @if visit.is_signed_in() {
            details { summary { (HOST_SHOW.title) } (form(&HOST_SHOW, &Filled::default())) }
        }
    }
}

/// The way to cancel a show, for its host, while it is open.
pub(crate) fn cancel(show: &ShowLine, me: Option<&Me>) -> Markup {
    let host = show.host.as_ref();
    let is_mine = host.zip(me).is_some_and(|(host, me)| host.id == me.id);
    let filled = Filled {
        id: Some(show.id),
        ..Filled::default()
    };
    html! {
        @if is_mine && show.state == "open" {
            details { summary { (CANCEL_SHOW.title) } (form(&CANCEL_SHOW, &filled)) }
        }
    }
}

/// The way to withdraw an entry, for whose it is, while the show is open.
pub(crate) fn withdraw(show: &ShowLine, entry: &Entry, me: Option<&Me>) -> Markup {
    let player = entry.player.as_ref();
    let is_mine = player
        .zip(me)
        .is_some_and(|(player, me)| player.id == me.id);
    let filled = Filled {
        id: Some(show.id),
        horse: Some(entry.horse.id),
        ..Filled::default()
    };
    html! {
        @if is_mine && show.state == "open" { " " (form(&WITHDRAW, &filled)) }
    }
}
