# Names beside the right ends of lines, in the tone of each, with its marker and a dotted line to each. Loaded after the
# axes and page.gp; sets the right margin.
#
# Wants   last, bottom, top, logarithmic   the right end of the horizontal axis' data, and the vertical axis
#         panel_height          in pixels
#         reference, reference_end   the name of a line beside those of the modes, and its end; "" where there is none
#         name_at_end(m)        what stands there
# Leaves  curve_lines, curve_points   how a mode's line and its markers are drawn

L = M + (strlen(reference) > 0)
array Line[L]
array End[L]
array EndX[L]
array Height[L]
array Words[L]
note_end(x, v) = v eq "NaN" ? 0 : (end_x = x + 0, end = v / unit, 0)
do for [k = 1:L] {
  if (k > M) {
    Line[k] = 0; End[k] = reference_end; EndX[k] = last; Words[k] = reference
  } else {
    Line[k] = k
    # The value is one that lies within the axis.
    stats data index block(k) every ::1 using (note_end(strcol(1), strcol(2)), bottom) nooutput
    End[k] = end; EndX[k] = end_x
    void = next_gap(id(k), end_x)
    Words[k] = name_at_end(k).(strlen(gap_why) ? ": ".gap_why : "")
    if (strlen(gap_why)) {
      set label 250 + k "" at first end_x, first end point pointtype 2 pointsize 1.8 * point_size \
        linewidth thickness linecolor rgb tone(k) front
    }
  }
}
# Ordered from the highest to the lowest.
do for [i = 2:L] {
  do for [k = i:2:-1] {
    if (End[k] > End[k - 1]) {
      a = End[k]; End[k] = End[k - 1]; End[k - 1] = a
      a = EndX[k]; EndX[k] = EndX[k - 1]; EndX[k - 1] = a
      a = Line[k]; Line[k] = Line[k - 1]; Line[k - 1] = a
      words_at_end = Words[k]; Words[k] = Words[k - 1]; Words[k - 1] = words_at_end
    }
  }
}
# Names that would overlap move apart by less than their height, within the panel.
height(v) = logarithmic ? log(v / bottom) / log(top / bottom) : (v - bottom) / (top - bottom)
clipped(h) = h < 0 ? 0 : h > 1 ? 1 : h
apart = 1.18 * tic_size / panel_height
do for [k = 1:L] { Height[k] = clipped(height(End[k])) }
do for [pass = 1:200] {
  do for [k = 2:L] {
    overlap = apart - (Height[k - 1] - Height[k])
    if (overlap > 0) {
      Height[k - 1] = Height[k - 1] + overlap / 2
      Height[k] = Height[k] - overlap / 2
    }
  }
  if (Height[1] > 1.02) { Height[1] = 1.02 }
  if (Height[L] < 0) { Height[L] = 0 }
}
longest = 0
do for [k = 1:L] { if (breadth(Words[k], tic_size) > longest) { longest = breadth(Words[k], tic_size) } }
right_room = longest + 3 * tic_size
set rmargin at screen across(W - right_room)
do for [k = 1:L] {
  set label 10 + k Words[k] at graph 1, graph Height[k] offset first 0, 0 noenhanced font tic_font \
    textcolor rgb (Line[k] ? tone(Line[k]) : "#404040")
  set label 10 + k at screen across(W - right_room + 2.6 * tic_size), graph Height[k]
  # Lines that lie on each other, in grey: the marker says whose name it is.
  if (Line[k]) {
    set label 300 + k "" at screen across(W - right_room + 1.9 * tic_size), graph Height[k] \
      point pointtype marker(Line[k]) pointsize 0.8 * point_size linewidth 0.6 * thickness linecolor rgb colour(Line[k])
  }
  set arrow 10 + k from first EndX[k], graph clipped(height(End[k])) \
    to screen across(W - right_room + 1.2 * tic_size), graph Height[k] nohead front \
    linewidth 0.45 * thickness dashtype 6 linecolor rgb (Line[k] ? colour(Line[k]) : "#808080")
}
