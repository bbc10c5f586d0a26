# Memory of the process in which a mode waits against the lanes that were at work, and what one more of them takes.
# gnuplot -e "data='sleepers-memory.dat'; out='sleepers-memory.svg'" memory.gp

load "style.gp"

bytes(b) = b < 1e3 ? sprintf("%.3g B", b) : b < 1e6 ? sprintf("%.3g kB", b / 1e3) : \
  b < 1e9 ? sprintf("%.3g MB", b / 1e6) : sprintf("%.3g GB", b / 1e9)

# The slope is the same in all rows of a mode.
array Slope[M]
keep(m, text) = (Slope[m] = text eq "NaN" ? "" : ", ".bytes(text + 0)."/lane", 0)
do for [m = 1:M] {
  stats data index block(m) every ::1 using (keep(m, strcol(6)), note(strcol(3)), note(strcol(4)), 0) nooutput
}

set xlabel "lanes at work"
lanes(c) = c < 10000 ? sprintf("%d", c) : c < 1e6 ? sprintf("%gk", c / 1e3) : sprintf("%gM", c / 1e6)
stats data using 1 nooutput
set logscale x 10
set xrange [STATS_min / 1.15:STATS_max * 1.15]
set xtics ()
do for [k = int(floor(log10(STATS_min))):int(ceil(log10(STATS_max)))] {
  do for [step = 1:9] { set xtics add ((step == 1 ? lanes(10.0 ** k) : "") step * 10.0 ** k step > 1) }
}

set ylabel "peak memory of the process"
label(b) = bytes(b)
load "logarithmic.gp"

plot for [m = 1:M] data index block(m) using 1:2:3:4 \
  with yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) title name(m).Slope[m]
