# Latency by percentile, on the axis of HdrHistogram: each step to the right is a tenth of the operations before. Bars
# are of percentiles that trials have of their own.
# gnuplot -e "data='http-2ms-latency.dat'; out='http-2ms-latency.svg'" latency.gp

load "style.gp"
void = strlen(partly) ? remark("hollow: only some lanes were served: ".served(partly)) : 0

do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(5)), note(strcol(6)), 0) nooutput }
void = remark("a line ends where fewer than ten operations lie beyond")
stats data using 1 nooutput
last = STATS_max
# The median at least has a label.
rightmost = (last > 2 ? last : 2) * 1.15
what = "service time"
abscissa = "percentile of operations"
label(v) = span(v)
widest = "500 µs"
vertical = "logarithmic.gp"
logarithmic = 1
horizontal = "percentiles.gp"
reference = ""
name_at_end(m) = caption(m)
# An interval stands beside those of others.
position(x, m) = x
beside(x, m) = x * rightmost ** (0.006 * (m - (M + 1) / 2.0))
every_point = 8
interval_of = "5 6"
place_text(x) = sprintf("%.7g %%", 100 - 100.0 / x)
value_text(v) = span3(v)
more = ""
load "curves.gp"
