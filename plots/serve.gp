# What serving takes in each mode, against the connections: throughput, latency, processor time, threads and memory.
# gnuplot -e "data='http-serve.dat'; out='http-serve.svg'" serve.gp

load "style.gp"

P = 6
across = 3
abscissa = "connections"
array Title[6] = ["operations/s", "p50", "p99", "server CPU per operation (µs)", "threads of the server", \
  "memory, median peak (MiB)"]
array Column[6] = [2, 5, 9, 13, 16, 19]
array Low[6] = [3, 7, 11, 14, 17, 20]
array High[6] = [4, 8, 12, 15, 18, 21]
array Unit[6] = ["rate", "span", "span", "plain", "rate", "mebibytes"]
load "panels.gp"
