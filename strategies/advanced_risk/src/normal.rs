//! The standard normal distribution: its density and its quantiles.

use std::f64::consts::PI;

/// The density at `z`.
pub(crate) fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / (2.0 * PI).sqrt()
}

/// The value that a share `p` of a standard normal variable stays below, for 10⁻¹¹ < `p` < 1 − 10⁻¹¹.
///
/// Rational approximations with a relative error of about 10⁻¹⁶, of which the ones for the far tails are left out.
/// Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), routine PPND16.
pub(crate) fn quantile(p: f64) -> f64 {
    let middle = p - 0.5;
    if middle.abs() <= 0.425 {
        let r = 0.180_625 - middle * middle;
        return middle * ratio(r, &CENTRE_OVER, &CENTRE_UNDER);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt() - 1.6;
    ratio(r, &TAIL_OVER, &TAIL_UNDER) * middle.signum()
}

/// A quotient of two polynomials, each with its highest coefficient first.
fn ratio(at: f64, over: &[f64], under: &[f64]) -> f64 {
    let polynomial = |coefficients: &[f64]| coefficients.iter().fold(0.0, |sum, c| sum * at + c);
    polynomial(over) / polynomial(under)
}

const CENTRE_OVER: [f64; 8] = [
    2_509.080_928_730_122_7,
    33_430.575_583_588_13,
    67_265.770_927_008_7,
    45_921.953_931_549_87,
    13_731.693_765_509_46,
    1_971.590_950_306_551_3,
    133.141_667_891_784_38,
    3.387_132_872_796_366_5,
];

const CENTRE_UNDER: [f64; 8] = [
    5_226.495_278_852_854,
    28_729.085_735_721_943,
    39_307.895_800_092_71,
    21_213.794_301_586_597,
    5_394.196_021_424_751,
    687.187_007_492_057_9,
    42.313_330_701_600_91,
    1.0,
];

const TAIL_OVER: [f64; 8] = [
    7.745_450_142_783_414e-4,
    0.022_723_844_989_269_184,
    0.241_780_725_177_450_6,
    1.270_458_252_452_368_4,
    3.647_848_324_763_204_5,
    5.769_497_221_460_691,
    4.630_337_846_156_546,
    1.423_437_110_749_683_5,
];

const TAIL_UNDER: [f64; 8] = [
    1.050_750_071_644_416_9e-9,
    5.475_938_084_995_345e-4,
    0.015_198_666_563_616_457,
    0.148_103_976_427_480_08,
    0.689_767_334_985_1,
    1.676_384_830_183_803_8,
    2.053_191_626_637_759,
    1.0,
];
