# A logarithmic horizontal axis of concurrencies: each has a tic, and those with room have a label.
#
# Wants   axis_width            in pixels
#         labelled_axis         whether there are labels at all

set logscale x 10
set xrange [first / 1.1:last * 1.1]
set xtics ()
label_end = -1e300
do for [k = 1:C] {
  c = word(concurrencies, k) + 0
  centre = C < 2 ? 0 : axis_width * log(c / first) / log(last / first)
  half = 0.5 * breadth(number(c), tic_size)
  # The last has a label in any case.
  before_last = axis_width - 0.5 * breadth(number(last), tic_size) - 0.4 * tic_size
  roomy = labelled_axis && centre - half > label_end && (k == C || centre + half < before_last)
  if (roomy) { label_end = centre + half + 0.4 * tic_size }
  set xtics add ((roomy ? number(c) : "") c)
}
