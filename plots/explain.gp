# What an operation spends on each of its parts, stacked, beside the CPU time that was measured: a panel for each
# concurrency, with a row for each mode. Parts have letters, so that no reader needs colours.
# gnuplot -e "data='http-2ms-explain.dat'; out='http-2ms-explain.svg'" explain.gp

load "style.gp"
load "concurrency.gp"

# The parts, those that take most first. So many have letters of their own; the others are one more.
parts = meta("parts")
P = words(parts)
first_part = 8
lettered = P > 9 ? 8 : P
S = lettered + (P > lettered ? 1 : 0)
letters = "abcdefghi"
part_name(s) = s > lettered ? sprintf("%d others", P - lettered) : word(parts, s)
# What is below zero, as a difference of two costs may be, has no length.
has(c) = strcol(c) ne "NaN"
part(i) = has(first_part + i - 1) && column(first_part + i - 1) > 0 ? column(first_part + i - 1) : 0
sum_to(i) = i < 1 ? 0 : (sum [k = 1:i] part(k))
start_of(s) = sum_to(s - 1)
end_of(s) = sum_to(s > lettered ? P : s)
is_below(i) = has(first_part + i - 1) && column(first_part + i - 1) < 0
ratio(p, v) = p / v

# A segment is a part of a mode at a concurrency, and its number tells which.
segment(m, c, s) = ((m - 1) * C + place(c) - 1) * S + s
mode_of(e) = int(e - 1) / (C * S) + 1
row_of(e) = int(e - 1) / S % C + 1
part_of(e) = int(e - 1) % S + 1
array Said[M * C * S]
array Segments[C]
array Most[C]
do for [k = 1:C] { Segments[k] = ""; Most[k] = 0 }
below = 0
at(m, c) = name(m).(C > 1 ? ", ".lanes(c) : "")
note_segment(m, c, s) = end_of(s) <= start_of(s) ? 0 : \
  (Segments[place(c)] = Segments[place(c)].sprintf(" %d", segment(m, c, s)), \
  Said[segment(m, c, s)] = at(m, c).": ".part_name(s)." ".span3(end_of(s) - start_of(s)), 0)
note_most(c, v) = v > Most[place(c)] ? (Most[place(c)] = v, 0) : 0
note_row(m, c) = (below = below + (sum [i = 1:P] is_below(i)), sum [s = 1:S] note_segment(m, c, s)) \
  + note_most(c, end_of(S)) + (has(4) ? note_most(c, column(4)) : has(2) ? note_most(c, column(2)) : 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_row(m, $1), 0) nooutput }
void = remark("diamond: measured, with the 95 % interval of its median, or the range of fewer than six trials")
void = remark("number: predicted ÷ measured")
if (below > 0) { void = remark("parts below zero have no length") }

# The names of the parts stand above the panels, in columns.
entry(s) = s > S ? "measured" : part_name(s)
longest = 0
do for [s = 1:S + 1] {
  entry_width = breadth(entry(s), tic_size) + 2.6 * tic_size
  longest = entry_width > longest ? entry_width : longest
}
entries_across = int((W - tic_size) / longest)
entries_across = entries_across < 1 ? 1 : entries_across
entries_down = (S + entries_across) / entries_across
entries_height = (1.4 * entries_down + 0.6) * tic_size

names_width = 0
do for [m = 1:M] {
  name_width = breadth(caption(m), tic_size) + 1.2 * tic_size
  names_width = name_width > names_width ? name_width : names_width
}
row_height = is_column ? 19 : 30
title_room = C > 1 ? 1.7 * text_size : 0.3 * text_size
axis_room = 1.9 * tic_size
panel_height = M * row_height
block_height = title_room + panel_height + axis_room
room_height = entries_height + C * block_height + 1.5 * text_size
load "page.gp"

panel_width = W - 2 * pad - names_width
value_width = breadth("0.000×", tic_size) + tic_size
bar_width = panel_width - value_width
shade(s) = s % 2 ? "#D8D8D8" : "#FFFFFF"
bar_top(m) = m - 0.92
bar_bottom(m) = m - 0.36
mark_row(m) = m - 0.18
middle(s) = (start_of(s) + end_of(s)) / 2
is_wide(s, k) = (end_of(s) - start_of(s)) * bar_width > 1.05 * tic_size * Most[k]
beyond(c) = has(4) && column(4) > end_of(S) ? column(4) : end_of(S)
outcome(m, c) = has(2) && has(5) ? number3(ratio($5, $2))."×" : strlen(gap(id(m), c)) ? gap(id(m), c) : ""

set multiplot
do for [k = 1:C] {
  c = word(concurrencies, k) + 0
  y_top = page_top + entries_height + (k - 1) * block_height + title_room
  x_left = pad + names_width
  set lmargin at screen across(x_left)
  set rmargin at screen across(x_left + panel_width)
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  most = Most[k] > 0 ? Most[k] : 1
  scale_of = most >= 1e6 ? 1e6 : most >= 1e3 ? 1e3 : 1.0
  unit_name = most >= 1e6 ? "ms" : most >= 1e3 ? "µs" : "ns"
  set yrange [M:0]
  set xrange [0:most / scale_of * panel_width / bar_width]
  set border 1
  unset ytics
  set grid x noy linecolor rgb "#D8D8D8" linewidth 0.4 * thickness linetype 1
  set xtics autofreq
  set format x "%g"
  if (C > 1) {
    set label 1 "{/:Bold ".lanes(c)."}" at screen across(pad), screen below(y_top - 0.75 * text_size) font tic_font
  }
  set label 2 unit_name at screen across(W - pad), screen below(y_top + panel_height + 0.9 * tic_size) right font tic_font
  do for [m = 1:M] {
    set label 500 + m caption(m) at screen across(pad), first bar_top(m) + 0.28 font tic_font noenhanced \
      textcolor rgb tone(m)
  }
  if (k == 1) {
    do for [s = 1:S + 1] {
      key_x = pad + ((s - 1) % entries_across) * (W - 2.0 * pad) / entries_across
      key_y = page_top + ((s - 1) / entries_across + 0.6) * 1.4 * tic_size
      if (s <= S) {
        set label 200 + s "{/:Bold ".letters[s:s]."}" at screen across(key_x + 0.5 * tic_size), screen below(key_y) \
          center font tic_font
      } else {
        set label 200 + s "" at screen across(key_x + 0.5 * tic_size), screen below(key_y) \
          point pointtype 13 pointsize 1.2 * point_size linecolor rgb "#202020"
      }
      set label 300 + s entry(s) at screen across(key_x + 1.4 * tic_size), screen below(key_y) font tic_font noenhanced
    }
  }
  if (k == C) {
    set label 3 "CPU time per operation" at screen across(x_left + bar_width / 2), \
      screen below(y_top + panel_height + axis_room + 0.6 * text_size) center font text_font
  }
  plot for [e in Segments[k]] data index block(mode_of(e)) every ::row_of(e)::row_of(e) \
      using (start_of(part_of(e)) / scale_of):(bar_top(mode_of(e))):(start_of(part_of(e)) / scale_of): \
      (end_of(part_of(e)) / scale_of):(bar_top(mode_of(e))):(bar_bottom(mode_of(e))):(rgb(shade(part_of(e)))) \
      with boxxyerror fillstyle solid 1 border linecolor rgb "#404040" linewidth 0.5 * thickness \
      linecolor rgb variable title Said[e + 0] noenhanced, \
    for [e in Segments[k]] data index block(mode_of(e)) every ::row_of(e)::row_of(e) \
      using (is_wide(part_of(e), k) ? middle(part_of(e)) / scale_of : NaN): \
      ((bar_top(mode_of(e)) + bar_bottom(mode_of(e))) / 2):(letters[part_of(e):part_of(e)]) \
      with labels font tic_font notitle, \
    for [m = 1:M] data index block(m) every ::k::k using ($2 / scale_of):(mark_row(m)):($3 / scale_of):($4 / scale_of) \
      with xerrorbars pointtype 0 linewidth 0.7 * thickness linecolor rgb "#202020" notitle, \
    for [m = 1:M] data index block(m) every ::k::k using ($2 / scale_of):(mark_row(m)): \
      (has(2) ? at(m, $1).": measured ".span3($2).", predicted ".(has(5) ? span3($5) : "–") : "") \
      with labels hypertext point pointtype 13 pointsize 1.2 * point_size linecolor rgb "#202020" notitle, \
    for [m = 1:M] data index block(m) every ::k::k using (beyond($1) / scale_of):(m - 0.5):(outcome(m, $1)) \
      with labels left offset character 0.5, 0 font tic_font notitle
  unset label
}
unset multiplot
