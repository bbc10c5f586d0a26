# Latency by percentile, on the axis of HdrHistogram: each step to the right is a tenth of the operations before.
# gnuplot -e "data='http-2ms-latency.dat'; out='http-2ms-latency.svg'" latency.gp

load "style.gp"

set xlabel "percentile of operations"
set logscale x 10
stats data using 1 nooutput
set xrange [1:STATS_max * 1.15]
set xtics ("50 %%" 2, "90 %%" 10, "99 %%" 100, "99.9 %%" 1e3, "99.99 %%" 1e4, "99.999 %%" 1e5, \
  "99.9999 %%" 1e6, "99.99999 %%" 1e7, "99.999999 %%" 1e8)
set grid x

set ylabel "service time"
label(ns) = ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? sprintf("%g µs", ns / 1e3) : \
  ns < 1e9 ? sprintf("%g ms", ns / 1e6) : sprintf("%g s", ns / 1e9)
load "logarithmic.gp"

plot for [m = 1:M] data index block(m) using 1:2 \
  with linespoints linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) pointinterval 8 title name(m)
