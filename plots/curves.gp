# One panel with a line for each mode, and their names at the ends. Loaded after style.gp.
#
# Wants   what, abscissa        the quantities that go up and to the right
#         label(v), widest      what stands at a tic of the vertical axis, and the widest of that
#         vertical              the script of the vertical axis, and, for scale.gp, tics
#         horizontal            the script of the horizontal axis; last, where data end on it
#         reference, reference_end, name_at_end(m)   for ends.gp
#         position(x, m)        where the m-th mode's point stands on the horizontal axis
#         every_point           one marker for so many points
#         interval_of           columns of an interval that has no point: low, high, which stands at beside(x, m); "" where
#                               columns 3 and 4 are that of the point
#         place_text(x)         what a reader who points at a marker is told of the place
#         value_text(v)         and of the value
#         more                  what else is drawn, for `plot`, beginning with a comma; or ""

end_column = 2
load "early.gp"
panel_height = is_column ? 122 : 400
below_panel = 4.1 * tic_size
room_height = 1.7 * text_size + panel_height + below_panel
load "page.gp"
load vertical
left_room = pad + breadth(widest, tic_size) + 0.8 * tic_size
panel_top = page_top + 1.7 * text_size
load "ends.gp"
axis_width = W - right_room - left_room
labelled_axis = 1
load horizontal
set lmargin at screen across(left_room)
set tmargin at screen below(panel_top)
set bmargin at screen below(panel_top + panel_height)
set label 1 what.(logarithmic ? ", log scale" : "") at screen across(pad), screen below(page_top + 0.6 * text_size) \
  font text_font
set label 2 abscissa at screen across(left_room + axis_width / 2), screen below(panel_top + panel_height + 3.3 * tic_size) \
  center font text_font
around = strlen(interval_of) ? 'index block(m) using (beside($1, m)):(column(word(interval_of, 1) + 0)):(0):'. \
  '(column(word(interval_of, 2) + 0) - column(word(interval_of, 1) + 0)) with @span_bars notitle' : \
  'index block(m) using (position($1, m)):($2 / unit):($3 / unit):($4 / unit) with @bars notitle'
line = 'lines dashtype dash(m) linewidth weight(m) linecolor rgb colour(m)'
points = 'labels hypertext point pointtype marker(m) pointsize point_size linewidth 0.6 * thickness linecolor rgb colour(m)'
plot for [m = 1:M] data @around, \
  for [m = 1:M] data index block(m) using (position($1, m)):($2 / unit) with @line title name(m), \
  for [m = 1:M] data index block(m) every every_point using (position($1, m)):($2 / unit): \
    (name(m).", ".place_text($1).": ".value_text($2)) with @points notitle @more
