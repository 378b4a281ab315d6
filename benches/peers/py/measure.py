"""Time and memory of one contestant, as the line that compare.py reads; the counterpart of src/measure.rs."""
import json
import os
import resource
import time


def cpu():
    """User and system seconds of this process and of its children that have ended."""
    mine, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def clocked(call):
    start, wall = cpu(), time.perf_counter()
    result = call()
    return result, cpu() - start, time.perf_counter() - wall


def best(run, repeats, warm=0):
    """The result and the best times of so many runs, after so many that don't count."""
    for _ in range(warm):
        run()
    runs = [clocked(run) for _ in range(repeats)]
    assert all(one[0] == runs[0][0] for one in runs), "two runs on the same data came to different results"
    return min(runs, key=lambda one: one[1])


def bars(path, columns):
    """Columns of the bars' CSV as arrays of floats, without pandas."""
    import numpy

    names = ["timestamp", "open", "high", "low", "close", "volume"]
    wanted = [names.index(column) for column in columns]
    return numpy.loadtxt(path, delimiter=",", skiprows=1, usecols=wanted, unpack=True, ndmin=2)


def line(units, cpu_seconds, wall_seconds, result):
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(text.split()[1]) for text in status if text.startswith("VmHWM:"))
    peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps({"units": units, "cpu": cpu_seconds, "wall": wall_seconds, "peak_kib": peak, "result": result}))


def repeats(default):
    return int(os.environ.get("PEERS_REPEATS", default))
