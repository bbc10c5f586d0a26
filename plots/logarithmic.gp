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
# Decades are labelled, at most eight; where there are few of them, so are the steps between.
set ytics ()
decades = log10(top / bottom)
every = int(ceil(decades / 8))
do for [k = int(floor(log10(bottom))):int(ceil(log10(top)))] {
  do for [step in "1 1.5 2 2.5 3 4 5 6 7 8 9"] {
    value = step * 10.0 ** k
    labelled = step == 1 && k % every == 0 || decades < 0.7 || (decades < 2.5 && (step == 2 || step == 5))
    if (labelled || step == int(step)) { set ytics add ((labelled ? label(value) : "") value labelled ? 0 : 1) }
  }
}
