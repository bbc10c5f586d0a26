# What all figures share: how wide they are, how each mode looks, and what is read from the data. The figure is drawn on the
# page that page.gp sets up.
#
# Wants   data   a .dat file
#         out    the file to write: its ending, .svg, .png or .pdf, says what it is; an SVG beside data unless given
#         width  "screen", 900 pixels, or "column", 85 mm with no letter below 6 pt; "screen" unless given
# Leaves  W      the width in pixels, 96 to an inch; title_size, text_size, tic_size, small_size of letters, in pixels
#         thickness, point_size   of lines and markers
#         M, block(m), id(m)    how many modes have a point, and for the m-th of them its index in the data and its name
#         name(m)               what it is called here
#         ideal                 the index of the block "ideal", the last one; N where there is none
#         low, high             the range of the values, column 2
#         colour(m), tone(m), dash(m), marker(m), weight(m)   how a mode looks; its tone is that of words
#         gap(name, x)          why there is no value: "skipped" or "invalid"; "" where nobody tells
#         next_gap(name, x)     finds the first place beyond x with such a reason: gap_x, and gap_why, which is "" if none
#         number(v), span(v)    numbers as axes have them; number3(v), span3(v) with three digits; count(v) of whole things
#         lanes(v)              how many, in words
#         unit                  what column 2 is divided by on the axis
#         bars, span_bars       how an interval is drawn around a point, and one that has no point, from low to high
#         lower(v, l)           the end of an interval, which is the value itself where there is none
#         breadth(text, size)   about how many pixels it takes
#         notes                 what the small print says, for remark(text)

reset
if (!exists("data")) { exit error "set data, as in: gnuplot -e \"data='x-throughput.dat'\" throughput.gp" }
if (!exists("out")) { out = (data[strlen(data) - 3:*] eq ".dat" ? data[1:strlen(data) - 4] : data).".svg" }
if (!exists("width")) { width = "screen" }
if (system(sprintf("test -r '%s' && echo yes", data)) ne "yes") { exit error data.": cannot be read" }
set encoding utf8
ending = out[strlen(out) - 3:*]
is_column = width eq "column"
W = is_column ? 321 : 900
title_size = is_column ? 8.8 : 17
text_size = is_column ? 8.6 : 13
tic_size = is_column ? 8 : 12
small_size = is_column ? 8 : 11
thickness = is_column ? 1.1 : 1.8
point_size = is_column ? 0.48 : 0.8
breadth(text, size) = 0.61 * size * strlen(text)
tic_font = sprintf(",%g", tic_size)
text_font = sprintf(",%g", text_size)
small_font = sprintf(",%g", small_size)
title_font = sprintf(",%g", title_size)
plain_font = "sans-serif".tic_font

# Where the numbers come from stands in the comments of the data.
meta(key) = system(sprintf("sed -n 's/^# %s: //p' '%s'", key, data))

# The modes that somebody tells of, and how each looks: the data have a word for each.
modes = meta("modes")
kinds = meta("kinds")
colours = meta("colours")
tones = meta("tones")
gaps = " ".meta("gaps")." "
markers = meta("markers")
dashes = meta("dashes")
# A second variant of a mode has another form of its marker and another dash, a third one a star and a fourth a plus. Other
# modes are grey, with a marker each.
mode(b) = strstrt(Name[b + 1], "/") ? Name[b + 1][1:strstrt(Name[b + 1], "/") - 1] : Name[b + 1]
rank(b) = (sum [k = 1:words(modes)] (word(modes, k) eq mode(b) ? k : 0))
earlier(b) = b < 1 ? 0 : (sum [a = 0:b - 1] (mode(a) eq mode(b) ? 1 : 0))
others(b) = b < 1 ? 0 : (sum [a = 0:b - 1] (rank(a) ? 0 : 1))
form(k, n) = n == 2 ? 3 : n == 3 ? 1 : n % 2 == 0 ? k : k % 2 ? k - 1 : k + 1
colour(m) = rank(block(m)) ? word(colours, rank(block(m))) : "#666666"
tone(m) = rank(block(m)) ? word(tones, rank(block(m))) : "#666666"
gap_at(key) = strstrt(gaps, key)
gap_word(key) = gap_at(key) ? word(gaps[gap_at(key) + strlen(key):*], 1) : ""
gap(name, x) = gap_word(sprintf(" %s@%.15g=", name, x))
next_gap(name, x) = (gap_x = 1e300, gap_why = "", sum [k = 1:words(gaps)] note_gap(name, x, word(gaps, k)))
note_gap(name, x, w) = w[1:strlen(name) + 1] ne name."@" ? 0 : note_gap_at(x, w[strlen(name) + 2:*])
note_gap_at(x, w) = note_gap_of(x, w[1:strstrt(w, "=") - 1] + 0, w[strstrt(w, "=") + 1:*])
note_gap_of(x, at, why) = at > x && at < gap_x ? (gap_x = at, gap_why = why, 0) : 0
whole_marker(m) = rank(block(m)) ? form(int(word(markers, rank(block(m)))), earlier(block(m))) : 1 + others(block(m)) % 3
whole_dash(m) = ((rank(block(m)) ? int(word(dashes, rank(block(m)))) : 2) - 1 + earlier(block(m))) % 5 + 1
# A mode of whose lanes only a part was served is hollow and dotted, and the small print says of how many its percentiles
# are: the data have it as name=served/lanes.
part_at(m) = strlen(partly) ? strstrt(" ".partly, " ".id(m)."=") : 0
hollow(k) = k > 4 && k % 2 ? k - 1 : k
marker(m) = part_at(m) ? hollow(whole_marker(m)) : whole_marker(m)
dash(m) = part_at(m) ? 6 : whole_dash(m)
set dashtype 6 (2, 6)
# The control is the harness alone: what all modes pay, and none can do without.
is_control(m) = rank(block(m)) ? word(kinds, rank(block(m))) eq "control" : 0
weight(m) = is_control(m) ? 0.5 * thickness : thickness
rgb(hex) = int("0x".hex[2:*])
caption(m) = name(m).(is_control(m) ? " (the harness)" : "")

# Whole digits are grouped by thousands, as in tables.
grouped(digits) = strlen(digits) <= 3 ? digits : grouped(digits[1:strlen(digits) - 3]).",".digits[strlen(digits) - 2:*]
exponent(v) = floor(log10(v) + 1e-9)
# Raised digits are letters of their own: those of enhanced text are smaller, and then below 6 pt.
raised(n) = n < 0 ? "⁻".raised(-n) : n < 10 ? word("⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹", n + 1) : raised(n / 10).raised(n % 10)
small(v) = v >= 1e-4 ? sprintf("%g", v) : sprintf("%.3g·10", v / 10.0 ** exponent(v)).raised(exponent(v))
number(v) = v <= 0 ? sprintf("%g", v) : v < 1000 ? small(v) : grouped(sprintf("%.0f", v))
digits3(v) = v <= 0 ? v : floor(v / 10.0 ** (exponent(v) - 2) + 0.5) * 10.0 ** (exponent(v) - 2)
# Three digits also where the last are zeros: 5.00 beside 4.84.
decimals(v) = exponent(v) < 2 ? 2 - exponent(v) : 0
padded(v) = v < 1e-4 || v >= 1000 ? number(v) : sprintf(sprintf("%%.%df", decimals(v)), v)
number3(v) = v > 0 ? padded(digits3(v)) : number(v)
# A count of whole things has no zeros behind it: 5, not 5.00.
count(v) = v < 1000 ? sprintf("%.3g", v) : number(v)
span(v) = v == 0 ? "0" : v < 1e3 ? sprintf("%g ns", v) : v < 1e6 ? sprintf("%g µs", v / 1e3) : \
  v < 1e9 ? sprintf("%g ms", v / 1e6) : number(v / 1e9)." s"
span3(v) = v <= 0 ? span(v) : span_of(digits3(v))
span_of(v) = v < 1e3 ? padded(v)." ns" : v < 1e6 ? padded(v / 1e3)." µs" : v < 1e9 ? padded(v / 1e6)." ms" : padded(v / 1e9)." s"
# Axes of memory are in MiB.
mebibyte = 1048576.0
# Of the values of column 2 on the vertical axis.
unit = 1.0
lower(v, l) = l == l ? l : v
lanes(v) = number(v).(v == 1 ? " lane" : " lanes")

# Intervals are drawn apart from the curve, so that its dashes do not break them.
bars = "yerrorbars linewidth 0.55 * thickness linecolor rgb colour(m) pointtype 0"
span_bars = "vectors heads size screen 0.003, 90 nofilled linewidth 0.55 * thickness linecolor rgb colour(m)"

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
id(m) = Name[block(m) + 1]
# Other programs may have labels, a word for each mode, in which spaces do not break it.
labels = meta("labels")
name(m) = strlen(labels) && rank(block(m)) ? word(labels, rank(block(m))).id(m)[strlen(mode(block(m))) + 1:*] : id(m)
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

set border 3 linewidth 0.55 * thickness linecolor rgb "#404040"
set tics nomirror out scale 0.5, 0.3 font tic_font
set grid y linecolor rgb "#D8D8D8" linewidth 0.4 * thickness linetype 1
set errorbars is_column ? 0.4 : 0.7
set pointsize point_size
unset key

# The small print.
notes = ""
remark(text) = (notes = strlen(text) == 0 ? notes : strlen(notes) ? notes." · ".text : text, 0)
void = strlen(meta("interval").meta("of trials")) ? remark("bars: 95 % interval of the median over trials, or their range if \
fewer than six") : 0
listed(text) = strlen(text) == 0 ? "" : word(text, 1).(words(text) > 1 ? ", ".listed(text[strlen(word(text, 1)) + 2:*]) : "")
unmeasured = strlen(unmeasured) ? unmeasured[2:*] : ""
void = strlen(unmeasured) ? remark("no data: ".listed(unmeasured)) : 0
served(text) = strlen(text) == 0 ? "" : served_words(word(text, 1)).(words(text) > 1 ? ", ".served(text[strlen(word(text, 1)) + 2:*]) : "")
served_words(w) = w[1:strstrt(w, "=") - 1]." ".w[strstrt(w, "=") + 1:*]

# A key across the page has as many columns as there is room for, or as fill its rows.
longest = 0
do for [m = 1:M] { if (breadth(caption(m), tic_size) > longest) { longest = breadth(caption(m), tic_size) } }
key_sample = 2.6 * tic_size
key_columns = int((W - tic_size) / (longest + key_sample + 2 * tic_size))
key_columns = key_columns < 1 ? 1 : key_columns > M ? M : key_columns
key_rows = (M + key_columns - 1) / key_columns
key_columns = (M + key_rows - 1) / key_rows
key_height = (key_rows * 1.35 + 0.4) * tic_size
