# Throughput against what can be set: lanes, permits, or workers of a pool, with the recommended setting of each mode.
# gnuplot -e "data='http-limit-limit-tuning.dat'; out='http-limit-limit-tuning.svg'" tuning.gp

load "style.gp"
load "concurrency.gp"

setting = meta("setting")
undecided = " ".meta("undecided")." "
is_undecided(m) = strstrt(undecided, " ".id(m)." ") > 0
rings = 0
note_ring(text) = text eq "NaN" ? 0 : (rings = rings + 1, 0)
do for [m = 1:M] { stats data index block(m) every ::1 using (note_ring(strcol(6)), 0) nooutput }
if (rings > 0) { void = remark("ring: the smallest setting that is not significantly below the best") }
if (words(undecided)) {
  void = remark((is_column ? "?: undecided, " : "undecided: ")."noise hides which setting is the best")
}

what = "throughput (operations/s)"
abscissa = setting eq "limit" ? "limit (permits that lanes queue for)" : \
  setting eq "pool" ? "width of the pool (threads or processes)" : "concurrency (lanes)"
abscissa = abscissa.", log scale"
label(v) = number(v)
widest = number(1.3 * high)
tics = 6
vertical = "scale.gp"
horizontal = "tics.gp"
reference = ""
name_at_end(m) = name(m).(is_undecided(m) ? is_column ? " ?" : ", undecided" : "")
position(x, m) = x
every_point = 1
interval_of = ""
place_text(x) = setting." ".number(x)
value_text(v) = number3(v)." operations/s"
more = ', for [m = 1:M] data index block(m) using 1:6 \
  with points linewidth 0.8 * thickness linecolor rgb tone(m) pointtype 6 pointsize 2.3 * point_size notitle'
load "curves.gp"
