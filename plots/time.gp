# Throughput and threads over time, within the window of one trial of each mode.
# gnuplot -e "data='http-50ms-64-time.dat'; out='http-50ms-64-time.svg'" time.gp

load "style.gp"

# The threads, column 3, and whether a pool's width says what its throughput is to be, column 4.
array Lowest[2]
array Highest[2]
pools = 0
note_pool(text) = text eq "NaN" ? 0 : (pools = pools + 1, include(text + 0))
do for [m = 1:M] { stats data index block(m) every ::1 using (note_pool(strcol(4)), 0) nooutput }
Lowest[1] = low
Highest[1] = high
low = 1e300
high = -1e300
do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(3)), 0) nooutput }
Lowest[2] = low
Highest[2] = high
stats data using 1 nooutput
longest_time = STATS_max
if (pools > 0) { void = remark("dotted: pool width ÷ delay") }

# Where nothing is known of threads, the throughput has all of the page.
panels = high >= 1.1 * low && high > 0 ? 2 : 1
if (panels == 1 && high >= low) { void = remark("not drawn: threads, ".number3(low).(high > low ? " to ".number3(high) : " throughout")) }
panel_height = is_column ? 75 : panels == 1 ? 340 : 190
block_height = 1.9 * text_size + panel_height
room_height = key_height + panels * block_height + 4.1 * tic_size
load "page.gp"
load "key.gp"
array Title[2] = ["throughput (operations/s)", "threads of the client"]
label(v) = number(v)
tics = 5
left_room = breadth(number(Highest[1] > 1000 ? Highest[1] : 1000), tic_size) + tic_size
set lmargin at screen across(pad + left_room)
set rmargin at screen across(W - pad - 1.2 * tic_size)
set xrange [0:longest_time * 1.02]
thin = 'linewidth 0.6 * thickness linecolor rgb "#404040" dashtype 3'
set multiplot
do for [p = 1:panels] {
  y_top = panels_top + (p - 1) * block_height + 1.9 * text_size
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  low = Lowest[p]
  high = Highest[p]
  load "scale.gp"
  set label 1 Title[p].(logarithmic ? ", log scale" : "") at screen across(pad), screen below(y_top - 0.9 * text_size) \
    font text_font
  if (p == panels) {
    set format x "%g"
    set label 2 "seconds since the window opened" at screen across((W + left_room) / 2), \
      screen below(y_top + panel_height + 3.3 * tic_size) center font text_font
  } else { set format x "" }
  plot for [m = 1:M] data index block(m) using 1:(p == 1 ? $4 : NaN) with lines @thin notitle, \
    for [m = 1:M] data index block(m) using 1:1 + p \
      with lines dashtype dash(m) linewidth weight(m) linecolor rgb colour(m) title name(m), \
    for [m = 1:M] data index block(m) every 2 using 1:1 + p: \
      (name(m).sprintf(", %.2g s: ", $1).number3(column(1 + p))) \
      with labels hypertext point pointtype marker(m) pointsize 0.8 * point_size linewidth 0.6 * thickness \
      linecolor rgb colour(m) notitle
  unset label
  unset arrow
}
unset multiplot
