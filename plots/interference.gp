# What work does to lanes that have none: the bystanders' p99, and the throughput of those at work, against the work; or
# mode by mode where the work has no length, as that of a file. Open rings are the p99 where the others hardly work.
# gnuplot -e "data='compute-interference.dat'; out='compute-interference.svg'" interference.gp

load "style.gp"

# "beside the same lanes at 10 operations/s in all"
rest = meta("rest")
rest = rest eq "" ? "" : "at ".word(rest, 6)."/s"
do for [m = 1:M] {
  stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(4)), note(strcol(12)), note(strcol(13)), 0) \
    nooutput
}
latency_low = low
latency_high = high
low = 1e300
high = -1e300
do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(7)), note(strcol(9)), 0) nooutput }
rate_low = low
rate_high = high

# None at all has a place before the least work, where the axis is logarithmic.
amounts = ""
known(w) = strstrt(amounts." ", sprintf(" %.15g ", w)) > 0
least = 1e300
most = 0
note_amount(w) = (w != w || known(w)) ? 0 : (amounts = amounts.sprintf(" %.15g", w), \
  least = w > 0 && w < least ? w : least, most = w > most ? w : most, 0)
stats data using (note_amount($1), 0) nooutput
alone = words(amounts) < 2
none = least / 4
amount(ns) = ns == 0 ? "none" : span(ns)
x(w, m) = alone ? m : w > 0 ? w : none
x_rest(m) = alone ? m - 0.16 : (known(0) ? none : least) / 3

thin = 'linewidth 0.9 linecolor rgb "#404040" dashtype 3'
ring = 'with points pointtype 6 pointsize 1.3 linewidth 1 linecolor rgb'
rest_key = rest eq "" ? "" : ', keyentry @ring "#404040" title "others ".rest'
# Of one amount of work alone the modes stand side by side, each with its name below, and need no key of their own.
if (alone) {
  set multiplot
  panels_top = rest eq "" ? 0.87 : 0.84
  set key at screen 0.97, screen 0.89 right top font ",11"
  set tics font ",10"
  set xrange [0.5:M + 0.5]
  set xtics scale 0 ("" 1)
} else {
  key_extra = ', keyentry with lines @thin title "the work itself"'.rest_key
  extras = 1 + (rest ne "")
  rest_key = ""
  load "key.gp"
  set logscale x 10
  set xrange [(rest eq "" ? known(0) ? none : least : x_rest(1)) / 1.3:most * 1.3]
  set xtics ()
  do for [w in amounts] { set xtics add ("" x(w + 0, 1)) }
  if (rest ne "") { set xtics add ("" x_rest(1)) }
}
set lmargin at screen 0.12
set rmargin at screen 0.97
bottom_of_panels = alone ? 0.185 : 0.155
middle = (panels_top + bottom_of_panels) / 2

set tmargin at screen panels_top
set bmargin at screen middle + 0.015
set ylabel "p99 of bystanders, ".(strstrt(meta("latency"), "service") ? "service" : "response")." time" font ",11"
low = latency_low
high = latency_high
label(v) = span(v)
load "logarithmic.gp"
work_key = alone ? "" : ', [w = least:most] w with lines @thin notitle'
curve = "linespoints linewidth width(m) linecolor rgb colour(m) dashtype dash(m) pointtype marker(m)"
plot for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 with @bars notitle, \
  for [m = 1:M] data index block(m) every ::1::1 using (x_rest(m)):11:12:13 with @bars notitle, \
  for [m = 1:M] data index block(m) every ::1::1 using (x_rest(m)):11 @ring colour(m) notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):2 with @curve notitle @work_key @rest_key
unset key

set tmargin at screen middle - 0.015
set bmargin at screen bottom_of_panels
# Names are broken at their variant; those of neighbours that would meet are one below the other.
broken(text, cut) = cut ? text[1:cut - 1]."\n".text[cut:*] : text
below(m) = (M > 6 && m % 2 == 0 ? "\n\n" : "").broken(caption(m), strstrt(caption(m), "/"))
if (alone) {
  do for [m = 1:M] { set xtics add (below(m) m) }
} else {
  do for [w in amounts] { set xtics add (amount(w + 0) x(w + 0, 1)) }
  if (rest ne "") { set xtics add (rest x_rest(1)) }
}
set xlabel alone ? "" : "work of an operation, after its reply" offset 0, 0.4 font ",11"
set ylabel "operations/s" font ",11"
label(v) = rate(v)
tics = 6
low = rate_low
high = rate_high
if (high >= low) {
  load "scale.gp"
  plot for [m = 1:M] data index block(m) using (x($1, m)):7:8:9 with @bars notitle, \
    for [m = 1:M] data index block(m) using (x($1, m)):7 with @curve notitle
}
unset multiplot
