//! Writing SVG: templates of markup, and curves as short as they can be told.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// A point of an outline and the handle that leads out of it, whose mirror leads in: `[x, y, dx, dy]`. A corner's are 0.
pub(super) type Node = [i32; 4];

/// A place in the picture, in its units.
pub(super) type Spot = (i32, i32);

/// What a portrait is written with. Every id that it writes begins with its prefix.
pub(super) struct Pen<'a> {
    text: String,
    prefix: &'a str,
}

impl<'a> Pen<'a> {
    pub(super) const fn new(prefix: &'a str) -> Self {
        Self {
            text: String::new(),
            prefix,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Writes a template in which the values stand for its signs, one by one: `@` a number, `%` a colour, `~` hundredths as
    /// a fraction. `$` is the prefix.
    pub(super) fn draw(&mut self, template: &str, values: &[i32]) {
        let mut values = values.iter().copied();
        let mut next = || values.next().unwrap_or_default();
        // Writing to a string never fails.
        for letter in template.chars() {
            let _ = match letter {
                '@' => write!(self.text, "{}", next()),
                '%' => write!(self.text, "#{:06x}", next()),
                '~' => match next() {
                    100.. => self.text.write_str("1"),
                    part if part % 10 == 0 => write!(self.text, ".{}", part / 10),
                    part => write!(self.text, ".{part:02}"),
                },
                '$' => self.text.write_str(self.prefix),
                other => self.text.write_char(other),
            };
        }
    }

    /// Writes text that is not markup, whatever it holds.
    pub(super) fn say(&mut self, words: &str) {
        for letter in words.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                // What XML has no place for.
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.text.push(' '),
                other => self.text.push(other),
            }
        }
    }

    /// Writes a number after another one, or after a letter.
    fn number(&mut self, number: i32, is_first: bool) {
        if !is_first && number >= 0 {
            self.text.push(' ');
        }
        let _ = write!(self.text, "{number}");
    }

    /// Writes the data of a path through the nodes, closed or not.
    pub(super) fn curve(&mut self, nodes: &[Node], is_closed: bool) {
        let Some((first, rest)) = nodes.split_first() else {
            return;
        };
        let [mut x, mut y, dx, dy] = *first;
        self.draw("M@ @c@ @ ", &[x, y, dx, dy]);
        let back = is_closed.then_some(first);
        for (at, node) in rest.iter().chain(back).enumerate() {
            let [to_x, to_y, dx, dy] = *node;
            if at > 0 {
                self.text.push('s');
            }
            self.number(to_x - dx - x, true);
            for number in [to_y - dy - y, to_x - x, to_y - y] {
                self.number(number, false);
            }
            (x, y) = (to_x, to_y);
        }
        if is_closed {
            self.text.push('z');
        }
    }

    /// Writes the data of a path with straight sides.
    pub(super) fn sides(&mut self, nodes: &[Node]) {
        let mut before = None;
        for [x, y, ..] in nodes {
            match before.replace((*x, *y)) {
                None => self.draw("M@ @l", &[*x, *y]),
                Some((from_x, from_y)) => {
                    self.number(x - from_x, false);
                    self.number(y - from_y, false);
                }
            }
        }
        self.text.push('z');
    }
}

/// A round line through places, each of whose handles runs along its neighbours.
pub(super) fn round(places: &[Spot]) -> Vec<Node> {
    let before = places.iter().cycle().skip(places.len().saturating_sub(1));
    let after = places.iter().cycle().skip(1);
    let around = places.iter().zip(before.zip(after));
    around
        .map(|((x, y), (from, to))| [*x, *y, (to.0 - from.0) / 6, (to.1 - from.1) / 6])
        .collect()
}
