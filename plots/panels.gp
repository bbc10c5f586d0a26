# Several quantities against concurrency, side by side under one key. Loaded after style.gp.
#
# A percentile of which the column served_in_part says that it is of a part of the connections is hollow.
#
# Wants   P, across             how many there are, and how many of them in a row
#         Title, Column, Low, High, Unit   of each: its name, its columns and those of its interval, which are its own
#                               where there is none; and what it is: "rate", "span", "mebibytes" (of bytes) or "plain"
#         abscissa              what stands below

# What each spans, before axes are set, which would leave out what lies beyond them.
array Least[P]
array Most[P]
# What has no value at all has no panel.
array Shown[P]
shown = 0
scale(p) = Unit[p] eq "mebibytes" ? mebibyte : 1.0
do for [p = 1:P] {
  low = 1e300
  high = -1e300
  do for [m = 1:M] {
    stats data index block(m) every ::1 \
      using (note(strcol(Column[p])), note(strcol(Low[p])), note(strcol(High[p])), 0) nooutput
  }
  Least[p] = low / scale(p)
  Most[p] = high / scale(p)
  if (high >= low) { shown = shown + 1; Shown[shown] = p }
}
label(v) = Unit[p] eq "rate" ? rate(v) : Unit[p] eq "span" ? span(v) : plain(v)
quantity(c) = column(c) / scale(p)
tics = 5
across = shown < across ? shown : shown == 4 ? 2 : across
down = (shown + across - 1) / across

key_extra = ""
extras = 0
load "key.gp"
# Each has a title above.
height = (panels_top - 0.125) / down
room = 0.05 * across
load "concurrency.gp"
drawn = 'for [m = 1:M] data index block(m) using (x($1, m)):(quantity(Column[p])):'. \
  '(lower(quantity(Column[p]), quantity(Low[p]))):(lower(quantity(Column[p]), quantity(High[p]))) '. \
  'with @bars notitle, for [m = 1:M] data index block(m) using (x($1, m)):(quantity(Column[p])) with @curve notitle'
do for [s = 1:shown] {
  p = Shown[s]
  low = Least[p]
  high = Most[p]
  place_across = (s - 1) % across
  place_down = (s - 1) / across
  set lmargin at screen 0.08 + place_across * 0.945 / across
  set rmargin at screen 0.005 + (place_across + 1) * 0.945 / across
  set tmargin at screen panels_top - 0.03 - place_down * height
  set bmargin at screen panels_top + 0.035 - (place_down + 1) * height
  set title Title[p] font ",11" offset 0, -0.6
  # The lowest of a column has the labels.
  is_lowest = s + across > shown
  if (is_lowest) { set xlabel abscissa offset 0, 0.4 font ",11" } else { unset xlabel }
  do for [k = 1:words(concurrencies)] {
    set xtics add ((is_lowest ? tic_label(k) : "") x(word(concurrencies, k) + 0, (M + 1) / 2.0))
  }
  load "scale.gp"
  if (Unit[p] eq "span" && strlen(partly)) {
    plot @drawn, for [m = 1:M] data index block(m) \
      using (x($1, m)):(column("served_in_part") > 0 ? column(Column[p]) : NaN) \
      with points pointtype 7 pointsize 0.35 * point_size linecolor rgb "white" notitle
  } else {
    plot @drawn
  }
}
unset multiplot
