# Processor time that an operation takes of the side on which the mode is: user and system.
# gnuplot -e "data='http-2ms-cpu.dat'; out='http-2ms-cpu.svg'" cpu.gp

load "style.gp"
load "concurrency.gp"

set ylabel "CPU per operation (µs)"
set yrange [0:(high > 0 ? high * 1.08 : 1)]
set format y "%g"

if (clustered) {
  # The bar is user and system together; its full colour is the user part.
  half = step * 0.42
  plot for [m = 1:M] data index block(m) using (x($1, m)):2:(x($1, m) - half):(x($1, m) + half):(0):2 \
    with boxxyerror fillstyle solid 0.35 noborder linecolor rgb colour(m) notitle, \
    for [m = 1:M] data index block(m) using (x($1, m)):5:(x($1, m) - half):(x($1, m) + half):(0):5 \
    with boxxyerror fillstyle solid 1 noborder linecolor rgb colour(m) title name(m), \
    for [m = 1:M] data index block(m) using (x($1, m)):3:(0):($4 - $3) \
    with vectors heads size graph 0.006, 90 linewidth 1.2 linecolor rgb "#404040" notitle, \
    keyentry with boxes fillstyle solid 1 noborder linecolor rgb "#404040" title "full colour: user", \
    keyentry with boxes fillstyle solid 0.35 noborder linecolor rgb "#404040" title "light: system"
} else {
  plot for [m = 1:M] data index block(m) using 1:2:3:4 \
    with yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) \
    pointtype marker(m) title name(m)
}
