"""Times matrix products on request: a line `batch m n k transpose_a transpose_b times` in, milliseconds out."""

import sys
import time

import torch

print(torch.__version__, torch.get_num_threads(), flush=True)
for line in sys.stdin:
    batch, m, n, k, transpose_a, transpose_b, times = map(int, line.split())
    a = torch.randn(batch, k, m).mT if transpose_a else torch.randn(batch, m, k)
    b = torch.randn(batch, n, k).mT if transpose_b else torch.randn(batch, k, n)
    if batch == 1:
        a, b = a[0], b[0]
    a @ b
    start = time.perf_counter()
    for _ in range(times):
        a @ b
    print((time.perf_counter() - start) * 1e3, flush=True)
