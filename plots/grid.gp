# Of panels.gp: the panels of three concurrencies or more.

load "quantities.gp"
void = M > 1 ? remark("grey: the other modes") : 0
end_column = 2
load "early.gp"
in_row = is_column && shown > 3 ? 3 : shown
down = (shown + in_row - 1) / in_row
in_row = (shown + down - 1) / down
row_height = is_column ? 22 : shown > 3 ? 58 : 76
# Where columns are narrow, long names are broken after a hyphen.
broken(text) = (is_column || shown > 3) && strlen(text) > 11 && strstrt(text, "-") ? \
  text[1:strstrt(text, "-")]."\n".text[strstrt(text, "-") + 1:*] : text
longest = 0
do for [m = 1:M] {
  do for [k = 1:2] {
    cut = strstrt(broken(caption(m)), "\n")
    part = cut == 0 ? caption(m) : k == 1 ? broken(caption(m))[1:cut - 1] : broken(caption(m))[cut + 1:*]
    longest = breadth(part, tic_size) > longest ? breadth(part, tic_size) : longest
  }
}
names_width = longest + 0.2 * tic_size
title_room = 1.8 * text_size
axis_room = 1.7 * tic_size
block_height = title_room + M * row_height + axis_room
room_height = down * block_height + 2.2 * tic_size
load "page.gp"
label(v) = tick(v)
tics = 2
# The numbers 1, 2 and 5 times a power of ten next to a value.
mantissa(v) = v / 10.0 ** exponent(v)
least_tic(v) = 10.0 ** exponent(v) * (mantissa(v) < 1.001 ? 1 : mantissa(v) <= 2 ? 2 : mantissa(v) <= 5 ? 5 : 10)
greatest_tic(v) = 10.0 ** exponent(v) * (mantissa(v) >= 5 ? 5 : mantissa(v) >= 2 ? 2 : 1)
# Two tics are enough for a panel of this size. What their labels leave of a row is shared evenly.
array Lowest[shown]
array Highest[shown]
array TicWidth[shown]
wider(a, b) = a > b ? a : b
do for [s = 1:shown] {
  p = Shown[s]
  low = Least[p]
  high = Most[p]
  load "scale.gp"
  Lowest[s] = logarithmic ? least_tic(bottom) : 0
  Highest[s] = greatest_tic(top)
  TicWidth[s] = wider(breadth(label(Lowest[s]), tic_size), breadth(label(Highest[s]), tic_size)) + 0.7 * tic_size
}
# Half of the last label, which the next panel's first must not touch.
last_half = 0.5 * breadth(number(last), tic_size) + 0.5 * tic_size
place_row(s) = (s - 1) / in_row
axis_of(s) = (W - pad - names_width - (sum [k = 1:shown] (place_row(k) == place_row(s) ? TicWidth[k] : 0))) / in_row - last_half
left_of(s) = pad + names_width + (sum [k = 1:s] (place_row(k) == place_row(s) ? TicWidth[k] : 0)) \
  + (s - 1) % in_row * (axis_of(s) + last_half)
set multiplot
do for [s = 1:shown] {
  p = Shown[s]
  low = Least[p]
  high = Most[p]
  place_across = (s - 1) % in_row
  place_down = (s - 1) / in_row
  load "scale.gp"
  x_left = left_of(s)
  axis_width = axis_of(s)
  x_right = x_left + axis_width
  set lmargin at screen across(x_left)
  set rmargin at screen across(x_right)
  do for [m = 1:M] {
    y_top = page_top + place_down * block_height + title_room + (m - 1) * row_height
    set tmargin at screen below(y_top)
    set bmargin at screen below(y_top + 0.82 * row_height)
    if (m == 1) {
      set label 1 Title[p].(logarithmic ? ", log" : "") at screen across(x_left - TicWidth[s] + 0.3 * tic_size), \
        screen below(y_top - 0.9 * text_size) font text_font
    }
    if (place_across == 0) {
      set label 2 broken(caption(m)) at screen across(pad), \
        screen below(y_top + 0.41 * row_height - (strstrt(broken(caption(m)), "\n") ? 0.55 * tic_size : 0)) \
        font tic_font noenhanced textcolor rgb tone(m)
    }
    labelled_axis = m == M
    # The rows of a column have the same axis, which in a narrow one is labelled once.
    if (is_column && m > 1) { set ytics ("" Lowest[s], "" Highest[s]) } else {
      set ytics (label(Lowest[s]) Lowest[s], label(Highest[s]) Highest[s])
    }
    load "tics.gp"
    if (s == shown && m == M) {
      set label 3 "concurrency (lanes), log scale" at screen across((W + names_width) / 2), \
        screen below(y_top + row_height + axis_room + 1.0 * tic_size) center font text_font
    }
    is_hollow = strlen(partly) && Unit[p] eq "span"
    plot for [k = 1:M] data index block(k) using 1:(quantity(Column[p])) \
        with lines linewidth 0.5 * thickness linecolor rgb "#C4C4C4" notitle, \
      data index block(m) using 1:(quantity(Column[p])):(end_of(Low[p])): \
        (end_of(High[p])) with @bars notitle, \
      data index block(m) using 1:(quantity(Column[p])) with lines linewidth weight(m) linecolor rgb colour(m) title name(m), \
      data index block(m) using 1:(quantity(Column[p])): \
        (name(m).", ".lanes($1).": ".Title[p]." ".value_of(quantity(Column[p]))) \
        with labels hypertext point pointtype marker(m) pointsize 0.8 * point_size linewidth 0.6 * thickness \
        linecolor rgb colour(m) notitle, \
      data index block(m) using 1:(is_hollow && column(is_hollow ? "served_in_part" : 1) > 0 ? quantity(Column[p]) : NaN) \
        with points pointtype 7 pointsize 0.4 * point_size linecolor rgb "white" notitle, \
      data index block(m) using 1:(early($1, m) ? quantity(Column[p]) : NaN) with @early_marks
    unset label
  }
}
unset multiplot
