# A logarithmic vertical axis from low to high, loaded after style.gp.
#
# Wants   label(value)          what stands at a tic

set logscale y 10
bottom = (low > 0 ? low : 1) / 1.25
top = (high > bottom ? high : bottom) * 1.25
# Room for three labels at least.
widening = top < 2.5 * bottom ? sqrt(2.5 * bottom / top) : 1
bottom = bottom / widening
top = top * widening
set yrange [bottom:top]
# Labelled are decades, at most eight of them, or as many of the steps between as make three labels.
decades = log10(top / bottom)
every = int(ceil(decades / 8))
first_decade = int(floor(log10(bottom)))
last_decade = int(ceil(log10(top)))
array Steps[4] = ["1", "1 2 5", "1 1.5 2 3 4 5 7", "1 1.5 2 2.5 3 4 5 6 7 8 9"]
within(v) = bottom <= v && v <= top
labels_of(steps) = sum [k = first_decade:last_decade] k % every ? 0 : \
  (sum [s = 1:words(steps)] within(word(steps, s) * 10.0 ** k))
density = 1
while (density < 4 && labels_of(Steps[density]) < 3) { density = density + 1 }
set ytics ()
do for [k = first_decade:last_decade] {
  do for [step = 1:9] { set ytics add ("" step * 10.0 ** k 1) }
  do for [step in Steps[density]] {
    if (k % every == 0) { set ytics add (label(step * 10.0 ** k) step * 10.0 ** k 0) }
  }
}
