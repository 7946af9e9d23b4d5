//! The design system's parts. `/design` shows them in debug builds; their looks stand in `style/`.

mod badge;
mod callout;
mod choice;
mod code;
mod copy;
mod empty;
mod field;
mod frame;
mod icon;
mod key_value;
mod loaded;
mod page_head;
mod pagination;
mod select;
mod submit;
mod table;
mod theme;
mod time;

pub use badge::{Badge, Tone};
pub use callout::Callout;
pub use choice::{Choice, Choices};
pub use code::Code;
pub use copy::Copy;
pub use empty::Empty;
pub use field::{Check, Field};
pub use frame::{Frame, FrameFacts};
pub use icon::{Glyph, Icon};
pub use key_value::{KeyValue, KeyValues};
pub use loaded::{Loaded, Problem};
pub use page_head::{PageHead, Title};
pub use pagination::Pagination;
pub use select::Select;
pub use submit::{FormError, Submit};
pub use table::{Cell, Table};
pub use theme::ThemeToggle;
pub use time::Moment;
