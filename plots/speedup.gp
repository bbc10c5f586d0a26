# Throughput over that of blocking at the same concurrency, round by round.
# gnuplot -e "data='http-2ms-speedup.dat'; out='http-2ms-speedup.svg'" speedup.gp

load "style.gp"
load "concurrency.gp"
reference = "blocking"
reference_end = 1
low = low < 1 ? low : 1
high = high > 1 ? high : 1
if (clustered) {
  void = remark("dashed: blocking")
  P = 1
  array Title[1] = ["throughput ÷ throughput of blocking"]
  array Column[1] = [2]
  array Low[1] = [3]
  array High[1] = [4]
  array Unit[1] = ["ratio"]
  load "bars.gp"
} else {
  what = "throughput ÷ throughput of blocking"
  abscissa = "concurrency (lanes), log scale"
  label(v) = number(v)
  widest = number(high > 1000 ? high : 100)
  tics = 6
  vertical = "scale.gp"
  horizontal = "tics.gp"
  name_at_end(m) = caption(m)
  position(x, m) = x
  every_point = 1
  interval_of = ""
  place_text(x) = lanes(x)
  value_text(v) = number3(v)."×"
  more = ', 1 with lines linewidth 0.6 * thickness linecolor rgb "#808080" dashtype 2 notitle'
  load "curves.gp"
}
