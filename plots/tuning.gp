# Throughput against what can be set: lanes, permits, or workers of a pool, with the recommended setting of each mode.
# gnuplot -e "data='http-limit-limit-tuning.dat'; out='http-limit-limit-tuning.svg'" tuning.gp

load "style.gp"

# A ring is around the recommended setting of each mode that has one.
array Ringed[M]
rings = 0
note_ring(text, m) = text eq "NaN" ? 0 : (rings = rings + 1, Ringed[rings] = m, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_ring(strcol(6), m), 0) nooutput }

load "concurrency.gp"
# Room for a ring at either end.
set xrange [first / 1.3:last * 1.3]

setting = meta("setting")
set xlabel setting eq "limit" ? "limit (permits that lanes queue for)" : \
  setting eq "pool" ? "width of the pool (threads or processes)" : "concurrency (lanes)"
if (low > 0 && high > 8 * low) {
  unit = 1.0
  set ylabel "throughput (operations/s)"
  label(rate) = rate < 1e3 ? sprintf("%g", rate) : rate < 1e6 ? sprintf("%gk", rate / 1e3) : sprintf("%gM", rate / 1e6)
  load "logarithmic.gp"
} else {
  unit = high < 20000 ? 1.0 : high < 2e7 ? 1e3 : 1e6
  set ylabel unit == 1 ? "throughput (operations/s)" : \
    unit == 1e3 ? "throughput (thousand operations/s)" : "throughput (million operations/s)"
  set yrange [0:(high > 0 ? high * 1.08 / unit : 1)]
  set format y "%g"
}

ring = ending eq ".svg" ? 1.9 : 2.6
ring_key = rings == 0 ? "" : ', keyentry with points linewidth 1.5 linecolor rgb "#404040" pointtype 6 pointsize ring \
  title "ring: recommended"'
plot for [m = 1:M] data index block(m) using 1:($2 / unit):($3 / unit):($4 / unit) \
  with yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype dash(m) pointtype marker(m) title name(m), \
  for [r = 1:rings] data index block(Ringed[r]) using 1:($6 / unit) \
  with points linewidth 1.5 linecolor rgb colour(Ringed[r]) pointtype 6 pointsize ring notitle @ring_key
