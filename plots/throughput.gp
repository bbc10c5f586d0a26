# Throughput against concurrency, with the ideal, lanes ÷ service time; where nothing waits, null is the harness alone.
# gnuplot -e "data='http-2ms-throughput.dat'; out='http-2ms-throughput.svg'" throughput.gp

load "style.gp"
load "concurrency.gp"
reference = ideal == N ? "" : "ideal"
if (ideal < N) {
  stats data index ideal every ::1 using 2 nooutput
  reference_end = STATS_max
  void = remark((clustered ? "dashed: " : "")."ideal, lanes ÷ service time")
}
if (clustered) {
  P = 1
  array Title[1] = ["throughput (operations/s)"]
  array Column[1] = [2]
  array Low[1] = [3]
  array High[1] = [4]
  array Unit[1] = ["plain"]
  load "bars.gp"
} else {
  what = "throughput (operations/s)"
  abscissa = "concurrency (lanes), log scale"
  label(v) = number(v)
  widest = number(1.3 * high)
  tics = 6
  vertical = "scale.gp"
  horizontal = "tics.gp"
  name_at_end(m) = caption(m)
  position(x, m) = x
  every_point = 1
  interval_of = ""
  place_text(x) = lanes(x)
  value_text(v) = number3(v)." operations/s"
  thin = 'linewidth 0.6 * thickness linecolor rgb "#808080" dashtype 2'
  more = ideal == N ? "" : ', data index ideal using 1:2 with lines @thin notitle'
  load "curves.gp"
}
