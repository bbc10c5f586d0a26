# Throughput over that of blocking at the same concurrency, round by round.
# gnuplot -e "data='http-2ms-speedup.dat'; out='http-2ms-speedup.svg'" speedup.gp

load "style.gp"
room = 0.055
tics = 8
load "concurrency.gp"

set ylabel "throughput ÷ throughput of blocking"
low = low < 1 ? low : 1
high = high > 1 ? high : 1
label(v) = rate(v)
load "scale.gp"
reference = "blocking"
reference_end = 1
load "ends.gp"

set arrow 2 from graph 0, first 1 to graph 1, first 1 nohead linewidth 1.2 linecolor rgb "#000000" dashtype 3 back
plot keyentry with lines linewidth 1.2 linecolor rgb "#000000" dashtype 3 title direct ? "" : "blocking", \
  for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 with @bars notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):2 with @curve title key(m)
