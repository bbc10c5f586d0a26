# Throughput over that of blocking at the same concurrency, round by round.
# gnuplot -e "data='http-2ms-speedup.dat'; out='http-2ms-speedup.svg'" speedup.gp

load "style.gp"
load "concurrency.gp"

set ylabel "throughput ÷ throughput of blocking"
low = low < 1 ? low : 1
high = high > 1 ? high : 1
if (low > 0 && high > 8 * low) {
  label(ratio) = sprintf("%g", ratio)
  load "logarithmic.gp"
} else {
  set yrange [0:high * 1.08]
  set format y "%g"
}

set arrow 2 from graph 0, first 1 to graph 1, first 1 nohead linewidth 1.2 linecolor rgb "#000000" dashtype 3 back
if (clustered) {
  plot keyentry with lines linewidth 1.2 linecolor rgb "#000000" dashtype 3 title "blocking", \
    for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 \
    with yerrorbars linewidth 1.8 linecolor rgb colour(m) pointtype marker(m) title name(m)
} else {
  plot keyentry with lines linewidth 1.2 linecolor rgb "#000000" dashtype 3 title "blocking", \
    for [m = 1:M] data index block(m) using 1:2:3:4 \
    with yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) title name(m)
}
