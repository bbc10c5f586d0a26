# Latency against offered rate: the response times' p50 and p99, with the knee of each mode.
# gnuplot -e "data='http-load.dat'; out='http-load.svg'" load.gp

load "style.gp"

set xlabel "offered rate (operations/s)"
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
    gap = along(b + 0) - along(a + 0)
    if (gap > 0 && dodge > 0.5 * gap / M) { dodge = 0.5 * gap / M }
  }
}
x(v, m) = from_along(along(v) + (m - (M + 1) / 2.0) * dodge)
if (is_wide) {
  set logscale x 10
  set xrange [x(least, 0) / 1.1:x(most, M + 1) * 1.1]
  set xtics ()
  do for [k = int(floor(log10(least))):int(ceil(log10(most)))] {
    do for [step in "1 2 5"] { set xtics add (rate(step * 10.0 ** k) step * 10.0 ** k) }
  }
} else {
  set xrange [0:x(most, M + 1) * 1.03]
  # About eight labels, at 1, 2 or 5 times a power of ten.
  decade = 10.0 ** floor(log10(most / 8))
  part = most / 8 / decade
  spacing = decade * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10)
  set xtics ()
  do for [k = 0:int(most * 1.03 / spacing)] { set xtics add (rate(k * spacing) k * spacing) }
}

set ylabel "response time"
label(v) = span(v)
load "logarithmic.gp"

# A mode looks the same in both of its lines: the p99 is drawn in full, the p50 thinner. Bars are of the p99 that trials
# have of their own. A ring is around each at the knee.
curve = joined ? "linespoints dashtype dash(m)" : "points"
ring = ending eq ".svg" ? 1.9 : 2.6
grey = 'linecolor rgb "#404040"'
sizes_key = joined ? 'keyentry with lines linewidth 1.8 @grey title "thick: p99", \
  keyentry with lines linewidth 0.8 @grey title "thin: p50"' : \
  'keyentry with points pointtype 7 pointsize point_size @grey title "large: p99", \
  keyentry with points pointtype 7 pointsize 0.6 * point_size @grey title "small: p50"'
ring_key = knees == 0 ? "" : ', keyentry with points linewidth 1.5 @grey pointtype 6 pointsize ring title "ring: knee"'
bar = "vectors heads size screen 0.003, 90 linewidth 1"
# Where the power is highest at an end of the rates, there is no knee.
absent = meta("absent")
if (absent ne "") { set label 9 short(absent, 90) at screen 0.985, screen 0.042 right @small_print }
bars_key = joined ? ', keyentry with @bar @grey title "bar: p99 of trials"' : ""
plot for [m = 1:M] data index block(m) using (x($1, m)):5:(0):($6 - $5) with @span_bars notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):3 \
  with @curve linewidth width(m) linecolor rgb colour(m) pointtype marker(m) pointsize point_size title caption(m), \
  for [m = 1:M] data index block(m) using (x($1, m)):2 \
  with @curve linewidth 0.4 * width(m) linecolor rgb colour(m) pointtype marker(m) pointsize 0.6 * point_size notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):9 \
  with points linewidth 1.5 linecolor rgb colour(m) pointtype 6 pointsize ring notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):10 \
  with points linewidth 1.5 linecolor rgb colour(m) pointtype 6 pointsize ring notitle, \
  @sizes_key @bars_key @ring_key
