//! What a report tells beside the record: names, conventions, the configuration and the build.

/// Days in a year of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calendar {
    /// 365 where the curve has weekends, 252 where it has none.
    #[default]
    FromData,
    /// 365.
    Daily365,
    /// 252.
    Daily252,
}

/// What the record itself does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// What the run is called.
    pub title: String,
    /// Strategies with their versions, such as `grid 0.1.0`.
    pub strategies: Vec<String>,
    /// What data it ran over.
    pub data: String,
    /// The exact configuration.
    pub config: String,
    /// Conventions of the simulated fills: name and value.
    pub execution: Vec<(String, String)>,
    /// What the program was built from: name and value.
    pub build: Vec<(String, String)>,
    /// Days in a year of returns.
    pub calendar: Calendar,
    /// Bars the strategy needs before it decides; buy and hold is measured from the last of them.
    pub warm_up_bars: usize,
}
