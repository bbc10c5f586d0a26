# The horizontal axis of figures against concurrency, loaded after style.gp.
#
# Wants   room                  the least share of the axis between two of its labels
# Leaves  clustered             whether there are fewer than three concurrencies, and so no curves: the axis then has a
#                               place for each, where the modes stand side by side; else it is logarithmic
#         x(concurrency, m)     where the m-th mode stands
#         place(concurrency), step
#         concurrencies, tic_label(k)   what they are, and what stands at the k-th
#         curve                 how a mode is drawn in either case
#         low, high             as before, and the intervals, columns 3 and 4

do for [i = 1:N] { stats data index i - 1 every ::1 using (note(strcol(3)), note(strcol(4)), 0) nooutput }
concurrencies = ""
known(c) = strstrt(concurrencies." ", sprintf(" %.15g ", c)) > 0
note_concurrency(c) = (c != c || known(c)) ? 0 : (concurrencies = concurrencies.sprintf(" %.15g", c), 0)
stats data using (note_concurrency($1), 0) nooutput

clustered = words(concurrencies) < 3
place(c) = c == word(concurrencies, 1) + 0 ? 0 : 1
step = M < 4 ? 0.2 : 0.8 / M
x(c, m) = clustered ? place(c) + (m - (M + 1) / 2.0) * step : c

curve = (clustered ? "points" : "linespoints dashtype dash(m)").\
  " linewidth width(m) linecolor rgb colour(m) pointtype marker(m)"

set xlabel "concurrency (lanes)"
if (clustered) {
  set xrange [-0.5:words(concurrencies) - 0.5]
  set xtics scale 0
  last = 0
  if (words(concurrencies) > 1) { set arrow from 0.5, graph 0 to 0.5, graph 1 nohead linecolor rgb "#D8D8D8" back }
} else {
  first = word(concurrencies, 1) * 1.0
  last = word(concurrencies, words(concurrencies)) * 1.0
  set logscale x 10
  set xrange [first / 1.15:last * 1.15]
}
# Every concurrency has a tic; those with room beside the one before have a label.
tic_labels = ""
do for [c in concurrencies] {
  roomy = clustered || strlen(tic_labels) == 0 || log(c / labelled) / log(last / first) > room
  tic_labels = tic_labels." ".(roomy ? lanes(c + 0) : "-")
  if (roomy) { labelled = c * 1.0 }
}
tic_label(k) = word(tic_labels, k) eq "-" ? "" : word(tic_labels, k)
set xtics ()
do for [k = 1:words(concurrencies)] { set xtics add (tic_label(k) x(word(concurrencies, k) + 0, (M + 1) / 2.0)) }
