# What serving takes in each mode, against the connections: throughput, latency, processor time, threads and memory.
# gnuplot -e "data='http-serve.dat'; out='http-serve.svg'" serve.gp

load "style.gp"

rate(v) = v < 1e3 ? sprintf("%g", v) : v < 1e6 ? sprintf("%gk", v / 1e3) : sprintf("%gM", v / 1e6)
span(v) = v < 1e3 ? sprintf("%g ns", v) : v < 1e6 ? sprintf("%g µs", v / 1e3) : v < 1e9 ? sprintf("%g ms", v / 1e6) : \
  sprintf("%g s", v / 1e9)
bytes(v) = v < 1e6 ? sprintf("%g kB", v / 1e3) : v < 1e9 ? sprintf("%g MB", v / 1e6) : sprintf("%g GB", v / 1e9)

# The panels: what they show, its column, and those of its interval, which is the value itself where there is none.
array Title[6] = ["operations/s", "p50", "p99", "server CPU per operation (µs)", "threads of the server", \
  "peak memory of the server"]
array Column[6] = [2, 5, 6, 7, 10, 11]
array Low[6] = [3, 5, 6, 8, 10, 12]
array High[6] = [4, 5, 6, 9, 10, 13]
label(v) = p == 1 ? rate(v) : p == 2 || p == 3 ? span(v) : p == 6 ? bytes(v) : sprintf("%g", v)

# What each spans, before axes are set, which would leave out what lies beyond them.
array Least[6]
array Most[6]
do for [p = 1:6] {
  low = 1e300
  high = -1e300
  do for [m = 1:M] {
    stats data index block(m) every ::1 using (note(strcol(Low[p])), note(strcol(High[p])), 0) nooutput
  }
  Least[p] = low
  Most[p] = high
}

connections(c) = c < 10000 ? sprintf("%d", c) : c < 1e6 ? sprintf("%gk", c / 1e3) : sprintf("%gM", c / 1e6)
known = ""
note_x(c) = (c != c || strstrt(known." ", sprintf(" %.15g ", c))) ? 0 : (known = known.sprintf(" %.15g", c), 0)
stats data using (note_x($1), 0) nooutput
stats data using 1 nooutput
set logscale x 10
set xrange [STATS_min / 1.4:STATS_max * 1.4]
set label 1 at screen 0.012, screen 0.965 offset 0, 0
set label 2 at screen 0.012, screen 0.92 offset 0, 0

set multiplot
# The key is a plot of its own, as wide as the page.
set key inside center center horizontal Left reverse maxrows 2 font ",11" samplen 2.5 width 1
set lmargin at screen 0.02
set rmargin at screen 0.98
set tmargin at screen 0.895
set bmargin at screen 0.795
unset border
set tics scale 0
set format ""
unset grid
set yrange [0:1]
plot NaN notitle, for [m = 1:M] keyentry with linespoints linewidth 1.5 linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) pointsize 0.6 title name(m)
unset key
unset label
set border 3 linewidth 1 linecolor rgb "#404040"
set tics scale 0.75, 0.4 font ",10"
set format "%g"
set grid y linecolor rgb "#D8D8D8" linewidth 0.7 linetype 1
set xtics ()
do for [c in known] { set xtics add ("" c + 0) }
do for [p = 1:6] {
  low = Least[p]
  high = Most[p]
  column = (p - 1) % 3
  upper = p < 4
  set lmargin at screen 0.08 + column * 0.315
  set rmargin at screen 0.08 + column * 0.315 + 0.24
  set tmargin at screen upper ? 0.745 : 0.415
  set bmargin at screen upper ? 0.47 : 0.14
  if (p == 4) {
    set xlabel "connections" offset 0, 0.4 font ",11"
    do for [c in known] { set xtics add (connections(c + 0) c + 0) }
  }
  set title Title[p] font ",11" offset 0, -0.6
  unset logscale y
  set ytics autofreq
  if (high >= low) {
    load "logarithmic.gp"
    plot for [m = 1:M] data index block(m) using 1:Column[p]:Low[p]:High[p] \
      with yerrorlines linewidth 1.5 linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) pointsize 0.6 \
      notitle
  }
}
unset multiplot
