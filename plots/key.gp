# The key of several panels: the modes' names across the page, each after a piece of its line. Loaded after page.gp; its
# height, key_height, is known before. What is set here is drawn once, so that other panels unset labels and arrows.
#
# Leaves  panels_top            how many pixels below the page's top there is room for panels

do for [m = 1:M] {
  key_x = pad + ((m - 1) % key_columns) * (W - 2.0 * pad) / key_columns
  key_y = page_top + ((m - 1) / key_columns + 0.5) * 1.35 * tic_size
  set arrow 200 + m from screen across(key_x), screen below(key_y) \
    to screen across(key_x + key_sample), screen below(key_y) \
    nohead linecolor rgb colour(m) linewidth weight(m) dashtype dash(m)
  set label 200 + m "" at screen across(key_x + key_sample / 2), screen below(key_y) \
    point pointtype marker(m) pointsize point_size linecolor rgb colour(m)
  set label 300 + m caption(m) at screen across(key_x + key_sample + 0.6 * tic_size), screen below(key_y) \
    font tic_font noenhanced textcolor rgb tone(m)
}
panels_top = page_top + key_height
