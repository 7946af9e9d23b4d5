//! The binary format of WebAssembly, as far as we read and write it (WebAssembly Core Specification, "Binary Format").

use anyhow::Context;

/// Section of the constants that are copied into memory when the module starts.
const DATA: u8 = 11;
/// Section with the number of constants, for those who read the code before them.
const DATA_COUNT: u8 = 12;
/// `i32.const`, with which the place of a constant is said, and the `end` after it.
const I32_CONST: u8 = 0x41;
const END: u8 = 0x0b;
/// Zeros between two constants that cost less than the head of another constant.
const GAP: usize = 16;

/// A constant of the module.
struct Segment {
    place: u32,
    bytes: Vec<u8>,
}

/// The module with constants that lie side by side made one. A module that is cut into files has each constant by itself, so that it can
/// go with the code of its file; each has a head of several bytes, and thousands are left in the first file.
///
/// For the first file only: what lies between its constants are those of other files, which start after it. A module whose constants are
/// not all put at fixed places is returned as it is.
pub fn join_constants(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut reader = Reader { bytes: module, at: 8 };
    let mut sections = Vec::new();
    let mut joined = None;
    while reader.at < module.len() {
        let kind = reader.byte()?;
        let length = reader.number()? as usize;
        let body = module.get(reader.at..reader.at + length).context("the module ends too early")?;
        if kind == DATA {
            let Some(segments) = segments(body)? else { return Ok(module.to_vec()) };
            joined = Some(join(segments));
        }
        sections.push((kind, body));
        reader.at += length;
    }
    let Some(joined) = joined else { return Ok(module.to_vec()) };
    let count = unsigned(joined.len() as u64);
    let mut out = module[..8].to_vec();
    for (kind, body) in sections {
        let body = match kind {
            DATA => [count.clone(), joined.iter().flat_map(write).collect()].concat(),
            DATA_COUNT => count.clone(),
            _ => body.to_vec(),
        };
        out.push(kind);
        out.extend(unsigned(body.len() as u64));
        out.extend(body);
    }
    Ok(out)
}

/// The constants of a section; none if one of them has no fixed place.
fn segments(section: &[u8]) -> anyhow::Result<Option<Vec<Segment>>> {
    let mut reader = Reader { bytes: section, at: 0 };
    let mut segments = Vec::new();
    for _ in 0..reader.number()? {
        if reader.number()? != 0 || reader.byte()? != I32_CONST {
            return Ok(None);
        }
        let place = reader.place()?;
        if reader.byte()? != END {
            return Ok(None);
        }
        let length = reader.number()? as usize;
        let bytes = section.get(reader.at..reader.at + length).context("the module ends too early")?.to_vec();
        reader.at += length;
        segments.push(Segment { place, bytes });
    }
    Ok(Some(segments))
}

fn join(mut segments: Vec<Segment>) -> Vec<Segment> {
    segments.sort_by_key(|segment| segment.place);
    let mut joined: Vec<Segment> = Vec::new();
    for segment in segments {
        let near = joined.last_mut().and_then(|last| {
            let gap = (segment.place as usize).checked_sub(last.place as usize + last.bytes.len())?;
            (gap <= GAP).then_some((last, gap))
        });
        match near {
            Some((last, gap)) => {
                last.bytes.resize(last.bytes.len() + gap, 0);
                last.bytes.extend(segment.bytes);
            }
            None => joined.push(segment),
        }
    }
    joined
}

fn write(segment: &Segment) -> Vec<u8> {
    let place = signed(segment.place.cast_signed());
    let length = unsigned(segment.bytes.len() as u64);
    [&[0, I32_CONST][..], &place, &[END], &length, &segment.bytes].concat()
}

/// A number in LEB128.
fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// A number in signed LEB128.
fn signed(mut value: i32) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// Reads the binary format's primitives.
pub struct Reader<'a> {
    /// The module.
    pub bytes: &'a [u8],
    /// Where the next thing stands.
    pub at: usize,
}

impl Reader<'_> {
    /// The next byte.
    pub fn byte(&mut self) -> anyhow::Result<u8> {
        let byte = *self.bytes.get(self.at).context("the module ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned number in LEB128.
    pub fn number(&mut self) -> anyhow::Result<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).context("a number is too long")?;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// A place in memory: a number in signed LEB128, whose bits are those of the address.
    fn place(&mut self) -> anyhow::Result<u32> {
        let (mut value, mut shift) = (0_u32, 0);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift).context("a number is too long")?;
            shift += 7;
            if byte & 0x80 == 0 {
                let negative = byte & 0x40 != 0 && shift < 32;
                return Ok(if negative { value | u32::MAX << shift } else { value });
            }
        }
    }

    /// A name.
    pub fn text(&mut self) -> anyhow::Result<String> {
        let length = self.number()? as usize;
        let text = self.bytes.get(self.at..self.at + length).context("the module ends too early")?;
        self.at += length;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// Skips the limits of a table or memory.
    pub fn limits(&mut self) -> anyhow::Result<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with these constants and their number.
    fn module(constants: &[(i32, &[u8])]) -> Vec<u8> {
        let count = unsigned(constants.len() as u64);
        let mut data = count.clone();
        for (place, bytes) in constants {
            data.extend(write(&Segment { place: place.cast_unsigned(), bytes: bytes.to_vec() }));
        }
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        for (kind, body) in [(DATA_COUNT, count), (DATA, data), (0, vec![1, b'x', 9])] {
            out.push(kind);
            out.extend(unsigned(body.len() as u64));
            out.extend(body);
        }
        out
    }

    #[test]
    fn neighbours_become_one_and_what_is_far_stays_by_itself() {
        let before = module(&[(1_048_600, b"far"), (64, b"first"), (70, b"second"), (-8, b"last")]);
        let after = module(&[(64, b"first\0second"), (1_048_600, b"far"), (-8, b"last")]);
        assert_eq!(join_constants(&before).expect("reads"), after);
        assert_eq!(join_constants(&after).expect("reads"), after, "a second time changes nothing");
    }

    #[test]
    fn a_module_with_constants_elsewhere_is_left_alone() {
        // One constant whose place a global says.
        let mut other = b"\0asm\x01\0\0\0".to_vec();
        other.extend([DATA, 7, 1, 0, 0x23, 0, END, 1, b'x']);
        assert_eq!(join_constants(&other).expect("reads"), other);
        assert_eq!(join_constants(b"\0asm\x01\0\0\0").expect("reads"), b"\0asm\x01\0\0\0");
        let whole = module(&[(64, b"first")]);
        assert!(join_constants(&whole[..whole.len() - 6]).is_err(), "a torn file is told");
    }
}
