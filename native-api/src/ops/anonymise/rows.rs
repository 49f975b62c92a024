//! Rows as COPY writes them as text: fields parted by tabs, `\N` for nothing, a backslash before what would mislead.

/// The fields of a line; none where nothing stands.
pub fn fields(line: &str) -> Vec<Option<String>> {
    line.split('\t')
        .map(|field| (field != "\\N").then(|| plain(field)))
        .collect()
}

fn plain(field: &str) -> String {
    if !field.contains('\\') {
        return field.to_owned();
    }
    let mut plain = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    plain
}

/// Appends fields as a line.
pub fn write(fields: &[Option<String>], line: &mut String) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            line.push('\t');
        }
        match field {
            None => line.push_str("\\N"),
            Some(text) => text.chars().for_each(|letter| escape(letter, line)),
        }
    }
    line.push('\n');
}

fn escape(letter: char, line: &mut String) {
    match letter {
        '\\' => line.push_str("\\\\"),
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        other => line.push(other),
    }
}

/// Puts lines together from the pieces in which they arrive.
#[derive(Debug, Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Takes a piece, and gives each whole line to `each`.
    ///
    /// # Errors
    /// What `each` says.
    pub fn take<E>(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        self.0.extend_from_slice(piece);
        let mut done = 0;
        while let Some(length) = self.0[done..].iter().position(|byte| *byte == b'\n') {
            each(&String::from_utf8_lossy(&self.0[done..done + length]))?;
            done += length + 1;
        }
        self.0.drain(..done);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_written_again() {
        let line = "1\t\\N\ttab\\there\\nand \\\\x00\t";
        let read = fields(line);
        assert_eq!(read[1], None);
        assert_eq!(read[2].as_deref(), Some("tab\there\nand \\x00"));
        assert_eq!(read[3].as_deref(), Some(""));
        let mut written = String::new();
        write(&read, &mut written);
        assert_eq!(written, format!("{line}\n"));
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for piece in ["a\tb", "\nc", "\n\nd"] {
            let each = |line: &str| {
                seen.push(line.to_owned());
                Ok::<(), ()>(())
            };
            lines.take(piece.as_bytes(), each).unwrap();
        }
        assert_eq!(seen, ["a\tb", "c", ""]);
    }
}
