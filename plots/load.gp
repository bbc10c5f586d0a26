# Latency against offered rate: the response times' p50 and p99, with the knee of each mode.
# gnuplot -e "data='http-load.dat'; out='http-load.svg'" load.gp

load "style.gp"

do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(5)), note(strcol(6)), 0) nooutput
}
knees = 0
note_knee(text) = text eq "NaN" ? 0 : (knees = knees + 1, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_knee(strcol(9)), 0) nooutput }
# The rates of a search were each measured in another round, and are not joined. At other rates the modes stand beside
# each other, in half of what is between a rate and the next, at most.
joined = meta("objective") eq ""
stats data using 1 nooutput
least = STATS_min
most = STATS_max
is_wide = most > 20 * least
along(v) = is_wide ? log(v) : v
from_along(v) = is_wide ? exp(v) : v
rates = ""
known(v) = strstrt(rates." ", sprintf(" %.15g ", v)) > 0
note_rate(v) = (v != v || known(v)) ? 0 : (rates = rates.sprintf(" %.15g", v), 0)
stats data using (note_rate($1), 0) nooutput
dodge = joined ? 0.006 * (along(most) - (is_wide ? along(least) : 0)) : 0
do for [a in rates] {
  do for [b in rates] {
    gap_between = along(b + 0) - along(a + 0)
    if (gap_between > 0 && dodge > 0.5 * gap_between / M) { dodge = 0.5 * gap_between / M }
  }
}
x(v, m) = from_along(along(v) + (m - (M + 1) / 2.0) * dodge)

# A mode looks the same in both of its lines: the p99 is drawn in full, the p50 thinner.
void = remark(joined ? "thick: p99, with the interval of trials' own; thin: p50" : "large: p99; small: p50")
if (knees > 0) { void = remark("ring: knee") }
# Where the power is highest at an end of the rates, there is no knee.
void = remark(meta("absent"))
end_column = 3
load "early.gp"

panel_height = is_column ? 130 : 380
panel_room = 1.9 * text_size
room_height = key_height + panel_room + panel_height + 4.1 * tic_size
load "page.gp"
load "key.gp"
label(v) = span(v)
left_room = breadth("500 µs", tic_size) + 0.8 * tic_size
x_left = pad + left_room
x_right = W - pad - 0.5 * breadth(number(most), tic_size)
axis_width = x_right - x_left
set lmargin at screen across(x_left)
set rmargin at screen across(x_right)
set tmargin at screen below(panels_top + panel_room)
set bmargin at screen below(panels_top + panel_room + panel_height)
if (is_wide) {
  set logscale x 10
  set xrange [x(least, 0) / 1.1:x(most, M + 1) * 1.1]
  set xtics ()
  # 1, 2 and 5 where there is room for them.
  steps = axis_width / log10(most / least) > 12 * tic_size ? "1 2 5" : "1"
  do for [k = int(floor(log10(least))):int(ceil(log10(most)))] {
    do for [step in steps] { set xtics add (number(step * 10.0 ** k) step * 10.0 ** k) }
  }
} else {
  set xrange [0:x(most, M + 1) * 1.03]
  # As many labels as there is room for, at 1, 2 or 5 times a power of ten.
  tics = int(axis_width / (breadth(number(most), tic_size) + 1.5 * tic_size))
  tics = tics > 8 ? 8 : tics
  decade = 10.0 ** floor(log10(most / tics))
  part = most / tics / decade
  spacing = decade * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10)
  set xtics ()
  do for [k = 0:int(most * 1.03 / spacing)] { set xtics add (number(k * spacing) k * spacing) }
}
load "logarithmic.gp"
set label 1 "response time, log scale" at screen across(pad), screen below(panels_top + panel_room - 0.9 * text_size) \
  font text_font
set label 2 "offered rate (operations/s)".(is_wide ? ", log scale" : "") at screen across((x_left + x_right) / 2), \
  screen below(panels_top + panel_room + panel_height + 3.3 * tic_size) center font text_font

array Thick[2] = [0.4, 1]
plot for [m = 1:M] data index block(m) using (x($1, m)):5:(0):($6 - $5) with @span_bars notitle, \
  for [p = 1:2] for [m = 1:M] data index block(m) using (x($1, m)):(joined ? column(p + 1) : NaN) \
    with lines dashtype dash(m) linewidth Thick[p] * weight(m) linecolor rgb colour(m) notitle, \
  for [p = 1:2] for [m = 1:M] data index block(m) using (x($1, m)):(column(p + 1)):\
    (name(m).", ".number($1)."/s: ".(p == 1 ? "p50 " : "p99 ").span3(column(p + 1))) \
    with labels hypertext point pointtype marker(m) pointsize (0.2 + 0.4 * p) * point_size linewidth 0.6 * thickness \
    linecolor rgb colour(m) notitle, \
  for [p = 1:2] for [m = 1:M] data index block(m) using (x($1, m)):(column(p + 8)) \
    with points linewidth 0.8 * thickness linecolor rgb tone(m) pointtype 6 pointsize 2.3 * point_size notitle, \
  for [m = 1:M] data index block(m) using (early($1, m) ? x($1, m) : NaN):3 with @early_marks
