# What work does to lanes that have none: the bystanders' p99, and the throughput of the lanes at work, against the work.
# gnuplot -e "data='compute-interference.dat'; out='compute-interference.svg'" interference.gp

load "style.gp"

# Who does the work is told by the line: the variants, in the order of the data; a mode without any has the first.
variants = ""
variant(m) = strstrt(name(m), "/") ? name(m)[strstrt(name(m), "/") + 1:*] : ""
place(v) = (sum [k = 1:words(variants)] (word(variants, k) eq v ? k : 0))
do for [m = 1:M] { if (strlen(variant(m)) && !place(variant(m))) { variants = variants." ".variant(m) } }
styles = "1 2 4 3 5"
style(m) = int(word(styles, place(variant(m)) > 5 ? 5 : place(variant(m)) < 1 ? 1 : place(variant(m))))
# Filled markers are odd, and their open ones stand before them.
form(m) = place(variant(m)) < 2 ? marker(m) : marker(m) - marker(m) % 2

do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(3)), note(strcol(4)), 0) nooutput }
latency_low = low
latency_high = high
low = 1e300
high = -1e300
do for [m = 1:M] { stats data index block(m) every ::1 using (note(strcol(7)), note(strcol(9)), 0) nooutput }
rate_low = low
rate_high = high

# None at all has a place before the least work, where the axis is logarithmic.
amounts = ""
known(w) = strstrt(amounts." ", sprintf(" %.15g ", w)) > 0
least = 1e300
most = 0
note_amount(w) = (w != w || known(w)) ? 0 : (amounts = amounts.sprintf(" %.15g", w), \
  least = w > 0 && w < least ? w : least, most = w > most ? w : most, 0)
stats data using (note_amount($1), 0) nooutput
alone = words(amounts) < 2
none = least / 4
amount(ns) = ns == 0 ? "none" : ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? sprintf("%g µs", ns / 1e3) : \
  ns < 1e9 ? sprintf("%g ms", ns / 1e6) : sprintf("%g s", ns / 1e9)
x(w, m) = alone ? m : w > 0 ? w : none

set multiplot
set lmargin at screen 0.105
set rmargin at screen 0.735
if (alone) {
  set xrange [0.5:M + 0.5]
  unset xtics
} else {
  set logscale x 10
  set xrange [(known(0) ? none : least) / 1.3:most * 1.3]
  set xtics ()
  do for [w in amounts] { set xtics add ("" x(w + 0, 1)) }
}

set tmargin at screen 0.885
set bmargin at screen 0.465
set ylabel "p99 of bystanders, ".(strstrt(meta("latency"), "service") ? "service" : "response")." time"
low = latency_low
high = latency_high
label(ns) = amount(ns)
load "logarithmic.gp"
thin = 'linewidth 0.9 linecolor rgb "#404040" dashtype 3'
work_key = alone ? "" : ', [w = least:most] w with lines @thin title "the work itself"'
curve = "yerrorlines linewidth 1.8 linecolor rgb colour(m) dashtype style(m) pointtype form(m)"
plot for [m = 1:M] data index block(m) using (x($1, m)):2:3:4 with @curve title name(m) @work_key

unset label
unset key
set tmargin at screen 0.445
set bmargin at screen 0.15
if (!alone) { do for [w in amounts] { set xtics add (amount(w + 0) x(w + 0, 1)) } }
set xlabel alone ? "" : "work of an operation, after its reply"
set ylabel "operations/s"
label(rate) = rate < 1e3 ? sprintf("%g", rate) : rate < 1e6 ? sprintf("%gk", rate / 1e3) : sprintf("%gM", rate / 1e6)
unset logscale y
low = rate_low
high = rate_high
if (low > 0 && high > 8 * low) {
  load "logarithmic.gp"
} else {
  set ytics autofreq
  set yrange [0:(high > 0 ? high * 1.08 : 1)]
  set format y "%g"
}
if (high >= low) { plot for [m = 1:M] data index block(m) using (x($1, m)):7:8:9 with @curve notitle }
unset multiplot
