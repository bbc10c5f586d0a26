# Throughput against concurrency, with the ideal, lanes ÷ service time; where nothing waits, null is the harness alone.
# gnuplot -e "data='http-2ms-throughput.dat'; out='http-2ms-throughput.svg'" throughput.gp

load "style.gp"
room = 0.055
tics = 8
load "concurrency.gp"

set ylabel "throughput (operations/s)"
label(v) = rate(v)
load "scale.gp"
reference = ideal == N ? "" : "ideal"
if (ideal < N) { stats data index ideal every ::1 using 2 nooutput; reference_end = STATS_max }
load "ends.gp"

# Drawn where the data have it.
thin = 'linewidth 1.2 linecolor rgb "#808080" dashtype 2'
places = ', data index ideal using (place($1) - 0.45):2:(0.9):(0) with vectors nohead @thin title "ideal"'
line = ', data index ideal using 1:2 with lines @thin title direct ? "" : "ideal"'
ideal_line = ideal == N ? "" : clustered ? places : line

plot for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 with @bars notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):2 with @curve title key(m) @ideal_line
