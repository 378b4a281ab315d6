#!/usr/bin/env python3
"""Trains a small neural network on daily bars and writes it as ONNX for the strategy `ai_strategy`.

It needs Python 3.10 or later with `numpy` and `onnx`:

    python3 -m venv venv && venv/bin/pip install numpy onnx
    venv/bin/python examples/python/train_onnx.py --out mlp.onnx

Then name the file under [strategy.params] of a configuration: model = "mlp.onnx".

The features have the names and meanings of the strategy's own (`FEATURES` in strategies/ai_strategy/src/features.rs); the
file names them in its metadata, so that the strategy feeds them in that order. It also says which bars it was trained on, so
that a backtest can leave them out (`only_unseen = true`), of which symbol they were, and that they were days: on bars of another
length the strategy opens nothing.

The network has one hidden layer of eight units and says the probability that the next close is higher. What it is worth is
printed for the bars that it was not trained on. It is an example of the way, and not an edge.
"""

import argparse
import csv
import datetime
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FEATURES = ["roc_1", "roc_5", "roc_20", "from_sma_50", "deviation_20", "donchian_20", "bar_position"]
WARM_UP = 50
DAY = 86_400_000_000_000


def read_bars(path):
    """Close times in nanoseconds since 1970, and columns open, high, low, close, of a file with a column `date`."""
    times, rows = [], []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.date.fromisoformat(row["date"]) - datetime.date(1970, 1, 1)
            times.append((day.days + 1) * DAY)
            rows.append([float(row[name]) for name in ("open", "high", "low", "close")])
    return np.array(times), np.array(rows)


def features(bars):
    """One row a bar, from bar WARM_UP on; nothing of a later bar is in it."""
    high, low, close = bars[:, 1], bars[:, 2], bars[:, 3]
    change = lambda at, over: 100.0 * (close[at] / close[at - over] - 1.0)
    rows = []
    for at in range(WARM_UP, len(bars)):
        lowest, highest = low[at - 19 : at + 1].min(), high[at - 19 : at + 1].max()
        mean = close[at - 49 : at + 1].mean()
        rows.append(
            [
                change(at, 1),
                change(at, 5),
                change(at, 20),
                100.0 * (close[at] - mean) / mean,
                np.std([change(one, 1) for one in range(at - 19, at + 1)]),
                (close[at] - lowest) / (highest - lowest) if highest > lowest else 0.5,
                (close[at] - low[at]) / (high[at] - low[at]) if high[at] > low[at] else 0.5,
            ]
        )
    return np.array(rows)


def train(inputs, labels, hidden=8, passes=3000, rate=0.05, ridge=1e-3, seed=1):
    """Gradient descent on the logistic loss of tanh units; the same seed gives the same network."""
    draws = np.random.default_rng(seed)
    first = draws.normal(0.0, 0.5, (inputs.shape[1], hidden))
    first_bias = np.zeros(hidden)
    second = draws.normal(0.0, 0.5, (hidden, 1))
    second_bias = np.zeros(1)
    for _ in range(passes):
        units = np.tanh(inputs @ first + first_bias)
        said = 1.0 / (1.0 + np.exp(-(units @ second + second_bias)))
        error = (said - labels[:, None]) / len(labels)
        back = (error @ second.T) * (1.0 - units**2)
        second -= rate * (units.T @ error + ridge * second)
        second_bias -= rate * error.sum(0)
        first -= rate * (inputs.T @ back + ridge * first)
        first_bias -= rate * back.sum(0)
    return first, first_bias, second, second_bias


def to_onnx(mean, scale, network, trained, symbol):
    """The network behind its standardisation, in operators that the strategy knows."""
    names = ["mean", "scale", "first", "first_bias", "second", "second_bias"]
    constants = [
        numpy_helper.from_array(np.asarray(value, dtype=np.float32), name)
        for name, value in zip(names, [mean, scale, *network])
    ]
    nodes = [
        helper.make_node("Sub", ["features", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["standard"]),
        helper.make_node("Gemm", ["standard", "first", "first_bias"], ["hidden"]),
        helper.make_node("Tanh", ["hidden"], ["units"]),
        helper.make_node("Gemm", ["units", "second", "second_bias"], ["log_odds"]),
        helper.make_node("Sigmoid", ["log_odds"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "mlp",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, len(FEATURES)])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, 1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    notes = {
        "features": ",".join(FEATURES),
        "output": "probability",
        "trained_from": str(trained[0]),
        "trained_to": str(trained[1]),
        "symbol": symbol,
        "interval_nanos": str(DAY),
    }
    helper.set_model_props(model, notes)
    onnx.checker.check_model(model)
    return model


def say(network, standard):
    """The probability for each standardised row."""
    first, first_bias, second, second_bias = network
    units = np.tanh(standard @ first + first_bias)
    return (1.0 / (1.0 + np.exp(-(units @ second + second_bias))))[:, 0]


def main():
    sample = pathlib.Path(__file__).resolve().parent.parent / "data" / "btcusdt_1d.csv"
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", default=sample, help="bars as CSV with date, open, high, low and close")
    parser.add_argument("--symbol", default="BTCUSDT", help="whose bars these are")
    parser.add_argument("--out", default="mlp.onnx", help="where the model goes")
    parser.add_argument("--share", type=float, default=0.7, help="the share of the bars to train on")
    parser.add_argument("--reference", help="also write a few rows with what the model says, for tests")
    args = parser.parse_args()

    times, bars = read_bars(args.data)
    rows = features(bars)[:-1]
    labels = (bars[WARM_UP + 1 :, 3] > bars[WARM_UP:-1, 3]).astype(float)
    border = int(len(rows) * args.share)
    # One row between training and test: its label is the test's first close.
    known = slice(0, border - 1)
    mean, scale = rows[known].mean(0), rows[known].std(0)
    standard = (rows - mean) / scale
    network = train(standard[known], labels[known])
    trained = (times[WARM_UP], times[WARM_UP + border - 2])
    onnx.save(to_onnx(mean, scale, network, trained, args.symbol), args.out)

    said = say(network, standard)
    right = ((said[border:] > 0.5) == (labels[border:] > 0.5)).mean()
    print(f"{args.out}: {border - 1} rows of training; on the {len(rows) - border} after them")
    print(f"{100 * right:.1f} % of directions right, always up {100 * labels[border:].mean():.1f} %")
    if args.reference:
        picked = range(0, len(rows), 97)
        lines = [
            {"time": int(times[WARM_UP + at]), "features": rows[at].tolist(), "probability": float(said[at])}
            for at in picked
        ]
        with open(args.reference, "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")


if __name__ == "__main__":
    main()
