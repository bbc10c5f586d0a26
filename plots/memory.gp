# Memory of the process in which a mode waits against the lanes that were at work, and what one more of them takes.
# gnuplot -e "data='sleepers-memory.dat'; out='sleepers-memory.svg'" memory.gp

load "style.gp"

# The slope is the same in all rows of a mode.
array Slope[N]
keep(m, text) = (Slope[block(m) + 1] = text eq "NaN" || text <= 0 ? "" : ", ".bytes(text + 0)."/lane", 0)
do for [m = 1:M] {
  stats data index block(m) every ::1 using (keep(m, strcol(6)), note(strcol(3)), note(strcol(4)), 0) nooutput
}

set xlabel "lanes at work"
stats data using 1 nooutput
set logscale x 10
last = STATS_max
set xrange [STATS_min / 1.15:last * 1.15]
set xtics ()
do for [k = int(floor(log10(STATS_min))):int(ceil(log10(last)))] {
  do for [step = 1:9] { set xtics add ((step == 1 ? lanes(10.0 ** k) : "") step * 10.0 ** k step > 1) }
}

set ylabel "memory of the process, median peak (MiB)"
unit = mebibyte
low = low / unit
high = high / unit
label(v) = plain(v)
logarithmic = 1
load "logarithmic.gp"
caption(m) = name(m).Slope[block(m) + 1]
reference = ""
load "ends.gp"

plot for [m = 1:M] data index block(m) using 1:($2 / unit):($3 / unit):($4 / unit) with @bars notitle, \
  for [m = 1:M] data index block(m) using 1:($2 / unit) \
  with linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) title key(m)
