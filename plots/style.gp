# What all figures share: size, fonts, how each mode looks, and what is read from the data.
#
# Wants   data   a .dat file
#         out    the file to write: its ending, .svg, .png or .pdf, says what it is; an SVG beside data unless given
# Leaves  point_size            of markers where there is room
#         M, block(m), name(m)  how many modes have a point, and for the m-th of them its index in the data and its name
#         ideal                 the index of the block "ideal", the last one; N where there is none
#         low, high             the range of the values, column 2
#         colour(m), dash(m), marker(m), width(m), caption(m)
#         rate(v), span(v), bytes(v), lanes(v), plain(v)   numbers as axes have them
#         unit                  what column 2 is divided by on the axis
#         bars                  how an interval is drawn around a point
#         span_bars             how an interval is drawn that has no point: from low to high
#         lower(v, l)           the end of an interval, which is the value itself where there is none

reset
if (!exists("data")) { exit error "set data, as in: gnuplot -e \"data='x-throughput.dat'\" throughput.gp" }
if (!exists("out")) { out = (data[strlen(data) - 3:*] eq ".dat" ? data[1:strlen(data) - 4] : data).".svg" }
if (system(sprintf("test -r '%s' && echo yes", data)) ne "yes") { exit error data.": cannot be read" }
set encoding utf8
ending = out[strlen(out) - 3:*]
if (ending eq ".svg") {
  set terminal svg size 900,560 font "sans-serif,13" name "iomodes" background rgb "white"
} else { if (ending eq ".png") {
  set terminal pngcairo size 1800,1120 font "sans-serif,13" fontscale 1.6 linewidth 2 pointscale 2 \
    background rgb "white"
} else { if (ending eq ".pdf") {
  set terminal pdfcairo size 9in,5.6in font "sans-serif,13" fontscale 0.55 linewidth 0.7 background rgb "white"
} else {
  exit error "out must end in .svg, .png or .pdf"
} } }

# Where the numbers come from stands in the comments of the data.
meta(key) = system(sprintf("sed -n 's/^# %s: //p' '%s'", key, data))

# The modes that somebody tells of, and how each looks: the data have a word for each.
modes = meta("modes")
kinds = meta("kinds")
colours = meta("colours")
markers = meta("markers")
dashes = meta("dashes")
# A second variant of a mode has another form of its marker and another dash. Other modes are grey, with a marker each.
mode(b) = strstrt(Name[b + 1], "/") ? Name[b + 1][1:strstrt(Name[b + 1], "/") - 1] : Name[b + 1]
rank(b) = (sum [k = 1:words(modes)] (word(modes, k) eq mode(b) ? k : 0))
earlier(b) = b < 1 ? 0 : (sum [a = 0:b - 1] (mode(a) eq mode(b) ? 1 : 0))
others(b) = b < 1 ? 0 : (sum [a = 0:b - 1] (rank(a) ? 0 : 1))
form(k, n) = n % 2 == 0 ? k : k % 2 ? k - 1 : k + 1
colour(m) = rank(block(m)) ? word(colours, rank(block(m))) : "#666666"
whole_marker(m) = rank(block(m)) ? form(int(word(markers, rank(block(m)))), earlier(block(m))) : 1 + others(block(m)) % 3
whole_dash(m) = ((rank(block(m)) ? int(word(dashes, rank(block(m)))) : 2) - 1 + earlier(block(m))) % 5 + 1
# A mode of whose lanes only a part was served is hollow and dotted, and its name says of how many its percentiles are: the
# data have it as name=served/lanes.
part_at(m) = strlen(partly) ? strstrt(" ".partly, " ".name(m)."=") : 0
part_of(m) = word(partly[part_at(m) + strlen(name(m)) + 1:*], 1)
hollow(k) = k > 4 && k % 2 ? k - 1 : k
marker(m) = part_at(m) ? hollow(whole_marker(m)) : whole_marker(m)
dash(m) = part_at(m) ? 6 : whole_dash(m)
set dashtype 6 (2, 6)
# The control is the harness alone: what all modes pay, and none can do without.
is_control(m) = rank(block(m)) ? word(kinds, rank(block(m))) eq "control" : 0
thickness = 1.8
width(m) = is_control(m) ? 0.5 * thickness : thickness
caption(m) = name(m).(is_control(m) ? " (the harness)" : "").(part_at(m) ? " (served ".part_of(m).")" : "")

rate(v) = v < 1e3 ? sprintf("%g", v) : v < 1e6 ? sprintf("%gk", v / 1e3) : sprintf("%gM", v / 1e6)
span(v) = v == 0 ? "0" : v < 1e3 ? sprintf("%g ns", v) : v < 1e6 ? sprintf("%g µs", v / 1e3) : \
  v < 1e9 ? sprintf("%g ms", v / 1e6) : sprintf("%g s", v / 1e9)
bytes(v) = v < 1024 ? sprintf("%.3g B", v) : v < 1024.0 ** 2 ? sprintf("%.3g KiB", v / 1024.0) : \
  v < 1024.0 ** 3 ? sprintf("%.3g MiB", v / 1024.0 ** 2) : sprintf("%.3g GiB", v / 1024.0 ** 3)
# Axes of memory are in MiB.
mebibyte = 1048576.0
# Of the values of column 2 on the vertical axis.
unit = 1.0
lanes(v) = v < 10000 ? sprintf("%d", v) : v < 1e6 ? sprintf("%gk", v / 1e3) : sprintf("%gM", v / 1e6)
exponent(v) = floor(log10(v) + 1e-9)
plain(v) = v <= 0 || v >= 1e-4 ? sprintf("%g", v) : \
  sprintf("%.3g·10^{%d}", v / 10.0 ** exponent(v), exponent(v))
lower(v, l) = l == l ? l : v

# Intervals are drawn apart from the curve, so that its dashes do not break them.
bars = "yerrorbars linewidth 1 linecolor rgb colour(m) pointtype 0"
span_bars = "vectors heads size screen 0.003, 90 nofilled linewidth 1 linecolor rgb colour(m)"

partly = meta("served in part")
short(text, length) = strlen(text) <= length ? text : length > 1 ? text[1:length - 1]."…" : "…"

# The blocks, and what they span. A block's first row is its header, and its first word the name.
nothing = data.": no mode has a value, so nothing is drawn"
if (system(sprintf("grep -c '^\"' '%s'", data)) eq "0") { exit error nothing }
stats data using 1 nooutput
N = int(STATS_blocks)
array Name[N]
array Measured[N]
M = 0
ideal = N
block(m) = Measured[m]
name(m) = Name[block(m) + 1]
unmeasured = ""
low = 1e300
high = -1e300
include(v) = (low = v < low ? v : low, high = v > high ? v : high, points = points + 1, 0)
note(text) = text eq "NaN" ? 0 : include(text + 0)
do for [i = 1:N] {
  points = 0
  stats data index i - 1 every ::0::0 using (Name[i] = strcol(1), 0) nooutput
  stats data index i - 1 every ::1 using (note(strcol(2)), 0) nooutput
  if (Name[i] eq "ideal") {
    ideal = i - 1
  } else { if (points > 0) {
    M = M + 1
    Measured[M] = i - 1
  } else {
    unmeasured = unmeasured." ".Name[i]
  } }
}
if (M == 0) { exit error nothing }

set border 3 linewidth 1 linecolor rgb "#404040"
set tics nomirror out scale 0.75, 0.4
set grid y linecolor rgb "#D8D8D8" linewidth 0.7 linetype 1
set key outside right top Left reverse noenhanced samplen 2.5 spacing 1.25 width 1
set errorbars 0.7
point_size = ending eq ".svg" ? 0.8 : 1.1
set pointsize point_size
set lmargin at screen 0.12
set tmargin at screen 0.86
set bmargin at screen 0.17
subject = meta("figure")
set label 1 short(short(meta("experiment"), 88 - strlen(subject)).": ".subject, 90) at screen 0.012, screen 0.96 \
  font ",15" noenhanced
absent = strlen(unmeasured) > 0 ? short(" · no data:".unmeasured, 70) : ""
set label 2 short(meta("workload"), 115 - strlen(absent)).absent at screen 0.012, screen 0.912 \
  font ",11" noenhanced textcolor rgb "#404040"
small_print = 'font ",8.5" noenhanced textcolor rgb "#606060"'
set label 3 short("run ".meta("run")." · ".meta("date")." · ".meta("machine"), 150) at screen 0.012, screen 0.018 \
  @small_print
if (strlen(meta("interval").meta("of trials"))) {
  set label 4 "bars: the 95 % interval of the median over trials; of fewer than six, their range". \
    (strlen(partly) ? "; hollow: percentiles of the lanes served alone, which are not all" : "") \
    at screen 0.012, screen 0.042 @small_print
}
set output out
