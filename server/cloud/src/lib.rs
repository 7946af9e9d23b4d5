//! AWS behind the port [`ports::Cloud`]: the only crate that knows the AWS SDK.
//!
//! [`AwsCloud`] finds its endpoint and credentials the way every AWS tool does (environment, profile, container or instance role),
//! assumes the role of the cloud account that a call is for, spaces calls out per account and service, and turns whatever AWS answers
//! into a [`model::cause::CloudProblem`]. Which IAM actions that takes stands in one table, [`permission`].

mod arn;
mod aws;
mod balancer;
mod bucket;
mod calls;
mod change_set;
mod cluster;
mod database;
mod drift;
mod exists;
mod file_system;
mod http;
mod identity;
mod image;
mod log;
mod metric;
mod pace;
mod pages;
pub mod permission;
mod problem;
mod secret;
mod service;
mod session;
mod settings;
mod stack;
mod tag;
mod time;

pub use aws::AwsCloud;
pub use settings::CloudSettings;
