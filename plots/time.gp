# Throughput and threads over time, within the window of one trial of each mode.
# gnuplot -e "data='http-50ms-64-time.dat'; out='http-50ms-64-time.svg'" time.gp

load "style.gp"

# The threads, column 3, and whether a pool's width says what its throughput is to be, column 4.
rate_low = low
rate_high = high
low = 1e300
high = -1e300
pools = 0
note_pool(text) = text eq "NaN" ? 0 : (pools = pools + 1, include(text + 0))
do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(3)), 0) nooutput }
threads_low = low
threads_high = high
low = rate_low
high = rate_high
do for [m = 1:M] { stats data index block(m) every ::1 using (note_pool(strcol(4)), 0) nooutput }
stats data using 1 nooutput

set multiplot
set lmargin at screen 0.105
set rmargin at screen 0.735
set xrange [0:STATS_max * 1.03]
set tmargin at screen 0.885
set bmargin at screen 0.505
set format x ""
set ylabel "throughput (operations/s)"
if (low > 0 && high > 8 * low) {
  label(rate) = rate < 1e3 ? sprintf("%g", rate) : rate < 1e6 ? sprintf("%gk", rate / 1e3) : sprintf("%gM", rate / 1e6)
  load "logarithmic.gp"
} else {
  set yrange [0:(high > 0 ? high * 1.08 : 1)]
  set format y "%g"
}
curve = "linespoints linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) pointinterval 2"
thin = 'linewidth 0.9 linecolor rgb "#404040" dashtype 3'
pool_key = pools == 0 ? "" : ', keyentry with lines @thin title "pool ÷ delay"'
plot for [m = 1:M] data index block(m) using 1:2 with @curve title name(m), \
  for [m = 1:M] data index block(m) using 1:4 with lines @thin notitle @pool_key

unset label
unset key
set tmargin at screen 0.48
set bmargin at screen 0.15
set format x "%g"
set xlabel "seconds since the window opened"
unset logscale y
set ylabel "threads of the client"
label(count) = sprintf("%g", count)
low = threads_low
high = threads_high
if (high > 8 * low) {
  load "logarithmic.gp"
} else {
  set ytics autofreq
  set yrange [0:(high > 0 ? high * 1.08 : 1)]
  set format y "%g"
}
if (high >= low) { plot for [m = 1:M] data index block(m) using 1:3 with @curve notitle }
unset multiplot
