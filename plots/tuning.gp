# Throughput against what can be set: lanes, permits, or workers of a pool, with the recommended setting of each mode.
# gnuplot -e "data='http-limit-limit-tuning.dat'; out='http-limit-limit-tuning.svg'" tuning.gp

load "style.gp"

rings = 0
note_ring(text) = text eq "NaN" ? 0 : (rings = rings + 1, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_ring(strcol(6)), 0) nooutput }

room = 0.055
tics = 8
load "concurrency.gp"
# Room for a ring at either end.
if (!clustered) { set xrange [first / 1.3:last * 1.3] }
setting = meta("setting")
set xlabel setting eq "limit" ? "limit (permits that lanes queue for)" : \
  setting eq "pool" ? "width of the pool (threads or processes)" : "concurrency (lanes)"
set ylabel "throughput (operations/s)"
label(v) = rate(v)
load "scale.gp"
reference = ""
load "ends.gp"

# A ring is around the recommended setting of each mode that has one.
ring = ending eq ".svg" ? 1.9 : 2.6
explanation = "ring: recommended"
if (direct && rings > 0) { set label 8 explanation at screen 0.985, screen 0.912 right font ",11" }
ring_key = direct || rings == 0 ? "" : ', keyentry with points linewidth 1.5 linecolor rgb "#404040" pointtype 6 \
  pointsize ring title explanation'
plot for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 with @bars notitle, \
  for [m = 1:M] data index block(m) using (x($1, m)):2 with @curve title key(m), \
  for [m = 1:M] data index block(m) using (x($1, m)):6 \
  with points linewidth 1.5 linecolor rgb colour(m) pointtype 6 pointsize ring notitle @ring_key
