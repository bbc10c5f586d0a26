# Latency against offered rate: the response times' p50 and p99, with the knee of each mode.
# gnuplot -e "data='http-load.dat'; out='http-load.svg'" load.gp

load "style.gp"

set xlabel "offered rate (operations/s)"
do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(3)), 0) nooutput }
knees = 0
note_knee(text) = text eq "NaN" ? 0 : (knees = knees + 1, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_knee(strcol(9)), 0) nooutput }
stats data using 1 nooutput
if (STATS_max > 20 * STATS_min) {
  set logscale x 10
  set xrange [STATS_min / 1.15:STATS_max * 1.15]
  set xtics ()
  do for [k = int(floor(log10(STATS_min))):int(ceil(log10(STATS_max)))] {
    do for [step in "1 2 5"] { set xtics add (rate(step * 10.0 ** k) step * 10.0 ** k) }
  }
} else {
  set xrange [0:STATS_max * 1.05]
  # About eight labels, at 1, 2 or 5 times a power of ten.
  decade = 10.0 ** floor(log10(STATS_max / 8))
  part = STATS_max / 8 / decade
  spacing = decade * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10)
  set xtics ()
  do for [k = 0:int(STATS_max * 1.05 / spacing)] { set xtics add (rate(k * spacing) k * spacing) }
}

set ylabel "response time"
label(v) = span(v)
load "logarithmic.gp"

# A mode looks the same in both of its lines: the p99 is drawn in full, the p50 thinner. A ring is around each at the knee.
# The rates of a search were each measured in another round, and are not joined.
joined = meta("objective") eq ""
curve = joined ? "linespoints dashtype dash(m)" : "points"
ring = ending eq ".svg" ? 1.9 : 2.6
size = ending eq ".svg" ? 0.8 : 1.1
grey = 'linecolor rgb "#404040"'
sizes_key = joined ? 'keyentry with lines linewidth 1.8 @grey title "thick: p99", \
  keyentry with lines linewidth 0.8 @grey title "thin: p50"' : \
  'keyentry with points pointtype 7 pointsize size @grey title "large: p99", \
  keyentry with points pointtype 7 pointsize 0.6 * size @grey title "small: p50"'
ring_key = knees == 0 ? "" : ', keyentry with points linewidth 1.5 @grey pointtype 6 pointsize ring title "ring: knee"'
plot for [m = 1:M] data index block(m) using 1:3 \
  with @curve linewidth width(m) linecolor rgb colour(m) pointtype marker(m) pointsize size title caption(m), \
  for [m = 1:M] data index block(m) using 1:2 \
  with @curve linewidth 0.4 * width(m) linecolor rgb colour(m) pointtype marker(m) pointsize 0.6 * size notitle, \
  for [m = 1:M] data index block(m) using 1:9 \
  with points linewidth 1.5 linecolor rgb colour(m) pointtype 6 pointsize ring notitle, \
  for [m = 1:M] data index block(m) using 1:10 \
  with points linewidth 1.5 linecolor rgb colour(m) pointtype 6 pointsize ring notitle, \
  @sizes_key @ring_key
