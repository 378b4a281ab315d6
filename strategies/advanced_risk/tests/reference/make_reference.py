"""Makes reference.json, which the tests of this crate hold its arithmetic against.

Needs the libraries of LIBRARIES, in versions that reference.json names; empyrical is empyrical-reloaded there:

    python make_reference.py [daily bars of BTCUSDT as CSV]

`single` are the simple returns of 120 closes of the sample that ships with the engine (examples/data/btcusdt_1d.csv).
`several` are six made-up correlated series: no market's prices, but a sum of shared and own normal draws from the
generator below, which gives the same numbers with every version of every library.
"""

import json
import math
import sys
import warnings
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import empyrical
import numpy as np
import pandas as pd
import scipy.cluster.hierarchy as sch
from financetoolkit.risk import cvar_model, var_model
from pypfopt import EfficientFrontier, HRPOpt
from scipy import stats
from sklearn.covariance import ledoit_wolf

# The square of distances is meant as columns to compare, not as distances.
warnings.simplefilter("ignore", sch.ClusterWarning)
HERE = Path(__file__).resolve().parent
SAMPLE = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "../../../../examples/data/btcusdt_1d.csv"
LIBRARIES = ["financetoolkit", "empyrical-reloaded", "pyportfolioopt", "scikit-learn", "scipy", "numpy", "pandas"]
CONFIDENCES = [0.9, 0.95, 0.975, 0.99]
LAMBDAS = [0.94, 0.97]


class Draws:
    """Normal draws: a linear congruential generator (Knuth's MMIX constants) under the Box-Muller transform."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return ((self.state >> 11) + 0.5) / 2**53

    def normal(self):
        radius = math.sqrt(-2 * math.log(self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def several_series(rows=160):
    """Two groups that share a factor each, one series on its own, and one that mirrors the first group."""
    draws = Draws(20161)
    loads = [(0.02, 0, 0.006), (0.03, 0, 0.012), (0.015, 1, 0.008), (0.02, 1, 0.01), (0, 0, 0.018), (-0.008, 0, 0.02)]
    series = []
    for _ in range(rows):
        factors = [draws.normal(), draws.normal()]
        series.append([load * factors[which] + own * draws.normal() for load, which, own in loads])
    return np.array(series)


def tails(returns):
    mean, deviation = returns.mean(), returns.std(ddof=1)
    skew, kurtosis = stats.skew(returns), stats.kurtosis(returns)
    found = []
    for confidence in CONFIDENCES:
        tail = round(1 - confidence, 6)
        z = stats.norm.ppf(tail)
        weight = stats.norm.pdf(z) / tail
        bent = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skew**2 / 36
        stretch = 1 + z * skew / 6 + (z**2 - 1) * kurtosis / 24 - (2 * z**2 - 1) * skew**2 / 36
        # The mean of the bent quantiles over the tail, by quadrature: it has to agree with the closed form.
        points = (np.arange(2_000_000) + 0.5) * tail / 2_000_000
        q = stats.norm.ppf(points)
        bends = q + (q**2 - 1) * skew / 6 + (q**3 - 3 * q) * kurtosis / 24 - (2 * q**3 - 5 * q) * skew**2 / 36
        assert abs(bends.mean() + weight * stretch) < 1e-4, (bends.mean(), -weight * stretch)
        found.append(
            {
                "confidence": confidence,
                "var_historical": -empyrical.value_at_risk(returns, tail),
                "es_historical": -empyrical.conditional_value_at_risk(returns, tail),
                "var_parametric": -mean - z * deviation,
                "es_parametric": -mean + weight * deviation,
                "var_cornish_fisher": -mean - bent * deviation,
                "es_cornish_fisher": -mean + weight * stretch * deviation,
            }
        )
    a, b, c = kurtosis / 8 - skew**2 / 6, skew / 3, 1 - kurtosis / 8 + 5 * skew**2 / 36
    slope = np.polyval([a, b, c], np.linspace(-50, 50, 1_000_001))
    return {"skewness": skew, "excess_kurtosis": kurtosis, "monotone": bool((slope >= 0).all()), "tails": found}


def tails_of_library(returns):
    """All six figures by the Finance Toolkit.

    It takes losses as negative numbers, and skewness and kurtosis without their bias (as pandas does), where this crate takes those
    of the population. Its expected shortfall by Cornish and Fisher is a sum over a million slices of the tail.
    """
    returns, found = pd.Series(returns), []
    for confidence in CONFIDENCES:
        tail = round(1 - confidence, 6)
        found.append(
            {
                "confidence": confidence,
                "var_historical": -var_model.get_var_historic(returns, tail),
                "es_historical": -cvar_model.get_cvar_historic(returns, tail),
                "var_parametric": -var_model.get_var_gaussian(returns, tail),
                "es_parametric": -cvar_model.get_cvar_gaussian(returns, tail),
                "var_cornish_fisher": -var_model.get_var_cornish_fisher(returns, tail),
                "es_cornish_fisher": -cvar_model.get_cvar_cornish_fisher(returns, tail, 1_000_000),
            }
        )
    return found


def single(closes):
    returns = closes[1:] / closes[:-1] - 1
    squares = pd.Series(returns**2)
    ewma = {str(l): math.sqrt(squares.ewm(alpha=1 - l, adjust=False).mean().iloc[-1]) for l in LAMBDAS}
    return {
        "returns": list(returns),
        "ewma": ewma,
        "kelly": returns.mean() / returns.var(ddof=1),
        **tails(returns),
        "tails_of_library": tails_of_library(returns),
    }


def min_variance(covariance):
    """Exactly: of all subsets whose unbounded solution is not negative, the one of least variance."""
    size = len(covariance)
    best, least = None, math.inf
    for count in range(1, size + 1):
        for members in combinations(range(size), count):
            inner = np.linalg.solve(covariance[np.ix_(members, members)], np.ones(count))
            weights = np.zeros(size)
            weights[list(members)] = inner / inner.sum()
            variance = weights @ covariance @ weights
            if (weights >= 0).all() and variance < least:
                best, least = weights, variance
    by_library = EfficientFrontier(None, pd.DataFrame(covariance), weight_bounds=(0, 1)).min_volatility()
    assert np.abs(np.array(list(by_library.values())) - best).max() < 1e-4, (by_library, best)
    return list(best)


def hrp(covariance):
    """Clusters as in the paper's code: by the Euclidean distance of the columns of distances, single linkage."""
    deviations = np.sqrt(np.diag(covariance))
    correlation = np.clip(covariance / np.outer(deviations, deviations), -1, 1)
    distance = np.sqrt((1 - correlation) / 2)
    np.fill_diagonal(distance, 0)
    order = HRPOpt._get_quasi_diag(sch.linkage(pd.DataFrame(distance).values, "single"))
    weights = HRPOpt._raw_hrp_allocation(pd.DataFrame(covariance), order)
    return {"order": [int(at) for at in order], "weights": [float(weights[at]) for at in range(len(covariance))]}


def several(returns):
    sample = np.cov(returns.T)
    shrunk, shrinkage = ledoit_wolf(returns)
    found = {"returns": returns.tolist(), "correlation": np.corrcoef(returns.T).tolist(), "shrinkage": float(shrinkage)}
    for name, covariance in [("sample", sample), ("ledoit_wolf", shrunk)]:
        found[name] = {
            "covariance": covariance.tolist(),
            "min_variance": min_variance(covariance),
            "hrp": hrp(covariance),
        }
    return found


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, np.floating) else value


closes = pd.read_csv(SAMPLE)["close"].to_numpy()
reference = {
    "libraries": {name: version(name) for name in LIBRARIES},
    "calm": single(closes[700:821]),
    "wild": single(closes[880:1001]),
    "several": several(several_series()),
}
(HERE / "reference.json").write_text(json.dumps(plain(reference), indent=1) + "\n")
for name in ["calm", "wild"]:
    print(name, {key: reference[name][key] for key in ["skewness", "excess_kurtosis", "monotone", "kelly", "ewma"]})
for name in ["sample", "ledoit_wolf"]:
    print(name, reference["several"][name]["min_variance"], reference["several"][name]["hrp"])
print("shrinkage", reference["several"]["shrinkage"])
