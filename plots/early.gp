# Where modes have no value because they were skipped or their trials are invalid: the small print says so. Loaded after
# style.gp, before page.gp.
#
# Wants   end_column            which has a value where the line has a point
# Leaves  early(x, m)           whether the m-th mode's line ends at x for such a reason

array EarlyEnd[M]
end_x = 0
note_last(x, v) = v eq "NaN" ? 0 : (end_x = x + 0, 0)
gap_text(m, w) = name(m)." ".w[strstrt(w, "=") + 1:*]." at ".number(w[strlen(name(m)) + 2:strstrt(w, "=") - 1] + 0)
reasons = ""
do for [m = 1:M] {
  stats data index block(m) every ::1 using (note_last(strcol(1), strcol(end_column)), 0) nooutput
  void = next_gap(id(m), end_x)
  EarlyEnd[m] = strlen(gap_why) ? end_x : -1
  do for [w in gaps] {
    if (w[1:strlen(name(m)) + 1] eq name(m)."@") { reasons = reasons.(strlen(reasons) ? ", " : "").gap_text(m, w) }
  }
}
void = remark(strlen(reasons) ? "gaps: ".reasons : "")
early(x, m) = x == EarlyEnd[m]
early_marks = 'points pointtype 2 pointsize 1.8 * point_size linewidth thickness linecolor rgb tone(m) notitle'
