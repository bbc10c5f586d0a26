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
array From[M * C * S]
array To[M * C * S]
array Segments[C]
array Most[C]
do for [k = 1:C] { Segments[k] = ""; Most[k] = 0 }
below = 0
at(m, c) = name(m).(C > 1 ? ", ".lanes(c) : "")
note_segment(m, c, s) = end_of(s) <= start_of(s) ? 0 : \
  (Segments[place(c)] = Segments[place(c)].sprintf(" %d", segment(m, c, s)), \
  From[segment(m, c, s)] = start_of(s), To[segment(m, c, s)] = end_of(s), \
  Said[segment(m, c, s)] = at(m, c).": ".part_name(s)." ".span3(end_of(s) - start_of(s)), 0)
note_most(c, v) = v > Most[place(c)] ? (Most[place(c)] = v, 0) : 0
note_row(m, c) = (below = below + (sum [i = 1:P] is_below(i)), sum [s = 1:S] note_segment(m, c, s)) \
  + note_most(c, end_of(S)) + (has(4) ? note_most(c, column(4)) : has(2) ? note_most(c, column(2)) : 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_row(m, $1), 0) nooutput }
void = remark("diamond: measured, with the 95 % interval of its median, or the range of fewer than six trials")
void = remark("number: predicted ÷ measured")
if (below > 0) { void = remark("parts below zero have no length") }

# The names of the parts stand above the panels, in lines.
entry(s) = s > S ? "measured" : part_name(s)
array EntryX[S + 1]
array EntryLine[S + 1]
entry_x = 0
entry_line = 1
do for [s = 1:S + 1] {
  entry_width = breadth(entry(s), tic_size) + 2.8 * tic_size
  if (entry_x > 0 && entry_x + entry_width > W) { entry_x = 0; entry_line = entry_line + 1 }
  EntryX[s] = entry_x
  EntryLine[s] = entry_line
  entry_x = entry_x + entry_width
}
entries_height = (1.4 * entry_line + 0.6) * tic_size

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
room_height = entries_height + C * block_height + 1.9 * text_size
load "page.gp"

panel_width = W - 2 * pad - names_width
value_width = breadth("0.0000×", tic_size) + tic_size
bar_width = panel_width - value_width
shade(s) = s % 2 ? "#D8D8D8" : "#FFFFFF"
bar_top(m) = m - 0.92
bar_bottom(m) = m - 0.38
mark_row(m) = m - 0.22
is_wide(e, most) = (To[e] - From[e]) * bar_width > 1.05 * tic_size * most
beyond(c) = has(4) && column(4) > end_of(S) ? column(4) : end_of(S)
outcome(m, c) = has(2) && has(5) ? number3(ratio($5, $2))."×" : strlen(gap(id(m), c)) ? gap(id(m), c) : ""

greatest = 1
do for [k = 1:C] { greatest = Most[k] > greatest ? Most[k] : greatest }
scale_of = greatest >= 1e6 ? 1e6 : greatest >= 1e3 ? 1e3 : 1.0
unit_name = greatest >= 1e6 ? "ms" : greatest >= 1e3 ? "µs" : "ns"
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
  do for [m = 1:M] {
    set label 500 + m caption(m) at screen across(pad), first bar_top(m) + 0.28 font tic_font noenhanced \
      textcolor rgb tone(m)
  }
  if (k == 1) {
    do for [s = 1:S + 1] {
      key_x = pad + EntryX[s]
      key_y = page_top + (EntryLine[s] - 0.4) * 1.4 * tic_size
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
    set label 3 "CPU time per operation (".unit_name.")" at screen across(x_left + bar_width / 2), \
      screen below(y_top + panel_height + axis_room + 1.0 * text_size) center font text_font
  }
  do for [e in Segments[k]] {
    if (is_wide(e + 0, most)) {
      set label 1000 + e letters[part_of(e):part_of(e)] center font tic_font front \
        at first (From[e + 0] + To[e + 0]) / 2 / scale_of, first (bar_top(mode_of(e)) + bar_bottom(mode_of(e))) / 2
    }
  }
  plot for [e in Segments[k]] data index block(mode_of(e)) every ::row_of(e)::row_of(e) \
      using (From[e + 0] / scale_of):(bar_top(mode_of(e))):(From[e + 0] / scale_of):(To[e + 0] / scale_of): \
      (bar_top(mode_of(e))):(bar_bottom(mode_of(e))):(rgb(shade(part_of(e)))) \
      with boxxyerror fillstyle solid 1 border linecolor rgb "#404040" linewidth 0.5 * thickness \
      linecolor rgb variable title Said[e + 0] noenhanced, \
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
