# The modes in the order of their lines' right ends, with a name at each end where they all fit. Loaded after the axes.
#
# Wants   last, bottom, top, logarithmic   the right end of the horizontal axis' data, and the vertical axis
#         reference, reference_end   the name of a line beside those of the modes, and its end; "" where there is none
# Leaves  direct                whether lines have their names, and need none in the key
#         key(m)                the name in the key; block(m) and all that is made of it have the new order

curves = !exists("clustered") || !clustered
direct = curves
L = M + (strlen(reference) > 0)
# The index of its block; of the reference -1.
array Line[L]
array End[L]
array Height[L]
if (L > M) {
  Line[L] = -1
  End[L] = reference_end
}
note_end(x, v) = v eq "NaN" ? 0 : (end_x = x + 0, end = v / unit, 0)
do for [k = 1:M] {
  Line[k] = block(k)
  # The value is one that lies within the axis.
  stats data index Line[k] every ::1 using (note_end(strcol(1), strcol(2)), bottom) nooutput
  End[k] = end
  if (end_x < last) { direct = 0 }
}
do for [i = 2:L] {
  do for [k = i:2:-1] {
    if (End[k] > End[k - 1]) {
      end = End[k]; End[k] = End[k - 1]; End[k - 1] = end
      line = Line[k]; Line[k] = Line[k - 1]; Line[k - 1] = line
    }
  }
}
if (curves) {
  m = 0
  do for [k = 1:L] { if (Line[k] >= 0) { m = m + 1; Measured[m] = Line[k] } }
}

# Names that would overlap move apart, by less than their height: else there is a key.
height(v) = logarithmic ? log(v / bottom) / log(top / bottom) : (v - bottom) / (top - bottom)
apart = 0.047
do for [k = 1:L] { Height[k] = height(End[k]) }
do for [pass = 1:40] {
  do for [k = 2:L] {
    overlap = apart - (Height[k - 1] - Height[k])
    if (overlap > 0) {
      Height[k - 1] = Height[k - 1] + overlap / 2
      Height[k] = Height[k] - overlap / 2
    }
  }
}
do for [k = 1:L] { if (abs(Height[k] - height(End[k])) > 0.8 * apart) { direct = 0 } }
do for [k = 2:L] { if (Height[k - 1] - Height[k] < 0.9 * apart) { direct = 0 } }

key(m) = direct ? "" : caption(m)
if (direct) {
  longest = 0
  m = 0
  do for [k = 1:L] {
    if (Line[k] >= 0) { m = m + 1 }
    words_at_end = Line[k] < 0 ? reference : caption(m)
    longest = strlen(words_at_end) > longest ? strlen(words_at_end) : longest
    set label 10 + k words_at_end at graph 1, graph Height[k] offset 0.8, 0 noenhanced \
      textcolor rgb (Line[k] < 0 ? "#404040" : colour(m))
  }
  set rmargin longest + 3
  unset key
}
