#!/usr/bin/env python3
"""Writes small ONNX models of scikit-learn beside this file, with what onnxruntime says of a few rows.

It needs `numpy`, `scikit-learn`, `skl2onnx` and `onnxruntime`. The data are made up; what counts is that the strategy works
out every operator as onnxruntime does.
"""

import json
import pathlib

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
MODELS = {
    "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(n_estimators=5, max_depth=3, random_state=1),
    "boosting": GradientBoostingClassifier(n_estimators=8, max_depth=2, random_state=1),
    "network": make_pipeline(StandardScaler(), MLPClassifier((6,), max_iter=300, random_state=1)),
}


def main():
    draws = np.random.default_rng(7)
    rows = draws.normal(0.0, 2.0, (400, 4)).astype(np.float32)
    labels = (rows[:, 0] - 0.5 * rows[:, 1] + rows[:, 2] * rows[:, 3] + draws.normal(0, 1, 400) > 0).astype(int)
    asked = draws.normal(0.0, 3.0, (12, 4)).astype(np.float32)
    said = {}
    for name, model in MODELS.items():
        model.fit(rows, labels)
        proto = to_onnx(model, rows[:1], options={"zipmap": name == "forest"}, target_opset=17)
        (HERE / f"{name}.onnx").write_bytes(proto.SerializeToString())
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        answers = []
        for row in asked:
            last = session.run(None, {session.get_inputs()[0].name: row[None, :]})[-1]
            answers.append(float(last[0][1]))
        said[name] = answers
    document = {"rows": [[float(value) for value in row] for row in asked], "probabilities": said}
    (HERE / "sklearn_models.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
