"""Writes sobol.txt beside this file: the Sobol' sequence as SciPy has it (run once with SciPy 1.14.1).

A row is the number of a point and five of its coordinates (axes 1, 2, 3, 8, 32) in 2^-32. The row 999 is the sum of all
coordinates of 64 points, and the sum of each coordinate modulo (row + axis + 7).
"""
import pathlib

import numpy as np
from scipy.stats import qmc

points = (qmc.Sobol(32, scramble=False, bits=32).random(64) * 2**32).astype(np.uint64)
rows = [[at, *points[at, [0, 1, 2, 7, 31]]] for at in [*range(1, 8), 21, 42, 63]]
modulo = np.add.outer(np.arange(64), np.arange(32)) + 7
rows.append([999, points.sum(), (points % modulo.astype(np.uint64)).sum()])
text = "".join(" ".join(str(int(number)) for number in row) + "\n" for row in rows)
pathlib.Path(__file__).with_suffix(".txt").write_text(text)
