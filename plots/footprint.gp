# What a mode takes of its process, whatever it does: threads and memory against concurrency.
# gnuplot -e "data='http-2ms-footprint.dat'; out='http-2ms-footprint.svg'" footprint.gp

load "style.gp"

P = 2
array Title[2] = ["threads, peak", is_column ? "peak (MiB)" : "memory, median peak (MiB)"]
array Column[2] = [2, 5]
array Low[2] = [3, 6]
array High[2] = [4, 7]
array Unit[2] = ["count", "mebibytes"]
load "panels.gp"
