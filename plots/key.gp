# The key of several panels: a plot of its own across the page, below the title. Begins the multiplot.
#
# Wants   key_extra             what it has beside the modes, for `plot`, beginning with a comma; or ""
#         extras                how many that are
# Leaves  panels_top            the screen coordinate below which there is room for panels

letters = 0
do for [m = 1:M] { letters = strlen(caption(m)) > letters ? strlen(caption(m)) : letters }
# As many columns as there is room for, or as fill their rows; a row is as high as its letters.
entries = M + extras
key_columns = int(870 / (6.6 * letters + 55))
key_columns = key_columns < 1 ? 1 : key_columns > entries ? entries : key_columns
key_rows = (entries + key_columns - 1) / key_columns
key_columns = (entries + key_rows - 1) / key_rows
key_top = 0.882
key_bottom = key_top - 0.033 * key_rows
panels_top = key_bottom - 0.02
# Small panels have small markers, which thin lines leave open.
thickness = 1.2
set pointsize 0.75 * point_size
set key inside center center horizontal Left reverse samplen 2.5 width 1 font ",11" maxcols key_columns \
  spacing ending eq ".svg" ? 1.1 : 1.25
set multiplot
set lmargin at screen 0.01
set rmargin at screen 0.99
set tmargin at screen key_top
set bmargin at screen key_bottom
unset border
unset tics
unset grid
set xrange [0:1]
set yrange [0:1]
plot NaN notitle, for [m = 1:M] keyentry with linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) \
  pointtype marker(m) title caption(m) @key_extra
unset key
unset label
set autoscale
set border 3 linewidth 1 linecolor rgb "#404040"
set tics nomirror out scale 0.75, 0.4 font ",10"
set xtics nomirror
set ytics nomirror
set grid y linecolor rgb "#D8D8D8" linewidth 0.7 linetype 1
