# The horizontal axis of figures against concurrency, loaded after style.gp.
#
# Leaves  clustered             whether there are fewer than three concurrencies, which are bars and no curves
#         concurrencies, C      what they are, and how many
#         place(concurrency)    its number
#         first, last           of curves
#         axis_width            for tics.gp, the pixels of the axis, which labels need room on

concurrencies = ""
known(c) = strstrt(concurrencies." ", sprintf(" %.15g ", c)) > 0
note_concurrency(c) = (c != c || known(c)) ? 0 : (concurrencies = concurrencies.sprintf(" %.15g", c), 0)
stats data using (note_concurrency($1), 0) nooutput
C = words(concurrencies)
place(c) = (sum [k = 1:C] (word(concurrencies, k) + 0 == c ? k : 0))
clustered = C < 3
# Lanes at work differ between modes, and so do not come in order.
first = 1e300
last = 0
do for [c in concurrencies] {
  first = c < first ? c * 1.0 : first
  last = c > last ? c * 1.0 : last
}
