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

longest = STATS_max
curve = "linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) pointinterval 2"
thin = 'linewidth 0.9 linecolor rgb "#404040" dashtype 3'
key_extra = pools == 0 ? "" : ', keyentry with lines @thin title "pool ÷ delay"'
extras = pools > 0
load "key.gp"
# Where nothing is known of threads, the throughput has all of the page.
has_threads = threads_high >= threads_low
middle = has_threads ? (panels_top + 0.155) / 2 : 0.1375
set lmargin at screen 0.12
set rmargin at screen 0.97
set xrange [0:longest * 1.02]
set tmargin at screen panels_top
set bmargin at screen middle + 0.0175
time_label = 'set format x "%g"; set xlabel "seconds since the window opened" offset 0, 0.4 font ",11"'
if (has_threads) { set format x "" } else { @time_label }
set ylabel "throughput (operations/s)" font ",11"
label(v) = rate(v)
tics = 6
load "scale.gp"
plot for [m = 1:M] data index block(m) using 1:2 with @curve notitle, \
  for [m = 1:M] data index block(m) using 1:4 with lines @thin notitle

if (has_threads) {
  set tmargin at screen middle - 0.0175
  set bmargin at screen 0.155
  @time_label
  set ylabel "threads of the client" font ",11"
  low = threads_low
  high = threads_high
  load "scale.gp"
  plot for [m = 1:M] data index block(m) using 1:3 with @curve notitle
}
unset multiplot
