# A logarithmic horizontal axis from first to last, with labels at powers of ten.

set logscale x 10
set xrange [first / 1.1:last * 1.1]
set xtics ()
do for [k = int(floor(log10(first))):int(ceil(log10(last)))] {
  do for [step = 1:9] { set xtics add ((step == 1 ? number(10.0 ** k) : "") step * 10.0 ** k step > 1) }
}
