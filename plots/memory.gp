# Memory of the process in which a mode waits against the lanes that were at work, and what one more of them takes.
# gnuplot -e "data='sleepers-memory.dat'; out='sleepers-memory.svg'" memory.gp

load "style.gp"
load "concurrency.gp"

# The slope is the same in all rows of a mode. It stands only where the points lie on a line, as in the report's notes.
array Slope[N]
keep(m, text, fit) = (Slope[block(m) + 1] = text eq "NaN" || fit eq "NaN" || text <= 0 || fit + 0 < 0.9 ? "" : sprintf(" %s KiB", number3(text / 1024.0)), 0)
do for [m = 1:M] {
  stats data index block(m) every ::1 using (keep(m, strcol(6), strcol(7)), note(strcol(3)), note(strcol(4)), 0) nooutput
}
void = remark("after a name: memory of one more lane, slope of a line with r² ≥ 0.9")

what = "memory, median peak (MiB)"
abscissa = "concurrency (lanes at work), log scale"
unit = mebibyte
low = low / unit
high = high / unit
label(v) = number(v)
widest = number(high > 100 ? high : 100)
vertical = "scale.gp"
tics = 6
horizontal = "decades.gp"
reference = ""
name_at_end(m) = name(m).Slope[block(m) + 1]
position(x, m) = x
every_point = 1
interval_of = ""
place_text(x) = lanes(x)
value_text(v) = number3(v / mebibyte)." MiB"
more = ""
load "curves.gp"
