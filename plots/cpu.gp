# What an operation costs the side on which the mode is: processor time, system calls and context switches.
# gnuplot -e "data='http-2ms-cpu.dat'; out='http-2ms-cpu.svg'" cpu.gp

load "style.gp"

set label 9 short(meta("split"), 110) at screen 0.985, screen 0.042 right @small_print
P = 6
across = 3
abscissa = "concurrency (lanes)"
other = strstrt(meta("figure"), "the server") ? "client" : "server"
array Title[6] = ["CPU (µs)", "CPU, user part (µs)", "CPU, system part (µs)", \
  "system calls, ".meta("calls"), "context switches", "CPU of the ".other." (µs)"]
array Column[6] = [2, 5, 8, 11, 14, 17]
array Low[6] = [3, 6, 9, 12, 15, 18]
array High[6] = [4, 7, 10, 13, 16, 19]
array Unit[6] = ["plain", "plain", "plain", "plain", "plain", "plain"]
load "panels.gp"
