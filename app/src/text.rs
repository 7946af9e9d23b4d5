//! Every sentence that a person reads, in English. Codes of the model become words here and nowhere else.

pub mod audit;
pub mod cause;
pub mod drift;
pub mod environment;
pub mod export;
pub mod fault;
pub mod form;
pub mod image;
pub mod log;
pub mod matrix;
pub mod metric;
pub mod operation;
pub mod page;
pub mod person;
pub mod plan;
pub mod platform;
pub mod preset;
pub mod revision;
pub mod role;
pub mod scale;
pub mod spec;
pub mod team;
