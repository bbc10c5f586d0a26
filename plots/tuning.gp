# Throughput against what can be set: lanes, permits, or workers of a pool, with the recommended setting of each mode.
# gnuplot -e "data='http-limit-limit-tuning.dat'; out='http-limit-limit-tuning.svg'" tuning.gp

load "style.gp"
room = 0.055
tics = 8
load "concurrency.gp"

setting = meta("setting")
axis = setting eq "limit" ? "limit (permits that lanes queue for)" : \
  setting eq "pool" ? "width of the pool (threads or processes)" : "concurrency (lanes)"
# Room for a ring at either end.
set xrange [first / 1.3:last * 1.3]
set ylabel "throughput (operations/s)"
label(v) = rate(v)
load "scale.gp"
reference = ""
load "ends.gp"

# A ring is around the recommended setting of each mode that has one.
array Ringed[M]
do for [m = 1:M] { Ringed[m] = m }
rings = 0
note_ring(text, m) = text eq "NaN" ? 0 : (rings = rings + 1, Ringed[rings] = m, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_ring(strcol(6), m), bottom) nooutput }
ring = ending eq ".svg" ? 1.9 : 2.6
set xlabel axis.(rings > 0 ? "; ring: recommended" : "")

plot for [m = 1:M] data index block(m) using 1:2:3:4 with @bars notitle, \
  for [m = 1:M] data index block(m) using 1:2 with @curve title key(m), \
  for [r = 1:rings] data index block(Ringed[r]) using 1:6 \
  with points linewidth 1.5 linecolor rgb colour(Ringed[r]) pointtype 6 pointsize ring notitle
