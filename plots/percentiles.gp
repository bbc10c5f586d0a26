# The horizontal axis of HdrHistogram, 1 / (1 - percentile / 100): each has a tic, and those with room have a label.
#
# Wants   rightmost             where it ends
#         axis_width            in pixels
#         labelled_axis         whether there are labels at all

set logscale x 10
set xrange [1:rightmost]
set xtics ()
array Percentile[10] = ["0", "50", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999", "99.999999"]
along_axis(k) = axis_width * (k == 1 ? 0 : k == 2 ? log10(2) : k - 2) / log10(rightmost)
half_label(k) = 0.5 * breadth(Percentile[k]." %", tic_size)
label_end = -1e300
# The median before the minimum, which has what room it leaves.
do for [k = 2:10] {
  roomy = labelled_axis && along_axis(k) - half_label(k) > label_end
  if (roomy) { label_end = along_axis(k) + half_label(k) + 0.3 * tic_size }
  set xtics add ((roomy ? Percentile[k]." %%" : "") k == 2 ? 2 : 10.0 ** (k - 2))
}
set xtics add ((labelled_axis && along_axis(2) - half_label(2) > half_label(1) + 0.6 * tic_size ? "0 %%" : "") 1)
set grid x
