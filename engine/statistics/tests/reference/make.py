"""Reference values for the tests of this room, by other implementations than the room's own.

Run once with numpy 2.4, scipy 1.17 and arch 8.0:  python make.py > values.json
CSCV is written here from the paper, the long way: every half is put together and measured anew. Its figures were also held against the
package pypbo (rltrade-pypbo 0.0.3), which gave the same.
"""

import itertools
import json

import numpy as np
from arch.bootstrap import optimal_block_length
from scipy import stats


def sharpe(rows):
    return rows.mean(axis=0) / rows.std(axis=0, ddof=1)


def mean(rows):
    return rows.mean(axis=0)


def cscv(matrix, blocks, measure):
    """`matrix` has a row a period and a column a trial."""
    matrix = matrix[len(matrix) % blocks :]
    parts = np.split(matrix, blocks)
    trained, tested, ranks, everything = [], [], [], []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        others = [part for part in range(blocks) if part not in chosen]
        inside = measure(np.concatenate([parts[part] for part in chosen]))
        outside = measure(np.concatenate([parts[part] for part in others]))
        best = int(np.argmax(inside))
        trained.append(inside[best])
        tested.append(outside[best])
        ranks.append(stats.rankdata(outside)[best] / (matrix.shape[1] + 1))
        everything.extend(outside)
    ranks, tested = np.array(ranks), np.array(tested)
    logits = np.log(ranks / (1 - ranks))
    line = stats.linregress(trained, tested)
    levels = np.sort(np.concatenate([tested, everything]))
    below = lambda values: np.searchsorted(np.sort(values), levels, side="right") / len(values)
    gap = below(tested) - below(everything)
    area = np.concatenate([[0], np.cumsum(gap[:-1] * np.diff(levels))])
    return {
        "splits": len(ranks),
        "probability": float(np.mean(logits <= 0)),
        "loss": float(np.mean(tested < 0)),
        "slope": float(line.slope),
        "intercept": float(line.intercept),
        "mean_logit": float(logits.mean()),
        "first": bool(np.all(gap <= 1e-12)),
        "second": bool(np.all(area <= 1e-12)),
    }


def overfitting():
    draw = np.random.default_rng(7)
    luck = np.round(draw.normal(0, 0.01, (250, 8)), 6)
    skill = np.round(draw.normal(0, 0.01, (160, 5)) + np.array([0, 0, 0, 0, 0.003]), 6)
    # Two equal trials, so that ranks are shared.
    equal = np.round(draw.standard_t(4, (96, 4)) / 100, 6)
    equal[:, 3] = equal[:, 1]
    cases = []
    for name, matrix, blocks in [("luck", luck, 8), ("skill", skill, 16), ("equal", equal, 6)]:
        for label, measure in [("sharpe", sharpe), ("mean", mean)]:
            cases.append({
                "name": f"{name}, {label}",
                "trials": matrix.T.tolist(),
                "blocks": blocks,
                "measure": label,
                "expected": cscv(matrix, blocks, measure),
            })
    return cases


def block_lengths():
    draw = np.random.default_rng(11)
    cases = []
    for name, persistence, length in [
        ("white", 0.0, 200), ("positive", 0.6, 300), ("strong", 0.93, 250), ("negative", -0.5, 200), ("short", 0.3, 40)
    ]:
        values, last = [], 0.0
        for shock in draw.normal(0, 1, length):
            last = persistence * last + shock
            values.append(round(last, 5))
        values = np.array(values)
        cases.append({
            "name": name,
            "values": values.tolist(),
            "stationary": float(optimal_block_length(values)["stationary"].iloc[0]),
        })
    return cases


def shapes():
    draw = np.random.default_rng(13)
    cases = []
    for values in [draw.normal(0, 1, 30), draw.gamma(2, 1, 50), draw.standard_t(3, 40)]:
        values = np.round(values, 5)
        cases.append({
            "values": values.tolist(),
            "skewness": float(stats.skew(values)),
            "kurtosis": float(stats.kurtosis(values, fisher=False)),
            "deviation": float(values.std(ddof=1)),
            "quantile": float(np.quantile(values, 0.05)),
        })
    return cases


def normal():
    shares = [1e-300, 1e-40, 1e-12, 0.001, 0.05, 0.07, 0.3, 0.5, 0.95, 0.99, 1 - 1e-10]
    places = [-30.0, -8.0, -2.5, -1.0, 0.0, 0.3, 2.0, 6.0]
    return {
        "quantile": [[share, float(stats.norm.ppf(share))] for share in shares],
        "cdf": [[place, float(stats.norm.cdf(place))] for place in places],
    }


def correlations():
    draw = np.random.default_rng(17)
    common = draw.normal(0, 1, (60, 1))
    matrix = np.round(0.5 * common + draw.normal(0, 1, (60, 6)), 5)
    table = np.corrcoef(matrix.T)
    pairs = table[np.triu_indices(6, 1)]
    return {"trials": matrix.T.tolist(), "mean": float(pairs.mean()), "first": float(table[0, 1])}


print(json.dumps({
    "overfitting": overfitting(),
    "block_length": block_lengths(),
    "shape": shapes(),
    "normal": normal(),
    "correlation": correlations(),
}, separators=(",", ":")))
