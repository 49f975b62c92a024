//! `equoria gallery`: every colour that has a name, drawn beside its genotype.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use rules::portrait::gallery::{Picture, Room, gallery};
use rules::portrait::{Setting, Sitter, portrait};
use serde_json::{Value, json};

use super::file::write_whole;
use super::{Finding, print_json};
use crate::ops::report::escaped;
use crate::trouble::{Because, Trouble};

#[derive(Args)]
pub(super) struct GalleryArguments {
    /// Write the pictures as one page that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print the list as JSON, with the weight of each portrait
    #[arg(long)]
    json: bool,
}

pub(super) fn show(arguments: &GalleryArguments) -> Result<Finding, Trouble> {
    let rooms = gallery();
    if let Some(file) = &arguments.html {
        write_whole(file, &page(&rooms))?;
    }
    if arguments.json {
        let rooms: Result<Vec<Value>, Trouble> = rooms.iter().map(as_json).collect();
        print_json(&rooms?)?;
    } else {
        print(&rooms, arguments);
    }
    Ok(Finding::Good)
}

fn print(rooms: &[Room], arguments: &GalleryArguments) {
    let pictures: usize = rooms.iter().map(|room| room.pictures.len()).sum();
    if let Some(file) = &arguments.html {
        println!("{pictures} portraits are in {}", file.display());
        return;
    }
    for room in rooms {
        println!("{}", room.title);
        for picture in &room.pictures {
            println!("  {:<44} {}", picture.name(), genotype(picture));
        }
    }
    println!("\n{pictures} portraits; --html FILE draws them");
}

fn genotype(picture: &Picture) -> &str {
    match picture.genotype.as_str() {
        "" => "wild type everywhere",
        text => text,
    }
}

fn as_json(room: &Room) -> Result<Value, Trouble> {
    let told = |picture: &Picture| {
        let drawn = draw(&picture.sitter(), "p");
        Ok(json!({
            "name": picture.name(),
            "genotype": picture.genotype,
            "days": picture.days,
            "sentence": picture.sitter().sentence(),
            "bytes": drawn.len(),
            "gzip_bytes": gzip_bytes(&drawn)?,
        }))
    };
    let pictures: Result<Vec<Value>, Trouble> = room.pictures.iter().map(told).collect();
    Ok(json!({ "room": room.title, "pictures": pictures? }))
}

fn gzip_bytes(text: &str) -> Result<usize, Trouble> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let done = packed
        .write_all(text.as_bytes())
        .and_then(|()| packed.finish());
    Ok(done.because(|| "a portrait cannot be packed")?.len())
}

fn draw(sitter: &Sitter, prefix: &str) -> String {
    portrait(
        sitter,
        Setting {
            prefix,
            title: None,
        },
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:1rem;color:#1c2620;background:#f6f8f5}\
article{display:flex;flex-wrap:wrap;gap:1rem;align-items:end;margin:0 0 2rem;content-visibility:auto;contain-intrinsic-size:auto 640px}\
h3,article>p{flex-basis:100%;margin:0}.grown,.foal{width:min(640px,100%)}.foal{width:min(320px,100%)}.small{width:64px}\
@media(prefers-color-scheme:dark){body{color:#e6ece7;background:#161b18}}";

/// The page: each picture at 640 and at 64 pixels, grown and as a foal.
fn page(rooms: &[Room]) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Equoria: gallery of coats</title><style>{STYLE}</style></head><body><main>\
         <h1>Gallery of coats</h1>"
    );
    let mut number = 0;
    for room in rooms {
        html.push_str(&format!("<h2>{}</h2>", escaped(room.title)));
        for picture in &room.pictures {
            number += 1;
            article(&mut html, picture, number);
        }
    }
    html + "</main></body></html>\n"
}

fn article(html: &mut String, picture: &Picture, number: usize) {
    let grown = picture.sitter();
    html.push_str(&format!(
        "<article><h3>{}</h3><p>{}<br><code>{}</code></p>",
        escaped(&picture.name()),
        escaped(&grown.sentence()),
        escaped(genotype(picture))
    ));
    let foal = Sitter { days: 1, ..grown };
    for (class, sitter, prefix) in [
        ("grown", grown, "a"),
        ("foal", foal, "b"),
        ("small", grown, "c"),
        ("small", foal, "d"),
    ] {
        let drawn = draw(&sitter, &format!("{prefix}{number}-"));
        html.push_str(&format!("<div class=\"{class}\">{drawn}</div>"));
    }
    html.push_str("</article>");
}
