//! The crate's one integration binary: features, training, models from elsewhere, and what the strategy does with them.

mod advisor;
mod contract;
mod features;
mod killed;
mod market;
mod model;
mod onnx;
mod sample;
mod tape;
