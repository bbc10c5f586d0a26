# What an operation costs the side on which the mode is: processor time, system calls and context switches.
# gnuplot -e "data='http-2ms-cpu.dat'; out='http-2ms-cpu.svg'" cpu.gp

load "style.gp"

P = 6
other = meta("side") eq "server" ? "client" : "server"
array Title[6] = ["CPU (µs)", "CPU, user (µs)", "CPU, system (µs)", "system calls", "context switches", \
  other." CPU (µs)"]
array Column[6] = [2, 5, 8, 11, 14, 17]
array Low[6] = [3, 6, 9, 12, 15, 18]
array High[6] = [4, 7, 10, 13, 16, 19]
array Unit[6] = ["plain", "plain", "plain", "plain", "plain", "plain"]
void = remark("per operation; system calls: ".(meta("calls") eq "own wrappers only" ? "own wrappers only" : "all, ".meta("calls")))
load "panels.gp"
