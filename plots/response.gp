# Service time beside response time by percentile, on the same axes: what lies between them is waiting to be started.
# gnuplot -e "data='http-response.dat'; out='http-response.svg'" response.gp

load "style.gp"

do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(6)), note(strcol(7)), note(strcol(9)), \
    note(strcol(10)), 0) nooutput
}
key_extra = ""
extras = 0
load "key.gp"
room = 0.085
load "percentiles.gp"
set xlabel offset 0, 0.4 font ",11"

quantile = "linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) pointinterval 8"
array Title[2] = ["service time: from the actual start", "response time: from the intended start"]
do for [p = 1:2] {
  set lmargin at screen p == 1 ? 0.085 : 0.545
  set rmargin at screen p == 1 ? 0.52 : 0.98
  set tmargin at screen panels_top - 0.03
  set bmargin at screen 0.16
  set title Title[p] font ",11" offset 0, -0.6
  label(v) = p == 1 ? span(v) : ""
  load "logarithmic.gp"
  plot for [m = 1:M] data index block(m) \
    using (beside($1, m)):(column(3 * p + 3)):(0):(column(3 * p + 4) - column(3 * p + 3)) with @span_bars notitle, \
    for [m = 1:M] data index block(m) using 1:p + 1 with @quantile notitle
}
unset multiplot
