//! The two models' closed forms: how far from the mid to quote, and how far to shift for the inventory. Pure
//! arithmetic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which closed form gives the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Avellaneda and Stoikov 2008: a horizon, and a spread that does not depend on how many orders arrive.
    #[default]
    AvellanedaStoikov,
    /// Guéant, Lehalle and Fernandez-Tapia 2013: no horizon, but the number of arriving orders counts.
    Glft,
}

/// What a model is told. Any unit of price and of quantity will do, as long as all of it is in the same ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Inputs {
    /// Risk aversion γ, per unit of price and of quantity.
    pub(crate) gamma: f64,
    /// Variance of the price per second, σ².
    pub(crate) variance: f64,
    /// Seconds until the end, T − t.
    pub(crate) time_left: f64,
    /// How fast arrivals thin out with the distance, κ, per unit of price.
    pub(crate) kappa: f64,
    /// Arrivals per second and side at no distance, A.
    pub(crate) intensity: f64,
}

/// What a model says: bid = s − skew·q − half, ask = s − skew·q + half, for the mid s and the inventory q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    /// Half of the spread.
    pub(crate) half: f64,
    /// How far one unit of inventory moves the reservation price away from the mid.
    pub(crate) skew: f64,
}

impl Model {
    /// The shape of the quotes.
    ///
    /// - Avellaneda and Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8(3), 2008,
    ///   equations (29) and (30): reservation price r = s − q·γ·σ²·(T − t), spread γ·σ²·(T − t) + (2/γ)·ln(1 + γ/κ).
    /// - Guéant, Lehalle and Fernandez-Tapia, "Dealing with the inventory risk", Mathematics and Financial Economics
    ///   7(4), 2013 (arXiv:1105.3115), section 4: δᵇ(q) ≈ (1/γ)·ln(1 + γ/κ) + (2q + 1)/2·C and
    ///   δᵃ(q) ≈ (1/γ)·ln(1 + γ/κ) − (2q − 1)/2·C with C = √(σ²·γ/(2·κ·A)·(1 + γ/κ)^(1 + κ/γ)).
    pub(crate) fn shape(self, inputs: &Inputs) -> Shape {
        let Inputs { gamma, variance, time_left, kappa, intensity } = *inputs;
        let log = (gamma / kappa).ln_1p();
        let risk = match self {
            Self::AvellanedaStoikov => gamma * variance * time_left,
            Self::Glft => {
                let power = ((1.0 + kappa / gamma) * log).exp();
                (variance * gamma / (2.0 * kappa * intensity) * power).sqrt()
            }
        };
        Shape { half: log / gamma + risk / 2.0, skew: risk }
    }
}

impl Shape {
    /// Whether it is one that prices can be worked out from.
    pub(crate) const fn is_sound(self) -> bool {
        self.half.is_finite() && self.skew.is_finite() && self.half >= 0.0 && self.skew >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parameters of the simulations in section 3.3 of the 2008 paper: s = 100, σ = 2, T = 1, k = 1.5, A = 140.
    fn paper_2008(gamma: f64, time_left: f64) -> Shape {
        let inputs = Inputs { gamma, variance: 4.0, time_left, kappa: 1.5, intensity: 140.0 };
        Model::AvellanedaStoikov.shape(&inputs)
    }

    /// Those of the figures of the 2013 paper: k = 0.3 per tick, γ = 0.01 per tick.
    fn paper_2013(sigma: f64, intensity: f64) -> Inputs {
        Inputs { gamma: 0.01, variance: sigma * sigma, time_left: 600.0, kappa: 0.3, intensity }
    }

    fn near(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 5e-7 * expected.abs().max(1.0), "{actual}, expected {expected}");
    }

    #[test]
    fn avellaneda_stoikov_gives_the_numbers_worked_by_hand() {
        // γ = 0.1: (2/γ)·ln(1 + γ/κ) = 20·ln(16/15) = 20·0.064 538 521 = 1.290 770; γσ²(T−t) = 0.4 at the start.
        let start = paper_2008(0.1, 1.0);
        near(2.0 * start.half, 1.690_770_4);
        near(start.skew, 0.4);
        // Long one unit: r = 100 − 0.4 = 99.6, quoted 98.754 615 and 100.445 385.
        near(100.0 - start.skew - start.half, 98.754_614_8);
        near(100.0 - start.skew + start.half, 100.445_385_2);
        // Averaged over the session, as in the paper's tables: 1.49 for γ = 0.1 and 1.35 for γ = 0.01.
        near(2.0 * paper_2008(0.1, 0.5).half, 1.490_770_4);
        near(2.0 * paper_2008(0.01, 0.5).half, 1.348_907_9);
        // At the end nothing but the arrivals counts.
        near(2.0 * paper_2008(0.5, 0.0).half, 4.0 * (4.0_f64 / 3.0).ln());
        near(paper_2008(0.5, 0.0).skew, 0.0);
    }

    #[test]
    fn glft_gives_the_numbers_worked_by_hand() {
        // ln(1 + 1/30) = 0.032 789 823, so (1/γ)·ln(1 + γ/κ) = 3.278 982 3 ticks and (31/30)³¹ = e^1.016 484 5 =
        // 2.763 463. σ = 0.3, A = 0.9: C² = 0.09·0.01/(2·0.3·0.9)·2.763 463 = 0.004 605 77, C = 0.067 865 8.
        let shape = Model::Glft.shape(&paper_2013(0.3, 0.9));
        near(shape.skew, 0.067_865_8);
        near(shape.half, 3.278_982_3 + 0.067_865_8 / 2.0);
        // σ = 1, A = 0.2: C² = 0.01/0.12·2.763 463 = 0.230 288 6, C = 0.479 884.
        near(Model::Glft.shape(&paper_2013(1.0, 0.2)).skew, 0.479_884);
    }

    /// Theorem 2 of the 2013 paper: the exact quotes far from the end come from the eigenvector f⁰ of the smallest
    /// eigenvalue of a tridiagonal matrix. The closed form is an approximation of them that is good near no inventory.
    #[test]
    fn glft_is_close_to_the_exact_asymptotic_quotes_of_the_paper() {
        const MOST: usize = 30;
        for (sigma, intensity) in [(0.3, 0.9), (0.4, 0.9), (1.0, 0.2)] {
            let inputs = paper_2013(sigma, intensity);
            let Inputs { gamma, kappa, variance, .. } = inputs;
            let alpha = kappa / 2.0 * gamma * variance;
            let eta = intensity * (1.0 + gamma / kappa).powf(-(1.0 + kappa / gamma));
            let risk = |place: usize| alpha * (place as f64 - MOST as f64).powi(2);
            // Power iteration on (largest − M), whose dominant eigenvector is f⁰.
            let largest = risk(0) + 2.0 * eta;
            let mut f = [1.0_f64; 2 * MOST + 1];
            for _ in 0..200_000 {
                let was = f;
                let at = |place: Option<usize>| place.and_then(|p| was.get(p)).copied().unwrap_or(0.0);
                for (place, value) in f.iter_mut().enumerate() {
                    let beside = at(place.checked_sub(1)) + at(Some(place + 1));
                    *value = (largest - risk(place)) * at(Some(place)) + eta * beside;
                }
                let norm = f.iter().map(|v| v * v).sum::<f64>().sqrt();
                f.iter_mut().for_each(|value| *value /= norm);
            }
            let shape = Model::Glft.shape(&inputs);
            for q in -3_i32..=3 {
                let place = (MOST as i32 + q) as usize;
                let exact = (gamma / kappa).ln_1p() / gamma + (f[place] / f[place + 1]).ln() / kappa;
                let closed = shape.half + shape.skew * f64::from(q);
                assert!((exact - closed).abs() < 0.05 * exact.abs(), "σ {sigma} q {q}: {exact} {closed}");
            }
        }
    }

    fn inputs() -> impl Strategy<Value = Inputs> {
        let log = |low: f64, high: f64| (low.ln()..high.ln()).prop_map(f64::exp);
        (log(1e-4, 10.0), log(1e-4, 100.0), log(1.0, 1e5), log(1e-3, 50.0), log(1e-3, 1e3)).prop_map(
            |(gamma, variance, time_left, kappa, intensity)| Inputs {
                gamma,
                variance,
                time_left,
                kappa,
                intensity,
            },
        )
    }

    proptest! {
        #[test]
        fn more_inventory_means_a_lower_reservation_price(
            inputs in inputs(), q in -50.0..50.0_f64, more in 0.01..10.0_f64,
        ) {
            for model in [Model::AvellanedaStoikov, Model::Glft] {
                let shape = model.shape(&inputs);
                prop_assert!(-shape.skew * (q + more) < -shape.skew * q, "{shape:?}");
            }
        }

        /// What γ weighs is risk: the part of the spread that is there for risk, and the skew, always grow with it.
        /// The other part, (2/γ)·ln(1 + γ/κ), shrinks as γ grows, since a risk-averse maker is content with less per
        /// trade; so the whole spread of Avellaneda and Stoikov widens for every γ only where σ²(T−t) ≥ 1/κ².
        #[test]
        fn more_risk_aversion_means_more_skew_and_where_risk_matters_a_wider_spread(
            inputs in inputs(), more in 1.01..5.0_f64,
        ) {
            let averse = Inputs { gamma: inputs.gamma * more, ..inputs };
            for model in [Model::AvellanedaStoikov, Model::Glft] {
                prop_assert!(model.shape(&averse).skew > model.shape(&inputs).skew);
            }
            if inputs.variance * inputs.time_left >= 1.0 / (inputs.kappa * inputs.kappa) {
                let [less, more] = [inputs, averse].map(|inputs| Model::AvellanedaStoikov.shape(&inputs).half);
                prop_assert!(more > less, "{more} {less}");
            }
        }

        #[test]
        fn more_volatility_means_wider_and_denser_arrivals_mean_nearer(inputs in inputs(), more in 1.01..5.0_f64) {
            let wild = Inputs { variance: inputs.variance * more, ..inputs };
            let dense = Inputs { intensity: inputs.intensity * more, ..inputs };
            for model in [Model::AvellanedaStoikov, Model::Glft] {
                prop_assert!(model.shape(&inputs).is_sound());
                prop_assert!(model.shape(&wild).half > model.shape(&inputs).half);
            }
            prop_assert!(Model::Glft.shape(&dense).half < Model::Glft.shape(&inputs).half);
        }
    }
}
