# Quantities at one or two concurrencies, as bars with their values: a row for each mode. Loaded after style.gp and
# concurrency.gp.
#
# Wants   P, Title, Column, Low, High, Unit   for quantities.gp
#         reference             what is dashed: "ideal", of its block; "blocking", at 1; or ""

load "quantities.gp"
row_height = is_column ? 11 : 20
header = C > 1 ? 1.1 : 0
group = M + (C > 1 ? 1.7 : 0)
row(c, m) = (place(c) - 1) * group + header + m - 0.5
rows = C * group - (C > 1 ? 0.6 : 0)
longest = 0
do for [m = 1:M] {
  name_width = breadth(caption(m), tic_size)
  longest = name_width > longest ? name_width : longest
}
names_width = longest + 1.2 * tic_size
# Beside the names as many bars as have room.
widest = is_column ? 105 : 200
do for [s = 1:shown] {
  title_width = breadth(Title[Shown[s]], text_size) + 0.8 * tic_size
  widest = title_width > widest ? title_width : widest
}
across_most = int((W - names_width) / widest)
across_most = across_most < 1 ? 1 : across_most
down = (shown + across_most - 1) / across_most
in_row = (shown + down - 1) / down
title_room = 1.9 * text_size
panel_height = rows * row_height
room_height = down * (title_room + panel_height + 0.6 * row_height)
load "page.gp"
panel_width = (W - pad - names_width) / in_row
bar_width = panel_width - 0.8 * tic_size
# A value stands beyond its bar.
value_width = 0
do for [s = 1:shown] {
  p = Shown[s]
  length = breadth(value_of(digits3(Top[p])), tic_size) + tic_size
  value_width = length > value_width ? length : value_width
}

unset border
unset tics
unset grid
ideals = reference eq "ideal" ? 'data index ideal using 2:(row($1, 0.5)):(0):(M) with vectors nohead dashtype 2 \
  linecolor rgb "#404040" linewidth 0.6 * thickness notitle, ' : ""
is_part(c) = is_hollow && has(served_column)
# A value stands beyond its interval; where there is none, the reason.
beyond(c) = has(High[p]) && quantity(High[p]) > (has(Column[p]) ? quantity(Column[p]) : 0) ? quantity(High[p]) : \
  has(Column[p]) ? quantity(Column[p]) : 0
text_of(why) = has(Column[p]) ? value_of(quantity(Column[p])) : strlen(why) ? why : "–"
# The bars of a quantity, and what a reader who points at one is told: the bar of the m-th mode at the k-th place is number
# (m - 1) * C + k.
array Said[M * C]
bar_mode(b) = int(b - 1) / C + 1
bar_row(b) = int(b - 1) % C + 1
interval_text(v) = has(High[p]) ? ", ".value_of(quantity(Low[p]))." to ".value_of(quantity(High[p])) : ""
note_bar(b, c) = has(Column[p]) ? (bars_shown = bars_shown.sprintf(" %d", b), \
  Said[b] = name(bar_mode(b)).(C > 1 ? ", ".lanes(c) : "").": ".Title[p]." ".value_of(quantity(Column[p])).interval_text(0), 0) : 0
fill(m, c) = is_part(c) ? rgb("#FFFFFF") : rgb(colour(m))
# A value hides what is dashed behind it.
width_of(m, c) = (breadth(text_of(gap(id(m), c)), tic_size) + 0.7 * tic_size) * axis_most / (bar_width - value_width)
masks = reference eq "" ? "" : 'for [m = 1:M] data index block(m) using (0):(row($1, m)):(beyond($1)): \
  (beyond($1) + width_of(m, $1)):(row($1, m) - 0.4):(row($1, m) + 0.4) \
  with boxxyerror fillstyle solid 1 noborder fillcolor rgb "white" notitle, '
whisker(m) = colour(m) eq "#000000" ? "#808080" : "#202020"
set multiplot
do for [s = 1:shown] {
  p = Shown[s]
  is_hollow = strlen(partly) && Unit[p] eq "span"
  bars_shown = ""
  # `stats` would pass over what is not within the axes of the panel before.
  set autoscale
  do for [m = 1:M] { stats data index block(m) every ::1 using (note_bar((m - 1) * C + place($1), $1), 0) nooutput }
  set yrange [rows:0]
  place_across = (s - 1) % in_row
  place_down = (s - 1) / in_row
  x_left = pad + names_width + place_across * panel_width
  y_top = page_top + place_down * (title_room + panel_height + 0.6 * row_height) + title_room
  set lmargin at screen across(x_left)
  set rmargin at screen across(x_left + bar_width)
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  set label 1 Title[p] at screen across(x_left), screen below(y_top - 0.9 * text_size) font text_font
  most = Most[p]
  if (reference eq "ideal" && reference_end > most) { most = reference_end }
  if (reference eq "blocking" && most < 1) { most = 1 }
  axis_most = most > 0 ? most : 1
  set xrange [0:axis_most * bar_width / (bar_width - value_width)]
  set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb "#404040" linewidth 0.6 * thickness front
  if (place_across == 0) {
    do for [k = 1:C] {
      if (C > 1) {
        set label 400 + k "{/:Bold ".lanes(word(concurrencies, k) + 0)."}" \
          at screen across(pad), first row(word(concurrencies, k) + 0, 0) + 0.1 font tic_font
      }
      do for [m = 1:M] {
        set label 500 + 100 * k + m caption(m) at screen across(pad), first row(word(concurrencies, k) + 0, m) \
          font tic_font noenhanced textcolor rgb tone(m)
      }
    }
  }
  if (reference eq "blocking") {
    set arrow 2 from 1, graph 0 to 1, graph 1 nohead dashtype 2 linecolor rgb "#404040" linewidth 0.6 * thickness back
  }
  plot @ideals for [b in bars_shown] data index block(bar_mode(b)) every ::bar_row(b)::bar_row(b) \
      using (0):(row($1, bar_mode(b))):(0):(quantity(Column[p])):(row($1, bar_mode(b)) - 0.36): \
      (row($1, bar_mode(b)) + 0.36):(fill(bar_mode(b), $1)) with boxxyerror \
      fillstyle solid 1 border linecolor rgb colour(bar_mode(b)) linecolor rgb variable title Said[b + 0] noenhanced, \
    for [m = 1:M] data index block(m) using (quantity(Column[p])):(row($1, m)):(quantity(Low[p])):(quantity(High[p])) \
      with xerrorbars pointtype 0 linewidth 0.7 * thickness linecolor rgb whisker(m) notitle, \
    @masks for [m = 1:M] data index block(m) using (beyond($1)):(row($1, m)): \
      (text_of(gap(id(m), $1))) \
      with labels left offset character 0.5, 0 font tic_font notitle
  unset label
  unset arrow
}
unset multiplot
