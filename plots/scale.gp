# A vertical axis from low to high: logarithmic where they are a factor of eight or more apart, else linear from zero.
#
# Wants   label(value)          what stands at a tic
#         tics                  at most how many of them
# Leaves  logarithmic, bottom, top

logarithmic = low > 0 && high > 8 * low
if (logarithmic) {
  load "logarithmic.gp"
} else {
  unset logscale y
  bottom = 0
  top = high > 0 ? high * 1.08 : 1.0
  set yrange [bottom:top]
  # At 1, 2 or 5 times a power of ten.
  decade = 10.0 ** floor(log10(top / tics))
  part = top / tics / decade
  spacing = decade * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10)
  set ytics ()
  do for [k = 0:int(top / spacing)] { set ytics add (label(k * spacing) k * spacing) }
}
