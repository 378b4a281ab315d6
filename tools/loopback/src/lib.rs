//! Servers for tests of delivery: private git over ssh and http, a private registry. On loopback only, and gone with their test.

mod agent;
mod customers;
mod desk;
mod git_http;
mod http;
mod packed;
mod programs;
mod registry;
mod repositories;
mod ssh_git;

pub use agent::Agent;
pub use customers::Customers;
pub use desk::Desk;
pub use git_http::HttpGit;
pub use programs::{find, output};
pub use registry::Registry;
pub use repositories::Repositories;
pub use ssh_git::SshGit;
