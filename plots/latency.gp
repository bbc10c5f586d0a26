# Latency by percentile, on the axis of HdrHistogram: each step to the right is a tenth of the operations before. Bars
# are of percentiles that trials have of their own.
# gnuplot -e "data='http-2ms-latency.dat'; out='http-2ms-latency.svg'" latency.gp

load "style.gp"
room = 0.06
load "percentiles.gp"

do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(5)), note(strcol(6)), 0) nooutput }
set ylabel "service time"
label(v) = span(v)
logarithmic = 1
load "logarithmic.gp"
reference = ""
load "ends.gp"

plot for [m = 1:M] data index block(m) using (beside($1, m)):5:(0):($6 - $5) with @span_bars notitle, \
  for [m = 1:M] data index block(m) using 1:2 \
  with linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) pointinterval 8 title key(m)
