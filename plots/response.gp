# Service time beside response time by percentile, on the same axes: what lies between them is waiting to be started.
# gnuplot -e "data='http-response.dat'; out='http-response.svg'" response.gp

load "style.gp"
void = strlen(partly) ? remark("hollow: only some lanes were served: ".served(partly)) : 0

do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(6)), note(strcol(7)), note(strcol(9)), \
    note(strcol(10)), 0) nooutput
}
void = remark("a line ends where fewer than ten operations lie beyond")
stats data using 1 nooutput
last = STATS_max
rightmost = (last > 2 ? last : 2) * 1.15
beside(x, m) = x * rightmost ** (0.006 * (m - (M + 1) / 2.0))
label(v) = span(v)
left_room = breadth("500 µs", tic_size) + 0.8 * tic_size

# Side by side on a screen, one below the other in a column.
in_row = is_column ? 1 : 2
panel_height = is_column ? 92 : 340
block_height = 1.9 * text_size + panel_height
room_height = key_height + (is_column ? 2 : 1) * block_height + 4.1 * tic_size
load "page.gp"
load "key.gp"
load "logarithmic.gp"

array Title[2] = ["service time: from the actual start, log scale", "response time: from the intended start, log scale"]
panel_width = (W - 2 * pad) / in_row
set multiplot
do for [p = 1:2] {
  x_left = pad + (p - 1) % in_row * panel_width + left_room
  x_right = pad + ((p - 1) % in_row + 1) * panel_width - 0.5 * breadth("99.99 %", tic_size)
  y_top = panels_top + (p - 1) / in_row * block_height + 1.9 * text_size
  axis_width = x_right - x_left
  set lmargin at screen across(x_left)
  set rmargin at screen across(x_right)
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  labelled_axis = p == 2 || !is_column
  load "percentiles.gp"
  set label 1 Title[p] at screen across(x_left - left_room), screen below(y_top - 0.9 * text_size) font text_font
  if (p == 2 || !is_column) {
    set label 2 "percentile of operations" at screen across((x_left + x_right) / 2), \
      screen below(y_top + panel_height + 3.3 * tic_size) center font text_font
  }
  plot for [m = 1:M] data index block(m) \
      using (beside($1, m)):(column(3 * p + 3)):(0):(column(3 * p + 4) - column(3 * p + 3)) with @span_bars notitle, \
    for [m = 1:M] data index block(m) using 1:p + 1 \
      with lines dashtype dash(m) linewidth weight(m) linecolor rgb colour(m) title name(m), \
    for [m = 1:M] data index block(m) every 8 using 1:p + 1: \
      (name(m).sprintf(", %.7g %%: ", 100 - 100.0 / $1).span3(column(p + 1))) \
      with labels hypertext point pointtype marker(m) pointsize point_size linewidth 0.6 * thickness \
      linecolor rgb colour(m) notitle
  unset label
  unset arrow
}
unset multiplot
