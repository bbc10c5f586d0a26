# Throughput against concurrency, with the ideal line: lanes ÷ service time.
# gnuplot -e "data='http-2ms-throughput.dat'; out='http-2ms-throughput.svg'" throughput.gp

load "style.gp"
load "concurrency.gp"

if (low > 0 && high > 8 * low) {
  unit = 1.0
  set ylabel "throughput (operations/s)"
  label(rate) = rate < 1e3 ? sprintf("%g", rate) : rate < 1e6 ? sprintf("%gk", rate / 1e3) : sprintf("%gM", rate / 1e6)
  load "logarithmic.gp"
} else {
  unit = high < 20000 ? 1.0 : high < 2e7 ? 1e3 : 1e6
  set ylabel unit == 1 ? "throughput (operations/s)" : \
    unit == 1e3 ? "throughput (thousand operations/s)" : "throughput (million operations/s)"
  set yrange [0:(high > 0 ? high * 1.08 / unit : 1)]
  set format y "%g"
}

# Drawn where the data have it.
ideal_places = ideal == N ? "" : ', data index ideal using (place($1) - 0.45):($2 / unit):(0.9):(0) \
  with vectors nohead linewidth 1.2 linecolor rgb "#808080" dashtype 2 title "ideal"'
ideal_line = ideal == N ? "" : ', data index ideal using 1:($2 / unit) \
  with lines linewidth 1.2 linecolor rgb "#808080" dashtype 2 title "ideal"'

if (clustered) {
  plot for [m = 1:M] data index block(m) using (x($1, m)):($2 / unit):($3 / unit):($4 / unit) \
    with yerrorbars linewidth 1.8 linecolor rgb colour(m) pointtype marker(m) title name(m) @ideal_places
} else {
  plot for [m = 1:M] data index block(m) using 1:($2 / unit):($3 / unit):($4 / unit) \
    with yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) \
    pointtype marker(m) title name(m) @ideal_line
}
