"""Measures matrix multiplications on request. Reads lines `m n k transpose_a transpose_b times` and prints milliseconds."""

import sys
import time

import torch

print(torch.__version__, torch.get_num_threads(), flush=True)
for line in sys.stdin:
    m, n, k, transpose_a, transpose_b, times = map(int, line.split())
    a = torch.randn(k, m).mT if transpose_a else torch.randn(m, k)
    b = torch.randn(n, k).mT if transpose_b else torch.randn(k, n)
    a @ b
    start = time.perf_counter()
    for _ in range(times):
        a @ b
    print((time.perf_counter() - start) * 1e3, flush=True)
