# What leading costs against the number of load hosts: start skew, time between trials, the leader's CPU time for a trial.
# A block of the data is a launcher.
# gnuplot -e "data='leading.dat'; out='leading.svg'" leading.gp

if (!exists("data")) { exit error "set data, as in: gnuplot -e \"data='leading.dat'\" leading.gp" }
if (!exists("out")) { out = (data[strlen(data) - 3:*] eq ".dat" ? data[1:strlen(data) - 4] : data).".svg" }
set encoding utf8
meta(key) = system(sprintf("sed -n 's/^# %s: //p' '%s' | head -n 1", key, data))
ending = out[strlen(out) - 3:*]
if (ending eq ".svg") {
  set terminal svg size 900,420 font "sans-serif,12" background rgb "white"
} else { if (ending eq ".png") {
  set terminal pngcairo size 1800,840 font "sans-serif,9" fontscale 2 linewidth 2 pointscale 2 background rgb "white"
} else { if (ending eq ".pdf") {
  set terminal pdfcairo size 9.4in,4.4in font "sans-serif,12" fontscale 0.7 background rgb "white"
} else {
  exit error "out must end in .svg, .png or .pdf"
} } }
set output out

# The first row of a block is its header, and its first word the launcher.
B = int(system(sprintf("grep -c '^\"' '%s'", data)))
if (B == 0) { exit error data.": no launcher has a value, so nothing is drawn" }
array Name[B]
do for [b = 1:B] { stats data index b - 1 every ::0::0 using (Name[b] = strcol(1), 0) nooutput }
# Okabe and Ito, "Color universal design", 2008.
colours = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00"
colour(b) = word(colours, (b - 1) % words(colours) + 1)
thousandfold(v) = v < 1e3 ? sprintf("%.3g ns", v) : v < 1e6 ? sprintf("%.3g µs", v / 1e3) : v < 1e9 ? \
  sprintf("%.3g ms", v / 1e6) : sprintf("%.3g s", v / 1e9)

set border 3 linecolor rgb "#404040"
set tics nomirror out scale 0.5, 0.3
set grid y linecolor rgb "#D8D8D8" linetype 1
set logscale x 2
set autoscale xfix
set offsets graph 0.04, graph 0.04, 0, 0
set logscale y 10
set xlabel "load hosts, log scale"
# Labels at 1, 2 and 5 times a power of ten.
set ytics ()
do for [k = 0:10] {
  do for [f in "1 2 5"] { set ytics add (thousandfold(f * 10.0 ** k) f * 10.0 ** k) }
}
set key left top reverse Left samplen 2
set errorbars 0.6
set multiplot layout 1,3 title "{/:Bold ".meta("question")."}\n{/*0.9 ".meta("workload")."}" margins 0.07,0.985,0.22,0.8 spacing 0.075,0
set label 1 meta("machine")." · ".meta("date")." · hosts: ".meta("hosts")."\nbars: ".meta("interval") at screen 0.015, screen 0.055 noenhanced \
  font ",10" textcolor rgb "#5C5C5C"
line = 'with yerrorlines linewidth 1.4 pointtype 7 pointsize 0.6 linecolor rgb colour(b)'
dashed = 'with yerrorlines linewidth 1.4 dashtype 2 pointtype 6 pointsize 0.6 linecolor rgb colour(b)'
set title "start skew (dashed: by bounds)"
plot for [b = 1:B] data index b - 1 using 1:3:4:5 @line title Name[b], \
  for [b = 1:B] data index b - 1 using 1:6:7:8 @dashed notitle
unset label
set title "time between trials"
plot for [b = 1:B] data index b - 1 using 1:12:13:14 @line notitle
set title "leader's CPU time per trial"
plot for [b = 1:B] data index b - 1 using 1:15:16:17 @line notitle
unset multiplot
