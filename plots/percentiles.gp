# The horizontal axis of HdrHistogram, 1 / (1 - percentile / 100), loaded after style.gp.
#
# Wants   room                  the least share of the axis between its first two labels
# Leaves  last                  where the data end
#         beside(x, m)          where the m-th mode's interval stands, which is beside those of the others

set xlabel "percentile of operations"
set logscale x 10
stats data using 1 nooutput
last = STATS_max
# The median at least has a label.
rightmost = (last > 2 ? last : 2) * 1.15
set xrange [1:rightmost]
beside(x, m) = x * rightmost ** (0.006 * (m - (M + 1) / 2.0))
first_label = log(2) / log(rightmost) > room ? "0 %%" : ""
set xtics (first_label 1, "50 %%" 2, "90 %%" 10, "99 %%" 100, "99.9 %%" 1e3, "99.99 %%" 1e4, "99.999 %%" 1e5, \
  "99.9999 %%" 1e6, "99.99999 %%" 1e7, "99.999999 %%" 1e8)
set grid x
