# Of interference.gp: curves against the work of an operation.

# None at all has a place before the least work, as the axis is logarithmic.
none = least / 4
amount(ns) = ns == 0 ? "none" : span(ns)
x(w) = w > 0 ? w : none
x_rest = (known(0) ? none : least) / 3
if (rest ne "") { void = remark("rings: p99 beside busy lanes ".rest) }
void = remark("dotted: as long as the work")

panel_height = is_column ? 85 : 200
block_height = 1.9 * text_size + panel_height
room_height = key_height + 2 * block_height + 4.1 * tic_size
load "page.gp"
load "key.gp"
array Title[2] = ["p99 of bystanders, ".time_of." time", "operations/s of busy lanes"]
array First[2] = [2, 7]
label(v) = p == 1 ? span(v) : number(v)
tics = 5
panels = Highest[2] >= Lowest[2] ? 2 : 1
left_room = breadth(Highest[2] >= 1e5 ? "100,000" : "500 µs", tic_size) + 0.8 * tic_size
set lmargin at screen across(pad + left_room)
set rmargin at screen across(W - pad - 2 * tic_size)
set logscale x 10
set xrange [(rest eq "" ? known(0) ? none : least : x_rest) / 1.3:most * 1.3]
thin = 'linewidth 0.6 * thickness linecolor rgb "#404040" dashtype 3'
set multiplot
do for [p = 1:panels] {
  y_top = panels_top + (p - 1) * block_height + 1.9 * text_size
  set tmargin at screen below(y_top)
  set bmargin at screen below(y_top + panel_height)
  low = Lowest[p]
  high = Highest[p]
  if (p == 1) { load "logarithmic.gp"; logarithmic = 1 } else { load "scale.gp" }
  set label 1 Title[p].(logarithmic ? ", log scale" : "") at screen across(pad), screen below(y_top - 0.9 * text_size) \
    font text_font
  set xtics ()
  do for [w in amounts] { set xtics add ((p == panels ? amount(w + 0) : "") x(w + 0)) }
  if (rest ne "") { set xtics add ((p == panels ? rest : "") x_rest) }
  if (p == panels) {
    set label 2 "CPU work of an operation, after its reply, log scale" at screen across((W + left_room) / 2), \
      screen below(y_top + panel_height + 3.3 * tic_size) center font text_font
  }
  plot for [m = 1:M] data index block(m) using (x($1)):(column(First[p])):(column(First[p] + 1)):(column(First[p] + 2)) \
      with @bars notitle, \
    for [m = 1:M] data index block(m) every ::1::1 using (p == 1 ? x_rest : NaN):11:12:13 with @bars notitle, \
    for [m = 1:M] data index block(m) every ::1::1 using (p == 1 ? x_rest : NaN):11 \
      with points pointtype 6 pointsize 1.5 * point_size linewidth 0.8 * thickness linecolor rgb tone(m) notitle, \
    for [m = 1:M] data index block(m) using (x($1)):(column(First[p])) \
      with lines dashtype dash(m) linewidth weight(m) linecolor rgb colour(m) title name(m), \
    for [m = 1:M] data index block(m) using (x($1)):(column(First[p])): \
      (name(m).", ".amount($1).": ".(p == 1 ? span3($2) : number3($7)." operations/s")) \
      with labels hypertext point pointtype marker(m) pointsize point_size linewidth 0.6 * thickness \
      linecolor rgb colour(m) notitle, \
    [w = least:most] p == 1 ? w : NaN with lines @thin notitle
  unset label
  unset arrow
}
unset multiplot
