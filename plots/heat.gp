# Where service times lay over time within one trial of each mode: the darker, the more of an interval's operations.
# gnuplot -e "data='http-64-heat.dat'; out='http-64-heat.svg'" heat.gp

load "style.gp"

low = 1e300
high = -1e300
least = 1
longest = 0
note_row(end, from, to, share) = end eq "NaN" ? 0 : (include(from > 0 ? from : 1), include(to), \
  longest = end > longest ? end + 0 : longest, least = share < least ? share : least, 0)
do for [m = 1:M] {
  stats data index block(m) every ::1 using (note_row(strcol(2), $3, $4, $6), 0) nooutput
}

across = M < 2 ? 1 : M < 5 ? 2 : M < 10 ? 3 : 4
down = (M + across - 1) / across
set xrange [0:longest]

# From light to dark, so that it is read in grey too.
set palette defined (0 "#E3EDF7", 0.35 "#7FB3D9", 0.7 "#2B6CA8", 1 "#04193A")
set logscale cb 10
set cbrange [(least < 0.1 ? least : 0.1):1]
set cbtics ("100 %%" 1, "10 %%" 0.1, "1 %%" 0.01, "0.1 %%" 1e-3, "0.01 %%" 1e-4, "0.001 %%" 1e-5, "0.0001 %%" 1e-6) \
  font ",10" scale 0.5
set label 5 "service time" at screen 0.016, screen 0.5 center rotate font ",11"
set label 6 "share of an interval's operations" at screen 0.983, screen 0.5 center rotate font ",11"
set colorbox user origin screen 0.892, screen 0.16 size screen 0.016, screen 0.68 noborder

set tics font ",10"
set grid y front linecolor rgb "#D8D8D8" linewidth 0.4
unset key
set multiplot
do for [m = 1:M] {
  place_across = (m - 1) % across
  place_down = (m - 1) / across
  set lmargin at screen 0.09 + place_across * 0.785 / across
  set rmargin at screen 0.06 + (place_across + 1) * 0.785 / across
  set tmargin at screen 0.845 - place_down * 0.74 / down
  set bmargin at screen 0.16 + (down - 1 - place_down) * 0.74 / down
  set title caption(m) noenhanced font ",11" offset 0, -0.7
  label(v) = place_across == 0 ? span(v) : ""
  load "logarithmic.gp"
  if (m + across > M) {
    set format x "%g"
    set xlabel "seconds in the window" font ",11" offset 0, 0.4
  } else {
    set format x ""
    unset xlabel
  }
  plot data index block(m) using (($1 + $2) / 2):(sqrt(($3 > 0 ? $3 : 1) * $4)):1:2:($3 > 0 ? $3 : 1):4:6 \
    with boxxyerror fillstyle solid 1 noborder linecolor palette
  unset label
  unset colorbox
}
unset multiplot
