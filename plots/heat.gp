# Where service times lay over time within one trial of each mode: the darker, the more of an interval's operations.
# gnuplot -e "data='http-64-heat.dat'; out='http-64-heat.svg'" heat.gp

load "style.gp"
void = strlen(partly) ? remark("only some lanes were served: ".served(partly)) : 0

void = remark("dots: median of an interval")

# What is asked is when a mode is slow, and not which mode is: each has its own axis, so that its rows can be seen.
array Lowest[M]
array Highest[M]
longest_trial = 0
note_row(end, from, to) = end eq "NaN" ? 0 : (include(from > 0 ? from : 1), include(to), \
  longest_trial = end > longest_trial ? real(end) : longest_trial, 0)
do for [m = 1:M] {
  low = 1e300
  high = -1e300
  stats data index block(m) every ::1 using (note_row(strcol(2), $3, $4), 0) nooutput
  Lowest[m] = low
  Highest[m] = high
}

# Shades are steps of a share, which can be told apart; each is up to its share.
shades = meta("shades")
array Share[7] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
shade(share) = 1 + (sum [k = 1:6] (share > Share[k] ? 1 : 0))
array ShadeColour[7]
do for [k = 1:7] { ShadeColour[k] = rgb(word(shades, k)) }

trials = meta("trials")
trials = " ".trials[strstrt(trials, ": ") + 2:*].", "
trial_at(m) = strstrt(trials, " ".id(m)." ")
trial_of(m) = word(trials[trial_at(m) + strlen(id(m)) + 2:*], 1)
trial(m) = trial_at(m) ? trial_of(m)[1:strlen(trial_of(m)) - 1] : "?"
heading(m) = caption(m).", trial ".trial(m)

across_most = is_column ? 2 : M > 4 ? 3 : 2
in_row = M < across_most ? M : across_most
down = (M + in_row - 1) / in_row
label(v) = span(v)
left_room = breadth("500 µs", tic_size) + 0.8 * tic_size
panel_height = is_column ? 62 : M > 4 ? 150 : 190
block_height = 1.6 * text_size + panel_height + 0.5 * tic_size
legend_height = is_column ? 3.2 * tic_size : 2 * tic_size
room_height = legend_height + 1.6 * text_size + down * block_height + 4.0 * tic_size
load "page.gp"

swatch = 1.2 * tic_size
legend_x = pad + (is_column ? 0 : breadth("share of an interval's operations, up to", text_size) + tic_size)
legend_y = page_top + (is_column ? 2.1 : 0.7) * tic_size
set label 3 "share of an interval's operations, up to" at screen across(pad), screen below(page_top + 0.7 * tic_size) \
  font text_font
do for [k = 1:7] {
  x = legend_x + (k - 1) * (swatch + breadth("0.1 %", tic_size) + 1.0 * tic_size)
  set object k rectangle from screen across(x), screen below(legend_y + swatch / 2) \
    to screen across(x + swatch), screen below(legend_y - swatch / 2) fillstyle solid 1 noborder fillcolor rgb word(shades, k)
  set label 10 + k sprintf("%g %%", 100 * Share[k]) at screen across(x + swatch + 0.3 * tic_size), screen below(legend_y) \
    font tic_font noenhanced
}
set label 4 "service time, log scale".(M > 1 ? ", an axis for each mode" : "") at screen across(pad), screen below(page_top + legend_height + 0.8 * text_size) \
  font text_font
panels_top = page_top + legend_height + 1.6 * text_size
panel_width = (W - 2 * pad) / in_row

set xrange [0:longest_trial]
# About four labels to a panel, three in a column, at 1, 2 or 5 times a power of ten.
ticks = is_column ? 2.5 : 4.0
decade = 10.0 ** floor(log10(longest_trial / ticks))
part = longest_trial / ticks / decade
set xtics decade * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10) font tic_font
set multiplot
do for [m = 1:M] {
  place_across = (m - 1) % in_row
  place_down = (m - 1) / in_row
  x_left = pad + place_across * panel_width + left_room
  x_right = pad + (place_across + 1) * panel_width - (is_column ? 1.3 : 1.4) * tic_size
  y_top = panels_top + place_down * block_height + 1.6 * text_size
  set lmargin at screen across(x_left)
  set rmargin at screen across(x_right)
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  set label 1 heading(m) at screen across(x_left), screen below(y_top - 0.8 * text_size) font tic_font noenhanced \
    textcolor rgb tone(m)
  low = Lowest[m]
  high = Highest[m]
  load "logarithmic.gp"
  if (m + in_row > M) { set format x "%g" } else { set format x "" }
  if (m == M) {
    set label 2 "seconds since the window opened" at screen across((W + left_room) / 2), \
      screen below(y_top + panel_height + 3.2 * tic_size) center font text_font
  }
  plot data index block(m) using (($1 + $2) / 2):(sqrt(($3 > 0 ? $3 : 1) * $4)):1:2:($3 > 0 ? $3 : 1):4: \
    (ShadeColour[shade($6)]) with boxxyerror fillstyle solid 1 noborder linecolor rgb variable notitle, \
    data index block(m) using (($1 + $2) / 2):7 with points pointtype 7 pointsize 0.5 * point_size linecolor rgb "black" \
    notitle, data index block(m) using (($1 + $2) / 2):7:(sprintf("%s, %.3g to %.3g s: median %s of %s operations", \
    name(m), $1, $2, span3($7), grouped(sprintf("%.0f", $5 / $6)))) with labels hypertext point pointtype 7 \
    pointsize 0.3 * point_size linecolor rgb "white" notitle
  unset label
  unset object
}
unset multiplot
