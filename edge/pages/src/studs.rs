//! The stallions at stud.

use crate::breeds::ALL as ALL_BREEDS;
use crate::horse::of_breeds;
use crate::listing::Listing;
use crate::number::{coins, grouped, percent};
use crate::portrait::listed;
use crate::shell::{page as shell, player, trouble};
use crate::table::{numbers_of, paged, words_of};
use crate::told::{Breed, Page, Stud};
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use futures_util::future::try_join;
use maud::{Markup, html};

const ORDERS: &[&str] = &["fee", "-fee", "-listed"];

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    let list = Listing::of("/studs".to_owned(), visit.query(), &["breed"], ORDERS);
    let path = list.ask("/v1/studs");
    let read = try_join(
        visit.read::<Page<Stud>>(&path),
        visit.read::<Page<Breed>>(ALL_BREEDS),
    );
    match read.await {
        Ok((page, breeds)) => {
            let content = html! {
                h1 { (words::STUDS) }
                (list.narrowing(&[of_breeds(&breeds)]))
                (stallions(&page, &list))
                (list.leaves(&page))
            };
            shell(visit, words::STUDS, content).await
        }
        Err(problem) => trouble(visit, &problem).await,
    }
}

fn stallions(page: &Page<Stud>, list: &Listing) -> Markup {
    let columns = [
        words_of(words::STALLION),
        words_of(words::BREED),
        numbers_of(words::AGE),
        numbers_of(words::LEVEL),
        numbers_of(words::INBREEDING),
        numbers_of(words::STUD_FEE).by(&["fee", "-fee"]),
        words_of(words::OWNER),
    ];
    let rows = page.items.iter().map(|one| {
        let line = &one.line;
        [
            listed(line),
            html! { (line.breed.name) },
            html! { (line.age) },
            html! { (grouped(line.level)) },
            html! { (percent(one.inbreeding)) },
            coins(one.fee),
            player(line.owner.as_ref()),
        ]
    });
    paged(list, &columns, rows)
}
