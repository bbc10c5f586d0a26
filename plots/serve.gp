# What serving costs in each mode, against the lanes: throughput, latency, CPU time, threads and memory.
# gnuplot -e "data='http-serve.dat'; out='http-serve.svg'" serve.gp

load "style.gp"

P = 6
array Title[6] = [is_column ? "op/s" : "operations/s", "p50", "p99", "CPU/op (µs)", "threads", "peak (MiB)"]
array Column[6] = [2, 5, 9, 13, 16, 19]
array Low[6] = [3, 7, 11, 14, 17, 20]
array High[6] = [4, 8, 12, 15, 18, 21]
array Unit[6] = ["plain", "span", "span", "plain", "count", "mebibytes"]
# served_in_part, which the data have where not all lanes were served.
served_column = 22
void = strlen(partly) ? remark("hollow: only some lanes were served") : 0
void = remark("of the server: CPU time per operation, threads, peak memory")
load "panels.gp"
