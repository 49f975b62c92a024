//! The gallery: every colour that has a name, beside its genotype.

use crate::portrait::sized;
use crate::shell::page as shell;
use crate::visit::Visit;
use crate::words;
use axum::body::Body;
use axum::http::Response;
use maud::{Markup, PreEscaped, html};
use rules::portrait::gallery::{Picture, Room, gallery};
use std::sync::LazyLock;

/// What hangs on the walls is the same for everybody, and it takes a while to hang it.
static WALLS: LazyLock<String> = LazyLock::new(|| walls(&gallery()).into_string());

/// How wide a grown horse is, and a foal, in pixels.
const WIDTHS: [u16; 2] = [160, 96];

pub(crate) async fn page(visit: &Visit) -> Response<Body> {
    shell(visit, words::GALLERY, PreEscaped(WALLS.clone())).await
}

fn walls(rooms: &[Room]) -> Markup {
    html! {
        h1 { (words::GALLERY) }
        p { (words::GALLERY_HELP) }
        nav.choice aria-label=(words::GALLERY) {
            @for (number, room) in (1..).zip(rooms) { a href={ "#room-" (number) } { (room.title) } }
        }
        @for (number, room) in (1..).zip(rooms) {
            section id={ "room-" (number) } {
                h2 { (room.title) }
                ul.gallery { @for one in &room.pictures { li { (hung(one)) } } }
            }
        }
    }
}

fn hung(one: &Picture) -> Markup {
    let [grown, young] = WIDTHS;
    html! {
        figure {
            (sized(&one.sitter().path(), "", grown))
            @if let Some(foal) = one.foal() { (sized(&foal.path(), words::AS_A_FOAL, young)) }
            figcaption {
                (one.name())
                br;
                @if one.genotype.is_empty() { span.faint { (words::WILD_TYPE) } } @else { code { (one.genotype) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::portrait::Sitter;

    #[test]
    fn every_picture_hangs_beside_its_genotype_and_can_be_drawn() {
        let pictures: usize = gallery().iter().map(|room| room.pictures.len()).sum();
        assert!(pictures > 150);
        assert_eq!(WALLS.matches("<figcaption>").count(), pictures);
        let paths = WALLS.split("src=\"").skip(1);
        let paths: Vec<&str> = paths.filter_map(|it| it.split('"').next()).collect();
        assert!(paths.len() > pictures);
        assert!(
            paths.iter().all(|path| Sitter::at(path).is_some()),
            "{paths:?}"
        );
    }
}
