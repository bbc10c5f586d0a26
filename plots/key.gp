# The key of several panels: a plot of its own across the page, below the title. Begins the multiplot.
#
# Wants   key_extra             what it has beside the modes, for `plot`, beginning with a comma; or ""

letters = 0
do for [m = 1:M] { letters = strlen(caption(m)) > letters ? strlen(caption(m)) : letters }
# In more than three rows it is smaller.
set key inside center center horizontal Left reverse samplen 2.5
if (M > 3 * int(870 / (7 * letters + 60))) { set key font ",8.5" width 0 } else { set key font ",11" width 1 }
set multiplot
set lmargin at screen 0.02
set rmargin at screen 0.98
set tmargin at screen 0.895
set bmargin at screen 0.795
unset border
unset tics
unset grid
set xrange [0:1]
set yrange [0:1]
plot NaN notitle, for [m = 1:M] keyentry with linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) pointsize 0.6 title caption(m) @key_extra
unset key
unset label
set autoscale
set border 3 linewidth 1 linecolor rgb "#404040"
set tics nomirror out scale 0.75, 0.4 font ",10"
set xtics nomirror
set ytics nomirror
set grid y linecolor rgb "#D8D8D8" linewidth 0.7 linetype 1
set pointsize 0.6
