# The page: its size, its question, what was measured, and the small print. Loaded after style.gp, before anything is drawn.
#
# Wants   room_height           how many pixels the figure takes between heading and small print
# Leaves  H                     the page's height in pixels
#         page_top              how many pixels below the page's top the figure begins
#         across(px), below(px) screen coordinates, from the left and from the top

pad = is_column ? 3 : 10
across(px) = px / (W + 0.0)
below(px) = 1 - px / (H + 0.0)
grey_print = 'noenhanced textcolor rgb "#5C5C5C"'

text = meta("question")
size = 1.08 * title_size
room_for = W - 2 * pad
load "wrap.gp"
title_lines = line_count
array TitleLine[6]
do for [i = 1:line_count] { TitleLine[i] = Lines[i] }
text = meta("experiment").": ".meta("workload")
size = small_size
load "wrap.gp"
workload_lines = line_count < 3 ? line_count : 2
array WorkloadLine[6]
do for [i = 1:workload_lines] { WorkloadLine[i] = Lines[i] }
# A paper's reader finds machine and date under the run's name.
void = remark("run ".meta("run").(is_column ? "" : " · ".meta("date")." · ".meta("machine")))
text = notes
size = 0.93 * small_size
load "wrap.gp"

title_height = 1.3 * title_size
print_height = 1.25 * small_size
page_top = pad + title_lines * title_height + workload_lines * print_height + 0.5 * text_size
H = int(ceil(page_top + room_height + line_count * print_height + 0.6 * small_size + pad))

if (ending eq ".svg") {
  set terminal svg size W,H font plain_font name "iomodes" background rgb "white"
} else { if (ending eq ".png") {
  scaling = is_column ? 4 : 2
  set terminal pngcairo size scaling * W,scaling * H font plain_font fontscale 0.75 * scaling \
    linewidth scaling pointscale scaling * 1.3 background rgb "white"
} else { if (ending eq ".pdf") {
  set terminal pdfcairo size W / 96.0 in,H / 96.0 in font plain_font fontscale 0.564 linewidth 1 \
    pointscale 1 background rgb "white"
} else {
  exit error "out must end in .svg, .png or .pdf"
} } }

do for [i = 1:title_lines] {
  set label 100 + i "{/:Bold ".TitleLine[i]."}" at screen across(pad), \
    screen below(pad + (i - 0.5) * title_height) font title_font
}
do for [i = 1:workload_lines] {
  set label 110 + i WorkloadLine[i] at screen across(pad), \
    screen below(pad + title_lines * title_height + (i - 0.4) * print_height) font small_font @grey_print
}
do for [i = 1:line_count] {
  set label 120 + i Lines[i] at screen across(pad), screen below(H - pad - (line_count - i + 0.5) * print_height) \
    font small_font @grey_print
}
set output out
